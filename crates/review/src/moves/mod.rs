//! Addresses that an earlier document has and a stack has not any more, and where they probably went.
//!
//! Terraform destroys what vanishes and creates what appears: without a `moved` block, a rename replaces a database.

mod across;
mod instances;
mod names;
mod pairing;

use std::collections::{BTreeMap, HashSet};

use formwork_core::{Address, Json as Argument, Kind, Stack};
use formwork_schema::TypeFacts;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

pub use crate::moves::across::{Crossing, Documents, across};
use crate::moves::instances::Moves;
use crate::moves::pairing::{Pairs, nodes};

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
    /// Whether it is one instance of a resource or module call that is still there.
    pub is_instance: bool,
    /// The configuration of a provider that terraform needs to destroy it, and that is gone too: `aws.us_east_1`.
    pub provider: Option<String>,
}

impl RemovedAddress {
    fn new(address: String) -> Self {
        Self { address, likely: None, keeps: None, is_protected: false, is_instance: false, provider: None }
    }

    /// One instance of what is still there.
    fn instance((address, likely): (String, Option<String>)) -> Self {
        Self { likely, is_instance: true, ..Self::new(address) }
    }
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
    let moves = Moves::of(stack);
    let mut removed = Vec::new();
    for (type_name, named) in &earlier.resource {
        let keeps = TypeFacts::of(type_name).loses.as_deref();
        for (name, body) in named {
            let address = format!("{type_name}.{name}");
            if stack.resource(type_name, name).is_some() || explained.contains(&address) {
                let one = |gone| RemovedAddress { keeps, ..RemovedAddress::instance(gone) };
                removed.extend(moves.instances_gone(&address, body, stack).into_iter().map(one));
                continue;
            }
            let is_protected = is_protected(body);
            removed.push(RemovedAddress { keeps, is_protected, ..RemovedAddress::new(address) });
        }
    }
    let calls: HashSet<&str> = stack.blocks(Kind::Module).map(|(_, name, _)| name).collect();
    for (name, body) in &earlier.module {
        let address = format!("module.{name}");
        if calls.contains(name.as_str()) || explained.contains(&address) {
            let gone = moves.instances_gone(&address, body, stack).into_iter();
            removed.extend(gone.map(RemovedAddress::instance));
        } else {
            removed.push(RemovedAddress::new(address));
        }
    }
    if !removed.is_empty() {
        look_closer(&mut removed, document, stack);
    }
    removed
}

/// Says of what is gone where it probably is now, and what it needs to be destroyed.
fn look_closer(removed: &mut [RemovedAddress], document: &[u8], stack: &Stack) {
    let (Ok(old), Ok(new)) = (serde_json::from_slice::<Value>(document), serde_json::to_value(stack)) else {
        return;
    };
    let moves = Moves::of(stack).between_objects();
    let pairs = Pairs::find(&nodes(&old), &nodes(&new), &moves);
    for one in removed.iter_mut().filter(|one| !one.is_instance) {
        let Some(address) = address(&one.address) else { continue };
        one.likely = one.likely.take().or_else(|| pairs.new_of(&address).map(ToString::to_string));
        let body = &old["resource"][&*address.type_name][&*address.name];
        one.provider =
            instances::provider(body).filter(|name| !instances::has_provider(&new, name)).map(str::to_owned);
    }
}

/// The texts of some arguments of each `moved` or `removed` block.
pub(crate) fn statements<'a>(
    stack: &'a Stack,
    kind: &'a str,
    arguments: &'a [&'a str],
) -> impl Iterator<Item = Vec<String>> + 'a {
    stack.statements(kind).map(move |object| {
        let text = |argument: &&str| match object.block.get(argument) {
            Some(Argument::String(text) | Argument::Template(text)) => Some(text.to_string()),
            _ => None,
        };
        arguments.iter().filter_map(text).collect()
    })
}

