//! Which object of an earlier document is which one of a later document, where both have other names.
//!
//! Objects refer to each other, so that a renamed one changes those that refer to it. They are compared with references
//! to what is found already under its new name, and with references to what is not found yet as references to anything of
//! that type. What is found makes more of the others comparable, so it is done until nothing more is found: first what
//! has one equal, then what has several, by who refers to it and by its name, then what is most alike.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use formwork_core::references::renamed;
use formwork_core::{Address, Kind};
use serde_json::{Map, Value};

use crate::moves::names::likeness;

/// How many pairs of a type are compared argument by argument.
const MOST_PAIRS: usize = 10_000;

/// How much of two objects' arguments has to be equal, in percent, their names' likeness counted for half as much.
const ENOUGH: usize = 50;

/// A likeness of names that says of equal objects which is which.
const CLEARLY: usize = 600;

/// An object of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) address: Address,
    pub(crate) body: Value,
}

/// The resources, data sources and module calls of a document.
pub(crate) fn nodes(document: &Value) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut add = |kind: Kind, type_name: &str, named: &Value| {
        for (name, body) in named.as_object().into_iter().flatten() {
            let address =
                Address { kind, type_name: type_name.to_owned().into(), name: name.as_str().into() };
            nodes.push(Node { address, body: without_comments(body) });
        }
    };
    for (section, kind) in [("resource", Kind::Resource), ("data", Kind::Data)] {
        for (type_name, named) in document.get(section).and_then(Value::as_object).into_iter().flatten() {
            add(kind, type_name, named);
        }
    }
    add(Kind::Module, "", document.get("module").unwrap_or(&Value::Null));
    nodes
}

/// A body without what is about the program: CDK for Terraform keeps the path of a construct in a comment.
fn without_comments(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(arguments) = body.as_object_mut() {
        arguments.remove("//");
    }
    body
}

/// The pairs that were found: the new address of each old one.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    new_of: HashMap<Address, Address>,
    taken: HashSet<Address>,
}

