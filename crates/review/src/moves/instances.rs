//! Instances of a resource, and the provider that it has, in a document.

use std::collections::{BTreeSet, HashMap};

use formwork_core::references::{self, Piece};
use formwork_core::{Address, Stack};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::moves::{address, statements};

/// How many instances are told apart.
const MOST: u64 = 10_000;

/// The key of an instance, as it stands in an address: empty without `count` and `for_each`, else `[0]` or `["key"]`.
type Key = String;

/// The keys of a resource's instances; `None` if the document does not tell them.
fn keys(body: &Value) -> Option<BTreeSet<Key>> {
    if let Some(count) = body.get("count") {
        let count = count.as_u64().filter(|count| *count <= MOST)?;
        return Some((0..count).map(|index| format!("[{index}]")).collect());
    }
    let key = |text: &str| (!text.contains(['$', '%'])).then(|| format!("[{}]", Value::from(text)));
    match body.get("for_each") {
        None => Some(BTreeSet::from([Key::new()])),
        Some(Value::Object(entries)) => entries.keys().map(|text| key(text)).collect(),
        Some(Value::String(text)) => {
            let list = text.strip_prefix("${toset(")?.strip_suffix(")}")?;
            let list: Vec<String> = serde_json::from_str(list).ok()?;
            list.iter().map(|text| key(text)).collect()
        }
        Some(_) => None,
    }
}

/// Whether terraform takes an instance for another one by itself, when `count` comes or goes.
fn is_same(old: &str, new: &BTreeSet<Key>) -> bool {
    new.contains(old) || (old.is_empty() && new.contains("[0]")) || (old == "[0]" && new.contains(""))
}

/// Which addresses the program says to be moved, from where to where.
pub(crate) struct Moves {
    to: HashMap<String, String>,
}

impl Moves {
    pub(crate) fn of(stack: &Stack) -> Self {
        let ends = statements(stack, "moved", &["from", "to"]);
        Self {
            to: ends
                .filter_map(|ends| <[String; 2]>::try_from(ends).ok())
                .map(|[from, to]| (from, to))
                .collect(),
        }
    }

    /// The same without the keys of instances.
    pub(crate) fn between_objects(&self) -> Vec<(Address, Address)> {
        self.to.iter().filter_map(|(from, to)| Some((address(from)?, address(to)?))).collect()
    }

    /// Where a resource is in the end.
    fn end_of<'a>(&'a self, from: &'a str) -> &'a str {
        let mut end = from;
        // Moves in a circle end nowhere.
        for _ in 0..self.to.len() {
            match self.to.get(end) {
                Some(to) if !to.contains('[') => end = to,
                _ => break,
            }
        }
        end
    }

    /// The instances of a resource or module call that are not there any more, though it is, here or elsewhere; and what each probably
    /// is now.
    pub(crate) fn instances_gone(
        &self,
        old: &str,
        body: &RawValue,
        stack: &Stack,
    ) -> Vec<(String, Option<String>)> {
        let new = self.end_of(old);
        let Some(object) = address(new).and_then(|new| stack.block(new.kind, &new.type_name, &new.name))
        else {
            return Vec::new();
        };
        // Most resources have neither, before and after.
        const REPEATS: [&str; 2] = ["count", "for_each"];
        let was_repeated = REPEATS.iter().any(|argument| body.get().contains(argument));
        if !was_repeated && REPEATS.iter().all(|argument| object.block.get(argument).is_none()) {
            return Vec::new();
        }
        let (Ok(before_body), Ok(after_body)) =
            (serde_json::from_str::<Value>(body.get()), serde_json::to_value(&object.block))
        else {
            return Vec::new();
        };
        let (Some(before), Some(after)) = (keys(&before_body), keys(&after_body)) else { return Vec::new() };
        let is_explained = |key: &str| match self.to.get(&format!("{old}{key}")) {
            Some(to) => !key.is_empty() || to.contains('['),
            None => false,
        };
        let gone: Vec<&Key> =
            before.iter().filter(|key| !is_same(key, &after) && !is_explained(key)).collect();
        let came: Vec<&Key> = after.iter().filter(|key| !is_same(key, &before)).collect();
        let likely = likely((&before_body, &gone), (&after_body, &came));
        let likely_of = |key: &Key| likely.get(key).map(|to| format!("{new}{to}"));
        gone.iter().map(|key| (format!("{old}{key}"), likely_of(key))).collect()
    }
}

/// What of the instances that came each of those that are gone probably is: the only one, or the one with the same
/// arguments. Where several have the same, they go in order if there are as many of both.
fn likely((before, gone): (&Value, &[&Key]), (after, came): (&Value, &[&Key])) -> HashMap<Key, Key> {
    if let ([one], [only]) = (gone, came) {
        return HashMap::from([((*one).clone(), (*only).clone())]);
    }
    let mut groups: HashMap<String, (Vec<&Key>, Vec<&Key>)> = HashMap::new();
    for key in gone {
        groups.entry(instance(before, key).to_string()).or_default().0.push(key);
    }
    for key in came {
        groups.entry(instance(after, key).to_string()).or_default().1.push(key);
    }
    let certain = groups.into_values().filter(|(gone, came)| gone.len() == came.len());
    certain.flat_map(|(gone, came)| gone.into_iter().cloned().zip(came.into_iter().cloned())).collect()
}

