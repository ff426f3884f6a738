//! Addresses that an earlier document has and a stack has not any more, and where they probably went.
//!
//! Terraform destroys what vanishes and creates what appears: without a `moved` block, a rename replaces a database.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use formwork_core::{Json as Argument, Kind, Stack};
use formwork_schema::TypeFacts;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// How many pairs of old and new resources of a type are compared argument by argument.
const MOST_PAIRS: usize = 10_000;

/// An address that is gone without a `moved` or `removed` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedAddress {
    /// The address that the earlier document has.
    pub address: String,
    /// Where it probably is now.
    pub likely: Option<String>,
    /// What a replacement would lose.
    pub keeps: Option<&'static str>,
    /// Whether the program said that it must not be destroyed: `prevent_destroy`. Terraform forgets that with the block.
    pub is_protected: bool,
}

/// A line of Rust that says where things went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A resource, from one address to another.
    Moved(String, String),
    /// All resources of a scope, from one scope to another.
    MovedScope(String, String),
}

/// As much of an earlier document as is needed; arguments stay text until they are asked for.
#[derive(Deserialize, Default)]
struct Earlier<'a> {
    #[serde(borrow, default)]
    resource: BTreeMap<String, BTreeMap<String, &'a RawValue>>,
    #[serde(borrow, default)]
    module: BTreeMap<String, &'a RawValue>,
}

/// What is gone since an earlier document, sorted by address. Text that is no document of ours has nothing to lose.
pub fn since(document: &[u8], stack: &Stack) -> Vec<RemovedAddress> {
    let Ok(earlier) = serde_json::from_slice::<Earlier<'_>>(document) else { return Vec::new() };
    let explained = explained(stack);
    let mut removed = Vec::new();
    for (type_name, named) in &earlier.resource {
        let gone: Vec<(&str, &RawValue)> = named
            .iter()
            .filter(|(name, _)| stack.resource(type_name, name).is_none())
            .map(|(name, body)| (name.as_str(), *body))
            .collect();
        if gone.is_empty() {
            continue;
        }
        let gone: Vec<_> = gone
            .into_iter()
            .filter(|(name, _)| !explained.contains(&format!("{type_name}.{name}")))
            .collect();
        let targets = &explained;
        let fresh: Vec<(&str, Value)> = stack
            .resources_of(type_name)
            .filter(|(name, _)| {
                !named.contains_key(*name) && !targets.contains(&format!("{type_name}.{name}"))
            })
            .filter_map(|(name, object)| Some((name, serde_json::to_value(&object.block).ok()?)))
            .collect();
        let likely = pairs(&gone, &fresh);
        let keeps = TypeFacts::of(type_name).loses.as_deref();
        removed.extend(gone.iter().map(|(name, body)| RemovedAddress {
            address: format!("{type_name}.{name}"),
            likely: likely.get(name).map(|new| format!("{type_name}.{new}")),
            keeps,
            is_protected: is_protected(body),
        }));
    }
    let calls: HashSet<&str> = stack.blocks(Kind::Module).map(|(_, name, _)| name).collect();
    let gone = earlier.module.keys().filter(|name| !calls.contains(name.as_str()));
    let gone = gone.map(|name| format!("module.{name}")).filter(|address| !explained.contains(address));
    removed.extend(gone.map(|address| RemovedAddress {
        address,
        likely: None,
        keeps: None,
        is_protected: false,
    }));
    removed
}

/// Whether the body of a resource says that it must not be destroyed.
fn is_protected(body: &RawValue) -> bool {
    let body: Value = serde_json::from_str(body.get()).unwrap_or_default();
    // A block may be a list of one in Terraform's JSON syntax.
    ["/lifecycle/prevent_destroy", "/lifecycle/0/prevent_destroy"]
        .iter()
        .any(|path| body.pointer(path) == Some(&Value::Bool(true)))
}

