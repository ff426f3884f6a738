//! Variables, local values, outputs and checks: statements of Rust.

use crate::configuration::{Attribute, Block};
use crate::emit::body::{Counts, comment_lines, raw};
use crate::emit::code::Untyped;
use crate::emit::expression::{Writer, Written};
use crate::emit::literal;
use crate::emit::object::reference_text;
use crate::emit::providers::Providers;
use crate::error::ConvertError;
use crate::expression::Expression;
use crate::types::{Type, constraint};

/// Rust that makes a value, and the type that it has.
pub(crate) struct Made {
    pub(crate) text: String,
    pub(crate) ty: Type,
}

impl Writer<'_> {
    /// `stack.variable(…)`.
    pub(crate) fn variable(&mut self, block: &Block, counts: &mut Counts) -> Result<Made, ConvertError> {
        let name = block.label(0);
        let body = &block.body;
        let (ty, mut text) = match body.attribute("type") {
            None => (Type::Any, "Variable::<Json>::new()".to_owned()),
            Some(attribute) => {
                let known = constraint(&attribute.value);
                let known = known
                    .ok_or_else(|| attribute.place.refused(format!("`{}` is not a type", attribute.raw)))?;
                match known.built {
                    Some(built) => (known.ty, format!("Variable::of({built})")),
                    None => {
                        let text = format!("Variable::<{}>::new()", known.ty.rust());
                        (known.ty, text)
                    }
                }
            }
        };
        let is_json = text.starts_with("Variable::of");
        let flag = |attribute: &Attribute| match &attribute.value {
            Expression::Bool(truth) => Some(*truth),
            value => value.as_text().and_then(|text| text.parse::<bool>().ok()),
        };
        for attribute in body.attributes() {
            counts.typed += 1;
            if attribute.name != "type" || !attribute.comments.is_empty() {
                text.push_str(&comment_lines(&attribute.comments));
            }
            match attribute.name.as_str() {
                "type" => {}
                "default" => {
                    let value = literal::plain(&attribute.value);
                    let value = value.ok_or_else(|| {
                        attribute
                            .place
                            .refused("the default of a variable must be known without anything else")
                    })?;
                    text.push_str(&format!("\n.default_value({value})"));
                }
                "description" => {
                    let description = attribute.value.as_text();
                    let description = description
                        .ok_or_else(|| attribute.place.refused("a description must be literal text"))?;
                    text.push_str(&format!("\n.description({})", literal::string(description)));
                }
                "sensitive" if flag(attribute) == Some(true) => text.push_str("\n.sensitive()"),
                "ephemeral" if flag(attribute) == Some(true) => text.push_str("\n.ephemeral()"),
                "nullable" if flag(attribute) == Some(false) => text.push_str("\n.not_null()"),
                "sensitive" | "ephemeral" | "nullable" => {
                    text.push_str(&format!("\n// {} = {}, as it is anyway\n", attribute.name, attribute.raw));
                }
                "deprecated" => {
                    text.push_str(&format!(
                        "\n.deprecated({})",
                        literal::string(attribute.value.as_text().unwrap_or_default())
                    ));
                }
                other => {
                    return Err(attribute.place.refused(format!("a variable has no argument `{other}`")));
                }
            }
        }
        for validation in body.blocks_of("validation") {
            let arguments = self.condition(validation, counts);
            let arguments = arguments.map_err(|Untyped(reason)| validation.place.refused(reason))?;
            text.push_str(&comment_lines(&validation.comments));
            text.push_str(&format!("\n.validation({arguments})"));
        }
        text.push_str(&comment_lines(&body.comments));
        let cast = match (is_json, &ty) {
            (true, Type::Any) | (false, _) => String::new(),
            (true, ty) => format!(".cast::<{}>()", ty.rust()),
        };
        Ok(Made { text: format!("stack.variable({}, {text}){cast}", literal::string(name)), ty })
    }

    /// `stack.local(…)`.
    pub(crate) fn local(&mut self, attribute: &Attribute, counts: &mut Counts) -> Made {
        counts.typed += 1;
        let made = match self.made(&attribute.value) {
            Ok(made) => made,
            Err(Untyped(reason)) => {
                counts.typed -= 1;
                counts.raw += 1;
                Made { text: raw(&attribute.value, &Type::Any, &reason), ty: Type::Any }
            }
        };
        Made {
            text: format!("stack.local({}, {})", literal::string(&attribute.name), made.text),
            ty: made.ty,
        }
    }

    /// A value whose type Rust knows.
    fn made(&mut self, value: &Expression) -> Written<Made> {
        let ty = self.infer(value);
        Ok(match (value, &ty) {
            (Expression::Null, _) => Made { text: "Expr::<Json>::null()".to_owned(), ty: Type::Any },
            (Expression::List(items), Type::List(_)) if items.is_empty() => Made {
                text: "Value::<Vec<Json>>::from(Vec::<Expr<Json>>::new())".to_owned(),
                ty: Type::list(Type::Any),
            },
            (Expression::List(_), Type::List(_)) => {
                Made { text: format!("Value::<{}>::from({})", ty.rust(), self.value_of(value, &ty)?), ty }
            }
            (Expression::Object(entries), Type::Map(element)) => {
                Made { text: self.map_calls(entries, element)?, ty }
            }
            (Expression::List(_) | Expression::Object(_), _) => {
                Made { text: format!("json!({})", self.json(value)?), ty: Type::Any }
            }
            (
                Expression::Bool(_) | Expression::Number(_) | Expression::Template(_) | Expression::Unary(..),
                _,
            ) => Made { text: self.any_of(value)?, ty },
            _ => {
                let code = self.code(value, None)?;
                Made { text: code.argument(), ty: code.ty }
            }
        })
    }

    /// `stack.output(…)` or `stack.export(…)`.
    pub(crate) fn output(&mut self, block: &Block, counts: &mut Counts) -> Result<String, ConvertError> {
        let body = &block.body;
        let name = literal::string(block.label(0));
        let value = body.attribute("value");
        let value = value
            .ok_or_else(|| block.place.refused(format!("the output `{}` has no value", block.label(0))))?;
        counts.typed += 1;
        let made = match self.made(&value.value) {
            Ok(made) => made.text,
            Err(Untyped(reason)) => {
                counts.typed -= 1;
                counts.raw += 1;
                raw(&value.value, &Type::Any, &reason)
            }
        };
        let comments = comment_lines(&value.comments);
        let is_plain = body.items.len() == 1;
        if is_plain {
            return Ok(format!("{comments}stack.output({name}, {made})"));
        }
        let mut text = format!("{comments}Export::new({made})");
        for attribute in body.attributes() {
            text.push_str(&if attribute.name == "value" {
                String::new()
            } else {
                comment_lines(&attribute.comments)
            });
            counts.typed += 1;
            let is_true = reference_text(&attribute.value) == "true";
            match attribute.name.as_str() {
                "value" => {}
                "description" => {
                    let description = attribute.value.as_text();
                    let description = description
                        .ok_or_else(|| attribute.place.refused("a description must be literal text"))?;
                    text.push_str(&format!("\n.description({})", literal::string(description)));
                }
                "sensitive" if is_true => text.push_str("\n.sensitive()"),
                "ephemeral" if is_true => text.push_str("\n.ephemeral()"),
                "sensitive" | "ephemeral" => {
                    text.push_str(&format!("\n// {} = {}\n", attribute.name, attribute.raw))
                }
                "depends_on" => {
                    let calls = self.depends_on(attribute);
                    if calls.contains(".set(") {
                        return Err(attribute
                            .place
                            .refused("an output can wait for whole objects of this file only"));
                    }
                    text.push_str(&calls);
                }
                other => return Err(attribute.place.refused(format!("an output has no argument `{other}`"))),
            }
        }
        for condition in body.blocks_of("precondition") {
            let arguments = self.condition(condition, counts);
            let arguments = arguments.map_err(|Untyped(reason)| condition.place.refused(reason))?;
            text.push_str(&format!("\n.precondition({arguments})"));
        }
        text.push_str(&comment_lines(&body.comments));
        Ok(format!("stack.export({name}, {text})"))
    }

    /// `stack.check(…)`.
    pub(crate) fn check(
        &mut self,
        block: &Block,
        providers: &mut Providers,
        counts: &mut Counts,
    ) -> Result<String, ConvertError> {
        let mut inner = String::new();
        for data in block.body.blocks_of("data") {
            let object = self.object_block(data, providers, counts)?;
            let rust = self.scope.free(data.label(1));
            inner.push_str(&comment_lines(&data.comments));
            inner.push_str(&format!(
                "let {rust} = check.data({}, {object});\n",
                literal::string(data.label(1))
            ));
            self.scope.places.insert(format!("data.{}.{}", data.label(0), data.label(1)), rust);
        }
        for assertion in block.body.blocks_of("assert") {
            let arguments = self.condition(assertion, counts);
            let arguments = arguments.map_err(|Untyped(reason)| assertion.place.refused(reason))?;
            inner.push_str(&comment_lines(&assertion.comments));
            inner.push_str(&format!("check.assert({arguments});\n"));
        }
        for data in block.body.blocks_of("data") {
            let address = format!("data.{}.{}", data.label(0), data.label(1));
            if let Some(rust) = self.scope.places.remove(&address) {
                let rest = inner.replacen(&format!("let {rust} = "), "", 1);
                if !crate::emit::rust_text::word_in(&rust, &rest) {
                    inner = rest;
                }
            }
        }
        Ok(format!("stack.check({}, |check| {{\n{inner}}})", literal::string(block.label(0))))
    }
}
