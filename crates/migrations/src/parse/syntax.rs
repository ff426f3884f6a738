//! Questions to a piece of syntax: its span, and the functions and tables that it names.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::name::Name;
use crate::parse::origin::Origin;
use crate::parse::words::{Cursor, Word, is_significant, leading_words, words};
use crate::position::Span;

/// What is no statement.
pub(super) const fn is_noise(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::EMPTY_STMT | SyntaxKind::ERROR)
}

/// Statements that write rows.
pub(super) const fn is_write(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::UPDATE | SyntaxKind::DELETE | SyntaxKind::INSERT | SyntaxKind::MERGE)
}

/// Whether a statement stands in a loop of PL/pgSQL, which runs it as often as it likes.
pub(super) fn is_looped(node: &SyntaxNode) -> bool {
    use SyntaxKind as Kind;
    node.ancestors().any(|outer| {
        matches!(
            outer.kind(),
            Kind::PLPGSQL_LOOP_STMT
                | Kind::PLPGSQL_WHILE_STMT
                | Kind::PLPGSQL_FOR_QUERY_STMT
                | Kind::PLPGSQL_FOR_I_STMT
                | Kind::PLPGSQL_FOR_EACH_STMT
                | Kind::PLPGSQL_FOR_DYN_STMT
                | Kind::PLPGSQL_FOR_CURSOR_STMT
        )
    })
}

/// The span of a node's words: comments before them and the semicolon are not part of it.
pub(super) fn trimmed(node: &SyntaxNode, origin: &Origin<'_>) -> Span {
    let mut tokens = node
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| is_significant(token) && token.kind() != SyntaxKind::SEMICOLON);
    let Some(first) = tokens.next() else { return origin.span(node.text_range()) };
    let last = tokens.last().unwrap_or_else(|| first.clone());
    Span { start: origin.span(first.text_range()).start, end: origin.span(last.text_range()).end }
}

/// The text of a node without comments, on one line, and without what stands in nodes of some kinds.
pub(super) fn source(node: &SyntaxNode, left_out: &[SyntaxKind]) -> String {
    let is_left_out = |token: &squawk_syntax::SyntaxToken| {
        let ancestors = token.parent_ancestors().take_while(|outer| outer != node);
        ancestors.into_iter().any(|outer| left_out.contains(&outer.kind()))
    };
    joined(tokens(node).filter(|token| !is_left_out(token)))
}

/// The text of the last words of a node, without comments and on one line.
pub(super) fn source_tail(node: &SyntaxNode, count: usize) -> String {
    let all: Vec<_> = tokens(node).collect();
    let significant = all.iter().filter(|token| is_significant(token)).count();
    let mut left = significant - count.min(significant);
    let tail = all.into_iter().skip_while(|token| {
        let skips = left > 0;
        left -= usize::from(skips && is_significant(token));
        skips
    });
    joined(tail)
}

fn tokens(node: &SyntaxNode) -> impl Iterator<Item = squawk_syntax::SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| token.kind() != SyntaxKind::SEMICOLON)
}

fn joined(tokens: impl Iterator<Item = squawk_syntax::SyntaxToken>) -> String {
    let mut text = String::new();
    for token in tokens {
        if is_significant(&token) {
            text.push_str(token.text());
        } else if !text.ends_with(' ') {
            text.push(' ');
        }
    }
    text.trim().to_owned()
}

/// Functions that a statement calls.
pub(super) fn calls(node: &SyntaxNode) -> Vec<Name> {
    let mut names = Vec::new();
    if let Some(prepared) = executed(node) {
        names.push(prepared);
    }
    for call in node.descendants() {
        let name = match call.kind() {
            SyntaxKind::CALL_EXPR | SyntaxKind::PROCEDURE_NAME_REF => call_name(&call),
            _ => None,
        };
        if let Some(name) = name
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// A prepared statement is called like a function; nothing else is in this schema.
pub(super) fn prepared(name: &str) -> Name {
    Name { schema: Some("prepared statement".to_owned()), name: name.to_owned() }
}

/// What a rule does instead of a write, or beside it, is called like a function; nothing else is in this schema.
pub(super) fn rule_body(words: &[Word]) -> Option<Name> {
    let mut cursor = Cursor::new(words);
    cursor.seek("rule");
    let rule = cursor.identifier()?;
    cursor.seek("to");
    Some(Name { schema: Some("rule".to_owned()), name: format!("{rule} on {}", cursor.name()?) })
}

fn executed(node: &SyntaxNode) -> Option<Name> {
    let execute = node.descendants().find(|inner| inner.kind() == SyntaxKind::EXECUTE)?;
    let words = leading_words(&execute);
    let mut cursor = Cursor::new(&words);
    cursor.take("execute");
    Some(prepared(&cursor.identifier()?))
}

/// The name of the function that a call names.
pub(super) fn call_name(call: &SyntaxNode) -> Option<Name> {
    let words = leading_words(call);
    Cursor::new(&words).name()
}

/// Tables that a statement names. Names of its own (`WITH name AS`) are not tables.
pub(super) fn tables(node: &SyntaxNode) -> Vec<Name> {
    if matches!(node.kind(), SyntaxKind::DO | SyntaxKind::CREATE_FUNCTION | SyntaxKind::CREATE_PROCEDURE) {
        return Vec::new();
    }
    let mut names: Vec<Name> = Vec::new();
    let mut own: Vec<Name> = Vec::new();
    for inner in node.descendants() {
        let list = match inner.kind() {
            SyntaxKind::TABLE_NAME_REF | SyntaxKind::RELATION_NAME_REF | SyntaxKind::TABLE_NAME => &mut names,
            SyntaxKind::CTE_NAME => &mut own,
            _ => continue,
        };
        let words = words(&inner);
        if let Some(name) = Cursor::new(&words).name()
            && !list.contains(&name)
        {
            list.push(name);
        }
    }
    names.retain(|name| !own.contains(name));
    names
}
