//! Declarations in HCL's native syntax.

use std::ops::Range;
use std::path::Path;

use formwork_schema::Type;
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block, BlockLabel, Body};
use hcl_edit::template::{Element, Template};

use crate::module::declaration::{Arguments, Declaration, Declarations, Declares, Default, Given};
use crate::module::{ModuleError, SourceLine, constraint};

/// What a file declares.
pub(crate) fn declarations(text: &str, file: &Path) -> Result<Declarations, ModuleError> {
    let body = parse_body(text).map_err(|error| {
        let location = SourceLine { file: file.to_owned(), line: Some(error.location().line()) };
        location.invalid(format!("this is not HCL: {}", error.message()))
    })?;
    let source = SourceText { text, file };
    let mut found = Declarations::default();
    for block in body.blocks() {
        if let Some(declares) = Declares::of(block.ident.as_str()) {
            found.blocks.push(source.declaration(declares, block)?);
        } else if block.has_ident("terraform") {
            for required in block.body.get_blocks("required_providers") {
                found.configurations.append(&mut configurations(&required.body));
            }
        }
    }
    Ok(found)
}

/// An expression as a type is written in JSON.
pub(crate) fn expression(text: &str, location: &SourceLine) -> Result<Expression, ModuleError> {
    let not_a_type = |error| location.invalid(format!("`{text}` is not a type: {error}"));
    hcl_edit::parser::parse_expr(text).map_err(|error| not_a_type(error.message().to_owned()))
}

struct SourceText<'a> {
    text: &'a str,
    file: &'a Path,
}

impl SourceText<'_> {
    fn location(&self, span: Option<Range<usize>>) -> SourceLine {
        let before = span.and_then(|span| self.text.get(..span.start));
        let line = before.map(|before| before.matches('\n').count() + 1);
        SourceLine { file: self.file.to_owned(), line }
    }

    fn declaration(&self, declares: Declares, block: &Block) -> Result<Declaration, ModuleError> {
        let location = self.location(block.span());
        let [label] = &*block.labels else {
            return Err(location.invalid(format!("{} block needs one name behind it", indefinite(declares))));
        };
        let name = match label {
            BlockLabel::Ident(name) => name.as_str().to_owned(),
            BlockLabel::String(name) => name.value().clone(),
        };
        let mut arguments = Arguments::default();
        for attribute in block.body.attributes() {
            arguments.take(attribute.key.as_str(), &attribute.value, &self.location(attribute.span()))?;
        }
        Ok(Declaration { declares, name, location, arguments })
    }
}

fn indefinite(declares: Declares) -> &'static str {
    match declares {
        Declares::Variable => "a `variable`",
        Declares::Output => "an `output`",
    }
}

impl Given for Expression {
    fn constraint(&self, location: &SourceLine) -> Result<Type, ModuleError> {
        constraint::of(self, location)
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::String(text) => Some(text.value().clone()),
            Self::StringTemplate(template) => literal(template),
            Self::HeredocTemplate(heredoc) => {
                let mut heredoc = heredoc.clone();
                if heredoc.indent().is_some() {
                    heredoc.dedent();
                }
                literal(&heredoc.template)
            }
            _ => None,
        }
    }

    fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth.value()),
            Self::String(text) => text.value().parse().ok(),
            _ => None,
        }
    }

    fn default(&self) -> Default {
        match self {
            Self::Null(_) => Default::Plain("null".to_owned()),
            Self::Bool(truth) => Default::Plain(truth.value().to_string()),
            Self::Number(number) => Default::Plain(number.value().to_string()),
            Self::UnaryOp(_) => Default::Plain(self.to_string().trim().to_owned()),
            Self::String(text) => Default::Plain(formwork_core::text::quoted(text.value())),
            _ => Default::Composed,
        }
    }
}

/// The text of a template without expressions.
fn literal(template: &Template) -> Option<String> {
    template
        .iter()
        .map(|element| match element {
            Element::Literal(text) => Some(text.value().as_str()),
            Element::Interpolation(_) | Element::Directive(_) => None,
        })
        .collect()
}

/// The provider configurations that a `required_providers` block asks for.
fn configurations(required: &Body) -> Vec<String> {
    let providers = required.attributes().filter_map(|attribute| attribute.value.as_object());
    let aliases = providers.flat_map(|provider| {
        provider.iter().filter_map(|(key, value)| match key {
            ObjectKey::Ident(name) if name.as_str() == "configuration_aliases" => value.expr().as_array(),
            _ => None,
        })
    });
    aliases.flat_map(|aliases| aliases.iter().filter_map(configuration)).collect()
}

fn configuration(alias: &Expression) -> Option<String> {
    let traversal = alias.as_traversal()?;
    let (provider, [step]) = (traversal.expr.as_variable()?, &*traversal.operators) else { return None };
    match step.value() {
        TraversalOperator::GetAttr(name) => Some(format!("{}.{}", provider.as_str(), name.as_str())),
        _ => None,
    }
}
