//! What a statement does, told by its kind of syntax.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::origin::Origin;
use crate::parse::syntax::{tables, trimmed};
use crate::parse::words::{Cursor, words};
use crate::parse::write::trimmed_words;
use crate::parse::{alter, alter_table, create, create_table, drop, write};
use crate::statement::{Action, Effect};

/// Adds what a statement does.
pub(super) fn effects_of(node: &SyntaxNode, origin: &Origin<'_>, effects: &mut Vec<Effect>) {
    if matches!(node.kind(), SyntaxKind::ALTER_TABLE | SyntaxKind::ALTER_FOREIGN_TABLE) {
        alter_table::alter(node, origin, effects);
        return;
    }
    let span = trimmed(node, origin);
    let action = action_of(node, origin).unwrap_or_else(|| Action::Unknown { words: trimmed_words(node) });
    effects.push(Effect { span, action });
}

/// What a statement does; nothing for one that no rule knows, which is then not called safe.
fn action_of(node: &SyntaxNode, origin: &Origin<'_>) -> Option<Action> {
    use SyntaxKind as Kind;
    match node.kind() {
        // Their words can be many and are not needed.
        Kind::INSERT | Kind::UPDATE | Kind::DELETE | Kind::MERGE => write::rows(node),
        Kind::COPY => Some(write::copy(node)),
        Kind::SELECT | Kind::COMPOUND_SELECT | Kind::PAREN_SELECT => Some(query(node)),
        // What they run, prepare or explain is a statement of its own.
        Kind::VALUES | Kind::TABLE | Kind::DO | Kind::EXPLAIN | Kind::PREPARE => Some(Action::Harmless),
        Kind::CREATE_TABLE | Kind::CREATE_FOREIGN_TABLE => create_table::create(node, origin),
        Kind::CREATE_TABLE_AS | Kind::SELECT_INTO => create_table::create_from_query(node),
        _ => {
            let words = words(node);
            let mut cursor = Cursor::new(&words);
            let first = cursor.next()?;
            match first.text.as_str() {
                "create" => create::create(node, &mut cursor),
                "alter" => alter::alter(node, &mut cursor),
                "drop" => drop::drop(&mut cursor),
                "revoke" => drop::revoke(&mut cursor),
                _ => write::other(node.kind(), &first.text, &mut cursor),
            }
        }
    }
}

/// A query reads, unless it locks the rows that it reads.
fn query(node: &SyntaxNode) -> Action {
    let locks = node.descendants().any(|inner| inner.kind() == SyntaxKind::LOCKING_CLAUSE);
    if locks { Action::LockRows { tables: tables(node) } } else { Action::Harmless }
}
