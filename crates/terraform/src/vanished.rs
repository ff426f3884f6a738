//! What a plan destroys because the program has it no more, told from the plan itself: it compares with the state,
//! wherever that is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::change::{PlanJson, PlanResource};
use crate::protection;

/// Why terraform destroys something that is not in the configuration any more, as `terraform show -json` says it. Others
/// are reasons for a replacement.
const REASONS: [&str; 5] = [
    "delete_because_no_resource_config",
    "delete_because_no_module",
    "delete_because_wrong_repetition",
    "delete_because_count_index",
    "delete_because_each_key",
];

/// Something that a plan destroys because the program has it no more, and does not say that this is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vanished {
    /// Its address.
    pub address: String,
    /// What the plan creates with the same arguments, if there is such a thing: it was probably renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likely: Option<String>,
    /// Whether the program said that it must not be destroyed, when it was applied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_protected: bool,
}

/// What a plan of a document destroys because it is gone.
pub(crate) fn of(shown: &PlanJson, document: &Value) -> Vec<Vanished> {
    let protected = protection::applied(shown.applied_output(protection::OUTPUT));
    let meant = removed(document);
    let is_protected = |resource: &str| protected.contains(resource) && !has(document, resource);
    let is_gone = |change: &&PlanResource| {
        let is_destroyed = change.mode == "managed" && change.change.is_destruction();
        let reason = change.action_reason.as_deref().unwrap_or_default();
        // Where everything is taken down, terraform gives no reason, and still protects only what has a block.
        is_destroyed && (REASONS.contains(&reason) || is_protected(&without_keys(&change.address)))
    };
    let mut created: Vec<&PlanResource> =
        shown.resource_changes.iter().filter(|change| change.change.is_creation()).collect();
    let mut vanished = Vec::new();
    for change in shown.resource_changes.iter().filter(is_gone) {
        let resource = without_keys(&change.address);
        if meant.iter().any(|meant| is_within(&resource, meant)) {
            continue;
        }
        let same = created.iter().position(|new| is_same(change, new));
        vanished.push(Vanished {
            address: change.address.clone(),
            likely: same.map(|position| created.remove(position).address.clone()),
            is_protected: is_protected(&resource),
        });
    }
    vanished
}

/// The addresses that `removed` blocks are about.
fn removed(document: &Value) -> BTreeSet<String> {
    let blocks = document.get("removed").and_then(Value::as_array).into_iter().flatten();
    blocks.filter_map(|block| block.get("from")?.as_str()).map(without_keys).collect()
}

fn is_within(address: &str, other: &str) -> bool {
    address.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn has(document: &Value, resource: &str) -> bool {
    let found =
        resource.split_once('.').and_then(|(kind, name)| document.get("resource")?.get(kind)?.get(name));
    found.is_some()
}

/// An address without the keys of instances: `module.a["x"].aws_x.b[0]` is `module.a.aws_x.b`.
fn without_keys(address: &str) -> String {
    let (mut plain, mut rest) = (String::new(), address);
    while let Some(at) = rest.find('[') {
        plain.push_str(&rest[..at]);
        // A key is a number or text in quotes.
        let key = &rest[at + 1..];
        let end = match key.strip_prefix('"') {
            Some(text) => 1 + end_of_text(text),
            None => key.find(']').map_or(key.len(), |end| end + 1),
        };
        rest = key.get(end..).unwrap_or_default();
    }
    plain + rest
}

/// Where the text of a key ends, its quote and bracket included.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 2,
            _ => {}
        }
    }
    text.len()
}

/// Whether what is created has the arguments of what is destroyed, as far as they are known.
fn is_same(gone: &PlanResource, came: &PlanResource) -> bool {
    let (Some(before), Some(after)) = (gone.change.before.as_object(), came.change.after.as_object()) else {
        return false;
    };
    let mut set = after.iter().filter(|(_, value)| !is_nothing(value)).peekable();
    gone.type_name == came.type_name
        && set.peek().is_some()
        && set.all(|(name, value)| before.get(name) == Some(value))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gone(address: &str, reason: &str, input: &str) -> Value {
        json!({ "address": address, "mode": "managed", "type": "aws_x", "action_reason": reason,
            "change": { "actions": ["delete"], "before": { "id": "1", "input": input }, "after": null } })
    }

    #[test]
    fn what_is_gone_is_told_from_what_is_replaced_and_what_was_renamed() {
        let came = json!({ "address": "aws_x.new", "mode": "managed", "type": "aws_x",
            "change": { "actions": ["create"], "before": null, "after": { "input": "b", "tags": null } } });
        let shown = json!({
            "resource_changes": [
                gone("aws_x.a", "delete_because_no_resource_config", "a"),
                gone("aws_x.b", "delete_because_no_resource_config", "b"),
                gone("aws_x.c[\"k[0]\"]", "delete_because_each_key", "c"),
                gone("aws_x.meant[0]", "delete_because_no_resource_config", "d"),
                gone("aws_x.other", "", "e"),
                gone("aws_x.lost[\"k\"]", "", "f"),
                came,
            ],
            "output_changes": { "formwork_protected": {
                "actions": ["update"], "before": ["aws_x.a", "aws_x.c", "aws_x.lost"], "after": ["aws_x.c"],
            } },
        });
        let document = json!({
            "resource": { "aws_x": { "c": {}, "new": {} } },
            "removed": [{ "from": "aws_x.meant", "lifecycle": { "destroy": true } }],
        });
        let found = of(&serde_json::from_value(shown).unwrap(), &document);
        let one = |address: &str, likely: Option<&str>, is_protected| Vanished {
            address: address.to_owned(),
            likely: likely.map(str::to_owned),
            is_protected,
        };
        assert_eq!(
            found,
            [
                one("aws_x.a", None, true),
                one("aws_x.b", Some("aws_x.new"), false),
                // The resource is there still, and what it says now counts.
                one("aws_x.c[\"k[0]\"]", None, false),
                // Where everything is destroyed.
                one("aws_x.lost[\"k\"]", None, true),
            ]
        );
    }

    #[test]
    fn addresses_have_keys_anywhere() {
        assert_eq!(without_keys(r#"module.a["x.\"y]"].aws_x.b[0]"#), "module.a.aws_x.b");
        assert_eq!(without_keys("aws_x.b"), "aws_x.b");
    }
}
