//! From text to [`Statement`]s, with the grammar of squawk's parser. Nothing else of the crate knows that grammar.
//!
//! The parser can abort the process on hostile input (deep nesting overflows its stack), so programs call it through
//! [`crate::Worker`].

mod body;
mod define;
mod origin;
mod remove;
mod table;
mod words;
mod write;

use serde::{Deserialize, Serialize};
use squawk_syntax::ast::AstNode;
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use crate::name::Name;
use crate::read::origin::Origin;
use crate::read::words::{Cursor, words};
use crate::statement::{Action, Effect, Place, Span, Statement};

/// What was read of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The statements, in order; those of bodies stand behind the statement that has the body.
    pub statements: Vec<Statement>,
    /// Places where the text is not PostgreSQL's SQL.
    pub errors: Vec<SyntaxError>,
    /// How many statements the file itself has: the server gets them as one message.
    pub top_level: usize,
}

/// A place where the text is not SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What the grammar says.
    pub message: String,
}

/// Reads a file. Deep nesting can abort the process: see [`crate::Worker`].
#[must_use]
pub fn read(text: &str) -> Reading {
    let parse = SourceFile::parse(text);
    let commands =
        client_commands(text, parse.errors().iter().map(|error| usize::from(error.range().start())));
    if commands.is_empty() {
        return read_parsed(&parse);
    }
    // Blanks in their place keep the positions of all else.
    let mut rest = text.to_owned();
    for span in &commands {
        rest.replace_range(span.start..span.end, &" ".repeat(span.end - span.start));
    }
    let mut reading = read_parsed(&SourceFile::parse(&rest));
    let message = || CLIENT_COMMAND.to_owned();
    reading.errors.extend(commands.into_iter().map(|span| SyntaxError { span, message: message() }));
    reading
}

/// What is said of a command of psql.
pub(crate) const CLIENT_COMMAND: &str = "a command of psql";

/// The lines with errors that begin with a backslash: commands that psql keeps for itself.
fn client_commands(text: &str, errors: impl Iterator<Item = usize>) -> Vec<Span> {
    let mut commands: Vec<Span> = Vec::new();
    for position in errors.filter(|position| text.is_char_boundary(*position)) {
        let start = text[..position].rfind('\n').map_or(0, |end| end + 1);
        let end = text[position..].find('\n').map_or(text.len(), |end| position + end);
        if text[start..end].trim_start().starts_with('\\') && commands.iter().all(|span| span.start != start)
        {
            commands.push(Span { start, end });
        }
    }
    commands
}

fn read_parsed(parse: &squawk_syntax::Parse<SourceFile>) -> Reading {
    let root = parse.tree().syntax().clone();
    let mut reader = Reader { statements: Vec::new(), errors: Vec::new(), added_values: Vec::new() };
    for error in parse.errors() {
        let span = Origin::File.span(error.range());
        reader.errors.push(SyntaxError { span, message: error.message().to_owned() });
    }
    let mut top_level = 0;
    for node in root.children().filter(|node| !is_noise(node.kind())) {
        top_level += 1;
        reader.statement(&node, &Origin::File, &Place::File);
    }
    Reading { statements: reader.statements, errors: reader.errors, top_level }
}

const fn is_noise(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::EMPTY_STMT | SyntaxKind::ERROR)
}

pub(in crate::read) struct Reader {
    statements: Vec<Statement>,
    errors: Vec<SyntaxError>,
    /// Enum values that the file has added so far.
    added_values: Vec<String>,
}

impl Reader {
    /// Reads a statement and the bodies in it.
    fn statement(&mut self, node: &SyntaxNode, origin: &Origin<'_>, place: &Place) {
        let mut effects = Vec::new();
        effects_of(node, origin, &mut effects);
        // `WITH gone AS (DELETE …)`: a statement within a statement.
        for inner in node.descendants().skip(1).filter(|inner| is_write(inner.kind())) {
            let is_own = inner
                .ancestors()
                .skip(1)
                .take_while(|outer| outer != node)
                .all(|outer| !matches!(outer.kind(), SyntaxKind::ATOMIC_BODY | SyntaxKind::RULE_DO));
            if is_own && node.kind() != SyntaxKind::EXPLAIN && node.kind() != SyntaxKind::PREPARE {
                effects_of(&inner, origin, &mut effects);
            }
        }
        let new_values = self.values_of(node);
        for effect in &effects {
            if let Action::AddEnumValue { value, .. } = &effect.action {
                self.added_values.push(value.clone());
            }
        }
        self.statements.push(Statement {
            span: trimmed(node, origin),
            place: place.clone(),
            effects,
            calls: calls(node),
            tables: tables(node),
            new_values,
        });
        self.bodies(node, origin, place);
    }

