//! Which object of one stack is one of another stack now, and whether anything but its place changed.
//!
//! Objects refer to others of their stack, and to those of other stacks by way of outputs. They are compared with every
//! reference led to where it comes from, and with what moved along under its earlier address.

use std::collections::{BTreeMap, HashMap, HashSet};

use formwork_core::references::{Traversal, renamed};
use serde_json::{Map, Value};

use crate::comparison::{ArgumentChange, differing};

/// An object that is in another stack now.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The stack that it was in, and its address there.
    pub from: (String, String),
    /// The stack that it is in now, and its address there.
    pub to: (String, String),
    /// What else changed: as long as there is any of it, it is no mere move.
    pub changes: Vec<ArgumentChange>,
}

/// An object by its stack, its type and its name.
type Id<'a> = (&'a str, &'a str, &'a str);

/// The documents of all stacks, by name.
pub type Documents = BTreeMap<String, Value>;

/// What is gone from one stack and came in another, between the documents of all stacks before and now, and what the
/// documents do not explain: `removed`, `moved` and `import` blocks. Sorted by where it was.
#[must_use]
pub fn across(before: &Documents, now: &Documents) -> Vec<Crossing> {
    let gone = objects_beside(before, now, &["removed", "moved"], "from");
    let came = objects_beside(now, before, &["import", "moved"], "to");
    let mut pairs: Vec<(Id<'_>, Id<'_>)> = Vec::new();
    // Most keep their names on the way.
    for from in &gone {
        let same = came.iter().find(|to| to.0 != from.0 && (to.1, to.2) == (from.1, from.2));
        pairs.extend(same.map(|to| (*from, *to)));
    }
    loop {
        let comparable = Comparable { before, now, was: was(&pairs) };
        let (paired_from, paired_to): (HashSet<Id<'_>>, HashSet<Id<'_>>) = pairs.iter().copied().unzip();
        let is_equal = |from: &Id<'_>, to: &Id<'_>| {
            to.0 != from.0 && to.1 == from.1 && comparable.before(from) == comparable.now(to)
        };
        let mut left = came.iter().filter(|to| !paired_to.contains(*to));
        let found = left.find_map(|to| {
            let from = gone.iter().find(|from| !paired_from.contains(*from) && is_equal(from, to))?;
            Some((*from, *to))
        });
        match found {
            Some(pair) => pairs.push(pair),
            None => break,
        }
    }
    let comparable = Comparable { before, now, was: was(&pairs) };
    let place = |id: &Id<'_>| (id.0.to_owned(), format!("{}.{}", id.1, id.2));
    let crossing = |(from, to): &(Id<'_>, Id<'_>)| Crossing {
        from: place(from),
        to: place(to),
        changes: differing(&comparable.before(from), &comparable.now(to)),
    };
    let mut crossings: Vec<Crossing> = pairs.iter().map(crossing).collect();
    crossings.sort_by(|a, b| a.from.cmp(&b.from));
    crossings
}

/// Where each object was that is found in another stack.
fn was<'a>(pairs: &[(Id<'a>, Id<'a>)]) -> HashMap<Id<'a>, Id<'a>> {
    pairs.iter().map(|(from, to)| (*to, *from)).collect()
}

/// The resources of documents that others of the same stacks have not. Those that a statement of either is about, by one of
/// its arguments, are left out. A stack that only one side has counts if it came, and not if it went: nothing can be said
/// in a stack that is gone.
fn objects_beside<'a>(
    documents: &'a Documents,
    others: &'a Documents,
    statements: &[&str],
    argument: &str,
) -> Vec<Id<'a>> {
    let mut objects = Vec::new();
    for (stack, document) in documents {
        let other = others.get(stack);
        if other.is_none() && argument == "from" {
            continue;
        }
        let current = if argument == "from" { other } else { Some(document) };
        let explained = explained(current, statements, argument);
        for (type_name, named) in document.get("resource").and_then(Value::as_object).into_iter().flatten() {
            for name in named.as_object().into_iter().flat_map(Map::keys) {
                let is_there =
                    other.is_some_and(|other| other["resource"][type_name.as_str()].get(name).is_some());
                if !is_there && !explained.contains(format!("{type_name}.{name}").as_str()) {
                    objects.push((stack.as_str(), type_name.as_str(), name.as_str()));
                }
            }
        }
    }
    objects
}

