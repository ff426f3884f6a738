//! Checks the arguments and nested blocks of a block against its shape.

use formwork_core::credentials::{Credential, is_credential};
use formwork_core::{ArgumentPath, Block, Diagnostic, Json, Object, Source, Stack};

use crate::check::shape::Shape;
use crate::check::{Lazy, value};
use crate::{Attribute, AttributeType, Kind, NestedBlock, Nesting, Type};

/// Arguments that Terraform itself takes in every resource and data source.
pub(super) const META: [&str; 7] =
    ["count", "for_each", "depends_on", "provider", "lifecycle", "connection", "provisioner"];

/// Checks a resource or data source.
pub(crate) fn object(
    stack: &Stack,
    kind: Kind,
    type_name: &str,
    name: &str,
    object: &Object,
    shape: &Shape,
) -> Vec<Diagnostic> {
    let address = Lazy { kind, type_name, name };
    let mut checker = Checker {
        stack,
        is_provider: false,
        address: &address,
        meta: &META,
        object,
        diagnostics: Vec::new(),
    };
    checker.body(&Body::Block(&object.block), shape, None, object.origin.source);
    checker.ignored_changes(shape);
    checker.diagnostics
}

/// Checks the `config` of an action or a search.
pub(crate) fn config(
    stack: &Stack,
    kind: Kind,
    type_name: &str,
    name: &str,
    object: &Object,
    shape: &Shape,
) -> Vec<Diagnostic> {
    let address = Lazy { kind, type_name, name };
    let mut checker =
        Checker { stack, is_provider: false, address: &address, meta: &[], object, diagnostics: Vec::new() };
    let path = ArgumentPath { parent: None, name: "config" };
    let source = object.block.entry("config").map_or(object.origin.source, |entry| entry.source);
    let empty = Json::Block(Box::default());
    checker.one(shape, object.block.get("config").unwrap_or(&empty), &path, source);
    checker.diagnostics
}

/// Checks a provider configuration.
pub(crate) fn provider(stack: &Stack, address: &str, object: &Object, shape: &Shape) -> Vec<Diagnostic> {
    let meta = ["alias", "version"];
    let mut checker =
        Checker { stack, is_provider: true, address: &address, meta: &meta, object, diagnostics: Vec::new() };
    checker.body(&Body::Block(&object.block), shape, None, object.origin.source);
    checker.diagnostics
}

/// Checks that no credential stands in a provider configuration, whether a catalogue has the provider or not: hashicorp/aws
/// calls none of its own sensitive.
pub(crate) fn credentials(stack: &Stack, address: &str, object: &Object) -> Vec<Diagnostic> {
    // An emulator takes whatever it is given, and a provider for one is told not to have it validated.
    if object.block.get("skip_credentials_validation") == Some(&Json::Bool(true)) {
        return Vec::new();
    }
    let diagnostic = |found: Credential| {
        let message = format!("a literal in the credential `{}` would land in version control", found.name);
        let hint = "leave it out, and give it to the provider in its environment, or take it from a sensitive variable";
        let diagnostic = Diagnostic::new(stack.name(), message).at(address).argument(found.path);
        diagnostic.source(found.source).origin(object.origin).hint(hint)
    };
    formwork_core::credentials::literals(&object.block).into_iter().map(diagnostic).collect()
}

struct Checker<'a> {
    stack: &'a Stack,
    is_provider: bool,
    address: &'a dyn std::fmt::Display,
    meta: &'a [&'a str],
    object: &'a Object,
    diagnostics: Vec<Diagnostic>,
}

/// The contents of a block: from a binding, or from plain data that was set with a hatch.
enum Body<'a> {
    Block(&'a Block),
    Object(&'a [(std::borrow::Cow<'static, str>, Json)]),
}

