//! `CREATE` of everything but tables.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::data_type::DataType;
use crate::name::Name;
use crate::parse::function::as_trigger;
use crate::parse::syntax::{rule_body, source_tail};
use crate::parse::words::{Cursor, Word, WordKind, columns, words};
use crate::statement::{Action, IndexOptions, ObjectKind, domain_check};

/// Parses what stands behind `CREATE`.
pub(super) fn create(node: &SyntaxNode, cursor: &mut Cursor<'_>) -> Option<Action> {
    use SyntaxKind as Kind;
    let or_replace = cursor.take("or replace");
    match node.kind() {
        Kind::CREATE_INDEX => create_index(node, cursor),
        Kind::CREATE_VIEW | Kind::CREATE_MATERIALIZED_VIEW => {
            let kind = match node.kind() {
                Kind::CREATE_VIEW => ObjectKind::View,
                _ => ObjectKind::MaterializedView,
            };
            let temporary =
                cursor.peek().is_some_and(|word| matches!(word.text.as_str(), "temp" | "temporary"));
            cursor.seek("view");
            cursor.take("if not exists");
            let name = cursor.name()?;
            let with_data = !cursor.has("with no data");
            let words = cursor.rest().iter().map(|word| word.text.clone()).collect();
            Some(Action::CreateView { kind, name, or_replace, temporary, with_data, words })
        }
        Kind::CREATE_FUNCTION | Kind::CREATE_PROCEDURE => {
            cursor.skip(&["function", "procedure"]);
            let name = cursor.name()?;
            let arguments =
                cursor.parentheses().iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
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
            let volatile = volatile && !stable;
            let (as_trigger, row_fields, row_writes) = as_trigger(node);
            Some(Action::CreateFunction {
                name,
                arguments,
                or_replace,
                volatile,
                as_trigger,
                row_fields,
                row_writes,
            })
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
            let until = |word: &&Word| {
                !matches!(
                    word.text.as_str(),
                    "check" | "not" | "null" | "default" | "constraint" | "collate" | ";"
                )
            };
            let base: Vec<String> =
                cursor.rest().iter().take_while(until).map(|word| word.text.clone()).collect();
            let constraints = domain_checks(&name, cursor.rest());
            Some(Action::CreateDomain {
                base: DataType::from_words(&base),
                constraints,
                not_null: cursor.has("not null"),
                has_default: cursor.has("default"),
                name,
            })
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
            let events = cursor.rest().iter().take_while(|word| word.text != "on");
            let only_deletes = !events.clone().any(|word| matches!(word.text.as_str(), "insert" | "update"));
            // `UPDATE OF column ON table`: the table is behind the last ON before the action.
            cursor.seek("on");
            let table = cursor.name()?;
            cursor.seek("execute");
            cursor.skip(&["function", "procedure"]);
            Some(Action::CreateTrigger { table, name, before, only_deletes, function: cursor.name() })
        }
        Kind::CREATE_RULE => {
            let body = rule_body(&words(node));
            cursor.seek("to");
            Some(Action::CreateRule { table: cursor.name()?, body })
        }
        Kind::CREATE_SEQUENCE => object(ObjectKind::Sequence, "sequence", cursor),
        Kind::CREATE_SCHEMA => object(ObjectKind::Schema, "schema", cursor),
        Kind::CREATE_EXTENSION => object(ObjectKind::Extension, "extension", cursor),
        Kind::CREATE_DATABASE | Kind::CREATE_TABLESPACE | Kind::CREATE_SUBSCRIPTION => {
            let kind = cursor.peek().map(|word| word.text.to_uppercase()).unwrap_or_default();
            Some(Action::NotInTransaction { words: format!("CREATE {kind}") })
        }
        Kind::CREATE_PUBLICATION => {
            cursor.take("publication");
            let name = cursor.name()?;
            let tables = if cursor.take("for table") { published(cursor) } else { Vec::new() };
            let takes_some = !tables.is_empty() || cursor.rest().iter().any(|word| word.text == "for");
            if !takes_some {
                return Some(Action::CreateOther { words: format!("publication {name}") });
            }
            Some(Action::Publish { name, tables, is_new: true })
        }
        // A cast that is applied without being asked for changes what running statements mean.
        Kind::CREATE_CAST if cursor.has("as implicit") || cursor.has("as assignment") => None,
        Kind::CREATE_CONVERSION if cursor.peek().is_some_and(|word| word.text == "default") => None,
        Kind::CREATE_ACCESS_METHOD
        | Kind::CREATE_AGGREGATE
        | Kind::CREATE_CAST
        | Kind::CREATE_COLLATION
        | Kind::CREATE_CONVERSION
        | Kind::CREATE_FOREIGN_DATA_WRAPPER
        | Kind::CREATE_GROUP
        | Kind::CREATE_LANGUAGE
        | Kind::CREATE_OPERATOR
        | Kind::CREATE_OPERATOR_CLASS
        | Kind::CREATE_OPERATOR_FAMILY
        | Kind::CREATE_PROPERTY_GRAPH
        | Kind::CREATE_ROLE
        | Kind::CREATE_SERVER
        | Kind::CREATE_STATISTICS
        | Kind::CREATE_TEXT_SEARCH_CONFIGURATION
        | Kind::CREATE_TEXT_SEARCH_DICTIONARY
        | Kind::CREATE_TEXT_SEARCH_PARSER
        | Kind::CREATE_TEXT_SEARCH_TEMPLATE
        | Kind::CREATE_TRANSFORM
        | Kind::CREATE_USER
        | Kind::CREATE_USER_MAPPING => Some(Action::CreateOther { words: cursor.described() }),
        // An event trigger runs at statements of everybody; what else there is, no rule knows.
        _ => None,
    }
}

