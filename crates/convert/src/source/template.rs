//! Templates: strip markers and the indentation of heredocs, as HCL takes them.
//!
//! HCL reads a heredoc line by line, and a marker strips only the line that it stands on, with its end. Indentation is
//! taken from what stands at the beginning of a line after that, so that what follows a stripped end of line keeps its
//! own. (`hclsyntax/parser_template.go` of hashicorp/hcl; the cases below are what terraform gives.)

use hcl_edit::expr::Expression;
use hcl_edit::template::{Directive, Element, ForTemplateExpr, StringTemplate, Strip, Template};

/// A piece of a template.
pub(crate) enum Node<'a> {
    Text(String),
    Value(&'a Expression),
    If { condition: &'a Expression, yes: Vec<Self>, no: Vec<Self> },
    For { intro: &'a ForTemplateExpr, body: Vec<Self> },
}

/// Whether the indentation of a heredoc is taken away: `<<-`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Indents {
    Taken,
    Kept,
}

/// A string between quotes.
pub(crate) fn of_string(template: &StringTemplate) -> Vec<Node<'_>> {
    let elements: Vec<&Element> = template.iter().collect();
    Reader { kind: Kind::Quoted, lines: Vec::new() }.read(&elements, Depth::Outside)
}

/// A string of the JSON syntax, which is a template without escapes.
pub(crate) fn of_json(template: &Template) -> Vec<Node<'_>> {
    let elements: Vec<&Element> = template.iter().collect();
    Reader { kind: Kind::Plain, lines: Vec::new() }.read(&elements, Depth::Outside)
}

/// A heredoc.
pub(crate) fn of_heredoc(template: &Template, indents: Indents) -> Vec<Node<'_>> {
    let elements: Vec<&Element> = template.iter().collect();
    let mut reader = Reader { kind: Kind::Plain, lines: Vec::new() };
    let mut nodes = reader.read(&elements, Depth::Outside);
    if indents == Indents::Taken {
        dedent(&mut reader.lines);
    }
    let mut lines = reader.lines.into_iter();
    resolve(&mut nodes, &mut lines);
    nodes
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quoted,
    Plain,
}

/// Whether text is within a directive, where the parser leaves escapes of quoted strings alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Outside,
    Inside,
}

/// What stands in the flat sequence of a template.
enum Line {
    /// Text up to the end of its line.
    Text(String),
    /// Text that is over.
    End,
    /// Anything else.
    Other,
}

struct Reader {
    kind: Kind,
    lines: Vec<Line>,
}

impl Reader {
    fn read<'a>(&mut self, elements: &[&'a Element], depth: Depth) -> Vec<Node<'a>> {
        self.within(elements, Strip::None, Strip::None, depth)
    }

    fn within<'a>(
        &mut self,
        elements: &[&'a Element],
        first: Strip,
        last: Strip,
        depth: Depth,
    ) -> Vec<Node<'a>> {
        let mut nodes = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(text) => {
                    let before = index.checked_sub(1).map_or(first, |index| edges(elements[index]).1);
                    let after = elements.get(index + 1).map_or(last, |element| edges(element).0);
                    let text = match (self.kind, depth) {
                        (Kind::Quoted, Depth::Inside) => unescape(text.value()),
                        _ => text.value().clone(),
                    };
                    let mut lines: Vec<String> = match self.kind {
                        Kind::Quoted => vec![text],
                        Kind::Plain => text.split_inclusive('\n').map(str::to_owned).collect(),
                    };
                    if matches!(before, Strip::End | Strip::Both)
                        && let Some(line) = lines.first_mut()
                    {
                        *line = line.trim_start().to_owned();
                    }
                    if matches!(after, Strip::Start | Strip::Both)
                        && let Some(line) = lines.last_mut()
                    {
                        *line = line.trim_end().to_owned();
                    }
                    nodes.push(Node::Text(lines.concat()));
                    self.lines.extend(lines.into_iter().map(Line::Text));
                    self.lines.push(Line::End);
                }
                Element::Interpolation(one) => {
                    self.lines.push(Line::Other);
                    nodes.push(Node::Value(&one.expr));
                }
                Element::Directive(directive) => {
                    self.lines.push(Line::Other);
                    nodes.push(self.directive(directive));
                    self.lines.push(Line::Other);
                }
            }
        }
        nodes
    }

    fn directive<'a>(&mut self, directive: &'a Directive) -> Node<'a> {
        match directive {
            Directive::If(one) => {
                let after_yes = one.else_expr.as_ref().map_or(one.endif_expr.strip, |no| no.strip);
                let elements: Vec<&Element> = one.if_expr.template.iter().collect();
                let yes = self.within(&elements, one.if_expr.strip, after_yes, Depth::Inside);
                let mut no = Vec::new();
                if let Some(other) = &one.else_expr {
                    self.lines.push(Line::Other);
                    let elements: Vec<&Element> = other.template.iter().collect();
                    no = self.within(&elements, other.strip, one.endif_expr.strip, Depth::Inside);
                }
                Node::If { condition: &one.if_expr.cond_expr, yes, no }
            }
            Directive::For(one) => {
                let elements: Vec<&Element> = one.for_expr.template.iter().collect();
                let body = self.within(&elements, one.for_expr.strip, one.endfor_expr.strip, Depth::Inside);
                Node::For { intro: &one.for_expr, body }
            }
        }
    }
}

/// The markers at the beginning and the end of an element.
fn edges(element: &Element) -> (Strip, Strip) {
    match element {
        Element::Literal(_) => (Strip::None, Strip::None),
        Element::Interpolation(one) => (one.strip, one.strip),
        Element::Directive(one) => match &**one {
            Directive::If(one) => (one.if_expr.strip, one.endif_expr.strip),
            Directive::For(one) => (one.for_expr.strip, one.endfor_expr.strip),
        },
    }
}

/// Takes the indentation that all lines have from those that begin with text.
fn dedent(lines: &mut [Line]) {
    let mut least = usize::MAX;
    let mut adjusted = Vec::new();
    let mut at_start = true;
    for (index, line) in lines.iter().enumerate() {
        match line {
            Line::End => continue,
            Line::Other if at_start => least = 0,
            Line::Other => {}
            Line::Text(text) if at_start => {
                let spaces = text.chars().take_while(|character| character.is_whitespace()).count();
                let is_blank = spaces == text.chars().count() && text.ends_with('\n');
                if !is_blank {
                    least = least.min(spaces);
                    adjusted.push(index);
                }
            }
            Line::Text(_) => {}
        }
        at_start = matches!(line, Line::Text(text) if text.ends_with('\n'));
    }
    for index in adjusted {
        if let Some(Line::Text(text)) = lines.get_mut(index) {
            *text = text.chars().skip(least).collect();
        }
    }
}

/// Puts the lines into the texts that they are of.
fn resolve(nodes: &mut [Node<'_>], lines: &mut impl Iterator<Item = Line>) {
    for node in nodes {
        match node {
            Node::Text(text) => {
                text.clear();
                for line in lines.by_ref().skip_while(|line| matches!(line, Line::Other)) {
                    match line {
                        Line::Text(line) => text.push_str(&line),
                        Line::End | Line::Other => break,
                    }
                }
            }
            Node::Value(_) => {}
            Node::If { yes, no, .. } => {
                resolve(yes, lines);
                resolve(no, lines);
            }
            Node::For { body, .. } => resolve(body, lines),
        }
    }
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