/// The lines that explain what was probably renamed: one for a scope whose resources all went the same way.
pub fn lines(removed: &[RemovedAddress]) -> Vec<Line> {
    let mut scopes: BTreeMap<(String, String), Vec<(&str, &str)>> = BTreeMap::new();
    let renamed = removed.iter().filter_map(|one| Some((one.address.as_str(), one.likely.as_deref()?)));
    for (from, to) in renamed {
        scopes.entry(differing(from, to)).or_default().push((from, to));
    }
    let mut lines = Vec::new();
    for ((old, new), pairs) in scopes {
        let is_scope = pairs.len() > 1 && !old.is_empty() && !new.is_empty();
        // All that was below the old name must have gone, or the scope is still there.
        let prefix = format!("{old}_");
        let below = |one: &&RemovedAddress| {
            one.address.split_once('.').is_some_and(|(_, name)| name.starts_with(&prefix))
        };
        if is_scope && removed.iter().filter(below).all(|one| one.likely.is_some()) {
            lines.push(Line::MovedScope(old, new));
        } else {
            lines.extend(pairs.iter().map(|(from, to)| Line::Moved((*from).to_owned(), (*to).to_owned())));
        }
    }
    lines
}

impl Line {
    /// The line, as it is written in a program.
    pub fn rust(&self) -> String {
        match self {
            Self::Moved(from, to) => format!("stack.moved({from:?}, {to:?});"),
            Self::MovedScope(from, to) => format!("stack.moved_scope({from:?}, {to:?});"),
        }
    }
}

/// The beginnings of two names that are the same from some underscore on; empty if they are not.
fn differing(from: &str, to: &str) -> (String, String) {
    let name = |address: &str| address.split_once('.').map_or(String::new(), |(_, name)| name.to_owned());
    let (from, to) = (name(from), name(to));
    let same = from.bytes().rev().zip(to.bytes().rev()).take_while(|(a, b)| a == b).count();
    let common = from.get(from.len() - same..).unwrap_or_default();
    let Some(at) = common.find('_') else { return (String::new(), String::new()) };
    let rest = common.len() - at;
    (from[..from.len() - rest].to_owned(), to[..to.len() - rest].to_owned())
}

/// Addresses that `moved` and `removed` blocks are about, without the keys of instances.
fn explained(stack: &Stack) -> HashSet<String> {
    let mut addresses = HashSet::new();
    for (kind, argument) in [("moved", "from"), ("moved", "to"), ("removed", "from")] {
        for object in stack.statements(kind) {
            if let Some(Argument::String(text) | Argument::Template(text)) = object.block.get(argument) {
                addresses.insert(text.split('[').next().unwrap_or_default().to_owned());
            }
        }
    }
    addresses
}

