//! What the documents say that were synthesized last: where states are kept, and which providers are used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::Check;

/// Documents by stack. What cannot be read is not there.
pub(super) fn read(folder: &Path) -> BTreeMap<String, Value> {
    let mut documents = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("formwork.out")).into_iter().flatten().flatten() {
        let text = std::fs::read(entry.path().join("main.tf.json")).unwrap_or_default();
        if let Ok(document) = serde_json::from_slice(&text) {
            documents.insert(entry.file_name().to_string_lossy().into_owned(), document);
        }
    }
    documents
}

pub(super) fn checks(documents: &BTreeMap<String, Value>) -> Vec<Check> {
    if documents.is_empty() {
        let advice = "`formwork synth` writes them; then this looks at backends and credentials too";
        return vec![Check::advice("documents", "nothing is synthesized yet", advice)];
    }
    let mut checks = vec![Check::good("documents", format!("{} in formwork.out", documents.len()))];
    for (stack, document) in documents {
        let name = format!("backend of {stack}");
        checks.push(match backend(document) {
            Some(kind) if kind != "local" => Check::good(name, kind),
            _ => Check::advice(
                name,
                "the state is a file in formwork.out, which nobody else has",
                "say where to keep it before the first real apply: `stack.backend(Backend::s3(…))`",
            ),
        });
    }
    checks
}

fn backend(document: &Value) -> Option<String> {
    if document.pointer("/terraform/cloud").is_some() {
        return Some("cloud".to_owned());
    }
    document.pointer("/terraform/backend")?.as_object()?.keys().next().cloned()
}

/// The source addresses of the providers, such as `hashicorp/aws`.
pub(super) fn providers(documents: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let required =
        documents.values().filter_map(|it| it.pointer("/terraform/required_providers")?.as_object());
    required
        .flat_map(|all| all.values())
        .filter_map(|it| {
            Some(it.get("source")?.as_str()?.trim_start_matches("registry.terraform.io/").to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Status;

    #[test]
    fn a_state_that_only_one_machine_has_is_advised_against() {
        let of = |document: Value| BTreeMap::from([("shop".to_owned(), document)]);
        let s3 = serde_json::json!({ "terraform": { "backend": { "s3": {} }, "required_providers": { "aws": { "source": "hashicorp/aws" } } } });
        assert_eq!(checks(&of(s3.clone()))[1], Check::good("backend of shop", "s3"));
        assert_eq!(providers(&of(s3)), BTreeSet::from(["hashicorp/aws".to_owned()]));
        assert_eq!(checks(&of(serde_json::json!({})))[1].status, Status::Advice);
    }
}
