//! Bodies of resources and blocks: calls of methods, one for each argument and block.

use formwork_bindgen::surface::{self, TypeNames};
use formwork_schema::{Attribute as SchemaAttribute, BlockSchema, Catalogue, NestedBlock};

use crate::configuration::{Attribute, Block, Body, Item};
use crate::emit::code::Untyped;
use crate::emit::constructor::{self, Required};
use crate::emit::expression::{Writer, Written};
use crate::emit::literal;
use crate::expression::Expression;
use crate::types::Type;

/// Arguments that Terraform itself knows in every resource.
pub(crate) const META: [&str; 5] = ["count", "for_each", "depends_on", "provider", "enabled"];
/// Blocks that Terraform itself knows in every resource.
pub(crate) const META_BLOCKS: [&str; 4] = ["lifecycle", "provisioner", "connection", "dynamic"];

/// The binding that a body belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) names: &'a TypeNames,
    /// The module that its blocks are in, such as `aws::vpc`.
    pub(crate) path: &'a str,
}

/// What a body is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Resource,
    Data,
    Nested,
}

/// Whether a binding has no setter for an argument.
fn is_unsettable(known: &SchemaAttribute, role: Role) -> bool {
    let is_own_id = *known.name == *"id" && known.computed && role == Role::Resource;
    !(known.optional || known.required) || is_own_id
}

/// How many arguments there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Arguments and blocks that have a typed form.
    pub typed: usize,
    /// Those that are raw.
    pub raw: usize,
}

