//! What a statement uses that older servers do not have. Each was measured on PostgreSQL 15, 16, 17 and 18.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::syntax::call_name;
use crate::parse::words::{Cursor, words};
use crate::statement::Feature;

/// What a statement needs of the server.
pub(super) fn features(node: &SyntaxNode) -> Vec<Feature> {
    let mut features: Vec<Feature> = Vec::new();
    for inner in node.descendants() {
        let Some((words, since)) = feature(&inner) else { continue };
        if features.iter().all(|known| known.words != words) {
            features.push(Feature { words: words.to_owned(), since });
        }
    }
    features
}

fn feature(node: &SyntaxNode) -> Option<(&'static str, u32)> {
    use SyntaxKind as Kind;
    Some(match node.kind() {
        Kind::SPLIT_PARTITION => ("SPLIT PARTITION", 19),
        Kind::MERGE_PARTITIONS => ("MERGE PARTITIONS", 19),
        Kind::REPACK => ("REPACK", 19),
        Kind::CREATE_PROPERTY_GRAPH | Kind::ALTER_PROPERTY_GRAPH | Kind::DROP_PROPERTY_GRAPH => {
            ("property graphs", 19)
        }
        Kind::FOR_PORTION_OF => ("FOR PORTION OF", 19),
        Kind::NOT_ENFORCED => ("NOT ENFORCED", 18),
        Kind::ENFORCED => ("ENFORCED", 18),
        Kind::NOT_NULL_CONSTRAINT
            if node.parent().is_some_and(|parent| {
                matches!(parent.kind(), Kind::ADD_CONSTRAINT | Kind::TABLE_ARG_LIST)
            }) =>
        {
            ("NOT NULL as a constraint of the table", 18)
        }
        Kind::GENERATED_CONSTRAINT => {
            let words = words(node);
            let cursor = Cursor::new(&words);
            if cursor.has("stored") || cursor.has("identity") {
                return None;
            }
            ("a virtual generated column", 18)
        }
        Kind::SET_EXPRESSION => ("SET EXPRESSION", 17),
        Kind::SET_STORAGE if Cursor::new(&words(node)).has("default") => ("SET STORAGE DEFAULT", 16),
        Kind::RETURNING_CLAUSE if node.parent().is_some_and(|parent| parent.kind() == Kind::MERGE) => {
            ("MERGE … RETURNING", 17)
        }
        Kind::MERGE if Cursor::new(&words(node)).has("by source") => ("NOT MATCHED BY SOURCE", 17),
        Kind::VACUUM | Kind::ANALYZE if Cursor::new(&words(node)).has("only") => ("ONLY", 18),
        Kind::PRIMARY_KEY_CONSTRAINT | Kind::UNIQUE_CONSTRAINT
            if Cursor::new(&words(node)).has("without overlaps") =>
        {
            ("WITHOUT OVERLAPS", 18)
        }
        Kind::CALL_EXPR => match call_name(node)?.name.as_str() {
            "uuidv7" => ("uuidv7()", 18),
            "uuidv4" => ("uuidv4()", 18),
            "json_table" => ("JSON_TABLE", 17),
            "any_value" => ("any_value()", 16),
            "random_normal" => ("random_normal()", 16),
            _ => return None,
        },
        _ => return None,
    })
}
