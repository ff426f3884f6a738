//! From text to [`Statement`](crate::Statement)s, with the grammar of squawk's parser. Nothing else of the crate knows
//! that grammar.
//!
//! The parser can abort the process on hostile input (deep nesting overflows its stack), so programs call it through
//! [`crate::Worker`]. May import: `name`, `identifier`, `data_type`, `position` and `statement`.

mod action;
mod alter;
mod alter_table;
mod column;
mod condition;
mod create;
mod create_table;
mod drop;
mod dynamic_text;
mod feature;
mod file_parser;
mod function;
mod origin;
mod parsed_file;
mod partition;
mod row_filter;
mod syntax;
mod words;
mod write;

use squawk_syntax::SourceFile;

pub use parsed_file::{ParsedFile, SyntaxError, SyntaxErrorKind};

use crate::position::Span;

/// Parses a file. Deep nesting can abort the process: see [`crate::Worker`].
#[must_use]
pub fn parse(text: &str) -> ParsedFile {
    let tree = SourceFile::parse(text);
    let commands =
        client_commands(text, tree.errors().iter().map(|error| usize::from(error.range().start())));
    if commands.is_empty() {
        return file_parser::parse_tree(&tree);
    }
    // Blanks in their scope keep the positions of all else.
    let mut rest = text.to_owned();
    for span in &commands {
        rest.replace_range(span.start..span.end, &" ".repeat(span.end - span.start));
    }
    let mut parsed = file_parser::parse_tree(&SourceFile::parse(&rest));
    parsed
        .errors
        .extend(commands.into_iter().map(|span| SyntaxError { span, kind: SyntaxErrorKind::ClientCommand }));
    parsed
}

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
