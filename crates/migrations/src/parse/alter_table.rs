//! `ALTER TABLE`, action by action.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::column::{column, constraint, data_type, default};
use crate::parse::origin::Origin;
use crate::parse::partition::bounds;
use crate::parse::syntax::trimmed;
use crate::parse::words::{Cursor, words};
use crate::parse::write::trimmed_words;
use crate::statement::{Action, ColumnDefault, Effect, TableAction};

/// Parses `ALTER TABLE`, action by action.
pub(super) fn alter(node: &SyntaxNode, origin: &Origin<'_>, effects: &mut Vec<Effect>) {
    let all = words(node);
    let mut cursor = Cursor::new(&all);
    cursor.seek("table");
    cursor.take("if exists");
    let only = cursor.take("only");
    let Some(table) = cursor.name().filter(|name| name.name != "all" || !cursor.has("in tablespace")) else {
        effects.push(Effect { span: trimmed(node, origin), action: Action::MoveStorage });
        return;
    };
    for child in node.children() {
        let span = trimmed(&child, origin);
        let action = match child.kind() {
            SyntaxKind::TABLE_RELATION_NAME | SyntaxKind::IF_EXISTS | SyntaxKind::RELATION_NAME => continue,
            _ => table_action(&child, origin),
        };
        let action = action.unwrap_or_else(|| TableAction::Unknown(trimmed_words(&child)));
        effects.push(Effect { span, action: Action::AlterTable { table: table.clone(), only, action } });
    }
    if effects.is_empty() {
        let span = trimmed(node, origin);
        let action = TableAction::Unknown(trimmed_words(node));
        effects.push(Effect { span, action: Action::AlterTable { table, only, action } });
    }
}

fn table_action(node: &SyntaxNode, origin: &Origin<'_>) -> Option<TableAction> {
    use SyntaxKind as Kind;
    let words = words(node);
    let mut cursor = Cursor::new(&words);
    let action = match node.kind() {
        Kind::ADD_COLUMN => {
            cursor.skip(&["add", "column"]);
            let if_not_exists = cursor.take("if not exists");
            TableAction::AddColumn { column: column(node, origin)?, if_not_exists }
        }
        Kind::DROP_COLUMN => {
            cursor.skip(&["drop", "column", "if exists"]);
            TableAction::DropColumn { name: cursor.identifier()?, cascade: cursor.has("cascade") }
        }
        Kind::ALTER_COLUMN => alter_column(node, &mut cursor)?,
        Kind::ADD_CONSTRAINT => {
            let child = node.children().find(|child| child.kind() != Kind::CONSTRAINT_NAME_CLAUSE)?;
            TableAction::AddConstraint(constraint(&child, origin, None)?)
        }
        Kind::DROP_CONSTRAINT => {
            cursor.skip(&["drop", "constraint", "if exists"]);
            TableAction::DropConstraint { name: cursor.identifier()?, cascade: cursor.has("cascade") }
        }
        Kind::VALIDATE_CONSTRAINT => {
            cursor.skip(&["validate", "constraint"]);
            TableAction::ValidateConstraint(cursor.identifier()?)
        }
        Kind::RENAME_COLUMN => {
            cursor.skip(&["rename", "column"]);
            let name = cursor.identifier()?;
            cursor.take("to");
            TableAction::RenameColumn { name, to: cursor.identifier()? }
        }
        Kind::RENAME_CONSTRAINT => {
            cursor.skip(&["rename", "constraint"]);
            let name = cursor.identifier()?;
            cursor.take("to");
            TableAction::RenameConstraint { name, to: cursor.identifier()? }
        }
        Kind::TABLE_RENAME_TO => {
            cursor.skip(&["rename", "to"]);
            TableAction::RenameTo(cursor.identifier()?)
        }
        Kind::SET_SCHEMA => {
            cursor.skip(&["set", "schema"]);
            TableAction::SetSchema(cursor.identifier()?)
        }
        Kind::ATTACH_PARTITION => {
            cursor.skip(&["attach", "partition"]);
            TableAction::AttachPartition { partition: cursor.name()?, bounds: bounds(&mut cursor) }
        }
        Kind::DETACH_PARTITION => {
            cursor.skip(&["detach", "partition"]);
            TableAction::DetachPartition {
                partition: cursor.name()?,
                concurrently: cursor.has("concurrently"),
                finalize: cursor.has("finalize"),
            }
        }
        Kind::SET_LOGGED => TableAction::SetLogged,
        Kind::SET_UNLOGGED => TableAction::SetUnlogged,
        Kind::SET_TABLESPACE => TableAction::SetTablespace,
        Kind::SET_ACCESS_METHOD => TableAction::SetAccessMethod,
        Kind::ENABLE_RLS => TableAction::EnableRowSecurity,
        Kind::FORCE_RLS => TableAction::ForceRowSecurity,
        Kind::DISABLE_RLS | Kind::NO_FORCE_RLS => TableAction::DisableRowSecurity,
        Kind::DISABLE_TRIGGER | Kind::DISABLE_RULE => TableAction::DisableTrigger,
        // In ordinary sessions, such a trigger or rule does nothing.
        Kind::ENABLE_REPLICA_TRIGGER | Kind::ENABLE_REPLICA_RULE => TableAction::DisableTrigger,
        Kind::ENABLE_TRIGGER | Kind::ENABLE_ALWAYS_TRIGGER | Kind::ENABLE_RULE | Kind::ENABLE_ALWAYS_RULE => {
            TableAction::EnableTrigger(trimmed_words(node))
        }
        Kind::INHERIT_TABLE => {
            cursor.take("inherit");
            TableAction::Inherit(cursor.name()?)
        }
        Kind::NO_INHERIT_TABLE => TableAction::NoInherit,
        Kind::REPLICA_IDENTITY => TableAction::ReplicaIdentity,
        Kind::OWNER_TO => TableAction::OwnerTo,
        Kind::SPLIT_PARTITION | Kind::MERGE_PARTITIONS => TableAction::RearrangePartitions,
        Kind::ALTER_CONSTRAINT => {
            cursor.skip(&["alter", "constraint"]);
            let name = cursor.identifier()?;
            let words: Vec<&str> = cursor.rest().iter().map(|word| word.text.as_str()).collect();
            TableAction::AlterConstraint { name, words: words.join(" ") }
        }
        Kind::SET_OPTIONS | Kind::RESET_OPTIONS if words.iter().all(|word| is_storage(&word.text)) => {
            TableAction::SetStorage
        }
        Kind::CLUSTER_ON | Kind::SET_WITHOUT_CLUSTER | Kind::SET_WITHOUT_OIDS => TableAction::Harmless,
        _ => return None,
    };
    Some(action)
}

