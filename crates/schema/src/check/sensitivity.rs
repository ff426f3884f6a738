//! Where sensitive and ephemeral values come from, and places that must not get them.
//!
//! Source: the Terraform language documentation, "Manage sensitive data in your configuration" and "Ephemeral values".
//! Both spread through whatever is made of them: text, functions, objects, local values, arguments of resources.

use std::collections::HashMap;
use std::rc::Rc;

use formwork_core::references::{self, BlockReference, Read, Step, Traversal};
use formwork_core::{Address, Block, Diagnostic, Json, Object, Source, Stack};

use crate::check::arguments::META;
use crate::check::shape::Shape;
use crate::{AttributeType, CatalogueError, Kind};

/// Functions whose result says nothing of the value, or of what is inside of it.
const FORGETTING: [&str; 2] = ["nonsensitive", "issensitive"];

/// Functions whose result holds all that an object holds. Others may look at one attribute of it, or at its keys.
const HOLDING: [&str; 26] = [
    "base64encode",
    "chunklist",
    "coalesce",
    "coalescelist",
    "concat",
    "distinct",
    "element",
    "flatten",
    "jsonencode",
    "matchkeys",
    "merge",
    "one",
    "reverse",
    "sensitive",
    "setintersection",
    "setproduct",
    "setsubtract",
    "setunion",
    "slice",
    "tolist",
    "tomap",
    "toset",
    "try",
    "values",
    "yamlencode",
    "zipmap",
];

/// The resource that Terraform itself has, which no catalogue tells of.
const BUILT_IN: &str = "terraform_data";

/// What spreads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mark {
    Sensitive,
    Ephemeral,
}

/// Finds the shape of a type, if a catalogue has it.
pub(super) type ShapeOf<'s> =
    dyn FnMut(Kind, &str, &Object) -> Result<Option<Rc<Shape>>, CatalogueError> + 's;

/// Follows values through one stack of a program.
pub(super) struct Tracer<'a, 's> {
    pub(super) stacks: &'a [Stack],
    pub(super) stack: &'a Stack,
    pub(super) shape_of: &'s mut ShapeOf<'s>,
    /// Whether anything of the stack is ephemeral.
    has_ephemeral: bool,
    /// What was followed, and whether it has the mark. What is under way has none, so that what refers to itself is not
    /// followed for ever.
    followed: HashMap<String, bool>,
}

impl<'a, 's> Tracer<'a, 's> {
    pub(super) fn new(stacks: &'a [Stack], stack: &'a Stack, shape_of: &'s mut ShapeOf<'s>) -> Self {
        let is_ephemeral = |(_, object): (&str, &Object)| is_set(object, Mark::Ephemeral);
        let has_ephemeral = stack.blocks(formwork_core::Kind::Ephemeral).next().is_some()
            || stack.variables().any(is_ephemeral);
        Self { stacks, stack, shape_of, has_ephemeral, followed: HashMap::new() }
    }

