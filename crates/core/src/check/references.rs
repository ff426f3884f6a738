//! Checks that need no provider: references lead somewhere, nothing waits for itself, every value can be written.

use std::borrow::Cow;

use crate::block::text;
use crate::check::graph::{KINDS, Nodes};
use crate::check::{functions, instances};
use crate::constructs::assertion::Assertions;
use crate::constructs::statement::Statement;
use crate::syntax::fence_marks::has_fence;
use crate::syntax::references;
use crate::syntax::references::{BlockReference, Traversal};
use crate::{
    Address, ArgumentPath, Block, Diagnostic, Json, Kind, Object, Origin, Source, Stack, Text, nearest,
};

pub(super) struct Checker<'a> {
    pub(super) stack: &'a Stack,
    nodes: &'a Nodes<'a>,
    /// All of the program, for the name of a stack that an expression belongs to.
    stacks: &'a [Stack],
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Pairs of nodes of which one waits for the other, without the modules.
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
    /// The `terraform` block.
    Settings,
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
            Self::Settings => "terraform".to_owned(),
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
    pub(super) const fn new(stack: &'a Stack, nodes: &'a Nodes<'a>, stacks: &'a [Stack]) -> Self {
        Self { stack, nodes, stacks, diagnostics: Vec::new(), edges: Vec::new(), bound: Vec::new() }
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
        let origin = Origin::outside(stack.source);
        self.block(Owner::Settings, &stack.settings, None, origin);
        if let Some(backend) = &stack.backend {
            let path = ArgumentPath { parent: None, name: "backend" };
            self.block(Owner::Settings, backend.block(), Some(&path), origin);
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
            if let Cow::Owned(name) = &entry.name
                && has_fence(name)
            {
                let lines = Lines { argument: entry.source, object: origin };
                let path = ArgumentPath { parent, name };
                self.report(
                    owner,
                    "an expression cannot be a part of an argument's name".to_owned(),
                    &path,
                    lines,
                );
            }
            // Most arguments refer to nothing. The provider does, though it is written as plain text.
            match &entry.value {
                Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Decimal(_) => continue,
                Json::String(text) if entry.name != "provider" && text.stacks().is_empty() => continue,
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
                ("dynamic", _) => self.dynamic(owner, &entry.value, &path, lines),
                _ => self.json(owner, &entry.value, &path, lines),
            }
        }
    }

    pub(super) fn json(&mut self, owner: Owner<'_>, json: &'a Json, path: &ArgumentPath<'_>, lines: Lines) {
        match json {
            Json::Template(text) => {
                if self.is_own(owner, text, path, lines) {
                    self.template(owner, text, path, lines);
                }
            }
            Json::String(text) => drop(self.is_own(owner, text, path, lines)),
            Json::Array(items) => items.iter().for_each(|item| self.json(owner, item, path, lines)),
            Json::Object(entries) => {
                for (key, value) in entries {
                    // Keys are text where Terraform reads the whole as it is.
                    let is_literal = matches!(owner, Owner::Variable(_)) && path.outermost() == "default"
                        || matches!(owner, Owner::Settings) && path.outermost() == "backend";
                    let path = ArgumentPath { parent: Some(path), name: key };
                    if !is_literal {
                        self.template(owner, key, &path, lines);
                    }
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
            Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Decimal(_) => {}
        }
    }

    fn template(&mut self, owner: Owner<'_>, template: &'a str, path: &ArgumentPath<'_>, lines: Lines) {
        if let Some(message) = text::marker_error(template) {
            return self.report(owner, message, path, lines);
        }
        let read =
            references::in_template(template, &mut |traversal| self.reference(owner, traversal, path, lines));
        if let Err(error) = read {
            return self.report(owner, format!("an expression cannot be read: {error}"), path, lines);
        }
        functions::in_template(self.stack, template, &mut |message, hint| {
            let diagnostic = self.stack.diagnostic(message).at(owner.address()).argument(path.to_string());
            let diagnostic = diagnostic.source(lines.argument).origin(lines.object);
            self.diagnostics.push(match hint.text() {
                Some(hint) => diagnostic.hint(hint),
                None => diagnostic,
            });
        });
    }

    fn bare_references(&mut self, owner: Owner<'_>, json: &'a Json, path: &ArgumentPath<'_>, lines: Lines) {
        let Json::Array(items) = json else { return };
        for item in items {
            if let Json::Invalid(reason) = item {
                self.report(owner, reason.to_string(), path, lines);
            }
            if let Json::String(text) | Json::Template(text) = item
                && self.is_own(owner, text, path, lines)
            {
                let read = references::in_expression(text, &mut |traversal| {
                    self.reference(owner, traversal, path, lines)
                });
                if let Err(error) = read {
                    self.report(owner, format!("`{text}` is not a reference: {error}"), path, lines);
                }
            }
        }
    }

    fn provider(&mut self, owner: Owner<'_>, json: &'a Json, lines: Lines) {
        let path = ArgumentPath { parent: None, name: "provider" };
        let (Json::String(wanted) | Json::Template(wanted)) = json else {
            return self.json(owner, json, &path, lines);
        };
        if !self.is_own(owner, wanted, &path, lines) {
            return;
        }
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
            // Keys and methods of an `encryption` block.
            (Some("key_provider" | "method"), ..) if matches!(owner, Owner::Settings) => return,
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
        if target.is_ok()
            && let Some(found) = traversal.block()
            && let Some((message, hint)) = instances::wrong_key(stack, &found)
        {
            let diagnostic = stack.diagnostic(message).at(owner.address()).argument(path.to_string());
            self.diagnostics.push(diagnostic.source(lines.argument).origin(lines.object).hint(hint));
        }
        // Each output of a module waits for some of its inputs only: two modules may take from one another.
        let is_of_module = first == Some("module") || matches!(owner, Owner::Block(Kind::Module, ..));
        match (target, owner.node()) {
            (Ok(to), Some(from)) if !is_of_module => self.edges.push((from, to)),
            (Ok(_), _) => {}
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

    /// Whether text refers into this stack alone. What is of another one is reported: Terraform would take it for what has
    /// the same address here.
    fn is_own(&mut self, owner: Owner<'_>, text: &Text, path: &ArgumentPath<'_>, lines: Lines) -> bool {
        let others = text.stacks().without(self.stack.own);
        if others.is_empty() {
            return true;
        }
        let name = self.stacks.iter().map(Stack::name).find(|name| others.holds(name));
        let name = name.unwrap_or("another one");
        let what = references::whole(text).unwrap_or(text);
        let message =
            format!("`{what}` is of the stack `{name}`, and stands in the stack `{}`", self.stack.name());
        let diagnostic = self.stack.diagnostic(message).at(owner.address()).argument(path.to_string());
        let hint = "make it an output there, and read that here: `stack.read(&output)`";
        self.diagnostics.push(diagnostic.source(lines.argument).origin(lines.object).hint(hint));
        false
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
        _ if path.names().any(|name| matches!(name, "provisioner" | "connection" | "postcondition")) => None,
        _ => Some((
            "`self` stands outside of provisioners, connections and postconditions".to_owned(),
            "refer to another resource, or to what the argument is set to",
        )),
    }
}

fn nearest_in<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, known).map(str::to_owned)
}
