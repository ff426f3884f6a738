//! What is known of a file when it is parsed.

use serde::{Deserialize, Serialize};

use crate::position::Span;
use crate::statement::Statement;

/// What was parsed of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedFile {
    /// The statements, in order; those of bodies stand behind the statement that has the body.
    pub statements: Vec<Statement>,
    /// Places where the text is not PostgreSQL's SQL.
    pub errors: Vec<SyntaxError>,
    /// How many statements the file itself has: the server gets them as one message.
    pub top_level: usize,
}

/// A scope where the text is not SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What is wrong there.
    pub kind: SyntaxErrorKind,
}

/// What is wrong with text that is not SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyntaxErrorKind {
    /// A command that psql keeps for itself.
    ClientCommand,
    /// The grammar's words.
    Grammar(String),
}
