//! Where syntax stands in the file: bodies of functions are parsed by themselves, and map back.

use rowan::{TextRange, TextSize};
use squawk_syntax::plpgsql::Plpgsql;
use squawk_syntax::sql_body::SqlBody;

use crate::position::Span;

/// The file itself, or a body in it.
pub(super) enum Origin<'a> {
    File,
    Procedural(&'a Plpgsql, &'a Self),
    Sql(&'a SqlBody, &'a Self),
    /// A statement that was taken out of a body and parsed by itself.
    Piece(usize, &'a Self),
    /// A text that is put together at run time: all of it stands where it is executed.
    Text(Span),
}

impl Origin<'_> {
    /// A range as bytes of the file.
    pub(super) fn span(&self, range: TextRange) -> Span {
        match self {
            Self::Text(span) => *span,
            Self::File => Span { start: range.start().into(), end: range.end().into() },
            Self::Procedural(body, outer) => outer.span(body.source_range(range)),
            Self::Sql(body, outer) => outer.span(body.source_range(range)),
            Self::Piece(offset, outer) => {
                let offset = TextSize::try_from(*offset).unwrap_or_default();
                outer.span(range + offset)
            }
        }
    }
}
