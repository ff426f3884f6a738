//! No bytes make `migrations check` panic, abort or hang.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::support::TestEnv;

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// Pieces that the grammar, the names and the bodies react to.
const PIECES: [&str; 48] = [
    "ALTER TABLE ",
    "users ",
    "ADD COLUMN ",
    "DROP ",
    "COLUMN ",
    "a ",
    "\"",
    "'",
    "$$",
    "$x$",
    "(",
    ")",
    ",",
    ";",
    "--",
    "/*",
    "*/",
    "\n",
    "\\i x\n",
    "CREATE ",
    "INDEX ",
    "CONCURRENTLY ",
    "DO ",
    "BEGIN ",
    "END ",
    "EXECUTE ",
    "FUNCTION f() ",
    "RETURNS void LANGUAGE plpgsql AS ",
    "UPDATE ",
    "SET ",
    "= 1 ",
    "NOT ",
    "NULL ",
    "NOT VALID ",
    "CHECK ",
    "TYPE ",
    "varchar(9999999999999) ",
    "[",
    "]",
    ".",
    "::",
    "E'\\u00",
    "U&\"\\0041",
    "漢🐘",
    "\0",
    "\u{feff}",
    "COMMIT ",
    "WITH x AS ",
];

#[test]
fn soup_of_words_is_survived() {
    let mut numbers = Numbers(7);
    let files = (0..400).map(|_| {
        let count = numbers.below(60);
        (0..count).map(|_| PIECES[numbers.below(PIECES.len())]).collect::<String>().into_bytes()
    });
    survive(files.collect());
}

#[test]
fn broken_migrations_are_survived() {
    let texts = [
        "base.sql",
        "columns.txt",
        "constraints.txt",
        "indexes.txt",
        "objects.txt",
        "data.txt",
        "blocks.txt",
        "security.txt",
        "transactions.txt",
    ];
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/migrations/tests/corpus");
    let corpus: Vec<u8> = texts.iter().flat_map(|name| std::fs::read(folder.join(name)).unwrap()).collect();
    let mut numbers = Numbers(11);
    let files = (0..400).map(|_| {
        let start = numbers.below(corpus.len() - 400);
        let mut bytes = corpus[start..start + numbers.below(400)].to_vec();
        for _ in 0..numbers.below(6) {
            let at = numbers.below(bytes.len() + 1);
            match numbers.below(3) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, u8::try_from(numbers.below(256)).unwrap()),
                _ => {
                    let piece = bytes[at..].to_vec();
                    bytes.extend(piece);
                }
            }
        }
        bytes
    });
    survive(files.collect());
}

#[test]
fn nesting_of_every_kind_is_survived() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("SELECT {}1{};", open.repeat(count), close.repeat(count)).into_bytes()
    };
    let count = 2_000;
    survive(vec![
        deep("(", ")", 20_000),
        deep("NOT ", "", count),
        deep("- ", "", count),
        deep("CASE WHEN true THEN ", " END", count),
        deep("(SELECT ", ")", count),
        deep("f(", ")", count),
        deep("ARRAY[", "]", count),
        deep("", " + 1", count),
        deep("", "::int", count),
        deep("", " UNION SELECT 1", 2_000),
        format!("DO $$ BEGIN {} {} END $$;", "BEGIN ".repeat(count), "END; ".repeat(count)).into_bytes(),
        format!("CREATE TABLE t (a int{});", "[]".repeat(count)).into_bytes(),
        format!("ALTER TABLE t ADD CHECK ({}a IS NOT NULL{});", "(".repeat(300), ")".repeat(300))
            .into_bytes(),
        "/*".repeat(count).into_bytes(),
        vec![b'('; count],
        vec![0; count],
    ]);
}

fn survive(files: Vec<Vec<u8>>) {
    let env = TestEnv::new();
    let count = files.len();
    std::fs::create_dir_all(env.path("m")).unwrap();
    for (index, bytes) in files.iter().enumerate() {
        std::fs::write(env.path(&format!("m/{:06}_x.up.sql", index + 1)), bytes).unwrap();
    }
    let began = Instant::now();
    let ran = env.run(&["migrations", "check", "m", "--format", "json"]);
    let elapsed = began.elapsed();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert!(elapsed < Duration::from_secs(120), "{elapsed:?}");
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["files"].as_array().unwrap().len(), count);
    let mut unparsed = String::new();
    for file in report["files"].as_array().unwrap() {
        for finding in
            file["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "unparsable")
        {
            writeln!(unparsed, "{} {}", file["path"], finding["message"]).unwrap();
        }
    }
    assert!(unparsed.lines().count() <= 16, "the parser ended too often:\n{unparsed}");
}
