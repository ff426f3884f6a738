//! Checks that need no provider: references lead somewhere, nothing waits for itself, every value can be written.

use crate::check::graph::{KINDS, Nodes};
use crate::constructs::assertion::Assertions;
use crate::constructs::statement::Statement;
use crate::syntax::references;
use crate::syntax::references::{BlockReference, Traversal};
use crate::{Address, ArgumentPath, Block, Diagnostic, Json, Kind, Object, Origin, Source, Stack, nearest};

pub(super) struct Checker<'a> {
    pub(super) stack: &'a Stack,
    nodes: &'a Nodes<'a>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Pairs of nodes.
    pub(super) edges: Vec<(usize, usize)>,
    /// Names of the elements of the `dynamic` blocks around the place.
    pub(super) bound: Vec<&'a str>,
}

/// What is being checked: who it is and where it stands in the graph.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a> {
    Block(Kind, &'a str, &'a str, Option<usize>, &'a Block),
    Local(&'a str, Option<usize>),
    Output(&'a str),
    Variable(&'a str),
    Provider(&'a str, &'a Block),
    Check(&'a str, &'a Assertions),
    Statement(&'a Statement),
}

impl Owner<'_> {
    pub(super) fn address(&self) -> String {
        match self {
            Self::Block(kind, type_name, name, ..) => {
                let (type_name, name) = ((*type_name).to_owned().into(), (*name).into());
                Address { kind: *kind, type_name, name }.to_string()
            }
            Self::Local(name, _) => format!("local.{name}"),
            Self::Output(name) => format!("output.{name}"),
            Self::Variable(name) => format!("var.{name}"),
            Self::Provider(name, _) => format!("provider.{name}"),
            Self::Check(name, _) => format!("check.{name}"),
            Self::Statement(statement) => statement.kind.name().to_owned(),
        }
    }

    const fn node(&self) -> Option<usize> {
        match self {
            Self::Block(_, _, _, node, _) | Self::Local(_, node) => *node,
            _ => None,
        }
    }

    /// Whether the whole of it has a meta-argument.
    fn has(&self, argument: &str) -> bool {
        match self {
            Self::Block(.., block) | Self::Provider(_, block) => block.get(argument).is_some(),
            Self::Statement(statement) => statement.object.block.get(argument).is_some(),
            _ => false,
        }
    }

    /// Whether it has a data source of its own, which nothing else sees.
    fn sees(&self, type_name: &str, name: &str) -> bool {
        let Self::Check(_, assertions) = self else { return false };
        assertions.data.as_ref().is_some_and(|data| data.type_name == type_name && data.name == name)
    }
}

impl<'a> Checker<'a> {
    pub(super) const fn new(stack: &'a Stack, nodes: &'a Nodes<'a>) -> Self {
        Self { stack, nodes, diagnostics: Vec::new(), edges: Vec::new(), bound: Vec::new() }
    }

    pub(super) fn all(&mut self) {
        let stack = self.stack;
        for kind in KINDS {
            let first = self.nodes.first(kind);
            for (index, (type_name, name, object)) in stack.objects(kind).iter().enumerate() {
                let node = first.map(|first| first + index);
                self.object(Owner::Block(kind, type_name, name, node, &object.block), object);
            }
        }
        for (name, object) in &stack.locals {
            self.object(Owner::Local(name, self.nodes.of_local(name)), object);
        }
        for (name, object) in &stack.outputs {
            self.object(Owner::Output(name), object);
        }
        for (name, object) in &stack.variables {
            self.object(Owner::Variable(name), object);
        }
        for configuration in &stack.providers {
            let name = configuration.reference.to_string();
            self.object(Owner::Provider(&name, &configuration.object.block), &configuration.object);
        }
        for (name, check) in &stack.checks {
            self.object(Owner::Check(name, check), &check.object);
            if let Some(data) = &check.data {
                self.object(Owner::Check(name, check), &data.object);
            }
        }
        for statement in &stack.statements {
            self.object(Owner::Statement(statement), &statement.object);
        }
    }

    fn object(&mut self, owner: Owner<'_>, object: &'a Object) {
        self.block(owner, &object.block, None, object.origin);
    }

    fn block(
        &mut self,
        owner: Owner<'_>,
        block: &'a Block,
        parent: Option<&ArgumentPath<'_>>,
        origin: Origin,
    ) {
        for entry in block.entries() {
            // Most arguments refer to nothing. The provider does, though it is written as plain text.
            match &entry.value {
                Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Decimal(_) => continue,
                Json::String(_) if entry.name != "provider" => continue,
                _ => {}
            }
            let path = ArgumentPath { parent, name: &entry.name };
            let is_meta = matches!(owner, Owner::Block(..) | Owner::Output(_) | Owner::Check(..));
            let in_lifecycle =
                parent.is_some_and(|parent| parent.parent.is_none() && parent.name == "lifecycle");
            let lines = Lines { argument: entry.source, object: origin };
            match (&*entry.name, parent) {
                ("depends_on", None) if is_meta => self.bare_references(owner, &entry.value, &path, lines),
                ("provider", None) if is_meta || matches!(owner, Owner::Statement(_)) => {
                    self.provider(owner, &entry.value, lines)
                }
                ("providers", None) if matches!(owner, Owner::Block(Kind::Module, ..)) => {
                    if let Json::Object(providers) = &entry.value {
                        providers.iter().for_each(|(_, provider)| self.provider(owner, provider, lines));
                    }
                }
                ("actions", Some(parent)) if parent.name == "action_trigger" => {
                    self.bare_references(owner, &entry.value, &path, lines)
                }
                ("replace_triggered_by", _) if in_lifecycle => {
                    self.bare_references(owner, &entry.value, &path, lines)
                }
                ("ignore_changes", _) if in_lifecycle => {}
                ("description" | "type", None) if matches!(owner, Owner::Output(_) | Owner::Variable(_)) => {}
                ("default", None) if matches!(owner, Owner::Variable(_)) => {}
                ("dynamic", _) => self.dynamic(owner, &entry.value, &path, lines),
                _ => self.json(owner, &entry.value, &path, lines),
            }
        }
    }

    pub(super) fn json(&mut self, owner: Owner<'_>, json: &'a Json, path: &ArgumentPath<'_>, lines: Lines) {
        match json {
            Json::Template(text) => self.template(owner, text, path, lines),
            Json::Array(items) => items.iter().for_each(|item| self.json(owner, item, path, lines)),
            Json::Object(entries) => {
                for (key, value) in entries {
                    let path = ArgumentPath { parent: Some(path), name: key };
                    self.template(owner, key, &path, lines);
                    self.json(owner, value, &path, lines);
                }
            }
            Json::Block(block) => self.block(owner, block, Some(path), lines.object),
            Json::Blocks(blocks) => {
                for block in blocks {
                    self.block(owner, block, Some(path), lines.object);
                }
            }
            Json::Invalid(reason) => self.report(owner, reason.to_string(), path, lines),
            Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Decimal(_) | Json::String(_) => {}
        }
    }

    fn template(&mut self, owner: Owner<'_>, text: &'a str, path: &ArgumentPath<'_>, lines: Lines) {
        if let Some(message) = crate::block::text::marker_error(text) {
            return self.report(owner, message, path, lines);
        }
        let read =
            references::in_template(text, &mut |traversal| self.reference(owner, traversal, path, lines));
        if let Err(error) = read {
            self.report(owner, format!("an expression cannot be read: {error}"), path, lines);
        }
    }

    fn bare_references(&mut self, owner: Owner<'_>, json: &'a Json, path: &ArgumentPath<'_>, lines: Lines) {
        let Json::Array(items) = json else { return };
        for item in items {
            if let Json::String(text) | Json::Template(text) = item {
                let read = references::in_expression(text, &mut |traversal| {
                    self.reference(owner, traversal, path, lines)
                });
                if let Err(error) = read {
                    self.report(owner, format!("`{text}` is not a reference: {error}"), path, lines);
                }
            }
        }
    }

    fn provider(&mut self, owner: Owner<'_>, json: &Json, lines: Lines) {
        let (Json::String(wanted) | Json::Template(wanted)) = json else { return };
        let stack = self.stack;
        // One configuration of several is chosen by a key.
        let wanted = wanted.split('[').next().unwrap_or_default();
        let expected = stack.required_providers.iter().flat_map(|(name, required)| {
            required.configuration_aliases.iter().map(move |alias| format!("{name}.{alias}"))
        });
        let configured = stack.providers.iter().map(|provider| provider.reference.to_string());
        let known: Vec<String> = configured.chain(expected).collect();
        // A search names the default configuration too, which needs no block.
        let is_default = matches!(owner, Owner::Block(Kind::List, ..)) && !wanted.contains('.');
        if !is_default && !known.iter().any(|name| **name == *wanted) {
            let diagnostic = stack
                .diagnostic(format!("the stack has no provider configuration `{wanted}`"))
                .at(owner.address())
                .argument("provider")
                .source(lines.argument)
                .origin(lines.object)
                .did_you_mean(wanted, known.iter().map(String::as_str));
            self.diagnostics.push(diagnostic);
        }
    }

    fn reference(
        &mut self,
        owner: Owner<'_>,
        traversal: &Traversal<'_>,
        path: &ArgumentPath<'_>,
        lines: Lines,
    ) {
        let stack = self.stack;
        let (first, second, third) = (traversal.name(0), traversal.name(1), traversal.name(2));
        let missing = |wanted: String, near: Option<String>| Err((wanted, near));
        let block = |found: BlockReference<'_, '_>| {
            self.nodes.of_block(found.kind, found.type_name, found.name).map_or_else(
                || {
                    let wanted = found.address();
                    missing(wanted.to_string(), self.nearest_block(&wanted))
                },
                Ok,
            )
        };
        let target = match (first, second, third) {
            (Some(name), ..) if self.bound.contains(&name) => return,
            (Some("path" | "terraform"), ..) => return,
            (Some(name @ ("each" | "count" | "self")), ..) => {
                if let Some((message, hint)) = outside(name, owner, path) {
                    let diagnostic = stack.diagnostic(message).at(owner.address()).argument(path.to_string());
                    self.diagnostics.push(diagnostic.source(lines.argument).origin(lines.object).hint(hint));
                }
                return;
            }
            (Some("var"), Some(name), _) if stack.variables.contains_key(name) => return,
            (Some("var"), Some(name), _) => {
                missing(format!("var.{name}"), nearest_in(name, stack.variables.keys().map(String::as_str)))
            }
            (Some("local"), Some(name), _) => match self.nodes.of_local(name) {
                Some(node) => Ok(node),
                None => missing(
                    format!("local.{name}"),
                    nearest_in(name, stack.locals.keys().map(String::as_str)),
                ),
            },
            (Some("data"), Some(type_name), Some(name)) if owner.sees(type_name, name) => return,
            (Some(root), ..) => match traversal.block() {
                Some(found) => block(found),
                None => missing(second.map_or(root.to_owned(), |second| format!("{root}.{second}")), None),
            },
            (None, ..) => return,
        };
        match (target, owner.node()) {
            (Ok(to), Some(from)) => self.edges.push((from, to)),
            (Ok(_), None) => {}
            (Err((wanted, near)), _) => {
                let mut diagnostic = stack
                    .diagnostic(format!("`{wanted}` is not in the stack"))
                    .at(owner.address())
                    .argument(path.to_string())
                    .source(lines.argument)
                    .origin(lines.object);
                if let Some(near) = near {
                    diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
                }
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn nearest_block(&self, wanted: &Address) -> Option<String> {
        let names = self.stack.objects(wanted.kind).names(&wanted.type_name);
        let name = nearest(&wanted.name, names)?.into();
        Some(Address { name, ..wanted.clone() }.to_string())
    }

    fn report(&mut self, owner: Owner<'_>, message: String, path: &ArgumentPath<'_>, lines: Lines) {
        let diagnostic = self.stack.diagnostic(message).at(owner.address()).argument(path.to_string());
        self.diagnostics.push(diagnostic.source(lines.argument).origin(lines.object));
    }
}

/// The lines that set an argument and added its object.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    pub(super) argument: Source,
    pub(super) object: Origin,
}

/// What is wrong with `each`, `count` or `self` at a place, if anything is.
fn outside(name: &str, owner: Owner<'_>, path: &ArgumentPath<'_>) -> Option<(String, &'static str)> {
    match name {
        "each" if owner.has("for_each") => None,
        "each" => Some((
            "`each` stands in a block without `for_each`".to_owned(),
            "make the block with `for_each(collection, |each| …)`",
        )),
        "count" if owner.has("count") => None,
        "count" => Some((
            "`count.index` stands in a block without `count`".to_owned(),
            "make the block with `count(number, |index| …)`",
        )),
        _ if matches!(path.outermost(), "provisioner" | "connection" | "lifecycle") => None,
        _ => Some((
            "`self` stands outside of provisioners, connections and postconditions".to_owned(),
            "refer to another resource, or to what the argument is set to",
        )),
    }
}

fn nearest_in<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, known).map(str::to_owned)
}