    /// The values among a statement's literals that the file added to an enum before it.
    fn values_of(&self, node: &SyntaxNode) -> Vec<String> {
        if self.added_values.is_empty() {
            return Vec::new();
        }
        let literals = words(node).into_iter().filter(|word| word.kind == words::WordKind::Literal);
        literals.map(|word| word.text).filter(|text| self.added_values.contains(text)).collect()
    }

    /// A statement that could not be read.
    fn unread(&mut self, span: Span, place: &Place, why: &str) {
        let effects = vec![Effect { span, action: Action::Unread { why: why.to_owned() } }];
        self.statements.push(Statement {
            span,
            place: place.clone(),
            effects,
            calls: Vec::new(),
            tables: Vec::new(),
            new_values: Vec::new(),
        });
    }
}

const fn is_write(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::UPDATE | SyntaxKind::DELETE | SyntaxKind::INSERT | SyntaxKind::MERGE)
}

/// The span of a node's words: comments before them and the semicolon are not part of it.
fn trimmed(node: &SyntaxNode, origin: &Origin<'_>) -> Span {
    let mut tokens = node
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| words::is_significant(token) && token.kind() != SyntaxKind::SEMICOLON);
    let Some(first) = tokens.next() else { return origin.span(node.text_range()) };
    let last = tokens.last().unwrap_or_else(|| first.clone());
    Span { start: origin.span(first.text_range()).start, end: origin.span(last.text_range()).end }
}

fn effects_of(node: &SyntaxNode, origin: &Origin<'_>, effects: &mut Vec<Effect>) {
    if matches!(node.kind(), SyntaxKind::ALTER_TABLE | SyntaxKind::ALTER_FOREIGN_TABLE) {
        table::alter(node, origin, effects);
        return;
    }
    let span = trimmed(node, origin);
    let action = action_of(node, origin).unwrap_or(Action::Harmless);
    effects.push(Effect { span, action });
}

fn action_of(node: &SyntaxNode, origin: &Origin<'_>) -> Option<Action> {
    use SyntaxKind as Kind;
    match node.kind() {
        // Their words can be many and are not needed.
        Kind::INSERT | Kind::UPDATE | Kind::DELETE | Kind::MERGE | Kind::COPY => write::rows(node),
        Kind::SELECT | Kind::COMPOUND_SELECT | Kind::PAREN_SELECT | Kind::VALUES | Kind::DO => None,
        Kind::CREATE_TABLE => table::create(node, origin),
        Kind::CREATE_TABLE_AS | Kind::SELECT_INTO => table::create_from_query(node),
        _ => {
            let words = words(node);
            let mut cursor = Cursor::new(&words);
            let first = cursor.next()?;
            match first.text.as_str() {
                "create" => define::create(node, &mut cursor),
                "alter" => define::alter(&mut cursor),
                "drop" => remove::drop(&mut cursor),
                "revoke" => remove::revoke(&mut cursor),
                _ => write::other(node.kind(), &first.text, &mut cursor),
            }
        }
    }
}

/// Functions that a statement calls.
fn calls(node: &SyntaxNode) -> Vec<Name> {
    let mut names = Vec::new();
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

/// The name of the function that a call names.
pub(in crate::read) fn call_name(call: &SyntaxNode) -> Option<Name> {
    let words = words::leading_words(call);
    Cursor::new(&words).name()
}

/// Tables that a statement names. Names of its own (`WITH name AS`) are not tables.
fn tables(node: &SyntaxNode) -> Vec<Name> {
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