    /// Reports outputs that are shown, and repetitions over what nobody may see.
    pub(super) fn check(&mut self) -> Result<Vec<Diagnostic>, CatalogueError> {
        let mut diagnostics = Vec::new();
        for (name, object) in self.stack.outputs() {
            let Some(entry) = object.block.entry("value") else { continue };
            if !is_set(object, Mark::Ephemeral)
                && let Some(from) = self.in_json(&entry.value, Mark::Ephemeral)?
            {
                let message = format!("the output would store the ephemeral value of `{from}`");
                let hint = if self.stack.is_module() {
                    "export it with `Export::new(…).ephemeral()`"
                } else {
                    "an output is stored in the state: use the value in a write-only argument or a provider, or store it in a secret store"
                };
                diagnostics.push(self.diagnostic(
                    &format!("output.{name}"),
                    "value",
                    entry.source,
                    object,
                    message,
                    hint,
                ));
                continue;
            }
            if !is_set(object, Mark::Sensitive)
                && let Some(from) = self.in_json(&entry.value, Mark::Sensitive)?
            {
                let message = format!("the output shows a sensitive value of `{from}`");
                let hint = "export it with `Export::new(…).sensitive()`, or say with `functions::nonsensitive` that it may be seen";
                diagnostics.push(self.diagnostic(
                    &format!("output.{name}"),
                    "value",
                    entry.source,
                    object,
                    message,
                    hint,
                ));
            }
        }
        let kinds = [
            formwork_core::Kind::Resource,
            formwork_core::Kind::Data,
            formwork_core::Kind::Ephemeral,
            formwork_core::Kind::Module,
        ];
        for kind in kinds {
            for (type_name, name, object) in self.stack.blocks(kind) {
                let address = || {
                    Address { kind, type_name: type_name.to_owned().into(), name: name.into() }.to_string()
                };
                for argument in ["for_each", "count"] {
                    let Some(entry) = object.block.entry(argument) else { continue };
                    for (mark, what) in
                        [(Mark::Sensitive, "a sensitive value"), (Mark::Ephemeral, "an ephemeral value")]
                    {
                        let Some(from) = self.in_json(&entry.value, mark)? else { continue };
                        let message = format!("`{argument}` depends on {what} of `{from}`");
                        let hint = match mark {
                            Mark::Sensitive => {
                                "addresses and plans show it: keep the keys apart from the secrets, or say with `functions::nonsensitive` that they may be seen"
                            }
                            Mark::Ephemeral => {
                                "how many objects there are is stored: decide it by something that is"
                            }
                        };
                        diagnostics.push(self.diagnostic(
                            &address(),
                            argument,
                            entry.source,
                            object,
                            message,
                            hint,
                        ));
                    }
                }
                if self.has_ephemeral
                    && matches!(kind, formwork_core::Kind::Resource | formwork_core::Kind::Data)
                {
                    self.stored(kind, type_name, &address(), object, &mut diagnostics)?;
                }
                if self.has_ephemeral && kind == formwork_core::Kind::Module {
                    self.inputs(&address(), object, &mut diagnostics)?;
                }
            }
        }
        Ok(diagnostics)
    }

