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

    pub(crate) fn block_setter(
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