/// The addresses that statements of a document are about, without the keys of instances.
fn explained<'a>(document: Option<&'a Value>, statements: &[&str], argument: &str) -> HashSet<&'a str> {
    let blocks = statements.iter().filter_map(|kind| document?.get(kind)?.as_array()).flatten();
    let addresses = blocks.filter_map(|block| block.get(argument)?.as_str());
    addresses.map(|address| address.split('[').next().unwrap_or_default()).collect()
}

/// Bodies in which references lead to where they come from.
struct Comparable<'a> {
    before: &'a Documents,
    now: &'a Documents,
    /// Where what is in another stack now was before.
    was: HashMap<Id<'a>, Id<'a>>,
}

/// How deep locals and outputs may lead to others.
const MAX_DEPTH: usize = 16;

impl<'a> Comparable<'a> {
    fn before(&self, id: &Id<'_>) -> Value {
        self.body(self.before, id, false)
    }

    fn now(&self, id: &Id<'_>) -> Value {
        self.body(self.now, id, true)
    }

    fn body(&self, documents: &Documents, (stack, type_name, name): &Id<'_>, is_now: bool) -> Value {
        let mut body = documents[*stack]["resource"][*type_name][*name].clone();
        if let Some(arguments) = body.as_object_mut() {
            // What it waits for says nothing about what it is.
            arguments.remove("depends_on");
            arguments.remove("//");
        }
        self.value(&body, documents, stack, is_now, MAX_DEPTH)
    }

    fn value(&self, value: &Value, documents: &Documents, stack: &str, is_now: bool, depth: usize) -> Value {
        match value {
            Value::String(text) => self.text(text, documents, stack, is_now, depth),
            Value::Array(items) => {
                items.iter().map(|item| self.value(item, documents, stack, is_now, depth)).collect()
            }
            Value::Object(entries) => {
                let entry = |(key, item): (&String, &Value)| {
                    (key.clone(), self.value(item, documents, stack, is_now, depth))
                };
                Value::Object(entries.iter().map(entry).collect())
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str, documents: &Documents, stack: &str, is_now: bool, depth: usize) -> Value {
        let mut read = Vec::new();
        let marked = renamed(text, &mut |traversal| {
            if let Some((other, output)) = read_of(traversal) {
                read.push((other.to_owned(), output.to_owned()));
                return None;
            }
            self.marked(traversal, documents, stack, is_now, depth)
        });
        let mut text = marked.unwrap_or_else(|| text.to_owned());
        for (other, output) in read {
            let reference = format!("data.terraform_remote_state.{other}.outputs.{output}");
            let exported =
                documents.get(&other).and_then(|it| it.pointer(&format!("/output/{output}/value")));
            let Some(exported) = exported.filter(|_| depth > 0) else { continue };
            let exported = self.value(exported, documents, &other, is_now, depth - 1);
            // What is sensitive there is marked here, since Terraform forgets that on the way.
            text = text.replace(&format!("sensitive({reference})"), &reference);
            if text == format!("${{{reference}}}") {
                return exported;
            }
            let inner = match &exported {
                Value::String(text) => {
                    text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).map(str::to_owned)
                }
                _ => None,
            };
            text = text.replace(&reference, &inner.unwrap_or_else(|| exported.to_string()));
        }
        Value::String(text)
    }

    /// A name in a reference with the stack that it is of, or was.
    fn marked<'t>(
        &self,
        traversal: &Traversal<'t>,
        documents: &Documents,
        stack: &str,
        is_now: bool,
        depth: usize,
    ) -> Option<(&'t str, String)> {
        let name = traversal.name(1)?;
        let definition = match traversal.name(0)? {
            "local" => documents[stack].pointer(&format!("/locals/{name}")),
            "var" => documents[stack].pointer(&format!("/variable/{name}")),
            _ => {
                let block = traversal.block()?;
                let id = (stack, block.type_name, block.name);
                let (stack, _, name) = if is_now { self.was.get(&id).copied().unwrap_or(id) } else { id };
                return Some((block.name, format!("{name}__{stack}")));
            }
        };
        // Two stacks may call different things by one name.
        let definition = definition.filter(|_| depth > 0)?;
        let definition = self.value(definition, documents, stack, is_now, depth - 1);
        Some((name, format!("{name}__{:x}", checksum(&definition.to_string()))))
    }
}

