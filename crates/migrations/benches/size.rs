//! How long `check` takes for files of 1, 2, 4 and 20 MB: short INSERTs, as in seeds, and a schema's statements.
//!
//! Run it with `cargo bench -p formwork-migrations --bench size`; `-- schema` asks for one of the two. It fails where a
//! megabyte takes more than 2 s, where the time is not in proportion to the size, and where a file was not judged. On
//! Linux it is processor time, of the child that parses too, so that a busy machine does not count.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use formwork_migrations::{
    Direction, Directory, MigrationFile, Policy, Runner, Timestamp, Transaction, Worker, check, serve,
};

const MEGABYTE: usize = 1_000_000;
/// Seconds that a megabyte may take.
const LIMIT: f64 = 2.0;
/// How much longer a megabyte of the largest file may take than one of the smallest.
const PROPORTION: f64 = 2.0;

fn main() -> ExitCode {
    // This program is also the child that parses.
    if std::env::args().nth(1).as_deref() == Some("parse") {
        return match serve(std::io::stdin(), std::io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let mut is_good = true;
    for (name, statement) in [("inserts", insert as fn(usize) -> String), ("schema", change)] {
        if !wanted.is_empty() && !wanted.iter().any(|it| it == name) {
            continue;
        }
        let mut first = None;
        for megabytes in [1, 2, 4, 20] {
            let (took, finding) = measure(&text(megabytes * MEGABYTE, statement));
            let each = took.as_secs_f64() / megabytes as f64;
            let smallest = *first.get_or_insert(each);
            is_good &= finding.is_none() && each <= LIMIT && each <= smallest * PROPORTION;
            let finding = finding.map_or(String::new(), |message| format!(", {message}"));
            let _ = writeln!(
                std::io::stdout(),
                "{name}, {megabytes} MB: {:.2} s, {each:.2} s per MB{finding}",
                took.as_secs_f64()
            );
        }
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn insert(number: usize) -> String {
    format!("INSERT INTO users (id, email) VALUES ({number}, 'user{number}@example.com');\n")
}

fn change(number: usize) -> String {
    format!(
        "CREATE TABLE t{number} (id bigint PRIMARY KEY, name text NOT NULL);\nCREATE INDEX t{number}_name ON t{number} (name);\n"
    )
}

fn text(length: usize, statement: fn(usize) -> String) -> String {
    let mut text = String::with_capacity(length + 200);
    for number in 0.. {
        if text.len() >= length {
            break;
        }
        text.push_str(&statement(number));
    }
    text
}

/// How long a file takes, and why it was not judged, if it was not.
fn measure(text: &str) -> (Duration, Option<String>) {
    let file = |direction, bytes: &[u8]| MigrationFile {
        path: "db/000001_large.sql".to_owned(),
        name: "000001_large.sql".to_owned(),
        version: 1,
        direction,
        transaction: Transaction::Message,
        bytes: bytes.to_vec(),
    };
    let directory = Directory {
        path: "db".to_owned(),
        files: vec![file(Direction::Up, text.as_bytes()), file(Direction::Down, b"SELECT 1;")],
        runner: Runner::GolangMigrate,
        ignored_files: Vec::new(),
    };
    let program = std::env::current_exe().expect("this program has a file");
    let now = Timestamp::parse("2026-01-01").expect("it is a date");
    let (began, before) = (Instant::now(), processor_time());
    let worker = Worker::child(program, &["parse"]);
    let files = check(&[directory], &Policy::default(), &worker, now).expect("the child starts");
    let used = processor_time().zip(before).map(|(now, before)| now.saturating_sub(before));
    let took = used.unwrap_or_else(|| began.elapsed());
    let unjudged =
        files.iter().flat_map(|file| &file.findings).find(|it| it.finding.rule.as_str() == "unparsable");
    (took, unjudged.map(|checked| checked.finding.message.clone()))
}

/// What this process and the children that ended have used (`proc(5)`: fields 14 to 17 of `stat`, in ticks of 10 ms).
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, behind_name) = stat.rsplit_once(") ")?;
    let fields = behind_name.split(' ').skip(11).take(4);
    let ticks: u64 = fields.map(|field| field.parse::<u64>().unwrap_or_default()).sum();
    Some(Duration::from_millis(ticks * 10))
}