impl Writer<'_> {
    /// A whole nested block: its constructor and its methods.
    pub(crate) fn nested(
        &mut self,
        block: &Block,
        schema: &BlockSchema,
        binding: Binding<'_>,
        name: &str,
        counts: &mut Counts,
    ) -> Written<String> {
        self.built(&block.body, schema, binding, binding.path, name, counts)
    }

    /// A value of a binding's type, made of a body.
    pub(crate) fn built(
        &mut self,
        body: &Body,
        schema: &BlockSchema,
        binding: Binding<'_>,
        path: &str,
        name: &str,
        counts: &mut Counts,
    ) -> Written<String> {
        let required = constructor::required(schema);
        let mut values = Vec::new();
        for one in &required {
            values.push(match one {
                Required::Attribute(attribute) => {
                    let given = body.attribute(&attribute.name);
                    let given = given.ok_or_else(|| Untyped(format!("`{}` is missing", attribute.name)))?;
                    counts.typed += 1;
                    vec![self.value_or_raw(&given.value, &Type::of_attribute(&attribute.ty), counts)]
                }
                Required::Block(nested) | Required::Blocks(nested) => {
                    let blocks: Vec<&Block> = body.blocks_of(&nested.name).collect();
                    if blocks.is_empty() && matches!(one, Required::Block(_)) {
                        return Err(Untyped(format!(
                            "the block `{}` is required, and only a `dynamic` block makes it",
                            nested.name
                        )));
                    }
                    let inner =
                        binding.catalogue.block(nested.shape).map_err(|error| Untyped(error.to_string()))?;
                    let type_name = binding.names.block(nested.shape).to_owned();
                    let mut written = Vec::new();
                    for block in blocks {
                        counts.typed += 1;
                        let text = self.nested(block, &inner, binding, &type_name, counts)?;
                        written.push(with_comments(&block.comments, &text));
                    }
                    written
                }
            });
        }
        let mut out = constructor::call(path, name, schema, &required, &values);
        let is_required = |name: &str| required.iter().any(|one| one.name() == name);
        out.push_str(&self.methods(body, schema, binding, path, &is_required, counts)?);
        Ok(out)
    }

    /// The methods for what `new` does not take.
    fn methods(
        &mut self,
        body: &Body,
        schema: &BlockSchema,
        binding: Binding<'_>,
        path: &str,
        is_required: &dyn Fn(&str) -> bool,
        counts: &mut Counts,
    ) -> Written<String> {
        let mut out = String::new();
        for item in &body.items {
            match item {
                Item::Attribute(attribute)
                    if META.contains(&attribute.name.as_str())
                        && schema.attribute(&attribute.name).is_none() => {}
                Item::Attribute(attribute) => {
                    if is_required(&attribute.name) {
                        continue;
                    }
                    let Some(known) = schema.attribute(&attribute.name) else {
                        if let Some(nested) = schema.nested_block(&attribute.name) {
                            return Err(Untyped(format!(
                                "`{}` is a block, and an argument here",
                                nested.name
                            )));
                        }
                        return Err(Untyped(format!("the provider has no argument `{}`", attribute.name)));
                    };
                    let role = match path == binding.path {
                        true => Role::Nested,
                        false if path.ends_with("::data") || path.ends_with("::ephemeral") => Role::Data,
                        false => Role::Resource,
                    };
                    if role == Role::Nested && is_unsettable(known, role) {
                        return Err(Untyped(format!("the provider alone sets `{}`", known.name)));
                    }
                    out.push_str(&self.setter(attribute, known, role, counts));
                }
                Item::Block(block) if block.kind == "dynamic" => {
                    let text = self.dynamic(block, schema, binding, counts)?;
                    out.push_str(&comment_lines(&block.comments));
                    out.push_str(&text);
                }
                Item::Block(block)
                    if META_BLOCKS.contains(&block.kind.as_str())
                        && schema.nested_block(&block.kind).is_none() => {}
                Item::Block(block) => {
                    if is_required(&block.kind) {
                        continue;
                    }
                    let Some(nested) = schema.nested_block(&block.kind) else {
                        return Err(Untyped(format!("the provider has no block `{}`", block.kind)));
                    };
                    counts.typed += 1;
                    out.push_str(&comment_lines(&block.comments));
                    out.push_str(&self.block_setter(block, nested, binding, counts)?);
                }
            }
        }
        out.push_str(&comment_lines(&body.comments));
        Ok(out)
    }

    fn block_setter(
        &mut self,
        block: &Block,
        nested: &NestedBlock,
        binding: Binding<'_>,
        counts: &mut Counts,
    ) -> Written<String> {
        let inner = binding.catalogue.block(nested.shape).map_err(|error| Untyped(error.to_string()))?;
        let type_name = binding.names.block(nested.shape).to_owned();
        let built = self.nested(block, &inner, binding, &type_name, counts)?;
        let method = surface::method_name(&nested.name);
        self.scope.deprecated |= nested.deprecated;
        Ok(match nested.nesting {
            formwork_schema::Nesting::Map => {
                format!(".{method}({}, {built})", literal::string(block.label(0)))
            }
            _ => format!(".{method}({built})"),
        })
    }

    fn setter(
        &mut self,
        attribute: &Attribute,
        known: &SchemaAttribute,
        role: Role,
        counts: &mut Counts,
    ) -> String {
        let mut out = comment_lines(&attribute.comments);
        if attribute.value == Expression::Null {
            out.push_str(&format!("// {} = null\n", attribute.name));
            counts.typed += 1;
            return out;
        }
        counts.typed += 1;
        // What only the provider sets is refused by it, not by Terraform's language.
        if is_unsettable(known, role) {
            let value = self.any_or_raw(&attribute.value, counts);
            out.push_str(&format!("\n.set({}, {value})", literal::string(&attribute.name)));
            return out;
        }
        self.scope.deprecated |= known.deprecated;
        let value = self.value_or_raw(&attribute.value, &Type::of_attribute(&known.ty), counts);
        out.push_str(&format!("\n.{}({value})", surface::method_name(&known.name)));
        if known.sensitive && attribute.value.is_plain() {
            out.push_str(&format!(
                ".allow_plain_secret({}, \"it was in the configuration\")",
                literal::string(&known.name)
            ));
        }
        out
    }

    /// What a value is, or the expression as it was.
    pub(crate) fn value_or_raw(&mut self, value: &Expression, ty: &Type, counts: &mut Counts) -> String {
        match self.value_of(value, ty) {
            Ok(text) => text,
            Err(Untyped(reason)) => {
                counts.typed = counts.typed.saturating_sub(1);
                counts.raw += 1;
                raw(value, ty, &reason)
            }
        }
    }

    /// What a value of any type is, or the expression as it was.
    pub(crate) fn any_or_raw(&mut self, value: &Expression, counts: &mut Counts) -> String {
        match self.any_or_null(value) {
            Ok(text) => text,
            Err(Untyped(reason)) => {
                counts.typed = counts.typed.saturating_sub(1);
                counts.raw += 1;
                raw(value, &Type::Any, &reason)
            }
        }
    }

    fn dynamic(
        &mut self,
        block: &Block,
        schema: &BlockSchema,
        binding: Binding<'_>,
        counts: &mut Counts,
    ) -> Written<String> {
        let label = block.label(0);
        let nested = schema.nested_block(label);
        let nested = nested.ok_or_else(|| Untyped(format!("the provider has no block `{label}`")))?;
        let for_each = block
            .body
            .attribute("for_each")
            .ok_or_else(|| Untyped("a `dynamic` block needs `for_each`".to_owned()))?;
        let content = block.body.blocks_of("content").next();
        let content = content.ok_or_else(|| Untyped("a `dynamic` block needs `content`".to_owned()))?;
        let iterator = block.body.attribute("iterator").map(|attribute| match &attribute.value {
            Expression::Root(name) => Ok(name.clone()),
            other => other
                .as_text()
                .map(str::to_owned)
                .ok_or_else(|| Untyped("the iterator is no name".to_owned())),
        });
        let iterator = iterator.transpose()?;
        if block.body.attribute("labels").is_some() || nested.nesting == formwork_schema::Nesting::Map {
            return Err(Untyped("the block has labels".to_owned()));
        }
        let (collection, item) = self.collection(&for_each.value, Keys::AsTheyAre)?;
        let name = iterator.clone().unwrap_or_else(|| label.to_owned());
        if self.scope.iterators.iter().any(|(known, _, _)| *known == name) {
            return Err(Untyped(format!("`{name}` hides another one")));
        }
        counts.typed += 1;
        let rust = self.scope.free(&name);
        self.scope.iterators.push((name.clone(), rust.clone(), item));
        let built = self.block_setter(content, nested, binding, counts);
        self.scope.iterators.pop();
        let built = built?;
        let uses = word_in(&rust, &built);
        let argument = if uses { rust } else { "_".to_owned() };
        let label = literal::string(label);
        let head = match iterator {
            None => format!("\n.dynamic({label}, {collection}"),
            Some(iterator) => format!("\n.dynamic_as({label}, {}, {collection}", literal::string(&iterator)),
        };
        Ok(format!("{head}, |body, {argument}| body{built})"))
    }

    /// What `for_each` goes over, and the type of its elements.
    pub(crate) fn collection(&mut self, value: &Expression, keys: Keys) -> Written<(String, Type)> {
        if let (Expression::Call(name, arguments, _), Keys::OfASet) = (value, keys)
            && let ("toset", [inner]) = (name.as_str(), &arguments[..])
        {
            if let Expression::List(items) = inner
                && !items.is_empty()
                && items.iter().all(|item| item.as_text().is_some())
            {
                let items: Vec<String> =
                    items.iter().filter_map(Expression::as_text).map(literal::string).collect();
                return Ok((format!("[{}]", items.join(", ")), Type::Text));
            }
            let ty = Type::list(Type::Text);
            let code = self.code(inner, Some(&ty))?.cast(&ty);
            return Ok((code.argument(), Type::Text));
        }
        match value {
            Expression::List(items)
                if !items.is_empty()
                    && items.iter().all(|item| item.as_text().is_some())
                    && keys == Keys::AsTheyAre =>
            {
                let items: Vec<String> =
                    items.iter().filter_map(Expression::as_text).map(literal::string).collect();
                Ok((format!("[{}]", items.join(", ")), Type::Text))
            }
            Expression::Object(entries) if matches!(self.infer(value), Type::Map(_)) => {
                let Type::Map(element) = self.infer(value) else { return Err(Untyped(String::new())) };
                Ok((self.map_calls(entries, &element)?, *element))
            }
            Expression::List(_) | Expression::Object(_) => {
                Ok((format!("json!({})", self.json(value)?), Type::Any))
            }
            _ => {
                let code = self.code(value, None)?;
                Ok(match (code.ty.clone(), keys) {
                    (Type::List(element), Keys::OfASet) => {
                        // A set is gone over as it is; a list would be converted.
                        (code.cast(&Type::map((*element).clone())).argument(), *element)
                    }
                    (Type::List(element) | Type::Map(element), _) => (code.argument(), *element),
                    _ => (code.cast(&Type::Any).argument(), Type::Any),
                })
            }
        }
    }

    /// A body in the JSON syntax, for blocks without a binding.
    pub(crate) fn body_json(&mut self, body: &Body, skipped: &[&str], counts: &mut Counts) -> String {
        let mut entries: Vec<String> = Vec::new();
        for attribute in body.attributes().filter(|attribute| !skipped.contains(&attribute.name.as_str())) {
            counts.raw += 1;
            let value = self
                .json(&attribute.value)
                .unwrap_or_else(|Untyped(reason)| raw(&attribute.value, &Type::Any, &reason));
            entries.push(format!("{}: {value}", literal::string(&attribute.name)));
        }
        let mut kinds: Vec<&str> = Vec::new();
        for block in body.blocks() {
            if !kinds.contains(&block.kind.as_str()) && !skipped.contains(&block.kind.as_str()) {
                kinds.push(&block.kind);
            }
        }
        for kind in kinds {
            let mut ones = Vec::new();
            for block in body.blocks_of(kind) {
                let inner = match kind {
                    "dynamic" => self.dynamic_json(block, counts),
                    _ => self.body_json(&block.body, &[], counts),
                };
                let labelled = block
                    .labels
                    .iter()
                    .rev()
                    .fold(inner, |inner, label| format!("{{ {}: {inner} }}", literal::string(label)));
                ones.push(labelled);
            }
            entries.push(format!("{}: [{}]", literal::string(kind), ones.join(", ")));
        }
        if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
    }

    fn dynamic_json(&mut self, block: &Block, counts: &mut Counts) -> String {
        let label = block.label(0);
        let name = match block.body.attribute("iterator").map(|attribute| &attribute.value) {
            Some(Expression::Root(name)) => name.clone(),
            Some(other) => other.as_text().unwrap_or(label).to_owned(),
            None => label.to_owned(),
        };
        let mut entries = Vec::new();
        if let Some(for_each) = block.body.attribute("for_each") {
            let value = self
                .json(&for_each.value)
                .unwrap_or_else(|Untyped(reason)| raw(&for_each.value, &Type::Any, &reason));
            entries.push(format!("\"for_each\": {value}"));
        }
        if block.body.attribute("iterator").is_some() {
            entries.push(format!("\"iterator\": {}", literal::string(&name)));
        }
        if let Some(content) = block.body.blocks_of("content").next() {
            // Its element has no variable in Rust here.
            let inner = self.raw_json(&content.body, counts);
            entries.push(format!("\"content\": {inner}"));
        }
        format!("{{ {} }}", entries.join(", "))
    }

    fn raw_json(&mut self, body: &Body, counts: &mut Counts) -> String {
        let mut entries: Vec<String> = Vec::new();
        for attribute in body.attributes() {
            counts.raw += 1;
            let value = match attribute.value.is_plain() {
                true => self
                    .json(&attribute.value)
                    .unwrap_or_else(|Untyped(reason)| raw(&attribute.value, &Type::Any, &reason)),
                false => raw(&attribute.value, &Type::Any, "its block has no binding"),
            };
            entries.push(format!("{}: {value}", literal::string(&attribute.name)));
        }
        let mut kinds: Vec<&str> = Vec::new();
        for block in body.blocks() {
            if !kinds.contains(&block.kind.as_str()) {
                kinds.push(&block.kind);
            }
        }
        for kind in kinds {
            let mut ones = Vec::new();
            for block in body.blocks_of(kind) {
                let inner = if kind == "dynamic" {
                    self.dynamic_json(block, counts)
                } else {
                    self.raw_json(&block.body, counts)
                };
                let labelled = block
                    .labels
                    .iter()
                    .rev()
                    .fold(inner, |inner, label| format!("{{ {}: {inner} }}", literal::string(label)));
                ones.push(labelled);
            }
            entries.push(format!("{}: [{}]", literal::string(kind), ones.join(", ")));
        }
        if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
    }
}