    /// The stack of this program that a module call calls.
    fn called(&self, call: &Object) -> Option<&'a Stack> {
        let Some(Json::String(source)) = call.block.get("source") else { return None };
        let called = source.strip_prefix("../")?;
        self.stacks.iter().find(|other| other.is_module() && other.name() == called)
    }

    /// Reports ephemeral values that are given to variables of a module that do not take them.
    fn inputs(
        &mut self,
        address: &str,
        call: &Object,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), CatalogueError> {
        let Some(module) = self.called(call) else { return Ok(()) };
        for entry in call.block.entries() {
            let variable = module.variable_object(&entry.name);
            if variable.is_none_or(|variable| is_set(variable, Mark::Ephemeral)) {
                continue;
            }
            let Some(from) = self.in_json(&entry.value, Mark::Ephemeral)? else { continue };
            let message = format!("`var.{}` of the module gets the ephemeral value of `{from}`", entry.name);
            let hint =
                "declare it with `Variable::new().ephemeral()`, so that nothing in the module stores it";
            diagnostics.push(self.diagnostic(address, &entry.name, entry.source, call, message, hint));
        }
        Ok(())
    }

    /// Reports ephemeral values in arguments that are stored.
    fn stored(
        &mut self,
        kind: formwork_core::Kind,
        type_name: &str,
        address: &str,
        object: &Object,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), CatalogueError> {
        let found = if kind == formwork_core::Kind::Data { Kind::Data } else { Kind::Resource };
        let shape = (self.shape_of)(found, type_name, object)?;
        if shape.is_none() && type_name != BUILT_IN {
            return Ok(());
        }
        for entry in object.block.entries() {
            let attribute = shape.as_ref().and_then(|shape| shape.schema.attribute(&entry.name));
            let nested = shape.as_ref().and_then(|shape| shape.block(&entry.name));
            let is_argument = match &shape {
                Some(_) => attribute.is_some() || nested.is_some(),
                None => !META.contains(&&*entry.name),
            };
            if !is_argument || attribute.is_some_and(|attribute| attribute.write_only) {
                continue;
            }
            if self.has_write_only(&entry.value, nested) {
                continue;
            }
            let Some(from) = self.in_json(&entry.value, Mark::Ephemeral)? else { continue };
            let message = format!("`{}` is stored, and gets the ephemeral value of `{from}`", entry.name);
            let write_only = format!("{}_wo", entry.name);
            let hint = match shape.as_ref().and_then(|shape| shape.schema.attribute(&write_only)) {
                Some(attribute) if attribute.write_only => {
                    format!("set `{write_only}` instead, which is never stored")
                }
                _ => {
                    "only write-only arguments, providers, provisioners and other ephemeral resources take it"
                        .to_owned()
                }
            };
            diagnostics.push(self.diagnostic(address, &entry.name, entry.source, object, message, &hint));
        }
        Ok(())
    }

    /// Whether a block sets a write-only argument: what is in it is not looked at one by one.
    fn has_write_only(&self, json: &Json, shape: Option<&Rc<Shape>>) -> bool {
        let Some(shape) = shape else { return false };
        let one = |block: &Block| {
            block.entries().any(|entry| {
                shape.schema.attribute(&entry.name).is_some_and(|attribute| attribute.write_only)
                    || self.has_write_only(&entry.value, shape.block(&entry.name))
            })
        };
        match json {
            Json::Block(block) => one(block),
            Json::Blocks(blocks) => blocks.iter().any(one),
            _ => false,
        }
    }

    /// Where a value gets a mark from.
    fn in_json(&mut self, json: &Json, mark: Mark) -> Result<Option<String>, CatalogueError> {
        let mut found = Ok(None);
        json.each_template(&mut |text| {
            if matches!(found, Ok(None)) {
                found = self.in_text(text, mark);
            }
        });
        found
    }

    fn in_text(&mut self, text: &str, mark: Mark) -> Result<Option<String>, CatalogueError> {
        let mut reads: Vec<(Traversal<'_>, bool)> = Vec::new();
        let mut said = None;
        references::reads_in_template(text, &mut |read: &Read<'_, '_>| {
            let forgets = |call: &&str| {
                let call = call.trim_start_matches("core::");
                (mark == Mark::Sensitive && FORGETTING.contains(&call))
                    || (mark == Mark::Ephemeral && call == "ephemeralasnull")
            };
            if read.calls.iter().any(forgets) {
                return;
            }
            let shallow = read.is_collection || !read.calls.iter().all(|call| HOLDING.contains(call));
            if mark == Mark::Sensitive && read.calls.contains(&"sensitive") {
                said.get_or_insert_with(|| shown(read.traversal));
            }
            let mut traversal = read.traversal.clone();
            // What is read of the elements of a collection is read where it says so.
            if !read.is_collection {
                traversal.steps.extend(read.behind);
            }
            reads.push((traversal, shallow));
        });
        // A literal that the program itself calls so.
        if mark == Mark::Sensitive && said.is_none() && reads.is_empty() && text.contains("sensitive(") {
            let mut calls = Vec::new();
            references::calls_in_template(text, &mut |call| calls.push(call.trim_start_matches("core::")));
            if calls.contains(&"sensitive") && !calls.iter().any(|call| FORGETTING.contains(call)) {
                said = Some("sensitive(…)".to_owned());
            }
        }
        if said.is_some() {
            return Ok(said);
        }
        for (traversal, shallow) in &reads {
            if self.is_marked(traversal, *shallow, mark)? {
                return Ok(Some(shown(traversal)));
            }
        }
        Ok(None)
    }

    fn is_marked(
        &mut self,
        traversal: &Traversal<'_>,
        shallow: bool,
        mark: Mark,
    ) -> Result<bool, CatalogueError> {
        let stack = self.stack;
        match (traversal.name(0), traversal.name(1)) {
            (Some("var"), Some(name)) => {
                Ok(stack.variable_object(name).is_some_and(|object| is_set(object, mark)))
            }
            (Some("local"), Some(name)) => {
                let value = stack.local_object(name).and_then(|object| object.block.get("value"));
                let Some(value) = value else { return Ok(false) };
                self.followed(format!("local.{name} {mark:?}"), |tracer| tracer.in_json(value, mark))
            }
            (Some("module"), Some(name)) => {
                let call = stack.block(formwork_core::Kind::Module, "", name);
                let Some(module) = call.and_then(|call| self.called(call)) else { return Ok(false) };
                let output = traversal.steps[2..].iter().find_map(|step| match step {
                    Step::Name(name) => Some(*name),
                    _ => None,
                });
                let mut outputs = module.outputs();
                Ok(match output {
                    Some(output) => outputs.any(|(name, object)| name == output && is_set(object, mark)),
                    None => !shallow && outputs.any(|(_, object)| is_set(object, mark)),
                })
            }
            _ => match traversal.block() {
                Some(found) => self.is_marked_block(&found, shallow, mark),
                None => Ok(false),
            },
        }
    }

    fn is_marked_block(
        &mut self,
        found: &BlockReference<'_, '_>,
        shallow: bool,
        mark: Mark,
    ) -> Result<bool, CatalogueError> {
        let kind = match found.kind {
            formwork_core::Kind::Resource => Kind::Resource,
            formwork_core::Kind::Data => Kind::Data,
            formwork_core::Kind::Ephemeral if mark == Mark::Ephemeral => return Ok(true),
            formwork_core::Kind::Ephemeral => Kind::Ephemeral,
            _ => return Ok(false),
        };
        if mark == Mark::Ephemeral {
            return Ok(false);
        }
        let Some(object) = self.stack.block(found.kind, found.type_name, found.name) else {
            return Ok(false);
        };
        let first = found.rest.iter().find_map(|step| match step {
            Step::Name(name) => Some(*name),
            _ => None,
        });
        if first.is_none() && shallow {
            return Ok(false);
        }
        if let Some(shape) = (self.shape_of)(kind, found.type_name, object)?
            && is_sensitive(found.rest, &shape)
        {
            return Ok(true);
        }
        // What the program sets is as sensitive as what it is set to.
        let address =
            format!("{} {} {} {}", found.kind.noun(), found.type_name, found.name, first.unwrap_or_default());
        match first {
            // What it is given is what it gives.
            Some("output") if found.type_name == BUILT_IN => match object.block.get("input") {
                Some(value) => self.followed(address, |tracer| tracer.in_json(value, mark)),
                None => Ok(false),
            },
            Some(argument) => match object.block.get(argument) {
                Some(value) => self.followed(address, |tracer| tracer.in_json(value, mark)),
                None => Ok(false),
            },
            None => self.followed(address, |tracer| {
                for entry in object.block.entries().filter(|entry| !META.contains(&&*entry.name)) {
                    let found = tracer.in_json(&entry.value, mark)?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }),
        }
    }

    /// Follows something once.
    fn followed(
        &mut self,
        what: String,
        follow: impl FnOnce(&mut Self) -> Result<Option<String>, CatalogueError>,
    ) -> Result<bool, CatalogueError> {
        if let Some(known) = self.followed.get(&what) {
            return Ok(*known);
        }
        self.followed.insert(what.clone(), false);
        let found = follow(self)?.is_some();
        self.followed.insert(what, found);
        Ok(found)
    }

    fn diagnostic(
        &self,
        address: &str,
        argument: &str,
        source: Source,
        object: &Object,
        message: String,
        hint: &str,
    ) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.stack.name(), message).at(address).argument(argument);
        diagnostic.source(source).origin(object.origin).hint(hint)
    }
}