/// The address of a resource or a module call of this stack, without the key of an instance.
pub(crate) fn address(text: &str) -> Option<Address> {
    let (first, name) = text.split('[').next()?.split_once('.')?;
    let (kind, type_name) = if first == "module" { (Kind::Module, "") } else { (Kind::Resource, first) };
    Some(Address { kind, type_name: type_name.to_owned().into(), name: name.into() })
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
        let scope = if from.contains('[') { Default::default() } else { differing(from, to) };
        scopes.entry(scope).or_default().push((from, to));
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
    let all = statements(stack, "moved", &["from", "to"]).chain(statements(stack, "removed", &["from"]));
    all.flatten().map(|text| text.split('[').next().unwrap_or_default().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use formwork_core::{App, Module, Raw, Removed, Resource};
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

    fn addresses(removed: &[RemovedAddress]) -> Vec<(&str, Option<&str>)> {
        removed.iter().map(|one| (one.address.as_str(), one.likely.as_deref())).collect()
    }

    #[test]
    fn instances_that_are_gone_are_told_from_those_that_stay() {
        let before = json!({ "resource": { "aws_sqs_queue": {
            "counted": { "count": 3 },
            "keyed": { "for_each": { "a": "1", "b": "2" } },
            "single": { "name": "x" },
            "unknown": { "count": "${var.n}" },
            "first": { "count": 1 },
        } }, "module": {
            "keyed": { "for_each": { "a": "1", "b": "2" } },
            "single": { "source": "../m" },
        } });
        let removed = gone(&before, |stack| {
            stack.add("counted", Raw::new("aws_sqs_queue").set("count", 2));
            stack.add("keyed", Raw::new("aws_sqs_queue").set("for_each", json!({ "a": "1", "c": "2" })));
            stack.add("repeated", Raw::new("aws_sqs_queue").set("for_each", json!({ "x": "1", "y": "1" })));
            stack.moved("aws_sqs_queue.single", "aws_sqs_queue.repeated");
            stack.add("unknown", Raw::new("aws_sqs_queue").set("count", 1));
            stack.add("first", Raw::new("aws_sqs_queue"));
            stack.add("keyed", Module::new("../m").for_each(["a", "c"]));
            stack.add("single", Module::new("../m").count(2));
        });
        assert_eq!(
            addresses(&removed),
            [
                ("aws_sqs_queue.counted[2]", None),
                (r#"aws_sqs_queue.keyed["b"]"#, Some(r#"aws_sqs_queue.keyed["c"]"#)),
                ("aws_sqs_queue.single", None),
                (r#"module.keyed["b"]"#, Some(r#"module.keyed["c"]"#)),
            ]
        );
        // The line that says where it went explains it.
        let removed = gone(&before, |stack| {
            stack.add("counted", Raw::new("aws_sqs_queue").set("count", 3));
            stack.add("keyed", Raw::new("aws_sqs_queue").set("for_each", json!({ "a": "1", "c": "2" })));
            stack.moved(r#"aws_sqs_queue.keyed["b"]"#, r#"aws_sqs_queue.keyed["c"]"#);
            stack.add("repeated", Raw::new("aws_sqs_queue").set("for_each", json!({ "x": "1", "y": "1" })));
            stack.moved("aws_sqs_queue.single", r#"aws_sqs_queue.repeated["x"]"#);
            stack.add("unknown", Raw::new("aws_sqs_queue").set("count", 1));
            stack.add("first", Raw::new("aws_sqs_queue").set("count", 1));
            stack.add("keyed", Module::new("../m").for_each(["a", "b"]));
            stack.add("single", Module::new("../m"));
        });
        assert_eq!(addresses(&removed), []);
    }

    #[test]
    fn a_provider_that_has_something_left_to_destroy_is_named() {
        let before = json!({
            "provider": { "aws": [{ "region": "eu-central-1" }, { "alias": "us", "region": "us-east-1" }] },
            "resource": { "aws_sqs_queue": {
                "far": { "provider": "aws.us", "name": "far" },
                "near": { "name": "near" },
            } },
        });
        let removed = gone(&before, |_| ());
        let providers: Vec<_> = removed.iter().map(|one| one.provider.as_deref()).collect();
        assert_eq!(providers, [Some("aws.us"), None]);
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