/// Whether the keys of a collection are those of a `for_each`, which takes sets and maps only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    OfASet,
    AsTheyAre,
}

/// An expression as it was, with the reason why it has no typed form.
pub(crate) fn raw(value: &Expression, ty: &Type, reason: &str) -> String {
    let reason = if reason.is_empty() {
        String::new()
    } else {
        format!("/* raw: {} */ ", reason.replace("*/", "* /"))
    };
    format!("{reason}Expr::<{}>::raw({})", ty.rust(), literal::string(&crate::hcl::write(value)))
}

/// Comments as lines of Rust.
pub(crate) fn comment_lines(comments: &[String]) -> String {
    let mut out = String::new();
    for comment in comments {
        for line in comment.lines() {
            let line: String = line.chars().filter(|it| *it == '\t' || literal::is_harmless(*it)).collect();
            out.push_str(format!("\n// {line}").trim_end());
        }
        if comment.is_empty() {
            out.push_str("\n//");
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn with_comments(comments: &[String], text: &str) -> String {
    format!("{}{text}", comment_lines(comments))
}

/// Whether a name occurs in Rust text as a word of its own, be it within the braces of `format!`.
pub(crate) fn word_in(word: &str, text: &str) -> bool {
    let in_name = |character: char| character.is_alphanumeric() || character == '_';
    let text = code_of(text);
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let is_path = text[at + word.len()..].starts_with("::") || text[..at].ends_with("::");
        !before.is_some_and(|it| in_name(it) || it == '.') && !after.is_some_and(in_name) && !is_path
    })
}

/// Rust text without comments and the text of its strings; names in the braces of `format!` stay.
pub(crate) fn code_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if character == '"' {
            let end = end_of_string(&rest[1..]);
            push_names(&rest[1..1 + end], &mut out);
            rest = rest.get(end + 2..).unwrap_or_default();
        } else if let Some(marks) =
            raw_marks(rest).filter(|_| !out.ends_with(|it: char| it.is_alphanumeric() || it == '_'))
        {
            let close = format!("\"{}", "#".repeat(marks));
            let inside = &rest[marks + 2..];
            let end = inside.find(&close).unwrap_or(inside.len());
            push_names(&inside[..end], &mut out);
            rest = inside.get(end + close.len()..).unwrap_or_default();
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

fn end_of_string(inside: &str) -> usize {
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    inside.len()
}

/// How many `#` a raw string begins with.
fn raw_marks(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('r')?;
    let marks = rest.bytes().take_while(|byte| *byte == b'#').count();
    rest[marks..].starts_with('"').then_some(marks)
}

fn push_names(text: &str, out: &mut String) {
    let plain = text.replace("{{", "").replace("}}", "");
    for piece in plain.split('{').skip(1) {
        if let Some((name, _)) = piece.split_once('}')
            && !name.is_empty()
            && name.chars().all(|it| it.is_alphanumeric() || it == '_')
        {
            out.push(' ');
            out.push_str(name);
            out.push(' ');
        }
    }
    out.push_str("\"\"");
}
