//! Which outputs of other stacks a document reads.

use std::collections::BTreeSet;

use serde_json::Value;

/// The outputs of another stack that a document reads, sorted.
pub(crate) fn of(document: &Value, stack: &str) -> Vec<String> {
    let mut outputs = BTreeSet::new();
    let mut visit = |text: &str| {
        // The program was checked, so what cannot be read was reported.
        let _ = formwork_core::references::in_template(text, &mut |traversal| {
            let names = [0, 1, 2, 3, 4].map(|position| traversal.name(position));
            if let [Some("data"), Some("terraform_remote_state"), Some(of), Some("outputs"), Some(name)] =
                names
                && of == stack
            {
                outputs.insert(name.to_owned());
            }
        });
    };
    texts(document, &mut visit);
    outputs.into_iter().collect()
}

/// Visits every text of a document, keys included.
fn texts(document: &Value, visit: &mut dyn FnMut(&str)) {
    match document {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Object(entries) => {
            for (key, item) in entries {
                visit(key);
                texts(item, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outputs_that_a_document_reads_are_found_in_expressions() {
        let document = json!({"resource": {"a": {"b": {
            "x": "${data.terraform_remote_state.network.outputs.vpc_id}",
            "y": "${join(\",\", data.terraform_remote_state.network.outputs.ids)}-${data.terraform_remote_state.network.outputs.vpc_id}",
            "z": "${data.terraform_remote_state.network2.outputs.other}",
        }}}});
        assert_eq!(of(&document, "network"), ["ids", "vpc_id"]);
    }
}
