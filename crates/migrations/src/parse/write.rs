//! Statements that change rows, maintain tables or steer the transaction.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::name::Name;
use crate::parse::words::{Cursor, WordKind, words};
use crate::statement::{Action, LockMode, ObjectKind};

/// Parses a statement that changes rows.
pub(super) fn rows(node: &SyntaxNode) -> Option<Action> {
    use SyntaxKind as Kind;
    let target = node.children().find(|child| {
        matches!(
            child.kind(),
            Kind::RELATION_NAME
                | Kind::RELATION_NAME_REF
                | Kind::TABLE_RELATION_NAME
                | Kind::TABLE_NAME_REF
                | Kind::COPY_TABLE
        )
    })?;
    let words = words(&target);
    let mut cursor = Cursor::new(&words);
    cursor.take("only");
    let table = cursor.name()?;
    Some(match node.kind() {
        Kind::INSERT => Action::Insert { table },
        Kind::MERGE => Action::Merge { table },
        Kind::COPY if node.descendants().any(|inner| inner.kind() == Kind::COPY_STDIN) => {
            Action::CopyFromClient
        }
        Kind::COPY => Action::Copy { table },
        kind => {
            let filtered = is_filtered(node);
            if kind == Kind::UPDATE {
                Action::Update { table, filtered }
            } else {
                Action::Delete { table, filtered }
            }
        }
    })
}

/// Whether a condition leaves rows out: there is one, and it is not `true`.
fn is_filtered(node: &SyntaxNode) -> bool {
    use SyntaxKind as Kind;
    let condition =
        node.children().find(|child| matches!(child.kind(), Kind::WHERE_CLAUSE | Kind::WHERE_CURRENT_OF));
    let Some(condition) = condition else { return false };
    let words = words(&condition);
    let texts: Vec<&str> = words
        .iter()
        .skip(1)
        .filter(|word| !(word.kind == WordKind::Mark && matches!(word.text.as_str(), "(" | ")")))
        .map(|word| word.text.as_str())
        .collect();
    match texts[..] {
        ["true"] => false,
        [left, "=", right] => left != right,
        _ => true,
    }
}

/// Parses a statement by its first word.
pub(super) fn other(kind: SyntaxKind, first: &str, cursor: &mut Cursor<'_>) -> Option<Action> {
    use SyntaxKind as Kind;
    Some(match kind {
        Kind::TRUNCATE => {
            cursor.take("table");
            Action::Truncate { tables: cursor.names(), cascade: cursor.has("cascade") }
        }
        Kind::LOCK => {
            cursor.take("table");
            let tables = cursor.names();
            let mode = if cursor.take("in") {
                let words = cursor.rest().iter().take_while(|word| word.text != "mode");
                let name = words.map(|word| word.text.to_uppercase()).collect::<Vec<_>>().join(" ");
                LockMode::ALL.into_iter().find(|mode| mode.as_sql() == name)?
            } else {
                LockMode::AccessExclusive
            };
            Action::Lock { tables, mode }
        }
        Kind::VACUUM => Action::Vacuum { full: cursor.has("full") },
        Kind::CLUSTER | Kind::REPACK => Action::Cluster,
        Kind::REFRESH => {
            cursor.take("materialized view");
            let concurrently = cursor.take("concurrently");
            Action::Refresh { name: cursor.name()?, concurrently }
        }
        Kind::REINDEX => reindex(cursor)?,
        Kind::BEGIN => Action::Begin,
        Kind::COMMIT_TRANSACTION | Kind::COMMIT_PREPARED => Action::Commit,
        Kind::PREPARE_TRANSACTION => Action::Commit,
        Kind::ROLLBACK_TRANSACTION | Kind::ROLLBACK_PREPARED => Action::Rollback,
        Kind::ROLLBACK_TO_SAVEPOINT | Kind::SAVEPOINT_CREATE | Kind::RELEASE_SAVEPOINT => Action::Savepoint,
        Kind::SET | Kind::SET_ROLE | Kind::SET_SESSION_AUTH => {
            let local = cursor.take("local");
            cursor.take("session");
            Action::Set { name: cursor.name().map(|name| name.to_string())?, local }
        }
        Kind::CALL => Action::Call,
        _ if first == "end" => Action::Commit,
        _ if first == "abort" => Action::Rollback,
        _ => return None,
    })
}

fn reindex(cursor: &mut Cursor<'_>) -> Option<Action> {
    let options = cursor.parentheses();
    let in_options = Cursor::new(options).has("concurrently");
    let target = match cursor.next()?.text.as_str() {
        "index" => ObjectKind::Index,
        "table" => ObjectKind::Table,
        "schema" => ObjectKind::Schema,
        _ => ObjectKind::Database,
    };
    let concurrently = cursor.take("concurrently") || in_options;
    let name: Option<Name> = cursor.name();
    Some(Action::Reindex { target, name, concurrently })
}