impl Pairs {
    /// Pairs what is gone with what came, beside what is in both documents under one address. `known` says of some where
    /// they went.
    pub(crate) fn find<'a>(old: &'a [Node], new: &'a [Node], known: &[(Address, Address)]) -> Self {
        let mut pairs = Self::default();
        let addresses: HashSet<&Address> = new.iter().map(|node| &node.address).collect();
        for (from, to) in known.iter().filter(|(_, to)| addresses.contains(to)) {
            pairs.join(from, to);
        }
        for node in old.iter().filter(|node| addresses.contains(&node.address)) {
            if !pairs.taken.contains(&node.address) && !pairs.new_of.contains_key(&node.address) {
                pairs.join(&node.address, &node.address);
            }
        }
        let (old_users, new_users) = (Users::of(old), Users::of(new));
        let mut types: BTreeMap<(Kind, &str), Group<'_>> = BTreeMap::new();
        let key = |node: &'a Node| (node.address.kind, &*node.address.type_name);
        for node in old.iter().filter(|node| !pairs.new_of.contains_key(&node.address)) {
            types.entry(key(node)).or_default().0.push(node);
        }
        for node in new.iter().filter(|node| !pairs.taken.contains(&node.address)) {
            types.entry(key(node)).or_default().1.push(node);
        }
        types.retain(|_, (gone, came)| !gone.is_empty() && !came.is_empty());
        let types: Vec<Group<'_>> = types.into_values().collect();
        loop {
            let round = Round { pairs: &pairs, old_users: &old_users, new_users: &new_users };
            // What is certain counts before what is likely.
            let equals: Vec<Group<'_>> =
                types.iter().flat_map(|(gone, came)| round.equals(gone, came)).collect();
            let mut found = single(&equals);
            if found.is_empty() {
                found = equals.iter().flat_map(|(old, new)| round.among_equals(old, new)).collect();
            }
            if found.is_empty() {
                found = types.iter().filter_map(|(gone, came)| round.most_alike(gone, came)).collect();
            }
            if found.is_empty() {
                return pairs;
            }
            for (from, to) in found {
                pairs.join(&from, &to);
            }
        }
    }

    /// Where an object is now.
    pub(crate) fn new_of(&self, old: &Address) -> Option<&Address> {
        self.new_of.get(old)
    }

    fn join(&mut self, old: &Address, new: &Address) {
        self.new_of.insert(old.clone(), new.clone());
        self.taken.insert(new.clone());
    }

    fn is_left(&self, node: &Node, is_old: bool) -> bool {
        if is_old { !self.new_of.contains_key(&node.address) } else { !self.taken.contains(&node.address) }
    }

    /// A body in which references can be compared.
    fn comparable(&self, value: &Value, is_old: bool) -> Value {
        match value {
            Value::String(text) => Value::String(self.comparable_text(text, is_old)),
            Value::Array(items) => items.iter().map(|item| self.comparable(item, is_old)).collect(),
            Value::Object(entries) => {
                let entry = |(key, item): (&String, &Value)| {
                    let item = match key.as_str() {
                        "depends_on" | "replace_triggered_by" => self.comparable(&as_templates(item), is_old),
                        _ => self.comparable(item, is_old),
                    };
                    (self.comparable_text(key, is_old), item)
                };
                Value::Object(entries.iter().map(entry).collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    fn comparable_text(&self, text: &str, is_old: bool) -> String {
        let renamed = renamed(text, &mut |reference| {
            let block = reference.block()?;
            let address = block.address();
            let new = if is_old {
                self.new_of.get(&address).map(|new| new.name.to_string())
            } else {
                self.taken.contains(&address).then(|| address.name.to_string())
            };
            Some((block.name, new.unwrap_or_else(|| "?".to_owned())))
        });
        renamed.unwrap_or_else(|| text.to_owned())
    }
}

/// Bare references as templates, so that they are read as the others.
fn as_templates(value: &Value) -> Value {
    match value {
        Value::String(text) if !text.contains('$') => Value::String(format!("${{{text}}}")),
        Value::Array(items) => items.iter().map(as_templates).collect(),
        other => other.clone(),
    }
}

/// Who refers to an object, and by which argument.
struct Users<'a> {
    of: HashMap<Address, Vec<(&'a Address, String)>>,
}

impl<'a> Users<'a> {
    fn of(nodes: &'a [Node]) -> Self {
        let mut of: HashMap<Address, Vec<(&Address, String)>> = HashMap::new();
        for node in nodes {
            visit(&node.body, "", &mut |path, text| {
                let _ = formwork_core::references::in_template(text, &mut |reference| {
                    if let Some(block) = reference.block() {
                        of.entry(block.address()).or_default().push((&node.address, path.to_owned()));
                    }
                });
            });
        }
        Self { of }
    }

    fn users(&self, address: &Address) -> &[(&'a Address, String)] {
        self.of.get(address).map_or(&[], Vec::as_slice)
    }
}

/// Visits every text with the path of its argument.
fn visit(value: &Value, path: &str, act: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => act(path, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, &format!("{path}[{index}]"), act);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                visit(item, &format!("{path}.{key}"), act);
            }
        }
        _ => {}
    }
}

/// One look at what is left.
struct Round<'a> {
    pairs: &'a Pairs,
    old_users: &'a Users<'a>,
    new_users: &'a Users<'a>,
}

/// Objects of both sides that may be the same.
type Group<'n> = (Vec<&'n Node>, Vec<&'n Node>);

