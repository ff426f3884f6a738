//! HCL's native syntax, through hcl-edit.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr as hcl;
use hcl_edit::expr::{ObjectKey, TraversalOperator};
use hcl_edit::structure::{BlockLabel, Body as HclBody, Structure};
use hcl_edit::template::{Directive, Element, Strip, Template};

use crate::configuration::{Attribute, Block, Body, Item};
use crate::error::ConvertError;
use crate::expression::{Expand, Expression, For, Part};
use crate::source::comments;
use crate::source::text::SourceText;

/// Reads a file.
pub(crate) fn read(source: &SourceText) -> Result<Body, ConvertError> {
    let text = source.text();
    let body = hcl_edit::parser::parse_body(text).map_err(|error| {
        let location = error.location();
        source.at_line(location.line(), location.column()).refused(format!("this is not HCL: {}", error.message()))
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
    Reader { source: &inner }.template(&parsed).map_err(|error| error.problem())
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
                        ObjectKey::Expression(hcl::Expression::Variable(name)) => Expression::text(name.as_str()),
                        ObjectKey::Expression(hcl::Expression::Number(number)) => {
                            Expression::text(self.slice(number.span()).trim())
                        }
                        ObjectKey::Expression(key) => self.expression(key)?,
                    };
                    entries.push((key, self.expression(value.expr())?));
                }
                Expression::Object(entries)
            }
            hcl::Expression::StringTemplate(template) => self.parts_of(template.iter(), Escapes::InDirectives)?,
            hcl::Expression::HeredocTemplate(heredoc) => {
                let mut heredoc = (**heredoc).clone();
                if heredoc.indent().is_some() {
                    heredoc.dedent();
                }
                self.template(&heredoc.template)?
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
                TraversalOperator::Index(key) => Expression::Index(Box::new(inner), Box::new(self.expression(key)?)),
                TraversalOperator::LegacyIndex(index) => {
                    Expression::Index(Box::new(inner), Box::new(Expression::Number(index.value().to_string())))
                }
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

    fn template(&self, template: &Template) -> Result<Expression, ConvertError> {
        self.parts_of(template.iter(), Escapes::None)
    }

    fn parts_of<'e>(
        &self,
        elements: impl Iterator<Item = &'e Element>,
        escapes: Escapes,
    ) -> Result<Expression, ConvertError> {
        let elements: Vec<&Element> = elements.collect();
        Ok(Expression::template(self.parts(&elements, Edges::default(), escapes)?))
    }

    fn parts(&self, elements: &[&Element], edges: Edges, escapes: Escapes) -> Result<Vec<Part>, ConvertError> {
        let mut parts = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(text) => {
                    let before = index.checked_sub(1).and_then(|index| elements.get(index));
                    let strip_start = before.map_or(edges.start, |element| strips(element).after);
                    let strip_end = elements.get(index + 1).map_or(edges.end, |element| strips(element).before);
                    let unescaped;
                    let mut text = text.value().as_str();
                    if escapes == Escapes::Here {
                        unescaped = unescape(text);
                        text = &unescaped;
                    }
                    if strip_start {
                        text = text.trim_start();
                    }
                    if strip_end {
                        text = text.trim_end();
                    }
                    parts.push(Part::Text(text.to_owned()));
                }
                Element::Interpolation(interpolation) => {
                    parts.push(Part::Value(self.expression(&interpolation.expr)?));
                }
                Element::Directive(directive) => parts.push(Part::Value(self.directive(directive, escapes)?)),
            }
        }
        Ok(parts)
    }

    fn directive(&self, directive: &Directive, escapes: Escapes) -> Result<Expression, ConvertError> {
        let escapes = if escapes == Escapes::None { escapes } else { Escapes::Here };
        let inside = |template: &Template, start: Strip, end: Strip| {
            let elements: Vec<&Element> = template.iter().collect();
            let edges = Edges { start: strips_after(start), end: strips_before(end) };
            self.parts(&elements, edges, escapes).map(text_of)
        };
        Ok(match directive {
            Directive::If(one) => {
                let after_yes = one.else_expr.as_ref().map_or(one.endif_expr.strip, |no| no.strip);
                let yes = inside(&one.if_expr.template, one.if_expr.strip, after_yes)?;
                let no = match &one.else_expr {
                    Some(no) => inside(&no.template, no.strip, one.endif_expr.strip)?,
                    None => Expression::text(""),
                };
                let condition = self.expression(&one.if_expr.cond_expr)?;
                Expression::Conditional(Box::new(condition), Box::new(yes), Box::new(no))
            }
            Directive::For(one) => {
                let repeated = Expression::For(Box::new(For {
                    key_name: one.for_expr.key_var.as_ref().map(|name| name.as_str().to_owned()),
                    value_name: one.for_expr.value_var.as_str().to_owned(),
                    collection: self.expression(&one.for_expr.collection_expr)?,
                    key: None,
                    value: inside(&one.for_expr.template, one.for_expr.strip, one.endfor_expr.strip)?,
                    group: false,
                    condition: None,
                }));
                Expression::call("join", vec![Expression::text(""), repeated])
            }
        })
    }
}

/// What a directive repeats or chooses is text, also if it is one interpolation.
fn text_of(parts: Vec<Part>) -> Expression {
    Expression::template(parts)
}

/// Where the parser has left escapes in text between quotes: within directives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    InDirectives,
    Here,
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let code = |digits: usize| {
            let code = escape.get(1..=digits).and_then(|code| u32::from_str_radix(code, 16).ok());
            code.and_then(char::from_u32).map(|character| (character, digits + 1))
        };
        let (character, taken) = match escape.chars().next() {
            Some('n') => ('\n', 1),
            Some('r') => ('\r', 1),
            Some('t') => ('\t', 1),
            Some('u') => code(4).unwrap_or(('u', 1)),
            Some('U') => code(8).unwrap_or(('U', 1)),
            Some(other) => (other, other.len_utf8()),
            None => ('\\', 0),
        };
        out.push(character);
        rest = escape.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Whether whitespace at the edges of a template goes, for the sake of what is around it.
#[derive(Clone, Copy, Default)]
struct Edges {
    start: bool,
    end: bool,
}

/// Whether an element takes the whitespace beside it away.
struct Strips {
    before: bool,
    after: bool,
}

fn strips(element: &Element) -> Strips {
    let (first, last) = match element {
        Element::Literal(_) => return Strips { before: false, after: false },
        Element::Interpolation(one) => (one.strip, one.strip),
        Element::Directive(one) => match &**one {
            Directive::If(one) => (one.if_expr.strip, one.endif_expr.strip),
            Directive::For(one) => (one.for_expr.strip, one.endfor_expr.strip),
        },
    };
    Strips { before: strips_before(first), after: strips_after(last) }
}

const fn strips_before(strip: Strip) -> bool {
    matches!(strip, Strip::Start | Strip::Both)
}

const fn strips_after(strip: Strip) -> bool {
    matches!(strip, Strip::End | Strip::Both)
}