impl<'a> Body<'a> {
    fn each(&self, mut visit: impl FnMut(&'a str, &'a Json, Option<Source>)) {
        match self {
            Self::Block(block) => {
                block.entries().for_each(|entry| visit(&entry.name, &entry.value, Some(entry.source)))
            }
            Self::Object(entries) => entries.iter().for_each(|(name, value)| visit(name, value, None)),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Json> {
        match self {
            Self::Block(block) => block.get(name),
            Self::Object(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
        }
    }

    fn allows_plain(&self, argument: &str) -> bool {
        matches!(self, Self::Block(block) if block.allows_plain(argument))
    }
}

impl Checker<'_> {
    fn body(&mut self, body: &Body<'_>, shape: &Shape, parent: Option<&ArgumentPath<'_>>, source: Source) {
        body.each(|name, json, own_source| {
            if (parent.is_none() && self.meta.contains(&name)) || name == "//" {
                return;
            }
            let path = ArgumentPath { parent, name };
            let source = own_source.unwrap_or(source);
            if name == "dynamic" {
                return self.dynamic(json, shape, &path, source);
            }
            if let Some(attribute) = shape.schema.attribute(name) {
                self.attribute(body, attribute, json, shape, &path, source);
            } else if let (Some(nested), Some(inner)) = (shape.schema.nested_block(name), shape.block(name)) {
                self.nested_blocks(nested, inner, json, &path, source);
            } else if !shape.schema.open {
                let mut diagnostic = self.diagnostic(format!("unknown argument `{name}`"), &path, source);
                if let Some(near) = shape.nearest(name) {
                    diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
                }
                self.diagnostics.push(diagnostic);
            }
        });
        self.missing(body, shape, parent, source);
        self.write_only_pairs(body, shape, parent, source);
    }

    /// The content of a `dynamic` block is the body of one of the blocks that it makes.
    fn dynamic(&mut self, json: &Json, shape: &Shape, path: &ArgumentPath<'_>, source: Source) {
        let Json::Object(labels) = json else { return };
        for (label, json) in labels {
            let path = ArgumentPath { parent: Some(path), name: label };
            // Terraform takes blocks for attributes that are lists of objects, such as the rules of a security group.
            if let Some(Attribute {
                ty: AttributeType::Value(Type::List(element) | Type::Set(element)), ..
            }) = shape.schema.attribute(label)
                && matches!(**element, Type::Object(_))
            {
                continue;
            }
            let (Some(_), Some(inner)) = (shape.schema.nested_block(label), shape.block(label)) else {
                if shape.schema.open {
                    continue;
                }
                let mut diagnostic = self.diagnostic(format!("unknown block `{label}`"), &path, source);
                if let Some(near) = shape.nearest(label) {
                    diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
                }
                self.diagnostics.push(diagnostic);
                continue;
            };
            let Json::Blocks(blocks) = json else { continue };
            for content in blocks.iter().filter_map(|block| block.get("content")) {
                self.one(inner, content, &path, source);
            }
        }
    }

    /// A write-only argument is never stored, so that Terraform knows by its version alone that it changed.
    fn write_only_pairs(
        &mut self,
        body: &Body<'_>,
        shape: &Shape,
        parent: Option<&ArgumentPath<'_>>,
        source: Source,
    ) {
        let is_set = |name: &str| !matches!(body.get(name), None | Some(Json::Null));
        for attribute in shape.schema.attributes.iter().filter(|attribute| attribute.write_only) {
            let version = format!("{}_version", attribute.name);
            let (name, has_pair) = (&*attribute.name, shape.schema.attribute(&version).is_some());
            let (absent, message, hint) = match (is_set(name), is_set(&version)) {
                (true, false) if has_pair => (
                    &*version,
                    format!("`{name}` is set without `{version}`"),
                    "set a number beside it, and raise it with each change of the value",
                ),
                (false, true) => (
                    name,
                    format!("`{version}` is set without `{name}`"),
                    "set the value that it is the version of, or leave both out",
                ),
                _ => continue,
            };
            let path = ArgumentPath { parent, name: absent };
            let diagnostic = self.diagnostic(message, &path, source).hint(hint);
            self.diagnostics.push(diagnostic);
        }
    }

    fn missing(&mut self, body: &Body<'_>, shape: &Shape, parent: Option<&ArgumentPath<'_>>, source: Source) {
        let is_absent = |name: &str| matches!(body.get(name), None | Some(Json::Null));
        for attribute in shape.schema.attributes.iter().filter(|attribute| attribute.required) {
            if is_absent(&attribute.name) {
                let path = ArgumentPath { parent, name: &attribute.name };
                let diagnostic = self.diagnostic(
                    format!("the required argument `{}` is missing", attribute.name),
                    &path,
                    source,
                );
                self.diagnostics.push(diagnostic);
            }
        }
        let has_dynamic = body.get("dynamic").is_some();
        for nested in shape.schema.blocks.iter().filter(|nested| nested.min > 0 && !has_dynamic) {
            if is_absent(&nested.name) {
                let path = ArgumentPath { parent, name: &nested.name };
                let diagnostic = self.diagnostic(
                    format!("the required block `{}` is missing", nested.name),
                    &path,
                    source,
                );
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn attribute(
        &mut self,
        body: &Body<'_>,
        attribute: &Attribute,
        json: &Json,
        shape: &Shape,
        path: &ArgumentPath<'_>,
        source: Source,
    ) {
        let name = &attribute.name;
        if matches!(json, Json::Null) {
            return;
        }
        if !attribute.required && !attribute.optional {
            let message = format!("`{name}` is computed by the provider and cannot be set");
            let diagnostic = self.diagnostic(message, path, source);
            self.diagnostics.push(diagnostic.hint("read it from the reference that `add` returns"));
            return;
        }
        let misfit = match &attribute.ty {
            AttributeType::Value(ty) => value::fits(ty, json).err(),
            AttributeType::Nested { nesting, .. } => {
                if let Some(inner) = shape.nested_attribute(name) {
                    self.nested_attribute(*nesting, inner, json, path, source);
                }
                None
            }
        };
        if let Some((within, message)) = misfit {
            let diagnostic = self.diagnostic(message, path, source).argument(format!("{path}{within}"));
            self.diagnostics.push(diagnostic);
        }
        let is_literal = matches!(json, Json::String(text) if !text.is_empty());
        // Credentials of providers are reported whatever their schemas say.
        let is_credential = self.is_provider && is_credential(name);
        if attribute.sensitive && is_literal && !is_credential && !body.allows_plain(name) {
            let message =
                format!("a literal in the sensitive argument `{name}` would land in version control");
            let diagnostic = self.diagnostic(message, path, source);
            let plain = format!("insecure_{name}");
            let hint = match shape.schema.attribute(&plain) {
                Some(_) => format!("give what is no secret as `{plain}`, and take a secret from a sensitive variable or a secret store"),
                None => "take it from a sensitive variable or a secret store, or call `allow_plain_secret` with the reason".to_owned(),
            };
            self.diagnostics.push(diagnostic.hint(hint));
        }
    }

    fn nested_attribute(
        &mut self,
        nesting: Nesting,
        shape: &Shape,
        json: &Json,
        path: &ArgumentPath<'_>,
        source: Source,
    ) {
        match (nesting, json) {
            (_, Json::Template(_)) => {}
            (Nesting::Single | Nesting::Group, Json::Object(_) | Json::Block(_)) => {
                self.one(shape, json, path, source)
            }
            (Nesting::List | Nesting::Set, Json::Array(items)) => {
                items.iter().for_each(|item| self.one(shape, item, path, source));
            }
            (Nesting::Map, Json::Object(entries)) => {
                entries.iter().for_each(|(_, item)| self.one(shape, item, path, source));
            }
            _ => {
                let expected = match nesting {
                    Nesting::Single | Nesting::Group => "an object",
                    Nesting::List | Nesting::Set => "a list of objects",
                    Nesting::Map => "a map of objects",
                };
                let diagnostic = self.diagnostic(format!("expected {expected}"), path, source);
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn nested_blocks(
        &mut self,
        nested: &NestedBlock,
        shape: &Shape,
        json: &Json,
        path: &ArgumentPath<'_>,
        source: Source,
    ) {
        let labelled = nested.nesting == Nesting::Map;
        let count = match json {
            Json::Null => return,
            Json::Block(_) => 1,
            Json::Blocks(blocks) => blocks.len(),
            Json::Array(items) => items.len(),
            Json::Object(entries) if labelled => entries.len(),
            Json::Object(_) => 1,
            _ => {
                let message = format!("`{}` is a block and takes a body, not a value", nested.name);
                let diagnostic = self.diagnostic(message, path, source);
                self.diagnostics.push(diagnostic);
                return;
            }
        };
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if count < nested.min || nested.max.is_some_and(|max| count > max) {
            let expected = match (nested.min, nested.max) {
                (min, Some(max)) if min == max => format!("exactly {min}"),
                (0, Some(max)) => format!("at most {max}"),
                (min, Some(max)) => format!("{min} to {max}"),
                (min, None) => format!("at least {min}"),
            };
            let message = format!("`{}` blocks: there are {count}, and {expected} can be", nested.name);
            let diagnostic = self.diagnostic(message, path, source);
            self.diagnostics.push(diagnostic);
        }
        match json {
            Json::Blocks(blocks) => {
                blocks.iter().for_each(|block| self.body(&Body::Block(block), shape, Some(path), source));
            }
            Json::Array(items) => items.iter().for_each(|item| self.one(shape, item, path, source)),
            Json::Object(entries) if labelled => {
                entries.iter().for_each(|(_, item)| self.one(shape, item, path, source));
            }
            one => self.one(shape, one, path, source),
        }
    }

    fn one(&mut self, shape: &Shape, json: &Json, path: &ArgumentPath<'_>, source: Source) {
        match json {
            Json::Block(block) => self.body(&Body::Block(block), shape, Some(path), source),
            Json::Object(entries) => self.body(&Body::Object(entries), shape, Some(path), source),
            Json::Null => {}
            _ => {
                let diagnostic =
                    self.diagnostic(format!("expected the body of `{}`", path.name), path, source);
                self.diagnostics.push(diagnostic);
            }
        }
    }

    /// `ignore_changes` names arguments, which can be misspelt like any other.
    fn ignored_changes(&mut self, shape: &Shape) {
        let Some(Json::Block(lifecycle)) = self.object.block.get("lifecycle") else { return };
        for entry in lifecycle.entries().filter(|entry| entry.name == "ignore_changes") {
            let Json::Array(items) = &entry.value else { continue };
            for item in items {
                let Json::String(text) = item else { continue };
                let name = text.split(['.', '[']).next().unwrap_or_default();
                if shape.schema.attribute(name).is_none() && shape.schema.nested_block(name).is_none() {
                    let lifecycle = ArgumentPath { parent: None, name: "lifecycle" };
                    let path = ArgumentPath { parent: Some(&lifecycle), name: "ignore_changes" };
                    let mut diagnostic =
                        self.diagnostic(format!("unknown argument `{name}`"), &path, entry.source);
                    if let Some(near) = shape.nearest(name) {
                        diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
                    }
                    self.diagnostics.push(diagnostic);
                }
            }
        }
    }

    fn diagnostic(&self, message: String, path: &ArgumentPath<'_>, source: Source) -> Diagnostic {
        Diagnostic::new(self.stack.name(), message)
            .at(self.address)
            .argument(path.to_string())
            .source(source)
            .origin(self.object.origin)
    }
}