/// Whether a variable or output is declared to have a mark.
fn is_set(object: &Object, mark: Mark) -> bool {
    let argument = match mark {
        Mark::Sensitive => "sensitive",
        Mark::Ephemeral => "ephemeral",
    };
    object.block.get(argument) == Some(&Json::Bool(true))
}

/// Whether what steps lead to is sensitive by the provider's schema, or has something sensitive inside.
fn is_sensitive(steps: &[Step<'_>], shape: &Shape) -> bool {
    let Some((index, name)) = steps.iter().enumerate().find_map(|(index, step)| match step {
        Step::Name(name) => Some((index, *name)),
        _ => None,
    }) else {
        return has_sensitive(shape);
    };
    if let Some(inner) = shape.block(name) {
        return is_sensitive(&steps[index + 1..], inner);
    }
    shape.schema.attribute(name).is_some_and(|attribute| {
        attribute.sensitive
            || matches!(attribute.ty, AttributeType::Nested { .. })
                && shape.nested_attribute(name).is_some_and(|inner| is_sensitive(&steps[index + 1..], inner))
    })
}

fn has_sensitive(shape: &Shape) -> bool {
    shape.schema.attributes.iter().any(|attribute| {
        attribute.sensitive
            || shape.nested_attribute(&attribute.name).is_some_and(|inner| has_sensitive(inner))
    }) || shape
        .schema
        .blocks
        .iter()
        .any(|nested| shape.block(&nested.name).is_some_and(|inner| has_sensitive(inner)))
}

/// A reference as people write it, up to the attribute.
fn shown(traversal: &Traversal<'_>) -> String {
    let names: Vec<&str> = traversal
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Name(name) => Some(*name),
            _ => None,
        })
        .collect();
    names.join(".")
}
