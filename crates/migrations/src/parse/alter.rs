//! `ALTER` of everything but tables.

use crate::parse::words::Cursor;
use crate::statement::{Action, DomainAction, ObjectKind};

/// Parses what stands behind `ALTER`.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Option<Action> {
    let kind = cursor.next()?.text.clone();
    match kind.as_str() {
        "type" => alter_type(cursor),
        "domain" => alter_domain(cursor),
        "index" => rename(ObjectKind::Index, cursor),
        "view" => rename(ObjectKind::View, cursor).or_else(|| altered_view(cursor)),
        "materialized" => {
            cursor.take("view");
            rename(ObjectKind::MaterializedView, cursor)
        }
        "sequence" => {
            let name = Cursor::new(cursor.rest()).name();
            rename(ObjectKind::Sequence, cursor).or_else(|| Some(Action::AlterSequence { name: name? }))
        }
        "schema" => rename(ObjectKind::Schema, cursor),
        "function" | "procedure" | "routine" | "aggregate" => rename(ObjectKind::Function, cursor),
        "trigger" => rename(ObjectKind::Trigger, cursor),
        "role" | "user" | "group" => rename(ObjectKind::Role, cursor),
        "policy" => {
            let mut ahead = Cursor::new(cursor.rest());
            ahead.seek("on");
            let on = ahead.name();
            rename(ObjectKind::Policy, cursor).or_else(|| Some(Action::AlterPolicy { table: on? }))
        }
        "default" => Some(Action::AlterDefaultPrivileges).filter(|_| cursor.has("revoke")),
        "system" => Some(Action::AlterSystem),
        "database" => rename(ObjectKind::Database, cursor),
        _ => None,
    }
}

fn altered_view(cursor: &Cursor<'_>) -> Option<Action> {
    // The name was taken already; which view it was does not matter to the rules.
    let name = cursor.rest().iter().map(|word| word.text.clone()).take(1).collect();
    Some(Action::AlterView { name: crate::name::Name::from_parts(name)? })
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
    if ahead.take("drop attribute") {
        ahead.take("if exists");
        return Some(Action::DropAttribute { name, attribute: ahead.identifier()? });
    }
    rename(ObjectKind::Type, cursor)
}

fn alter_domain(cursor: &mut Cursor<'_>) -> Option<Action> {
    let mut ahead = Cursor::new(cursor.rest());
    let name = ahead.name()?;
    let action = if ahead.take("add") {
        DomainAction::AddConstraint { not_valid: ahead.has("not valid") }
    } else if ahead.take("set not null") {
        DomainAction::SetNotNull
    } else if ahead.take("drop default") {
        DomainAction::DropDefault
    } else if ahead.take("validate") {
        DomainAction::Validate
    } else if ["rename constraint", "drop", "set default", "owner"].iter().any(|words| ahead.take(words)) {
        DomainAction::Widen
    } else {
        return rename(ObjectKind::Domain, cursor);
    };
    Some(Action::AlterDomain { name, action })
}

/// Parses `ALTER VIEW`, `ALTER INDEX` and the like where they rename.
fn rename(kind: ObjectKind, cursor: &mut Cursor<'_>) -> Option<Action> {
    cursor.skip(&["if exists", "only"]);
    let name = cursor.name()?;
    cursor.parentheses();
    if matches!(kind, ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule) && cursor.take("on") {
        cursor.name();
    }
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