/// Tables of a publication, each with columns and a condition that may follow.
fn published(cursor: &mut Cursor<'_>) -> Vec<Name> {
    let mut tables = Vec::new();
    loop {
        cursor.take("only");
        let Some(name) = cursor.name() else { return tables };
        tables.push(name);
        cursor.take("*");
        cursor.parentheses();
        if cursor.take("where") {
            cursor.parentheses();
        }
        if !cursor.take(",") {
            return tables;
        }
        cursor.take("table");
    }
}

/// The names of a domain's checks, or those that PostgreSQL makes up for them.
fn domain_checks(domain: &Name, words: &[Word]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut cursor = Cursor::new(words);
    let mut written = None;
    while let Some(word) = cursor.next() {
        match (word.kind, word.text.as_str()) {
            (WordKind::Plain, "constraint") => written = cursor.identifier(),
            (WordKind::Plain, "check") => {
                cursor.parentheses();
                let made_up = || domain_check(domain, &names);
                let name = written.take().unwrap_or_else(made_up);
                names.push(name);
            }
            _ => {}
        }
    }
    names
}

fn object(kind: ObjectKind, keyword: &str, cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.seek(keyword);
    cursor.take("if not exists");
    Some(Action::Create { kind, name: cursor.name()?, or_replace: false })
}

fn create_index(node: &SyntaxNode, cursor: &mut Cursor<'_>) -> Option<Action> {
    let unique = cursor.take("unique");
    cursor.take("index");
    let concurrently = cursor.take("concurrently");
    let if_not_exists = cursor.take("if not exists");
    let name = if cursor.take("on") {
        None
    } else {
        let name = cursor.name();
        cursor.take("on");
        name
    };
    let only = cursor.take("only");
    let table = cursor.name()?;
    let written = cursor.rest().iter().filter(|word| word.text != ";").count();
    let definition = source_tail(node, written);
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
    let options = IndexOptions { unique, concurrently, only, if_not_exists };
    Some(Action::CreateIndex { name, table, columns, computed, definition, options })
}
