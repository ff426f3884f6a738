//! What a stack's program says must not be destroyed, kept where its state is.
//!
//! Terraform forgets `prevent_destroy` with the block that says it: whoever takes a database out of the program destroys
//! it. So the addresses are an output of the stack, in a document of our own beside the stack's, and the state has them on
//! whatever machine the next plan is made.

use std::collections::BTreeSet;
use std::path::Path;

use formwork_synth::{remove_file, write_json};
use serde_json::{Value, json};

/// The output with the addresses.
pub const OUTPUT: &str = "formwork_protected";
/// The document with the output.
const FILE: &str = "formwork_protected.tf.json";

/// Writes the document that has terraform keep what is protected, or removes it where nothing is.
///
/// # Errors
/// Fails if the folder cannot be written to.
pub(crate) fn write(folder: &Path, document: &Value) -> anyhow::Result<()> {
    let addresses = protected(document);
    let is_taken = document.pointer(&format!("/output/{OUTPUT}")).is_some();
    if addresses.is_empty() || is_taken {
        return Ok(remove_file(&folder.join(FILE))?);
    }
    let description = "Resources that must not be destroyed, for when they are taken out of the program";
    let output = json!({ "value": addresses, "description": description });
    write_json(folder.join(FILE), &json!({ "output": { OUTPUT: output } }))
}

/// The addresses of the resources with `prevent_destroy`, sorted.
fn protected(document: &Value) -> BTreeSet<String> {
    let types = document.get("resource").and_then(Value::as_object).into_iter().flatten();
    let of_type = |(type_name, named): (&String, &Value)| {
        let named = named.as_object().into_iter().flatten();
        let is_protected = |body: &Value| {
            // A block may be a list of one in Terraform's JSON syntax.
            ["/lifecycle/prevent_destroy", "/lifecycle/0/prevent_destroy"]
                .iter()
                .any(|path| body.pointer(path) == Some(&Value::Bool(true)))
        };
        let protected = named.filter(|(_, body)| is_protected(body));
        protected.map(|(name, _)| format!("{type_name}.{name}")).collect::<Vec<_>>()
    };
    types.flat_map(of_type).collect()
}

/// The addresses that the value of the output says are protected.
pub(crate) fn applied(value: Option<&Value>) -> BTreeSet<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_protected_is_kept_as_an_output() {
        let folder = tempfile::tempdir().unwrap();
        let protected = json!({ "lifecycle": { "prevent_destroy": true } });
        let listed = json!({ "lifecycle": [{ "prevent_destroy": true }] });
        let document = json!({ "resource": { "aws_x": { "a": protected, "b": {}, "c": listed }, "aws_y": { "a": {} } } });
        write(folder.path(), &document).unwrap();
        let written = std::fs::read(folder.path().join(FILE)).unwrap();
        let written: Value = serde_json::from_slice(&written).unwrap();
        let kept = applied(Some(&written["output"][OUTPUT]["value"]));
        assert_eq!(kept.into_iter().collect::<Vec<_>>(), ["aws_x.a", "aws_x.c"]);
        write(folder.path(), &json!({ "resource": { "aws_x": { "b": {} } } })).unwrap();
        assert!(!folder.path().join(FILE).exists());
    }
}
