//! `CREATE` of everything but tables.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::data_type::DataType;
use crate::parse::words::{Cursor, WordKind, columns};
use crate::statement::{Action, IndexOptions, ObjectKind};

/// Parses what stands behind `CREATE`.
pub(super) fn create(node: &SyntaxNode, cursor: &mut Cursor<'_>) -> Option<Action> {
    use SyntaxKind as Kind;
    let or_replace = cursor.take("or replace");
    match node.kind() {
        Kind::CREATE_INDEX => create_index(cursor),
        Kind::CREATE_VIEW | Kind::CREATE_MATERIALIZED_VIEW => {
            let kind = match node.kind() {
                Kind::CREATE_VIEW => ObjectKind::View,
                _ => ObjectKind::MaterializedView,
            };
            cursor.seek("view");
            cursor.take("if not exists");
            let name = cursor.name()?;
            let words = cursor.rest().iter().map(|word| word.text.clone()).collect();
            Some(Action::CreateView { kind, name, or_replace, words })
        }
        Kind::CREATE_FUNCTION | Kind::CREATE_PROCEDURE => {
            cursor.skip(&["function", "procedure"]);
            let name = cursor.name()?;
            cursor.parentheses();
            let volatile = !node.descendants().any(|inner| {
                inner.kind() == Kind::VOLATILE
                    && matches!(
                        inner.first_token().map(|token| token.kind()),
                        Some(Kind::IMMUTABLE_KW | Kind::STABLE_KW)
                    )
            });
            let stable = cursor.rest().iter().any(|word| {
                word.kind == WordKind::Plain && matches!(word.text.as_str(), "immutable" | "stable")
            });
            Some(Action::CreateFunction { name, or_replace, volatile: volatile && !stable })
        }
        Kind::CREATE_TYPE => {
            cursor.take("type");
            let name = cursor.name()?;
            if !cursor.take("as enum") {
                return Some(Action::Create { kind: ObjectKind::Type, name, or_replace });
            }
            let literals = cursor.parentheses().iter().filter(|word| word.kind == WordKind::Literal);
            Some(Action::CreateEnum { name, values: literals.map(|word| word.text.clone()).collect() })
        }
        Kind::CREATE_DOMAIN => {
            cursor.take("domain");
            let name = cursor.name()?;
            cursor.take("as");
            let until = |word: &&crate::parse::words::Word| {
                !matches!(word.text.as_str(), "check" | "not" | "null" | "default" | "constraint" | "collate")
            };
            let base: Vec<String> =
                cursor.rest().iter().take_while(until).map(|word| word.text.clone()).collect();
            let constrained = cursor.has("check") || cursor.has("not null");
            Some(Action::CreateDomain { name, base: DataType::from_words(&base), constrained })
        }
        Kind::CREATE_POLICY => {
            let restrictive = cursor.has("as restrictive");
            cursor.seek("on");
            Some(Action::CreatePolicy { table: cursor.name()?, restrictive })
        }
        Kind::CREATE_TRIGGER => {
            cursor.seek("trigger");
            let name = cursor.identifier()?;
            let before = cursor.has("before") || cursor.has("instead of");
            // `UPDATE OF column ON table`: the table is behind the last ON before the action.
            cursor.seek("on");
            Some(Action::CreateTrigger { table: cursor.name()?, before, name })
        }
        Kind::CREATE_RULE => {
            cursor.seek("to");
            Some(Action::CreateRule { table: cursor.name()? })
        }
        Kind::CREATE_SEQUENCE => object(ObjectKind::Sequence, "sequence", cursor),
        Kind::CREATE_SCHEMA => object(ObjectKind::Schema, "schema", cursor),
        Kind::CREATE_EXTENSION => object(ObjectKind::Extension, "extension", cursor),
        Kind::CREATE_DATABASE | Kind::CREATE_TABLESPACE => not_in_transaction("CREATE", cursor),
        Kind::CREATE_SUBSCRIPTION => not_in_transaction("CREATE", cursor),
        _ => None,
    }
}

fn not_in_transaction(verb: &str, cursor: &Cursor<'_>) -> Option<Action> {
    let kind = cursor.peek()?.text.to_uppercase();
    Some(Action::NotInTransaction { words: format!("{verb} {kind}") })
}

fn object(kind: ObjectKind, keyword: &str, cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.seek(keyword);
    cursor.take("if not exists");
    Some(Action::Create { kind, name: cursor.name()?, or_replace: false })
}

fn create_index(cursor: &mut Cursor<'_>) -> Option<Action> {
    let unique = cursor.take("unique");
    cursor.take("index");
    let concurrently = cursor.take("concurrently");
    cursor.take("if not exists");
    let name = if cursor.take("on") {
        None
    } else {
        let name = cursor.name();
        cursor.take("on");
        name
    };
    let only = cursor.take("only");
    let table = cursor.name()?;
    if cursor.take("using") {
        cursor.identifier();
    }
    let listed = cursor.parentheses();
    let columns = columns(listed);
    let has_expression = listed.iter().any(|word| word.kind == WordKind::Mark && word.text == "(");
    let computed = if has_expression || cursor.has("where") {
        listed.iter().chain(cursor.rest()).map(|word| word.text.clone()).collect()
    } else {
        Vec::new()
    };
    let options = IndexOptions { unique, concurrently, only };
    Some(Action::CreateIndex { name, table, columns, computed, options })
}
