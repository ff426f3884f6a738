//! For code scanning: SARIF 2.1.0 (OASIS standard).

use std::collections::BTreeMap;

use formwork_core::escape::uri;
use serde_json::{Value, json};

use crate::check::{CheckedFile, findings};
use crate::finding::FindingState;

/// All findings as a SARIF log.
#[must_use]
pub fn sarif(files: &[CheckedFile]) -> String {
    let mut rules = BTreeMap::new();
    for (_, checked) in findings(files) {
        let found = &checked.finding;
        rules.entry(found.rule.as_str()).or_insert_with(|| {
            json!({ "id": found.rule, "shortDescription": { "text": found.why }, "help": { "text": found.fix } })
        });
    }
    let results: Vec<Value> = findings(files)
        .map(|(file, checked)| {
            let found = &checked.finding;
            let (start, end) = (file.position(found.span.start), file.position(found.span.end));
            let level = match checked.state {
                FindingState::Open => "error",
                _ => "note",
            };
            let suppressions: Vec<Value> = match &checked.state {
                FindingState::Open | FindingState::Advice => Vec::new(),
                state => vec![json!({ "kind": "external", "justification": state.to_string() })],
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
