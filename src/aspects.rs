//! Aspects that come with Formwork, for [`App::aspect`](crate::App::aspect) and [`Stack::aspect`](crate::Stack::aspect).

use std::collections::HashMap;
use std::sync::Mutex;

use formwork_core::{Block, Expr, Json, Visit};
use formwork_schema::{AttributeType, Library, Type};

/// How a resource type takes tags.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taking {
    Not,
    /// The map `tags`.
    Map,
    /// A block `tag` for each, with the switch `propagate_at_launch`, as `aws_autoscaling_group` has it.
    Blocks,
}

/// Gives tags to every resource whose type takes them in all versions of its provider that the library knows. A tag
/// that a resource has already is left as it is.
pub fn tags<K: Into<String>, V: Into<String>>(
    library: Library,
    tags: impl IntoIterator<Item = (K, V)>,
) -> impl Fn(&mut Visit<'_>) + Send + Sync + 'static {
    let tags: Vec<(String, String)> =
        tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
    let known: Mutex<HashMap<String, Taking>> = Mutex::default();
    move |visit| {
        if !visit.is_resource() {
            return;
        }
        let type_name = visit.type_name().to_owned();
        let taking = {
            // Nothing that holds the lock can panic half-way.
            let mut known = known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *known.entry(type_name).or_insert_with_key(|type_name| taking(&library, type_name))
        };
        match taking {
            Taking::Not => {}
            Taking::Map => {
                let merged = merged(visit.get("tags"), &tags);
                visit.set("tags", merged);
            }
            Taking::Blocks => {
                if let Some(block) = visit.block_mut() {
                    push_missing(block, &tags);
                }
            }
        }
    }
}

fn taking(library: &Library, type_name: &str) -> Taking {
    let mut all = None;
    for catalogue in library.iter() {
        // A damaged catalogue is an error of the check that follows.
        let Ok(Some(schema)) = catalogue.resource(type_name) else { continue };
        let is_map = |attribute: &formwork_schema::Attribute| {
            attribute.optional && matches!(&attribute.ty, AttributeType::Value(Type::Map(_)))
        };
        let propagates = |nested: &formwork_schema::NestedBlock| {
            let block = catalogue.block(nested.shape);
            block.is_ok_and(|block| block.attribute("propagate_at_launch").is_some())
        };
        let here = match (schema.block.attribute("tags"), schema.block.nested_block("tag")) {
            (Some(attribute), _) if is_map(attribute) => Taking::Map,
            (None, Some(nested)) if propagates(nested) => Taking::Blocks,
            _ => Taking::Not,
        };
        if all.replace(here).is_some_and(|before| before != here) {
            return Taking::Not;
        }
    }
    all.unwrap_or(Taking::Not)
}

/// The tags of a resource and those that it lacks.
fn merged(present: Option<&Json>, tags: &[(String, String)]) -> Json {
    let added = || tags.iter().map(|(key, value)| (key.clone(), value.clone().into()));
    match present {
        Some(Json::Object(entries)) => {
            let mut entries = entries.clone();
            for (key, value) in added() {
                if !entries.iter().any(|(known, _)| *known == key) {
                    entries.push((key.into(), value));
                }
            }
            Json::Object(entries)
        }
        // What Terraform computes comes last, so that its own tags win.
        Some(Json::Template(text)) => match formwork_core::references::whole(text) {
            Some(own) => {
                let document: serde_json::Map<_, _> =
                    tags.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
                let text = serde_json::Value::Object(document).to_string();
                let common = Expr::<Json>::call("jsondecode", [text.as_str().into()]);
                Expr::<Json>::call("merge", [common.into(), Expr::<Json>::raw(own).into()]).into()
            }
            None => Json::Template(text.clone()),
        },
        _ => Json::from(serde_json::Value::Object(
            tags.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect(),
        )),
    }
}

fn push_missing(block: &mut Block, tags: &[(String, String)]) {
    let has = |block: &Block, key: &str| match block.get("tag") {
        Some(Json::Blocks(blocks)) => {
            blocks.iter().any(|tag| tag.get("key") == Some(&Json::from(key.to_owned())))
        }
        _ => false,
    };
    for (key, value) in tags {
        if !has(block, key) {
            let mut tag = Block::new();
            tag.set("key", key.clone());
            tag.set("value", value.clone());
            tag.set("propagate_at_launch", true);
            block.push("tag", tag);
        }
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{App, Raw, Resource};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_takes_tags_gets_them_and_keeps_its_own() {
        let mut app = App::new();
        app.aspect(tags(Library::embedded(), [("Team", "a"), ("Cost", "1")]));
        let stack = app.stack("dev");
        stack.require_provider("aws", "hashicorp/aws", ">= 5.100.0, < 7.0.0");
        stack.add("bare", Raw::new("aws_sqs_queue"));
        stack.add("own", Raw::new("aws_sqs_queue").set("tags", json!({ "Team": "b" })));
        stack.add("computed", Raw::new("aws_sqs_queue").set("tags", Expr::<Json>::raw("var.tags")));
        stack.add("not", Raw::new("aws_iam_role_policy_attachment"));
        let mut tag = Block::new();
        tag.set("key", "Team");
        tag.set("value", "c");
        tag.set("propagate_at_launch", false);
        stack.add("group", Raw::new("aws_autoscaling_group").push("tag", tag));
        let settled = app.settle();
        assert_eq!(settled.diagnostics, []);
        let document = serde_json::to_value(&settled.stacks[0]).unwrap();
        let resources = &document["resource"];
        assert_eq!(
            resources["aws_sqs_queue"],
            json!({
                "bare": { "tags": { "Team": "a", "Cost": "1" } },
                "own": { "tags": { "Team": "b", "Cost": "1" } },
                "computed": { "tags": "${merge(jsondecode(\"{\\\"Cost\\\":\\\"1\\\",\\\"Team\\\":\\\"a\\\"}\"), var.tags)}" },
            })
        );
        assert_eq!(resources["aws_iam_role_policy_attachment"]["not"], json!({}));
        assert_eq!(
            resources["aws_autoscaling_group"]["group"]["tag"],
            json!([
                { "key": "Team", "value": "c", "propagate_at_launch": false },
                { "key": "Cost", "value": "1", "propagate_at_launch": true },
            ])
        );
    }
}