/// Which old resource of a type is which new one: first those with equal arguments, then the most alike.
fn pairs<'a>(gone: &[(&'a str, &RawValue)], fresh: &[(&'a str, Value)]) -> HashMap<&'a str, &'a str> {
    let mut likely = HashMap::new();
    if fresh.is_empty() {
        return likely;
    }
    let old: Vec<(&str, Value)> = gone
        .iter()
        .filter_map(|(name, body)| Some((*name, serde_json::from_str(body.get()).ok()?)))
        .collect();
    let mut equal: HashMap<String, Vec<&str>> = HashMap::new();
    for (name, body) in fresh {
        equal.entry(body.to_string()).or_default().push(name);
    }
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for (name, body) in &old {
        let same = equal.get(&body.to_string()).into_iter().flatten().filter(|new| !taken.contains(**new));
        if let Some(new) = same.max_by_key(|new| common_ending(name, new)).copied() {
            taken.insert(new);
            likely.insert(*name, new);
        }
    }
    let rest: Vec<_> = old.iter().filter(|(name, _)| !likely.contains_key(name)).collect();
    let free: Vec<_> = fresh.iter().filter(|(name, _)| !taken.contains(name)).collect();
    if rest.is_empty() || rest.len() * free.len() > MOST_PAIRS {
        return likely;
    }
    let is_only_pair = rest.len() == 1 && free.len() == 1 && likely.is_empty();
    let mut scored = Vec::new();
    for (old_name, old_body) in &rest {
        for (new_name, new_body) in &free {
            let score =
                alike(old_body, new_body) + common_ending(old_name, new_name) * 50 / old_name.len().max(1);
            if score >= 50 || is_only_pair {
                scored.push((score, *old_name, *new_name));
            }
        }
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    for (_, old_name, new_name) in scored {
        if !likely.contains_key(old_name) && taken.insert(new_name) {
            likely.insert(old_name, new_name);
        }
    }
    likely
}

/// How many letters two names have in common at their ends.
fn common_ending(a: &str, b: &str) -> usize {
    a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count()
}

/// How many of the arguments of two resources are equal, in percent.
fn alike(old: &Value, new: &Value) -> usize {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return 0 };
    let most = old.len().max(new.len());
    let equal = old.iter().filter(|(name, value)| new.get(*name) == Some(value)).count();
    equal * 100 / most.max(1)
}

#[cfg(test)]
mod tests {
    use formwork_core::{App, Raw, Removed, Resource};
    use serde_json::json;

    use super::*;

    fn gone(before: &Value, build: impl FnOnce(&mut Stack)) -> Vec<RemovedAddress> {
        let mut app = App::new();
        build(app.stack("dev"));
        let settled = app.settle();
        since(before.to_string().as_bytes(), &settled.stacks[0])
    }

    fn before() -> Value {
        json!({ "resource": {
            "aws_db_instance": { "shop_main": { "size": 1, "engine": "postgres" } },
            "aws_sqs_queue": { "shop_a": { "name": "a" }, "shop_b": { "name": "b" }, "other": { "name": "c" } },
        }, "module": { "net": { "source": "./net" } } })
    }

    #[test]
    fn a_scope_that_was_renamed_is_one_line() {
        let removed = gone(&before(), |stack| {
            let mut orders = stack.scope("orders");
            orders.add("main", Raw::new("aws_db_instance").set("size", 2).set("engine", "postgres"));
            orders.add("a", Raw::new("aws_sqs_queue").set("name", "a"));
            orders.add("b", Raw::new("aws_sqs_queue").set("name", "b"));
        });
        let likely: Vec<_> =
            removed.iter().map(|one| (one.address.as_str(), one.likely.as_deref().unwrap_or("-"))).collect();
        assert_eq!(
            likely,
            [
                ("aws_db_instance.shop_main", "aws_db_instance.orders_main"),
                ("aws_sqs_queue.other", "-"),
                ("aws_sqs_queue.shop_a", "aws_sqs_queue.orders_a"),
                ("aws_sqs_queue.shop_b", "aws_sqs_queue.orders_b"),
                ("module.net", "-"),
            ]
        );
        assert_eq!(removed[0].keeps, Some("the database"));
        let text: Vec<String> = lines(&removed).iter().map(Line::rust).collect();
        assert_eq!(text, [r#"stack.moved_scope("shop", "orders");"#]);
    }

    #[test]
    fn a_single_rename_is_a_line_of_its_own() {
        let removed = gone(&before(), |stack| {
            stack.add("orders", Raw::new("aws_db_instance").set("size", 1).set("engine", "postgres"));
            stack.add("shop_a", Raw::new("aws_sqs_queue"));
            stack.add("shop_b", Raw::new("aws_sqs_queue"));
        });
        let text: Vec<String> = lines(&removed).iter().map(Line::rust).collect();
        assert_eq!(text, [r#"stack.moved("aws_db_instance.shop_main", "aws_db_instance.orders");"#]);
    }

    #[test]
    fn what_is_explained_has_not_vanished() {
        let removed = gone(&before(), |stack| {
            let mut orders = stack.scope("orders");
            orders.add("main", Raw::new("aws_db_instance"));
            orders.add("a", Raw::new("aws_sqs_queue"));
            orders.add("b", Raw::new("aws_sqs_queue"));
            drop(orders);
            stack.moved_scope("shop", "orders");
            stack.removed(Removed::keep("aws_sqs_queue.other"));
            stack.removed(Removed::destroy("module.net"));
        });
        assert_eq!(removed, []);
    }

    #[test]
    fn what_is_no_document_loses_nothing() {
        let app = {
            let mut app = App::new();
            app.stack("dev");
            app
        };
        let settled = app.settle();
        for text in ["", "{", "[]", "{\"resource\": []}", "{\"resource\": {\"a\": 1}}", "\u{0}"] {
            assert_eq!(since(text.as_bytes(), &settled.stacks[0]), [], "{text}");
        }
    }
}