/// The arguments of one instance, as far as they follow from its key.
fn instance(body: &Value, key: &str) -> Value {
    let Some(arguments) = body.as_object() else { return body.clone() };
    let key: Value = key
        .strip_prefix('[')
        .and_then(|key| key.strip_suffix(']'))
        .map_or(Value::Null, |key| serde_json::from_str(key).unwrap_or_default());
    let value = match (&key, body.get("for_each")) {
        (Value::String(key), Some(Value::Object(entries))) => entries.get(key).cloned().unwrap_or_default(),
        (key, _) => key.clone(),
    };
    let own = arguments.iter().filter(|(name, _)| !matches!(name.as_str(), "count" | "for_each"));
    own.map(|(name, argument)| (name.clone(), filled(argument, &key, &value))).collect()
}

/// An argument with what `each` and `count` stand for in one instance.
fn filled(argument: &Value, key: &Value, value: &Value) -> Value {
    match argument {
        Value::Array(items) => items.iter().map(|item| filled(item, key, value)).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(name, item)| (name.clone(), filled(item, key, value))).collect()
        }
        Value::String(text) if text.contains("${") => {
            let stands_for = |expression: &str| match expression {
                "each.key" | "count.index" => Some(key),
                "each.value" => Some(value),
                _ => expression.strip_prefix("each.value.").and_then(|field| value.get(field)),
            };
            if let Some(whole) = references::whole(text).and_then(stands_for) {
                return whole.clone();
            }
            let piece = |piece: Piece<'_>| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Interpolation(expression) => match stands_for(expression.trim()) {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Number(number)) => number.to_string(),
                    _ => format!("${{{expression}}}"),
                },
                Piece::Directive(directive) => format!("%{{{directive}}}"),
            };
            Value::String(references::pieces(text).into_iter().map(piece).collect())
        }
        other => other.clone(),
    }
}

/// The configuration of a provider that a resource names, such as `aws.us_east_1`, if it is one with an alias.
pub(crate) fn provider(body: &Value) -> Option<&str> {
    body.get("provider")?.as_str().filter(|name| name.contains('.') && !name.contains(['$', '[']))
}

/// Whether a document has a configuration of a provider, such as `aws.us_east_1`.
pub(crate) fn has_provider(document: &Value, name: &str) -> bool {
    let Some((provider, alias)) = name.split_once('.') else { return true };
    let configurations = match document.get("provider").and_then(|all| all.get(provider)) {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    configurations.iter().any(|configuration| configuration["alias"] == alias)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn all(body: Value) -> Option<Vec<Key>> {
        keys(&body).map(|keys| keys.into_iter().collect())
    }

    #[test]
    fn keys_are_known_where_they_are_literal() {
        assert_eq!(all(json!({})), Some(vec![Key::new()]));
        assert_eq!(all(json!({ "count": 2 })), Some(vec!["[0]".into(), "[1]".into()]));
        let both = Some(vec![r#"["a"]"#.to_owned(), r#"["b"]"#.to_owned()]);
        assert_eq!(all(json!({ "for_each": { "a": 1, "b": 2 } })), both);
        assert_eq!(all(json!({ "for_each": "${toset([\"a\", \"b\"])}" })), both);
        for unknown in ["${var.x}", "${toset(var.x)}", "${toset([\"${var.x}\"])}"] {
            assert_eq!(all(json!({ "for_each": unknown })), None);
        }
        assert_eq!(all(json!({ "count": "${var.x}" })), None);
        assert_eq!(all(json!({ "count": 1e12 })), None);
    }

    #[test]
    fn instances_with_the_same_arguments_are_the_same() {
        let pairs = |before: Value, after: Value| {
            let (old, new) = (keys(&before).unwrap(), keys(&after).unwrap());
            let gone: Vec<&Key> = old.iter().filter(|key| !is_same(key, &new)).collect();
            let came: Vec<&Key> = new.iter().filter(|key| !is_same(key, &old)).collect();
            let mut found: Vec<_> = likely((&before, &gone), (&after, &came)).into_iter().collect();
            found.sort();
            found
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        // One object that becomes one of several.
        assert_eq!(
            pairs(
                json!({ "name": "q-one" }),
                json!({ "for_each": "${toset([\"one\", \"two\"])}", "name": "q-${each.key}" })
            ),
            [pair("", r#"["one"]"#)]
        );
        // Several keys that changed, by their values.
        assert_eq!(
            pairs(
                json!({ "for_each": { "a": "1", "b": "2" }, "name": "${each.value}" }),
                json!({ "for_each": { "x": "2", "y": "1", "z": "3" }, "name": "${each.value}" })
            ),
            [pair(r#"["a"]"#, r#"["y"]"#), pair(r#"["b"]"#, r#"["x"]"#)]
        );
        assert_eq!(
            pairs(
                json!({ "for_each": { "a": { "n": "1" }, "b": { "n": "2" } }, "name": "q${each.value.n}" }),
                json!({ "count": 2, "name": "q${count.index}" })
            ),
            [pair(r#"["a"]"#, "[1]")]
        );
        // Nothing tells them apart: in order.
        assert_eq!(
            pairs(json!({ "count": 2 }), json!({ "for_each": { "a": 1, "b": 2 } })),
            [pair("[0]", r#"["a"]"#), pair("[1]", r#"["b"]"#)]
        );
        assert_eq!(pairs(json!({ "count": 3 }), json!({ "for_each": { "a": 1, "b": 2 } })), []);
    }

    #[test]
    fn the_first_of_a_count_is_the_one_without() {
        let keys = |body: Value| keys(&body).unwrap();
        assert!(is_same("", &keys(json!({ "count": 1 }))));
        assert!(is_same("[0]", &keys(json!({}))));
        assert!(!is_same("", &keys(json!({ "for_each": { "a": 1 } }))));
        assert!(!is_same("[1]", &keys(json!({ "count": 1 }))));
    }
}
