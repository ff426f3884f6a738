//! HCL's native syntax, through hcl-edit.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr as hcl;
use hcl_edit::expr::{ObjectKey, TraversalOperator};
use hcl_edit::structure::{BlockLabel, Body as HclBody, Structure};

use crate::configuration::{Attribute, Block, Body, Item};
use crate::error::ConvertError;
use crate::expression::{Expand, Expression, For, Part};
use crate::source::text::SourceText;
use crate::source::{comments, template};

/// Reads a file.
pub(crate) fn read(source: &SourceText) -> Result<Body, ConvertError> {
    let text = source.text();
    let body = hcl_edit::parser::parse_body(text).map_err(|error| {
        let location = error.location();
        source
            .at_line(location.line(), location.column())
            .refused(format!("this is not HCL: {}", error.message()))
    })?;
    let reader = Reader { source };
    let mut body = reader.body(&body)?;
    comments::attach(source, &mut body);
    Ok(body)
}

/// Reads a template, as strings of the JSON syntax are.
pub(crate) fn template(text: &str, source: &SourceText) -> Result<Expression, String> {
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expression::text(text));
    }
    let parsed = hcl_edit::parser::parse_template(text).map_err(|error| error.message().to_owned())?;
    let inner = source.of(text);
    Reader { source: &inner }.nodes(template::of_json(&parsed)).map_err(|error| error.problem())
}

/// Reads an expression, as references in strings of the JSON syntax are.
pub(crate) fn expression(text: &str, source: &SourceText) -> Result<Expression, String> {
    let parsed = hcl_edit::parser::parse_expr(text).map_err(|error| error.message().to_owned())?;
    let inner = source.of(text);
    Reader { source: &inner }.expression(&parsed).map_err(|error| error.problem())
}

struct Reader<'a> {
    source: &'a SourceText,
}