/// The stack and the output that a reference reads.
fn read_of<'t>(traversal: &Traversal<'t>) -> Option<(&'t str, &'t str)> {
    match [0, 1, 2, 3, 4].map(|position| traversal.name(position)) {
        [Some("data"), Some("terraform_remote_state"), Some(stack), Some("outputs"), Some(output)] => {
            Some((stack, output))
        }
        _ => None,
    }
}

/// FNV-1a, which tells definitions apart (<http://www.isthe.com/chongo/tech/comp/fnv/>).
fn checksum(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(before: Value, now: Value) -> Vec<(String, usize)> {
        let documents = |value: Value| serde_json::from_value::<Documents>(value).unwrap();
        let line = |it: Crossing| {
            let places = format!("{} {} -> {} {}", it.from.0, it.from.1, it.to.0, it.to.1);
            (places, it.changes.len())
        };
        across(&documents(before), &documents(now)).into_iter().map(line).collect()
    }

    fn read(stack: &str, output: &str) -> String {
        format!("data.terraform_remote_state.{stack}.outputs.{output}")
    }

    #[test]
    fn what_moves_is_found_with_what_moves_along_and_under_another_name() {
        let before = json!({
            "app": { "locals": { "size": 1 }, "resource": {
                "aws_vpc": { "main": { "cidr": "10.0.0.0/16" } },
                "aws_subnet": { "a": { "vpc": "${aws_vpc.main.id}", "size": "${local.size}" } },
                "aws_db": { "db": {
                    "subnets": ["${aws_subnet.a.id}"], "name": "x-${aws_vpc.main.id}", "depends_on": ["aws_vpc.main"],
                } },
            } },
            "data": { "resource": {} },
        });
        let exported = json!({ "id": { "value": "${aws_vpc.main.id}" } });
        let now = json!({
            "app": { "resource": { "aws_vpc": { "main": { "cidr": "10.0.0.0/16" } } }, "output": exported },
            "data": { "locals": { "size": 1 }, "resource": {
                "aws_subnet": { "b": {
                    "vpc": format!("${{{}}}", read("app", "id")), "size": "${local.size}",
                } },
                "aws_db": { "db": {
                    "subnets": ["${aws_subnet.b.id}"], "name": format!("x-${{sensitive({})}}", read("app", "id")),
                } },
            } },
        });
        let expected = [
            ("app aws_db.db -> data aws_db.db".to_owned(), 0),
            ("app aws_subnet.a -> data aws_subnet.b".to_owned(), 0),
        ];
        assert_eq!(found(before.clone(), now.clone()), expected);
        // What is said already is not said again.
        let mut said = now.clone();
        said["app"]["removed"] = json!([{ "from": "aws_db.db" }, { "from": "aws_subnet.a" }]);
        assert_eq!(found(before.clone(), said), []);
        // A local value of the same name is another one.
        let mut other = now;
        other["data"]["locals"]["size"] = json!(2);
        other["data"]["resource"]["aws_db"]["db"]["size"] = json!("large");
        assert_eq!(found(before, other), [("app aws_db.db -> data aws_db.db".to_owned(), 2)]);
    }
}
