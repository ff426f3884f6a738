//! Whatever stands in the files that Formwork reads, it neither panics nor hangs: settings, catalogues, manifests and
//! earlier documents, whole, cut, changed here and there, nested deep or made of nothing but noise.

use std::time::{Duration, Instant};

use crate::support::TestEnv;
use formwork::schema::Catalogue;

/// How many variations of each file are tried in this process.
const VARIATIONS: u32 = 3_000;

/// How many are tried through the command line, where each costs a process.
const RUNS: u32 = 12;

/// How long one reading may take; the largest input here is some kilobytes.
const PATIENCE: Duration = Duration::from_secs(5);

/// A generator of numbers (Marsaglia, "Xorshift RNGs", 2003), always the same from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }
}

/// Changes a text in some places.
fn varied(text: &str, numbers: &mut Numbers) -> Vec<u8> {
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\\",
        "\0",
        "null",
        "1e999",
        "-",
        "\n",
        "=",
        "${",
        "%{",
        "\u{FDD0}",
        "é",
        "block ",
        "resource ",
        "@list:",
        "..",
        "/",
        "99999999999999999999",
    ];
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        match numbers.below(6) {
            0 => bytes.truncate(at),
            1 => {
                let end = (at + numbers.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let piece = PIECES[numbers.below(PIECES.len())].as_bytes();
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => {
                let piece = PIECES[numbers.below(6)].repeat(numbers.below(3_000));
                bytes.splice(at..at, piece.into_bytes());
            }
            4 if at < bytes.len() => bytes[at] = u8::try_from(numbers.below(256)).unwrap_or_default(),
            _ => {
                let end = (at + numbers.below(200)).min(bytes.len());
                let piece: Vec<u8> = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

/// Reads many variations of a text, and fails for one that takes too long. A panic fails the test by itself.
fn bombard(text: &str, read: impl Fn(&[u8])) {
    let mut numbers = Numbers(0x0F0F_1234_5678_9ABC);
    for number in 0..VARIATIONS {
        let bytes = varied(text, &mut numbers);
        let start = Instant::now();
        read(&bytes);
        assert!(start.elapsed() < PATIENCE, "variation {number}: {}", String::from_utf8_lossy(&bytes));
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only reading it counts")]
struct Settings {
    region: String,
    nodes: Option<u32>,
    services: std::collections::BTreeMap<String, Vec<f64>>,
}

#[test]
fn settings() {
    let text = "region = \"eu-central-1\"\nnodes = 3\n[services]\norders = [1.5, 2]\n\"a b\" = []\n";
    assert!(formwork::settings::parse::<Settings>("shop.toml", text).is_ok());
    bombard(text, |bytes| {
        if let Ok(text) = str::from_utf8(bytes) {
            let _ = formwork::settings::parse::<Settings>("shop.toml", text);
        }
    });
}

#[test]
fn catalogues() {
    let whole = include_str!("../../../crates/schema/catalogues/hashicorp-random-3.7.2.txt");
    assert!(Catalogue::parse(whole).is_ok());
    bombard(whole, |bytes| {
        let Ok(text) = String::from_utf8(bytes.to_vec()) else { return };
        let Ok(catalogue) = Catalogue::parse(text) else { return };
        let _ = catalogue.verify();
        let names: Vec<String> = catalogue.resource_names().map(str::to_owned).collect();
        for name in names {
            if let Ok(Some(schema)) = catalogue.resource(&name) {
                schema.block.shapes().for_each(|shape| drop(catalogue.block(shape)));
            }
        }
        let _ = (catalogue.provider(), catalogue.nearest(formwork::schema::Kind::Resource, "random_strnig"));
    });
}

#[test]
fn documents_in_strings() {
    let text = r#"${jsonencode({"a" = ["x", 1.5, null], (b) = {}, "${var.k}" = "say \"${var.a["k"]}\"\n", c : [for k in d : k]})}"#;
    bombard(text, |bytes| {
        if let Ok(text) = str::from_utf8(bytes) {
            let _ = formwork::model::encoded::document(text);
            let _ = formwork::model::references::in_template(text, &mut |_| {});
        }
    });
}

/// Through the command line, since these are read there: the manifest and the documents of the last synthesis.
#[test]
fn manifests_and_earlier_documents() {
    let env = TestEnv::new();
    assert_eq!(env.assets("base", &["synth"]).code, 0);
    let (manifest, document) = ("formwork.out/manifest.json", "formwork.out/shop/main.tf.json");
    let whole = [(manifest, env.read(manifest)), (document, env.read(document))];
    let mut numbers = Numbers(0x1234_5678_0F0F_9ABC);
    for number in 0..RUNS {
        let (path, text) = &whole[number as usize % 2];
        let bytes = varied(text, &mut numbers);
        std::fs::write(env.path(path), &bytes).unwrap();
        for arguments in [&["moves"][..], &["diff"], &["synth", "--check"], &["synth"]] {
            let start = Instant::now();
            let ran = env.assets("renamed", arguments);
            let what = format!("{arguments:?} of variation {number} of {path}: {}", ran.stderr);
            assert!(matches!(ran.code, 0..=2), "{what}");
            assert!(!ran.stderr.contains("panicked"), "{what}");
            assert!(start.elapsed() < PATIENCE * 4, "{what}");
        }
        for (path, text) in &whole {
            std::fs::write(env.path(path), text).unwrap();
        }
    }
}
