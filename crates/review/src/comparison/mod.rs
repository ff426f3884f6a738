//! What changed between two sets of documents, by meaning: the order of keys does not count, nor whether a single
//! block is written as an object or as a list of one, nor how a JSON document inside a string is laid out.
//!
//! `mod.rs` compares stacks and their blocks, `arguments.rs` the arguments of one block, `lines.rs` two
//! texts. It may import nothing of this crate.

mod arguments;
mod lines;

pub use arguments::{ArgumentChange, differing};
pub use lines::{Line, lines};

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

/// All changes, sorted by stack and address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The changes.
    pub changes: Vec<Change>,
}

/// One thing that was added, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The stack that it is in.
    pub stack: String,
    /// Its address: `aws_s3_bucket.site`, `data.aws_region.current`, `output.url`, `provider.aws`, `terraform.backend`.
    pub address: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The arguments that differ, for what was changed.
    pub arguments: Vec<ArgumentChange>,
}

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is no longer there.
    Removed,
    /// It has other arguments.
    Changed,
    /// It is new.
    Added,
}

impl Comparison {
    /// Compares documents by stack.
    #[must_use]
    pub fn of(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Self {
        let stacks: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let mut changes = Vec::new();
        for stack in stacks {
            let (old, new) = (objects(before.get(stack)), objects(after.get(stack)));
            let addresses: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for address in addresses {
                let change = |kind, arguments| Change {
                    stack: stack.clone(),
                    address: address.clone(),
                    kind,
                    arguments,
                };
                match (old.get(address), new.get(address)) {
                    (Some(_), None) => changes.push(change(ChangeKind::Removed, Vec::new())),
                    (None, Some(_)) => changes.push(change(ChangeKind::Added, Vec::new())),
                    (Some(old), Some(new)) => {
                        let arguments = arguments::differing(old, new);
                        if !arguments.is_empty() {
                            changes.push(change(ChangeKind::Changed, arguments));
                        }
                    }
                    (None, None) => {}
                }
            }
        }
        Self { changes }
    }

    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// The things in a document, by address.
fn objects(document: Option<&Value>) -> BTreeMap<String, &Value> {
    let mut objects = BTreeMap::new();
    let Some(Value::Object(sections)) = document else { return objects };
    for (section, content) in sections {
        match (section.as_str(), content) {
            // Commands around applies are what a document says beside a note of ours.
            ("//", Value::Object(note)) => {
                let commands = note.iter().filter(|(name, _)| *name != "note");
                objects.extend(commands.map(|(name, commands)| (name.clone(), commands)));
            }
            ("//", _) => {}
            ("resource" | "data", Value::Object(types)) => {
                let prefix = if section == "data" { "data." } else { "" };
                for (type_name, named) in types {
                    insert_named(&format!("{prefix}{type_name}"), named, &mut objects);
                }
            }
            ("provider", Value::Object(providers)) => {
                for (name, configurations) in providers {
                    for configuration in as_list(configurations) {
                        let alias = configuration.get("alias").and_then(Value::as_str);
                        let alias = alias.map(|alias| format!(".{alias}")).unwrap_or_default();
                        objects.insert(format!("provider.{name}{alias}"), configuration);
                    }
                }
            }
            ("variable", _) => insert_named("var", content, &mut objects),
            ("locals", _) => insert_named("local", content, &mut objects),
            (other, _) => insert_named(other, content, &mut objects),
        }
    }
    objects
}

fn insert_named<'a>(prefix: &str, named: &'a Value, objects: &mut BTreeMap<String, &'a Value>) {
    match named {
        Value::Object(entries) => {
            objects.extend(entries.iter().map(|(name, value)| (format!("{prefix}.{name}"), value)));
        }
        other => {
            objects.insert(prefix.to_owned(), other);
        }
    }
}

fn as_list(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        other => std::slice::from_ref(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(before: Value, after: Value) -> Vec<String> {
        let documents = |document| BTreeMap::from([("dev".to_owned(), document)]);
        let comparison = Comparison::of(&documents(before), &documents(after));
        let argument = |change: &ArgumentChange| {
            let text = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
            format!("{}: {} -> {}", change.path, text(&change.before), text(&change.after))
        };
        let line = |change: Change| {
            let arguments: Vec<String> = change.arguments.iter().map(argument).collect();
            format!("{:?} {} {}", change.kind, change.address, arguments.join("; ")).trim_end().to_owned()
        };
        comparison.changes.into_iter().map(line).collect()
    }

    fn bucket(arguments: Value) -> Value {
        json!({"//": "x", "resource": {"aws_s3_bucket": {"site": arguments}}})
    }

    #[test]
    fn things_come_go_and_change() {
        let before = json!({
            "resource": {"a": {"gone": {}, "same": {"x": 1}}},
            "output": {"url": {"value": "x"}},
            "provider": {"aws": [{"region": "a"}, {"alias": "b", "region": "b"}]},
        });
        let after = json!({
            "resource": {"a": {"new": {}, "same": {"x": 1}}},
            "output": {"url": {"value": "y"}},
            "provider": {"aws": [{"alias": "b", "region": "c"}, {"region": "a"}]},
            "locals": {"n": 1},
        });
        assert_eq!(
            changes(before, after),
            [
                "Removed a.gone",
                "Added a.new",
                "Added local.n",
                "Changed output.url value: \"x\" -> \"y\"",
                "Changed provider.aws.b region: \"b\" -> \"c\"",
            ]
        );
    }

    #[test]
    fn form_does_not_count() {
        let before = bucket(json!({"block": {"a": 1}, "policy": "{\"a\":1,\"b\":2}", "gone": null}));
        let after = bucket(json!({"policy": "{ \"b\": 2, \"a\": 1 }", "block": [{"a": 1}]}));
        assert_eq!(changes(before, after), [] as [&str; 0]);
    }

    #[test]
    fn arguments_are_named_by_path() {
        let before = bucket(
            json!({"tags": {"a": "1", "b": "2"}, "policy": "{\"Statement\":[{\"Effect\":\"Allow\"}]}"}),
        );
        let after = bucket(
            json!({"tags": {"a": "1", "c": "3"}, "policy": "{\"Statement\":[{\"Effect\":\"Deny\"}]}"}),
        );
        assert_eq!(
            changes(before, after),
            [
                "Changed aws_s3_bucket.site policy.Statement[0].Effect: \"Allow\" -> \"Deny\"; tags.b: \"2\" -> -; tags.c: - -> \"3\""
            ]
        );
    }

    #[test]
    fn an_element_that_comes_shifts_no_others() {
        let before = bucket(json!({"list": ["a", "b", "c"], "blocks": [{"n": 1}, {"n": 2}]}));
        let after = bucket(json!({"list": ["x", "a", "c"], "blocks": [{"n": 2}]}));
        assert_eq!(
            changes(before, after),
            ["Changed aws_s3_bucket.site blocks[]: {\"n\":1} -> -; list[]: - -> \"x\"; list[]: \"b\" -> -"]
        );
        let reordered = changes(bucket(json!({"list": ["a", "b"]})), bucket(json!({"list": ["b", "a"]})));
        assert_eq!(reordered, ["Changed aws_s3_bucket.site list: [\"a\",\"b\"] -> [\"b\",\"a\"]"]);
    }

    #[test]
    fn an_element_that_changed_in_its_place_is_looked_into() {
        let before = bucket(json!({"rule": [{"id": "a", "days": 1}, {"id": "b"}], "list": ["a", "b"]}));
        let after = bucket(json!({"rule": [{"id": "b"}, {"id": "c"}], "list": ["a", "c"]}));
        assert_eq!(
            changes(before, after),
            [
                "Changed aws_s3_bucket.site list[1]: \"b\" -> \"c\"; rule[]: {\"days\":1,\"id\":\"a\"} -> -; rule[]: - -> {\"id\":\"c\"}"
            ]
        );
        let before = bucket(json!({"rule": [{"id": "a", "days": 1}, {"id": "b"}, {"id": "c", "on": true}]}));
        let after = bucket(json!({"rule": [{"id": "b"}, {"id": "c", "on": false}]}));
        assert_eq!(
            changes(before, after),
            ["Changed aws_s3_bucket.site rule[]: {\"days\":1,\"id\":\"a\"} -> -; rule[1].on: true -> false"]
        );
    }

    #[test]
    fn an_element_that_moves_is_not_hidden_by_one_that_changes() {
        let before = bucket(json!({"command": ["a", "b", "c"]}));
        let after = bucket(json!({"command": ["b", "a", "x"]}));
        assert_eq!(
            changes(before, after),
            [
                "Changed aws_s3_bucket.site command[]: \"a\" -> -; command[]: \"c\" -> -; command[]: - -> \"a\"; command[]: - -> \"x\""
            ]
        );
    }

    #[test]
    fn documents_that_terraform_encodes_are_looked_into() {
        let policy = |effect: &str, more: &str| {
            format!(
                r#"${{jsonencode({{"Statement" = [{{"Effect" = "{effect}", "Resource" = ["${{aws_s3_bucket.site.arn}}/*", aws_s3_bucket.site.arn]{more}}}]}})}}"#
            )
        };
        assert_eq!(
            changes(
                bucket(json!({"policy": policy("Allow", "")})),
                bucket(json!({"policy": policy("Deny", ", \"Sid\" = \"x\"")}))
            ),
            [
                "Changed aws_s3_bucket.site policy.Statement[0].Effect: \"Allow\" -> \"Deny\"; policy.Statement[0].Sid: - -> \"x\""
            ]
        );
    }

    #[test]
    fn a_document_may_gain_its_first_expression() {
        let before = bucket(json!({"policy": r#"{"Resource":"*","Who":"$${aws:username}"}"#}));
        let after = bucket(
            json!({"policy": r#"${jsonencode({"Resource" = aws_s3_bucket.site.arn, "Who" = "$${aws:username}"})}"#}),
        );
        assert_eq!(
            changes(before, after),
            ["Changed aws_s3_bucket.site policy.Resource: \"*\" -> \"${aws_s3_bucket.site.arn}\""]
        );
    }

    #[test]
    fn keys_that_are_no_names_are_quoted() {
        let before = bucket(json!({"tags": {"a.b": "1", "c d": "1"}, "n": 1}));
        let after = bucket(json!({"tags": {"a.b": "2", "c d": "1"}, "n": 1.0}));
        assert_eq!(changes(before, after), ["Changed aws_s3_bucket.site tags[\"a.b\"]: \"1\" -> \"2\""]);
    }
}
