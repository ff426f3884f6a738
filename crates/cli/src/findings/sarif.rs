//! SARIF 2.1.0, as far as GitHub's code scanning reads it:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::collections::BTreeSet;

use formwork_core::escape::uri;
use formwork_synth::digest;
use serde_json::{Value, json};

use crate::findings::{Finding, Level};

/// What code scanning shows a finding at that is nowhere: a result without a place is refused.
const ANYWHERE: &str = "Cargo.toml";

/// One run with a result for each finding.
pub(super) fn log(findings: &[Finding]) -> Value {
    let ids: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let rules: Vec<Value> =
        ids.iter().map(|id| json!({"id": id, "shortDescription": {"text": about(id)}})).collect();
    let results: Vec<Value> = findings.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "formwork",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn about(rule: &str) -> String {
    match rule {
        "program" => "A mistake in the program".to_owned(),
        "terraform" => "What terraform says of a document".to_owned(),
        "stale" => "A file that is not as the program says".to_owned(),
        "documents" => "What is not planned beside credentials".to_owned(),
        "workflows" => "A mistake in a workflow".to_owned(),
        rule => format!("The rule `{rule}`"),
    }
}

fn result(finding: &Finding) -> Value {
    let (file, line) =
        finding.place.as_ref().map_or((ANYWHERE, 1), |place| (place.file.as_str(), place.line));
    // The same finding is one, wherever its line has moved to.
    let identity = digest(format!("{}\n{}\n{}", finding.rule, finding.subject, finding.message).as_bytes());
    json!({
        "ruleId": finding.rule,
        "level": match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
        },
        "message": {"text": finding.text()},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(file)},
            "region": {"startLine": line.max(1)},
        }}],
        "partialFingerprints": {"formwork/v1": identity.trim_start_matches("sha256:")},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Place;

    #[test]
    fn every_result_has_what_code_scanning_asks_for() {
        let place = Some(Place { file: "infra/my file.rs".to_owned(), line: 3 });
        let findings = [
            Finding { place, ..Finding::plain("guards/a", "x".to_owned()) },
            Finding::plain("program", "y".to_owned()),
        ];
        let log = log(&findings);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        let location = |index: usize| &results[index]["locations"][0]["physicalLocation"];
        assert_eq!(location(0)["artifactLocation"]["uri"], "infra/my%20file.rs");
        assert_eq!(location(0)["region"]["startLine"], 3);
        assert_eq!(location(1)["artifactLocation"]["uri"], "Cargo.toml");
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), 2);
        assert_ne!(results[0]["partialFingerprints"], results[1]["partialFingerprints"]);
    }
}
