//! For code scanning: SARIF 2.1.0 (OASIS standard).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::check::{CheckedFile, State};
use crate::report::{all, position, state_text};

/// All findings as a SARIF log.
#[must_use]
pub fn sarif(files: &[CheckedFile]) -> String {
    let mut rules = BTreeMap::new();
    for (_, judged) in all(files) {
        let found = &judged.finding;
        rules.entry(found.rule.as_str()).or_insert_with(|| {
            json!({ "id": found.rule, "shortDescription": { "text": found.why }, "help": { "text": found.fix } })
        });
    }
    let results: Vec<Value> = all(files)
        .map(|(file, judged)| {
            let found = &judged.finding;
            let (start, end) = (position(&file.text, found.span.start), position(&file.text, found.span.end));
            let level = match judged.state {
                State::Open => "error",
                _ => "note",
            };
            let suppressions: Vec<Value> = match &judged.state {
                State::Open | State::Advice => Vec::new(),
                state => vec![json!({ "kind": "external", "justification": state_text(state) })],
            };
            json!({
                "ruleId": found.rule,
                "level": level,
                "message": { "text": format!("{}: {}\n{}\n{}", found.class, found.message, found.why, found.fix) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri(&file.path) },
                    "region": { "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column },
                } }],
                "suppressions": suppressions,
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "formwork migrations", "rules": rules.into_values().collect::<Vec<_>>() } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}")
}

/// A relative path as a URI reference (RFC 3986): what has a meaning of its own there is written as `%XX`.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.trim_start_matches("./").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => {
                uri.push(char::from(byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