impl Reader<'_> {
    fn body(&self, body: &HclBody) -> Result<Body, ConvertError> {
        let mut items = Vec::new();
        for structure in body {
            items.push(match structure {
                Structure::Attribute(attribute) => {
                    let span = attribute.span().unwrap_or_default();
                    Item::Attribute(Attribute {
                        name: attribute.key.as_str().to_owned(),
                        value: self.expression(&attribute.value)?,
                        raw: self.slice(attribute.value.span()).trim().to_owned(),
                        place: self.source.at(span.start),
                        span,
                        comments: Vec::new(),
                    })
                }
                Structure::Block(block) => {
                    let span = block.span().unwrap_or_default();
                    let labels = block.labels.iter().map(|label| match label {
                        BlockLabel::Ident(name) => name.as_str().to_owned(),
                        BlockLabel::String(name) => name.value().clone(),
                    });
                    Item::Block(Block {
                        kind: block.ident.as_str().to_owned(),
                        labels: labels.collect(),
                        body: self.body(&block.body)?,
                        place: self.source.at(span.start),
                        span,
                        comments: Vec::new(),
                    })
                }
            });
        }
        Ok(Body { items, comments: Vec::new() })
    }

    fn slice(&self, span: Option<Range<usize>>) -> &str {
        span.and_then(|span| self.source.text().get(span)).unwrap_or_default()
    }

    fn expression(&self, expression: &hcl::Expression) -> Result<Expression, ConvertError> {
        Ok(match expression {
            hcl::Expression::Null(_) => Expression::Null,
            hcl::Expression::Bool(truth) => Expression::Bool(*truth.value()),
            hcl::Expression::Number(number) => Expression::Number(match self.slice(number.span()).trim() {
                "" => number.value().to_string(),
                digits => digits.to_owned(),
            }),
            hcl::Expression::String(text) => Expression::text(text.value().as_str()),
            hcl::Expression::Array(items) => {
                Expression::List(items.iter().map(|item| self.expression(item)).collect::<Result<_, _>>()?)
            }
            hcl::Expression::Object(object) => {
                let mut entries = Vec::new();
                for (key, value) in object {
                    let key = match key {
                        ObjectKey::Ident(name) => Expression::text(name.as_str()),
                        ObjectKey::Expression(hcl::Expression::Variable(name)) => {
                            Expression::text(name.as_str())
                        }
                        ObjectKey::Expression(hcl::Expression::Number(number)) => {
                            Expression::text(self.slice(number.span()).trim())
                        }
                        ObjectKey::Expression(key) => self.expression(key)?,
                    };
                    entries.push((key, self.expression(value.expr())?));
                }
                Expression::Object(entries)
            }
            hcl::Expression::StringTemplate(inner) => self.nodes(template::of_string(inner))?,
            hcl::Expression::HeredocTemplate(heredoc) => {
                let indents = if heredoc.indent().is_some() {
                    template::Indents::Taken
                } else {
                    template::Indents::Kept
                };
                // The parser has taken some indentation away already: read the text as it stands.
                let whole = self.slice(heredoc.span());
                let body =
                    whole.find('\n').and_then(|first| whole.rfind('\n').map(|last| (first + 1, last + 1)));
                match body.and_then(|(first, last)| whole.get(first..last)) {
                    Some(body) if whole.trim_start().starts_with("<<") => {
                        let parsed = hcl_edit::parser::parse_template(body);
                        let place = self.source.at(heredoc.span().unwrap_or_default().start);
                        let parsed = parsed.map_err(|error| place.refused(error.message().to_owned()))?;
                        let inner = self.source.of(body);
                        Reader { source: &inner }.nodes(template::of_heredoc(&parsed, indents))?
                    }
                    _ => self.nodes(template::of_heredoc(&heredoc.template, indents))?,
                }
            }
            hcl::Expression::Parenthesis(inner) => self.expression(inner.inner())?,
            hcl::Expression::Variable(name) => Expression::Root(name.as_str().to_owned()),
            hcl::Expression::Conditional(conditional) => Expression::Conditional(
                Box::new(self.expression(&conditional.cond_expr)?),
                Box::new(self.expression(&conditional.true_expr)?),
                Box::new(self.expression(&conditional.false_expr)?),
            ),
            hcl::Expression::FuncCall(call) => {
                let mut name = String::new();
                for part in &call.name.namespace {
                    name.push_str(part.as_str());
                    name.push_str("::");
                }
                name.push_str(call.name.name.as_str());
                let arguments = call.args.iter().map(|argument| self.expression(argument));
                let expand = if call.args.expand_final() { Expand::Last } else { Expand::Nothing };
                Expression::Call(name, arguments.collect::<Result<_, _>>()?, expand)
            }
            hcl::Expression::Traversal(traversal) => {
                let root = self.expression(&traversal.expr)?;
                self.steps(root, &mut traversal.operators.iter().map(|operator| operator.value()).peekable())?
            }
            hcl::Expression::UnaryOp(unary) => {
                let operator = unary.operator.value().as_str().chars().next().unwrap_or('-');
                Expression::Unary(operator, Box::new(self.expression(&unary.expr)?))
            }
            hcl::Expression::BinaryOp(binary) => Expression::Binary(
                Box::new(self.expression(&binary.lhs_expr)?),
                binary.operator.value().as_str(),
                Box::new(self.expression(&binary.rhs_expr)?),
            ),
            hcl::Expression::ForExpr(one) => Expression::For(Box::new(For {
                key_name: one.intro.key_var.as_ref().map(|name| name.as_str().to_owned()),
                value_name: one.intro.value_var.as_str().to_owned(),
                collection: self.expression(&one.intro.collection_expr)?,
                key: one.key_expr.as_ref().map(|key| self.expression(key)).transpose()?,
                value: self.expression(&one.value_expr)?,
                group: one.grouping,
                condition: one.cond.as_ref().map(|condition| self.expression(&condition.expr)).transpose()?,
            })),
        })
    }

    fn steps<'o>(
        &self,
        mut inner: Expression,
        operators: &mut std::iter::Peekable<impl Iterator<Item = &'o TraversalOperator>>,
    ) -> Result<Expression, ConvertError> {
        while let Some(operator) = operators.next() {
            inner = match operator {
                // `resource.aws_vpc.main` is `aws_vpc.main`.
                TraversalOperator::GetAttr(name) if inner == Expression::Root("resource".to_owned()) => {
                    Expression::Root(name.as_str().to_owned())
                }
                TraversalOperator::GetAttr(name) => inner.field(name.as_str()),
                TraversalOperator::Index(key) => {
                    Expression::Index(Box::new(inner), Box::new(self.expression(key)?))
                }
                TraversalOperator::LegacyIndex(index) => Expression::Index(
                    Box::new(inner),
                    Box::new(Expression::Number(index.value().to_string())),
                ),
                // Names behind `.*` belong to each element; the first index belongs to the list.
                TraversalOperator::AttrSplat(_) => {
                    let mut each = Expression::Element;
                    while let Some(TraversalOperator::GetAttr(name)) = operators.peek() {
                        each = each.field(name.as_str());
                        operators.next();
                    }
                    Expression::Splat(Box::new(inner), Box::new(each))
                }
                // All that is behind `[*]` belongs to each element.
                TraversalOperator::FullSplat(_) => {
                    let each = self.steps(Expression::Element, operators)?;
                    Expression::Splat(Box::new(inner), Box::new(each))
                }
            };
        }
        Ok(inner)
    }

    fn nodes(&self, nodes: Vec<template::Node<'_>>) -> Result<Expression, ConvertError> {
        let mut parts = Vec::new();
        for node in nodes {
            parts.push(match node {
                template::Node::Text(text) => Part::Text(text),
                template::Node::Value(value) => Part::Value(self.expression(value)?),
                template::Node::If { condition, yes, no } => Part::Value(Expression::Conditional(
                    Box::new(self.expression(condition)?),
                    Box::new(self.nodes(yes)?),
                    Box::new(self.nodes(no)?),
                )),
                template::Node::For { intro, body } => {
                    let repeated = Expression::For(Box::new(For {
                        key_name: intro.key_var.as_ref().map(|name| name.as_str().to_owned()),
                        value_name: intro.value_var.as_str().to_owned(),
                        collection: self.expression(&intro.collection_expr)?,
                        key: None,
                        value: self.nodes(body)?,
                        group: false,
                        condition: None,
                    }));
                    Part::Value(Expression::call("join", vec![Expression::text(""), repeated]))
                }
            });
        }
        Ok(Expression::template(parts))
    }
}
