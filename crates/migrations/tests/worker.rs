//! A parser that dies does not take the command with it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Cursor;

use formwork_migrations::{ParseFailure, Worker, serve};

#[test]
#[cfg(unix)]
fn a_child_that_dies_is_the_fault_of_the_file_that_it_was_at() {
    let worker = Worker::child("/bin/false".into(), &[]);
    let results = worker.parse_all(&["SELECT 1", "SELECT 2"]).unwrap();
    assert_eq!(results, [Err(ParseFailure::TooDeep), Err(ParseFailure::TooDeep)]);
    // It answers nonsense: it repeats what it is told.
    let worker = Worker::child("/bin/cat".into(), &[]);
    assert_eq!(worker.parse_all(&["SELECT 1"]).unwrap(), [Err(ParseFailure::TooDeep)]);
    assert!(Worker::child("/nowhere/at/all".into(), &[]).parse_all(&["SELECT 1"]).is_err());
    assert_eq!(worker.parse_all(&[]).unwrap(), []);
}

#[test]
fn a_file_beyond_the_limit_is_said_to_be_too_large() {
    let worker = Worker::child("/nowhere/at/all".into(), &[]);
    let large = "-".repeat((64 << 20) + 1);
    // Nothing is started for it.
    let results = worker.parse_all(&[&large]).unwrap();
    assert_eq!(results, [Err(ParseFailure::TooLarge)]);
    assert_eq!(ParseFailure::TooLarge.to_string(), "the file is larger than 64 MB");
    assert_eq!(
        ParseFailure::TooSlow { seconds: 30 }.to_string(),
        "the parser did not come to an end within 30 seconds: split the file"
    );
}

#[test]
fn the_child_answers_every_text() {
    let mut input = Vec::new();
    for text in ["SELECT 1;", "", "DROP TABLE a; DROP TABLE b;"] {
        input.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        input.extend(text.as_bytes());
    }
    let mut output = Vec::new();
    serve(Cursor::new(input), &mut output).unwrap();
    let mut lengths = Vec::new();
    let mut rest = output.as_slice();
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let (frame, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        let reading: formwork_migrations::ParsedFile = serde_json::from_slice(frame).unwrap();
        lengths.push(reading.top_level);
        rest = behind;
    }
    assert_eq!(lengths, [1, 0, 2]);
}
