//! `DROP` of anything.

use crate::parse::words::Cursor;
use crate::statement::{Action, ObjectKind};

/// Parses what stands behind `DROP`.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Option<Action> {
    let first = cursor.next()?.text.clone();
    let kind = match first.as_str() {
        "table" => ObjectKind::Table,
        "foreign" if cursor.take("table") => ObjectKind::Table,
        "view" => ObjectKind::View,
        "materialized" => {
            cursor.take("view");
            ObjectKind::MaterializedView
        }
        "index" => {
            let concurrently = cursor.take("concurrently");
            cursor.take("if exists");
            let names = cursor.names();
            return Some(Action::DropIndex { names, concurrently, cascade: cursor.has("cascade") });
        }
        "sequence" => ObjectKind::Sequence,
        "schema" => ObjectKind::Schema,
        "type" => ObjectKind::Type,
        "domain" => ObjectKind::Domain,
        "function" | "procedure" | "routine" | "aggregate" => ObjectKind::Function,
        "trigger" => ObjectKind::Trigger,
        "policy" => ObjectKind::Policy,
        "rule" => ObjectKind::Rule,
        "extension" => ObjectKind::Extension,
        "role" | "user" | "group" | "owned" => ObjectKind::Role,
        "database" | "tablespace" | "subscription" => {
            return Some(Action::NotInTransaction { words: format!("DROP {}", first.to_uppercase()) });
        }
        "statistics" => return Some(Action::Harmless),
        _ => {
            let mut kind = first;
            // `DROP EVENT TRIGGER IF EXISTS name`
            while let Some(word) = cursor.peek().filter(|word| word.text != "if" && word.text != "cascade") {
                if cursor.has("if exists") {
                    kind = format!("{kind} {}", word.text);
                    cursor.next();
                } else {
                    break;
                }
            }
            cursor.take("if exists");
            let words = format!("{kind} {}", cursor.described()).trim().to_owned();
            return Some(Action::DropOther { words, cascade: cursor.has("cascade") });
        }
    };
    cursor.take("if exists");
    if first == "owned" {
        cursor.take("by");
    }
    let mut names = cursor.names();
    // A trigger, policy or rule is dropped from a table: that is what matters.
    if matches!(kind, ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule) && cursor.take("on") {
        names.extend(cursor.name());
    }
    Some(Action::Drop { kind, names, cascade: cursor.has("cascade") })
}

/// Parses what stands behind `REVOKE`.
pub(super) fn revoke(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut names = Vec::new();
    if cursor.seek("on") && !cursor.take("all") {
        cursor.skip(&["table", "function", "procedure", "sequence", "schema", "type", "domain"]);
        names = cursor.names();
    }
    Some(Action::Revoke { names })
}