impl Round<'_> {
    /// What is left of both sides, by what is equal.
    fn equals<'n>(&self, gone: &[&'n Node], came: &[&'n Node]) -> Vec<Group<'n>> {
        let mut groups: BTreeMap<String, Group<'n>> = BTreeMap::new();
        for node in gone.iter().filter(|node| self.pairs.is_left(node, true)) {
            groups.entry(self.pairs.comparable(&node.body, true).to_string()).or_default().0.push(node);
        }
        for node in came.iter().filter(|node| self.pairs.is_left(node, false)) {
            groups.entry(self.pairs.comparable(&node.body, false).to_string()).or_default().1.push(node);
        }
        groups.into_values().filter(|(old, new)| !old.is_empty() && !new.is_empty()).collect()
    }

    /// Of those that have several equals the pairs that fit best: all that something speaks for, or one.
    fn among_equals(&self, old: &[&Node], new: &[&Node]) -> Vec<(Address, Address)> {
        let mut scored = if old.len() * new.len() > MOST_PAIRS {
            // Too many to compare: by the order of their names.
            old.iter().zip(new).map(|(old, new)| ((0, 0, 0), &old.address, &new.address)).collect()
        } else {
            self.scored(old, new, |_, _| 0)
        };
        scored.sort_by(|a, b| compare(b, a));
        let mut pairs = Vec::new();
        let mut done: HashSet<&Address> = HashSet::new();
        for (position, ((_, users, names), old, new)) in scored.into_iter().enumerate() {
            let is_supported = users > 0 || names >= CLEARLY || position == 0;
            if is_supported && !done.contains(old) && !done.contains(new) {
                done.extend([old, new]);
                pairs.push((old.clone(), new.clone()));
            }
        }
        pairs
    }

    /// The pair that is most alike.
    fn most_alike(&self, gone: &[&Node], came: &[&Node]) -> Option<(Address, Address)> {
        let left = |nodes: &[&Node], is_old: bool| -> Vec<Node> {
            let left = nodes.iter().filter(|node| self.pairs.is_left(node, is_old));
            left.map(|node| Node {
                address: node.address.clone(),
                body: self.pairs.comparable(&node.body, is_old),
            })
            .collect()
        };
        let (old, new) = (left(gone, true), left(came, false));
        let is_only_pair = gone.len() == 1 && came.len() == 1;
        if old.len() * new.len() > MOST_PAIRS {
            return None;
        }
        let (old, new): (Vec<&Node>, Vec<&Node>) = (old.iter().collect(), new.iter().collect());
        let enough = |old: &Node, new: &Node| {
            let alike = alike(&old.body, &new.body);
            let score = alike + likeness(&old.address.name, &new.address.name) / 20;
            if score >= ENOUGH || is_only_pair { score } else { 0 }
        };
        best(self.scored(&old, &new, enough).into_iter().filter(|(score, ..)| score.0 > 0 || is_only_pair))
    }

    /// All pairs, with how well they fit: by what is given, by who refers to them, by their names.
    fn scored<'n>(
        &self,
        old: &[&'n Node],
        new: &[&'n Node],
        first: impl Fn(&Node, &Node) -> usize,
    ) -> Vec<(Score, &'n Address, &'n Address)> {
        let mut scored = Vec::new();
        for old in old {
            for new in new {
                let users = self.common_users(&old.address, &new.address);
                let names = likeness(&old.address.name, &new.address.name);
                scored.push(((first(old, new), users, names), &old.address, &new.address));
            }
        }
        scored
    }

    /// How many of those that refer to the one refer to the other too, by the same arguments.
    fn common_users(&self, old: &Address, new: &Address) -> usize {
        let users = self.new_users.users(new);
        let refers = |(user, path): &&(&Address, String)| {
            let user = self.pairs.new_of.get(*user);
            users.iter().any(|(other, at)| Some(*other) == user && at == path)
        };
        self.old_users.users(old).iter().filter(refers).count()
    }
}

/// Those that have one equal.
fn single(equals: &[Group<'_>]) -> Vec<(Address, Address)> {
    let single = equals.iter().filter(|(old, new)| old.len() == 1 && new.len() == 1);
    single.map(|(old, new)| (old[0].address.clone(), new[0].address.clone())).collect()
}

/// How well a pair fits.
type Score = (usize, usize, usize);

/// The pair that fits best.
fn best<'n>(
    pairs: impl IntoIterator<Item = (Score, &'n Address, &'n Address)>,
) -> Option<(Address, Address)> {
    let best = pairs.into_iter().max_by(compare)?;
    Some((best.1.clone(), best.2.clone()))
}

/// Which pair fits better; among equals the first by name.
fn compare(a: &(Score, &Address, &Address), b: &(Score, &Address, &Address)) -> Ordering {
    a.0.cmp(&b.0).then_with(|| (&b.1.name, &b.2.name).cmp(&(&a.1.name, &a.2.name)))
}

/// How many of the arguments of two objects are equal, in percent.
fn alike(old: &Value, new: &Value) -> usize {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return 0 };
    let most = old.len().max(new.len());
    let equal = old.iter().filter(|(name, value)| new.get(*name) == Some(value)).count();
    equal * 100 / most.max(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The name that CDK for Terraform gives, and a readable one.
    type Naming = fn(path: &[&str]) -> String;

    /// `network_subnet-private-0_4B1D7E02`: the path of the construct, and a hash of it.
    fn hashed(path: &[&str]) -> String {
        let joined = path.join("_");
        let hash = joined
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
        format!("{joined}_{hash:08X}")
    }

    /// `network_private_0`: without the words that say nothing.
    fn readable(path: &[&str]) -> String {
        let words = path.iter().flat_map(|part| part.split('-'));
        words.filter(|word| !matches!(*word, "svc" | "subnet" | "default")).collect::<Vec<_>>().join("_")
    }

    /// 104 resources of a network and eight services, many of which are equal but for what they refer to.
    fn estate(name: Naming, has_comments: bool) -> (Value, Vec<String>) {
        let mut document = json!({ "resource": {}, "data": {} });
        let mut order = Vec::new();
        let mut add = |section: &str, type_name: &str, path: &[&str], mut body: Value| {
            let name = name(path);
            if has_comments {
                body["//"] = json!({ "metadata": { "path": path.join("/"), "uniqueId": name } });
            }
            if section == "resource" {
                order.push(format!("{type_name}.{name}"));
            }
            document[section][type_name][&name] = body;
            let prefix = if section == "data" { "data." } else { "" };
            format!("{prefix}{type_name}.{name}")
        };
        let vpc = add("resource", "aws_vpc", &["network", "vpc"], json!({ "cidr_block": "10.0.0.0/16" }));
        let mut subnets = Vec::new();
        for (tier, zone) in [("private", "0"), ("private", "1"), ("public", "0"), ("public", "1")] {
            let part = format!("subnet-{tier}-{zone}");
            let path = ["network", part.as_str()];
            let block = format!("10.0.{}.0/24", subnets.len());
            let body = json!({ "vpc_id": format!("${{{vpc}.id}}"), "cidr_block": block });
            let subnet = add("resource", "aws_subnet", &path, body);
            let body = json!({ "vpc_id": format!("${{{vpc}.id}}") });
            let table = add("resource", "aws_route_table", &["network", &part, "table"], body);
            let body = json!({ "subnet_id": format!("${{{subnet}.id}}"), "route_table_id": format!("${{{table}.id}}") });
            add("resource", "aws_route_table_association", &["network", &part, "association"], body);
            subnets.push(format!("${{{subnet}.id}}"));
        }
        for zone in ["nat-0", "nat-1", "nat-2"] {
            add("resource", "aws_eip", &["network", zone], json!({ "domain": "vpc" }));
        }
        for (port, service) in
            ["orders", "carts", "users", "mail", "search", "stock", "tax", "audit"].iter().enumerate()
        {
            let construct = format!("svc-{service}");
            let path = |part: &'static str| [construct.clone(), part.to_owned()];
            let mut within = |section: &str, type_name: &str, part: &'static str, body: Value| {
                let path = path(part);
                add(section, type_name, &[&path[0], &path[1]], body)
            };
            let trust = json!({ "statement": [{ "actions": ["sts:AssumeRole"] }] });
            let trust = within("data", "aws_iam_policy_document", "trust", trust);
            let role = json!({ "assume_role_policy": format!("${{{trust}.json}}") });
            let role = within("resource", "aws_iam_role", "role", role);
            for part in ["logs", "vpc-access"] {
                let arn = format!("arn:aws:iam::aws:policy/{part}");
                let body = json!({ "role": format!("${{{role}.name}}"), "policy_arn": arn });
                within("resource", "aws_iam_role_policy_attachment", part, body);
            }
            let group = json!({ "vpc_id": format!("${{{vpc}.id}}"), "tags": { "a": "b" } });
            let group = within("resource", "aws_security_group", "group", group);
            let body = json!({ "security_group_id": format!("${{{group}.id}}"), "ip_protocol": "-1" });
            within("resource", "aws_vpc_security_group_egress_rule", "egress", body);
            let dead = within(
                "resource",
                "aws_sqs_queue",
                "dead-letters",
                json!({ "kms_data_key_reuse_period_seconds": 300 }),
            );
            let body = json!({ "redrive_policy": format!("${{jsonencode({{\"arn\" = {dead}.arn}})}}") });
            let queue = within("resource", "aws_sqs_queue", "default-queue", body);
            let function = within(
                "resource",
                "aws_lambda_function",
                "function",
                json!({
                    "function_name": format!("{service}-{port}"),
                    "role": format!("${{{role}.arn}}"),
                    "vpc_config": { "subnet_ids": subnets, "security_group_ids": [format!("${{{group}.id}}")] },
                }),
            );
            let body = json!({ "event_source_arn": format!("${{{queue}.arn}}"), "function_name": format!("${{{function}.arn}}") });
            within("resource", "aws_lambda_event_source_mapping", "mapping", body);
            let body = json!({ "retention_in_days": 14, "depends_on": [function.clone()] });
            within("resource", "aws_cloudwatch_log_group", "logs", body);
            let body = json!({ "function_name": format!("${{{function}.function_name}}"), "name": "live" });
            within("resource", "aws_lambda_alias", "alias", body);
        }
        (document, order)
    }

    #[test]
    fn a_port_of_104_resources_is_found_whole() {
        let ((old, from), (new, to)) = (estate(hashed, true), estate(readable, false));
        let (old, new) = (nodes(&old), nodes(&new));
        let pairs = Pairs::find(&old, &new, &[]);
        let at = |text: &str| {
            let (type_name, name) = text.split_once('.').unwrap();
            Address { kind: Kind::Resource, type_name: type_name.to_owned().into(), name: name.into() }
        };
        assert_eq!(from.len(), 104);
        for (from, to) in from.iter().zip(&to) {
            assert_eq!(pairs.new_of(&at(from)), Some(&at(to)), "{from}");
        }
    }

    #[test]
    fn what_changed_in_a_rename_does_not_keep_the_others_from_being_found() {
        let ((old, from), (mut new, to)) = (estate(hashed, true), estate(readable, false));
        // The network and a role change too, and a service is new.
        new["resource"]["aws_vpc"]["network_vpc"]["tags"] = json!({ "new": "tag" });
        new["resource"]["aws_iam_role"]["users_role"]["path"] = json!("/users/");
        new["resource"]["aws_sqs_queue"]["fresh"] = json!({ "kms_data_key_reuse_period_seconds": 300 });
        let (old, new) = (nodes(&old), nodes(&new));
        let pairs = Pairs::find(&old, &new, &[]);
        let crossed: Vec<_> = from
            .iter()
            .zip(&to)
            .filter(|(from, to)| {
                let found = old.iter().find(|node| node.address.to_string() == **from);
                let found = found.and_then(|node| pairs.new_of(&node.address)).map(ToString::to_string);
                found.as_ref() != Some(to)
            })
            .collect();
        assert_eq!(crossed, Vec::<(&String, &String)>::new());
    }
}
