//! The resources of a program with what they refer to, through local values, data sources and the outputs of stacks.

use std::collections::{BTreeSet, HashMap};

use formwork_core::Stack;
use formwork_core::references::{Traversal, holds_template, in_template};
use serde_json::{Map, Value};

use crate::graph::roles::role;
use formwork_schema::facts::Role;

/// A resource of a stack.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    /// The position of its stack.
    pub stack: usize,
    pub type_name: &'a str,
    pub name: &'a str,
    /// The name of the outermost scope it was added in: of its module, as a rule. Empty outside of all.
    pub module: &'a str,
    /// What is known about its type.
    pub role: Option<Role>,
    pub body: Map<String, Value>,
    /// The argument and the position of the resource that it refers to, in the order of the document.
    pub references: Vec<(String, usize)>,
}

impl Object<'_> {
    /// Whether a person would draw it.
    pub(crate) const fn is_thing(&self) -> bool {
        matches!(self.role, None | Some(Role::Node))
    }

    pub(crate) fn address(&self) -> String {
        format!("{}.{}", self.type_name, self.name)
    }

    /// Whether it belongs to what uses it, whatever it refers to itself.
    pub(crate) const fn is_used(&self) -> bool {
        matches!(self.role, Some(Role::PartOfUser | Role::Standalone))
    }

    /// What people call it: its own name where that is written down, else its logical name within its module.
    pub(crate) fn label(&self) -> String {
        const NAMES: &[&str] = &[
            "function_name",
            "name",
            "bucket",
            "identifier",
            "replication_group_id",
            "cluster_identifier",
            "environment",
            "repository",
            "service_name",
            "dashboard_name",
            "family",
            "url",
        ];
        let own = NAMES.iter().filter_map(|argument| self.body.get(*argument));
        // What AWS has no name for, its console shows under the tag `Name`, and a distribution under its domain.
        let others = [
            self.body.get("tags").and_then(|tags| tags.get("Name")),
            self.body.get("aliases").and_then(|aliases| aliases.get(0)),
            self.body.get("comment"),
        ];
        let mut names = own.chain(others.into_iter().flatten()).filter_map(Value::as_str);
        if let Some(name) = names.find(|name| !holds_template(name) && !name.is_empty()) {
            return name.strip_prefix("https://").unwrap_or(name).to_owned();
        }
        let rest = self.name.strip_prefix(self.module).unwrap_or(self.name).trim_start_matches('_');
        match self.module {
            "" => self.name.to_owned(),
            module if rest.is_empty() || self.type_name.ends_with(rest) => module.to_owned(),
            module => format!("{module} {rest}"),
        }
    }
}

/// Reads the resources of all stacks, in order.
///
/// # Errors
/// Fails for a stack that synthesis found mistakes in.
pub(crate) fn of(stacks: &[Stack]) -> serde_json::Result<Vec<Object<'_>>> {
    let documents: Vec<Value> = stacks.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
    let mut objects = Vec::new();
    let mut positions = HashMap::new();
    for (index, stack) in stacks.iter().enumerate() {
        for (type_name, name, object) in stack.resources() {
            positions.insert((index, type_name, name), objects.len());
            let body = &documents[index]["resource"][type_name][name];
            objects.push(Object {
                stack: index,
                type_name,
                name,
                module: stack.scope_of(object).split('/').next().unwrap_or_default(),
                role: role(type_name),
                body: body.as_object().cloned().unwrap_or_default(),
                references: Vec::new(),
            });
        }
    }
    let resolver = Resolver { stacks, documents: &documents, positions: &positions };
    for object in &mut objects {
        let mut references = Vec::new();
        for (argument, value) in &object.body {
            // An order without a value says nothing about who uses what, nor does what is written on a thing.
            if matches!(
                argument.as_str(),
                "depends_on" | "lifecycle" | "tags" | "tags_all" | "tag_specifications"
            ) {
                continue;
            }
            let mut found = Vec::new();
            resolver.value(object.stack, value, &mut BTreeSet::new(), &mut found);
            references.extend(found.into_iter().map(|target| (argument.clone(), target)));
        }
        object.references = references;
    }
    Ok(objects)
}

struct Resolver<'a> {
    stacks: &'a [Stack],
    documents: &'a [Value],
    positions: &'a HashMap<(usize, &'a str, &'a str), usize>,
}

impl Resolver<'_> {
    /// Collects the resources that a value refers to.
    fn value(&self, stack: usize, value: &Value, seen: &mut BTreeSet<String>, found: &mut Vec<usize>) {
        match value {
            Value::String(text) => {
                let mut traversals = Vec::new();
                // The program was checked, so what cannot be read was reported.
                let _ = in_template(text, &mut |traversal| traversals.push(traversal.clone()));
                for traversal in &traversals {
                    self.traversal(stack, traversal, seen, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.value(stack, item, seen, found)),
            Value::Object(entries) => {
                for (key, item) in entries {
                    if holds_template(key) {
                        self.value(stack, &Value::String(key.clone()), seen, found);
                    }
                    self.value(stack, item, seen, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn traversal(
        &self,
        stack: usize,
        traversal: &Traversal<'_>,
        seen: &mut BTreeSet<String>,
        found: &mut Vec<usize>,
    ) {
        let (Some(first), Some(second)) = (traversal.name(0), traversal.name(1)) else { return };
        let document = &self.documents[stack];
        match (first, second, traversal.name(2)) {
            ("local", name, _) => self.follow(stack, "local", &document["locals"][name], name, seen, found),
            ("data", "terraform_remote_state", Some(producer)) => {
                let other = self.stacks.iter().position(|stack| stack.name() == producer);
                if let (Some(other), Some(name)) = (other, traversal.name(4)) {
                    let output = &self.documents[other]["output"][name]["value"];
                    self.follow(other, "output", output, name, seen, found);
                }
            }
            ("data", type_name, Some(name)) => {
                let body = &document["data"][type_name][name];
                self.follow(stack, type_name, body, name, seen, found);
            }
            (type_name, name, _) => {
                found.extend(self.positions.get(&(stack, type_name, name)).filter(|at| !found.contains(at)));
            }
        }
    }

    /// Follows a name once, since names may lead in circles.
    fn follow(
        &self,
        stack: usize,
        kind: &str,
        value: &Value,
        name: &str,
        seen: &mut BTreeSet<String>,
        found: &mut Vec<usize>,
    ) {
        if seen.insert(format!("{stack} {kind} {name}")) {
            self.value(stack, value, seen, found);
        }
    }
}
