//! What a statement does, told by its kind of syntax.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::origin::Origin;
use crate::parse::syntax::trimmed;
use crate::parse::words::{Cursor, words};
use crate::parse::{alter, alter_table, create, create_table, drop, write};
use crate::statement::{Action, Effect};

/// Adds what a statement does.
pub(super) fn effects_of(node: &SyntaxNode, origin: &Origin<'_>, effects: &mut Vec<Effect>) {
    if matches!(node.kind(), SyntaxKind::ALTER_TABLE | SyntaxKind::ALTER_FOREIGN_TABLE) {
        alter_table::alter(node, origin, effects);
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
        Kind::CREATE_TABLE => create_table::create(node, origin),
        Kind::CREATE_TABLE_AS | Kind::SELECT_INTO => create_table::create_from_query(node),
        _ => {
            let words = words(node);
            let mut cursor = Cursor::new(&words);
            let first = cursor.next()?;
            match first.text.as_str() {
                "create" => create::create(node, &mut cursor),
                "alter" => alter::alter(&mut cursor),
                "drop" => drop::drop(&mut cursor),
                "revoke" => drop::revoke(&mut cursor),
                _ => write::other(node.kind(), &first.text, &mut cursor),
            }
        }
    }
}
