//! `CREATE TABLE`.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::column::{column, constraint};
use crate::parse::origin::Origin;
use crate::parse::partition::key;
use crate::parse::words::{Cursor, words};
use crate::statement::Action;

/// Parses `CREATE TABLE`.
pub(super) fn create(node: &SyntaxNode, origin: &Origin<'_>) -> Option<Action> {
    let all = words(node);
    let mut cursor = Cursor::new(&all);
    cursor.take("create");
    let (mut temporary, mut unlogged) = (false, false);
    while let Some(word) = cursor.next() {
        temporary |= matches!(word.text.as_str(), "temp" | "temporary");
        unlogged |= word.text == "unlogged";
        if word.text == "table" {
            break;
        }
    }
    let if_not_exists = cursor.take("if not exists");
    let name = cursor.name()?;
    let partition_of = if cursor.take("partition of") {
        cursor.name().map(|parent| (parent, cursor.has("default")))
    } else {
        None
    };
    let mut inherits = Vec::new();
    let mut columns = Vec::new();
    let mut constraints = Vec::new();
    let mut like = Vec::new();
    for child in node.children() {
        match child.kind() {
            SyntaxKind::INHERITS => {
                let words = words(&child);
                let mut cursor = Cursor::new(&words);
                cursor.take("inherits");
                inherits = Cursor::new(cursor.parentheses()).names();
            }
            SyntaxKind::TABLE_ARG_LIST => {
                for argument in child.children() {
                    match argument.kind() {
                        SyntaxKind::COLUMN => columns.extend(column(&argument, origin)),
                        SyntaxKind::LIKE_CLAUSE => {
                            let words = words(&argument);
                            let mut cursor = Cursor::new(&words);
                            cursor.take("like");
                            like.extend(cursor.name());
                        }
                        _ => constraints.extend(constraint(&argument, origin, None)),
                    }
                }
            }
            _ => {}
        }
    }
    let partitioned = key(node);
    Some(Action::CreateTable {
        name,
        columns,
        constraints,
        if_not_exists,
        temporary,
        unlogged,
        partitioned,
        partition_of,
        like,
        inherits,
    })
}

/// Parses `CREATE TABLE … AS` and `SELECT … INTO`: the columns are not known.
pub(super) fn create_from_query(node: &SyntaxNode) -> Option<Action> {
    let all = words(node);
    let mut cursor = Cursor::new(&all);
    let temporary = all.iter().take(8).any(|word| matches!(word.text.as_str(), "temp" | "temporary"));
    let if_not_exists = match node.kind() {
        SyntaxKind::SELECT_INTO => {
            cursor.seek("into");
            cursor.skip(&["temp", "temporary", "unlogged", "table"]);
            false
        }
        _ => {
            cursor.seek("table");
            cursor.take("if not exists")
        }
    };
    Some(Action::CreateTable {
        name: cursor.name()?,
        columns: Vec::new(),
        constraints: Vec::new(),
        if_not_exists,
        temporary,
        unlogged: false,
        partitioned: None,
        partition_of: None,
        like: Vec::new(),
        inherits: Vec::new(),
    })
}
