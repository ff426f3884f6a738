//! `ALTER` of everything but tables.

use squawk_syntax::SyntaxNode;

use crate::parse::words::Cursor;
use crate::parse::write::trimmed_words;
use crate::statement::{Action, DomainAction, ObjectKind, TableAction};

/// Parses what stands behind `ALTER`.
pub(super) fn alter(node: &SyntaxNode, cursor: &mut Cursor<'_>) -> Option<Action> {
    let kind = cursor.next()?.text.clone();
    match kind.as_str() {
        "type" => alter_type(cursor),
        "domain" => alter_domain(cursor),
        "index" => rename(ObjectKind::Index, cursor).or_else(|| altered_index(cursor)),
        "view" => {
            cursor.take("if exists");
            let name = Cursor::new(cursor.rest()).name();
            rename(ObjectKind::View, cursor).or_else(|| Some(Action::AlterView { name: name? }))
        }
        "materialized" => {
            cursor.take("view");
            rename(ObjectKind::MaterializedView, cursor).or_else(|| altered_materialized_view(cursor))
        }
        "sequence" => {
            cursor.take("if exists");
            let name = Cursor::new(cursor.rest()).name();
            rename(ObjectKind::Sequence, cursor).or_else(|| {
                if cursor.take("owned by") {
                    return Some(Action::Harmless);
                }
                Some(Action::AlterSequence { name: name? })
            })
        }
        "schema" => rename(ObjectKind::Schema, cursor),
        "function" | "procedure" | "routine" | "aggregate" => rename(ObjectKind::Function, cursor),
        "trigger" => renamed_on_table(cursor).or_else(|| depends(cursor)),
        "rule" => renamed_on_table(cursor),
        "role" | "user" | "group" => {
            let words = trimmed_words(node);
            rename(ObjectKind::Role, cursor).or(Some(Action::AlterSettings { kind: ObjectKind::Role, words }))
        }
        "policy" => {
            let mut ahead = Cursor::new(cursor.rest());
            ahead.seek("on");
            let on = ahead.name();
            renamed_on_table(cursor).or_else(|| Some(Action::AlterPolicy { table: on? }))
        }
        "default" if cursor.has("revoke") => Some(Action::AlterDefaultPrivileges),
        "default" if cursor.has("grant") => Some(Action::Harmless),
        "system" => Some(Action::AlterSystem),
        "statistics" if cursor.has("set statistics") => Some(Action::Harmless),
        "publication" => {
            let name = cursor.name()?;
            cursor.take("add table").then(|| Action::Publish { name, tables: cursor.names(), is_new: false })
        }
        "database" if cursor.has("set tablespace") => {
            Some(Action::NotInTransaction { words: "ALTER DATABASE … SET TABLESPACE".to_owned() })
        }
        "database" => {
            let words = trimmed_words(node);
            let settings = Action::AlterSettings { kind: ObjectKind::Database, words };
            rename(ObjectKind::Database, cursor).or(Some(settings))
        }
        "extension" => {
            let mut ahead = Cursor::new(cursor.rest());
            let name = ahead.name()?;
            let to = ahead.take("set schema").then(|| ahead.identifier())??;
            Some(Action::SetSchema { kind: ObjectKind::Extension, name, to })
        }
        _ => None,
    }
}

/// `ALTER INDEX` behind the name.
fn altered_index(cursor: &mut Cursor<'_>) -> Option<Action> {
    if cursor.has("tablespace") {
        return Some(Action::MoveStorage);
    }
    let harmless =
        ["set (", "reset (", "attach partition", "alter column", "alter", "depends on", "no depends on"];
    harmless.iter().any(|words| cursor.take(words)).then_some(Action::Harmless)
}

/// `ALTER MATERIALIZED VIEW` behind the name.
fn altered_materialized_view(cursor: &mut Cursor<'_>) -> Option<Action> {
    if cursor.has("set tablespace") || cursor.has("set access method") || cursor.has("all in tablespace") {
        return Some(Action::MoveStorage);
    }
    let harmless =
        ["set (", "reset (", "cluster on", "set without cluster", "alter", "depends on", "no depends on"];
    harmless.iter().any(|words| cursor.take(words)).then_some(Action::Harmless)
}

/// `name ON table RENAME TO other`: nothing but migrations names a trigger, policy or rule.
fn renamed_on_table(cursor: &Cursor<'_>) -> Option<Action> {
    let mut ahead = Cursor::new(cursor.rest());
    ahead.identifier()?;
    ahead.take("on");
    let table = ahead.name()?;
    let action = TableAction::Brief;
    ahead.take("rename to").then_some(Action::AlterTable { table, only: false, action })
}

fn depends(cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.has("depends on extension").then_some(Action::Harmless)
}

fn alter_type(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut ahead = Cursor::new(cursor.rest());
    let name = ahead.name()?;
    if ahead.take("add value") {
        ahead.take("if not exists");
        return Some(Action::AddEnumValue { name, value: ahead.next()?.text.clone() });
    }
    if ahead.take("rename value") {
        return Some(Action::RenameEnumValue { name, value: ahead.next()?.text.clone() });
    }
    for words in ["add attribute", "alter attribute"] {
        if ahead.take(words) {
            return Some(Action::AlterAttribute { name, attribute: ahead.identifier()? });
        }
    }
    if ahead.take("drop attribute") {
        ahead.take("if exists");
        return Some(Action::DropAttribute { name, attribute: ahead.identifier()? });
    }
    rename(ObjectKind::Type, cursor)
}

fn alter_domain(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut ahead = Cursor::new(cursor.rest());
    let domain = ahead.name()?;
    let action = if ahead.take("add") {
        let name = if ahead.take("constraint") { ahead.identifier() } else { None };
        if name.is_none() && ahead.take("not null") {
            return Some(Action::AlterDomain { name: domain, action: DomainAction::SetNotNull });
        }
        DomainAction::AddConstraint { name, not_valid: ahead.has("not valid") }
    } else if ahead.take("set not null") {
        DomainAction::SetNotNull
    } else if ahead.take("drop not null") {
        DomainAction::DropNotNull
    } else if ahead.take("drop constraint") {
        ahead.take("if exists");
        DomainAction::DropConstraint(ahead.identifier()?)
    } else if ahead.take("set default") {
        DomainAction::SetDefault
    } else if ahead.take("drop default") {
        DomainAction::DropDefault
    } else if ahead.take("validate") {
        DomainAction::Validate
    } else if ahead.take("rename constraint") || ahead.take("owner") {
        DomainAction::Widen
    } else {
        return rename(ObjectKind::Domain, cursor);
    };
    Some(Action::AlterDomain { name: domain, action })
}

/// Parses `ALTER VIEW`, `ALTER INDEX` and the like where they rename.
fn rename(kind: ObjectKind, cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.skip(&["if exists", "only"]);
    let name = cursor.name()?;
    cursor.parentheses();
    if cursor.take("rename to") {
        return Some(Action::Rename { kind, name, to: cursor.identifier()? });
    }
    for words in ["rename column", "rename attribute", "rename"] {
        if cursor.take(words) {
            let column = cursor.identifier()?;
            cursor.take("to");
            return Some(Action::RenameColumn { kind, name, column, to: cursor.identifier()? });
        }
    }
    if cursor.take("set schema") {
        return Some(Action::SetSchema { kind, name, to: cursor.identifier()? });
    }
    None
}
