//! Statements that change rows, maintain tables or steer the transaction.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::name::Name;
use crate::parse::row_filter::{limit, row_filter};
use crate::parse::syntax::{is_looped, source};
use crate::parse::words::{Cursor, words};
use crate::statement::{Action, LockMode, ObjectKind};

/// Parses a statement that changes rows.
pub(super) fn rows(node: &SyntaxNode) -> Option<Action> {
    use SyntaxKind as Kind;
    let target = node.children().find(|child| {
        matches!(
            child.kind(),
            Kind::RELATION_NAME | Kind::RELATION_NAME_REF | Kind::TABLE_RELATION_NAME | Kind::TABLE_NAME_REF
        )
    })?;
    let target_words = words(&target);
    let mut cursor = Cursor::new(&target_words);
    cursor.take("only");
    let table = cursor.name()?;
    Some(match node.kind() {
        Kind::INSERT => {
            let updates = node.children().any(|child| {
                child.kind() == Kind::ON_CONFLICT_CLAUSE && Cursor::new(&words(&child)).has("do update")
            });
            Action::Insert { table, rows: source_rows(node), updates }
        }
        Kind::MERGE => Action::Merge { table, rows: source_rows(node) },
        kind => {
            let mut names = vec![table.name.clone()];
            let alias = node
                .children()
                .find(|child| matches!(child.kind(), Kind::OPTIONAL_AS_ALIAS | Kind::REQUIRED_AS_ALIAS));
            if let Some(alias) = alias {
                let words = words(&alias);
                let mut cursor = Cursor::new(&words);
                cursor.take("as");
                names = cursor.identifier().into_iter().collect();
            }
            let filter = row_filter(node, &names);
            if kind == Kind::UPDATE {
                Action::Update { table, filter }
            } else {
                Action::Delete { table, filter }
            }
        }
    })
}

/// The rows that an `INSERT` or `MERGE` takes, where it says how many they are.
fn source_rows(node: &SyntaxNode) -> Option<u64> {
    use SyntaxKind as Kind;
    if is_looped(node) {
        return None;
    }
    if let Some(values) = node.children().find(|child| child.kind() == Kind::VALUES) {
        let lists = values.descendants().filter(|inner| inner.kind() == Kind::ROW_LIST);
        return lists.map(|list| list.children().count() as u64).next().or(Some(1));
    }
    if let Some(limited) = limit(&words(node)) {
        return Some(limited);
    }
    let has = |kind: Kind| node.descendants().any(|inner| inner.kind() == kind);
    if has(Kind::FROM_CLAUSE)
        || has(Kind::TABLE)
        || (node.kind() == Kind::MERGE && !has(Kind::SELECT) && !has(Kind::VALUES))
    {
        return None;
    }
    Some(node.descendants().filter(|inner| inner.kind() == Kind::ROW).count().max(1) as u64)
}

/// Parses `COPY`: rows from the client, to it, or between a table and the server's own files.
pub(super) fn copy(node: &SyntaxNode) -> Action {
    let has = |kind: SyntaxKind| node.descendants().any(|inner| inner.kind() == kind);
    if has(SyntaxKind::COPY_STDIN) {
        return Action::CopyFromClient;
    }
    Action::CopyOnServer { words: trimmed_words(node) }
}

/// The words of a statement, for a sentence; long ones are cut.
pub(super) fn trimmed_words(node: &SyntaxNode) -> String {
    const LONGEST: usize = 60;
    let text = source(node, &[]);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", text[..end].trim_end()),
        None => text,
    }
}

/// Parses a statement by its first word.
pub(super) fn other(kind: SyntaxKind, first: &str, cursor: &mut Cursor<'_>) -> Option<Action> {
    use SyntaxKind as Kind;
    Some(match kind {
        Kind::TRUNCATE => {
            cursor.take("table");
            let only = cursor.has("only");
            Action::Truncate { tables: cursor.names(), only, cascade: cursor.has("cascade") }
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
            Action::Refresh { name: cursor.name()?, concurrently, with_data: !cursor.has("with no data") }
        }
        Kind::REINDEX => reindex(cursor)?,
        Kind::BEGIN => Action::Begin,
        Kind::COMMIT_TRANSACTION | Kind::COMMIT_PREPARED => Action::Commit,
        Kind::PREPARE_TRANSACTION => Action::Commit,
        Kind::ROLLBACK_TRANSACTION | Kind::ROLLBACK_PREPARED => Action::Rollback,
        Kind::SAVEPOINT_CREATE | Kind::RELEASE_SAVEPOINT => Action::Savepoint,
        Kind::ROLLBACK_TO_SAVEPOINT => Action::RollbackToSavepoint,
        Kind::SET => set(cursor)?,
        Kind::RESET => {
            Action::Set { name: cursor.name().map(|name| name.to_string())?, value: None, local: false }
        }
        // What it calls is looked at.
        Kind::CALL | Kind::EXECUTE => Action::Harmless,
        Kind::DISCARD if cursor.take("all") => Action::NotInTransaction { words: "DISCARD ALL".to_owned() },
        Kind::DISCARD if cursor.take("temp") || cursor.take("temporary") => Action::DiscardTemporary,
        Kind::SET_CONSTRAINTS
        | Kind::SET_ROLE
        | Kind::SET_SESSION_AUTH
        | Kind::RESET_ROLE
        | Kind::RESET_SESSION_AUTH
        | Kind::SHOW
        | Kind::ANALYZE
        | Kind::CHECKPOINT
        | Kind::CLOSE
        | Kind::DECLARE
        | Kind::FETCH
        | Kind::MOVE
        | Kind::DEALLOCATE
        | Kind::DISCARD
        | Kind::LISTEN
        | Kind::UNLISTEN
        | Kind::NOTIFY
        | Kind::COMMENT_ON
        | Kind::GRANT => Action::Harmless,
        Kind::SET_TRANSACTION if !cursor.has("read only") => Action::Harmless,
        _ if first == "end" => Action::Commit,
        _ if first == "abort" => Action::Rollback,
        _ => return None,
    })
}

/// `SET [LOCAL] name TO value`, `SET name = DEFAULT`, `SET TIME ZONE …`, `SET SCHEMA 'name'`.
fn set(cursor: &mut Cursor<'_>) -> Option<Action> {
    let local = cursor.take("local");
    cursor.take("session");
    let mut name = cursor.name()?.to_string();
    let has_sign = cursor.take("to") || cursor.take("=");
    if name == "schema" && !has_sign {
        "search_path".clone_into(&mut name);
    }
    let value: Vec<&str> =
        cursor.rest().iter().filter(|word| word.text != ";").map(|word| word.text.as_str()).collect();
    let value = Some(value.join(" ")).filter(|value| value != "default");
    Some(Action::Set { name: name.to_lowercase(), value, local })
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