fn alter_column(node: &SyntaxNode, cursor: &mut Cursor<'_>) -> Option<TableAction> {
    use SyntaxKind as Kind;
    cursor.skip(&["alter", "column"]);
    let name = cursor.identifier()?;
    let option = node.children().find(|child| child.kind() != Kind::COLUMN_NAME_REF)?;
    Some(match option.kind() {
        Kind::SET_TYPE => {
            let data_type = data_type(&option)?;
            let has = |kind| option.children().any(|child| child.kind() == kind);
            let (using, collate) = (has(Kind::USING_EXPR), has(Kind::COLLATE));
            TableAction::AlterType { name, data_type, using, collate }
        }
        Kind::SET_NOT_NULL => TableAction::SetNotNull(name),
        Kind::DROP_NOT_NULL => TableAction::DropNotNull(name),
        Kind::SET_DEFAULT => match default(&option) {
            ColumnDefault::Absent => TableAction::DropDefault(name),
            ColumnDefault::Stable => TableAction::SetDefault { name, functions: Vec::new() },
            ColumnDefault::Calls(functions) => TableAction::SetDefault { name, functions },
        },
        Kind::DROP_DEFAULT => TableAction::DropDefault(name),
        Kind::ADD_GENERATED => TableAction::AddIdentity(name),
        Kind::SET_GENERATED | Kind::SET_GENERATED_OPTIONS | Kind::RESTART | Kind::SET_SEQUENCE_OPTION => {
            TableAction::AlterIdentity(name)
        }
        Kind::DROP_IDENTITY => TableAction::DropIdentity(name),
        Kind::SET_EXPRESSION => TableAction::SetExpression(name),
        Kind::DROP_EXPRESSION => TableAction::DropExpression(name),
        Kind::SET_STORAGE | Kind::SET_COMPRESSION => TableAction::Brief,
        Kind::SET_STATISTICS | Kind::SET_OPTIONS | Kind::SET_OPTIONS_LIST | Kind::RESET_OPTIONS => {
            TableAction::Harmless
        }
        _ => return None,
    })
}

/// Storage parameters do not change what a release sees; `user_catalog_table` and what is not known may.
fn is_storage(word: &str) -> bool {
    word != "user_catalog_table"
}
