//! `CREATE TABLE` and `ALTER TABLE`.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::data_type::DataType;
use crate::name::Name;
use crate::read::origin::Origin;
use crate::read::words::{Cursor, Word, WordKind, columns, words};
use crate::read::{call_name, trimmed};
use crate::statement::{
    Action, Column, ColumnDefault, Constraint, ConstraintKind, Effect, Generated, ObjectKind, TableAction,
};

/// Reads `CREATE TABLE`.
pub(super) fn create(node: &SyntaxNode, origin: &Origin<'_>) -> Option<Action> {
    let words = words(node);
    let mut cursor = Cursor::new(&words);
    cursor.take("create");
    let mut temporary = false;
    while let Some(word) = cursor.next() {
        temporary |= matches!(word.text.as_str(), "temp" | "temporary");
        if word.text == "table" {
            break;
        }
    }
    let if_not_exists = cursor.take("if not exists");
    let name = cursor.name()?;
    let partition_of = match cursor.take("partition of") {
        true => cursor.name().map(|parent| (parent, cursor.has("default"))),
        false => None,
    };
    let mut inherits = Vec::new();
    let mut columns = Vec::new();
    let mut constraints = Vec::new();
    let mut like = Vec::new();
    for child in node.children() {
        match child.kind() {
            SyntaxKind::INHERITS => {
                let words = crate::read::words::words(&child);
                let mut cursor = Cursor::new(&words);
                cursor.take("inherits");
                inherits = Cursor::new(cursor.parentheses()).names();
            }
            SyntaxKind::TABLE_ARG_LIST => {
                for argument in child.children() {
                    match argument.kind() {
                        SyntaxKind::COLUMN => columns.extend(column(&argument, origin)),
                        SyntaxKind::LIKE_CLAUSE => {
                            let words = crate::read::words::words(&argument);
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
    let partitioned = node.children().any(|child| child.kind() == SyntaxKind::PARTITION_BY);
    Some(Action::CreateTable {
        name,
        columns,
        constraints,
        if_not_exists,
        temporary,
        partitioned,
        partition_of,
        like,
        inherits,
    })
}

/// Reads `CREATE TABLE … AS` and `SELECT … INTO`: the columns are not known.
pub(super) fn create_from_query(node: &SyntaxNode) -> Option<Action> {
    let words = words(node);
    let mut cursor = Cursor::new(&words);
    let temporary = words.iter().take(8).any(|word| matches!(word.text.as_str(), "temp" | "temporary"));
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
        partitioned: false,
        partition_of: None,
        like: Vec::new(),
        inherits: Vec::new(),
    })
}

/// Reads `ALTER TABLE`, action by action.
pub(super) fn alter(node: &SyntaxNode, origin: &Origin<'_>, effects: &mut Vec<Effect>) {
    let all = words(node);
    let mut cursor = Cursor::new(&all);
    cursor.seek("table");
    cursor.skip(&["if exists", "only"]);
    let Some(table) = cursor.name() else { return };
    for child in node.children() {
        let span = trimmed(&child, origin);
        let action = match child.kind() {
            SyntaxKind::TABLE_RELATION_NAME | SyntaxKind::IF_EXISTS | SyntaxKind::RELATION_NAME => continue,
            _ => table_action(&child, origin),
        };
        let action = action.unwrap_or(TableAction::Other);
        effects.push(Effect { span, action: Action::AlterTable { table: table.clone(), action } });
    }
    if effects.is_empty() {
        let span = trimmed(node, origin);
        effects.push(Effect { span, action: Action::AlterTable { table, action: TableAction::Other } });
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
            TableAction::AttachPartition { partition: cursor.name()?, default: cursor.has("default") }
        }
        Kind::DETACH_PARTITION => {
            cursor.skip(&["detach", "partition"]);
            TableAction::DetachPartition {
                partition: cursor.name()?,
                concurrently: cursor.has("concurrently"),
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
        Kind::NO_INHERIT_TABLE => TableAction::NoInherit,
        Kind::REPLICA_IDENTITY => TableAction::ReplicaIdentity,
        _ => TableAction::Other,
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
        Kind::SET_DEFAULT => TableAction::SetDefault(name),
        Kind::DROP_DEFAULT => TableAction::DropDefault(name),
        Kind::ADD_GENERATED => TableAction::AddIdentity(name),
        Kind::SET_GENERATED | Kind::SET_GENERATED_OPTIONS | Kind::RESTART | Kind::SET_SEQUENCE_OPTION => {
            TableAction::AlterIdentity(name)
        }
        Kind::DROP_IDENTITY => TableAction::DropIdentity(name),
        Kind::SET_EXPRESSION => TableAction::SetExpression(name),
        Kind::DROP_EXPRESSION => TableAction::DropExpression(name),
        _ => TableAction::Other,
    })
}

fn data_type(parent: &SyntaxNode) -> Option<DataType> {
    let node = parent.children().find(|child| is_type(child.kind()))?;
    let words: Vec<String> = words(&node).into_iter().map(|word| word.text).collect();
    Some(DataType::from_words(&words))
}

const fn is_type(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::ARRAY_TYPE
            | SyntaxKind::BIT_TYPE
            | SyntaxKind::BIT_VARYING_TYPE
            | SyntaxKind::CHARACTER_TYPE
            | SyntaxKind::DOUBLE_TYPE
            | SyntaxKind::INTERVAL_TYPE
            | SyntaxKind::PATH_TYPE
            | SyntaxKind::TIME_TYPE
            | SyntaxKind::TIMESTAMP_TYPE
            | SyntaxKind::VARCHAR_TYPE
            | SyntaxKind::PERCENT_TYPE
    )
}

/// Reads a column of `CREATE TABLE`, or the one of `ADD COLUMN`.
fn column(node: &SyntaxNode, origin: &Origin<'_>) -> Option<Column> {
    let name_node = node.children().find(|child| child.kind() == SyntaxKind::COLUMN_NAME)?;
    let name = Cursor::new(&words(&name_node)).identifier()?;
    let data_type = data_type(node).unwrap_or_else(|| DataType {
        base: String::new(),
        modifiers: Vec::new(),
        array: false,
    });
    let mut column = Column {
        name,
        data_type,
        not_null: false,
        default: ColumnDefault::Absent,
        generated: Generated::No,
        constraints: Vec::new(),
    };
    for child in node.children() {
        match child.kind() {
            SyntaxKind::NOT_NULL_CONSTRAINT => column.not_null = true,
            SyntaxKind::DEFAULT_CONSTRAINT => column.default = default(&child),
            SyntaxKind::GENERATED_CONSTRAINT => column.generated = generated(&child),
            kind if is_type(kind) => {}
            _ => column.constraints.extend(constraint(&child, origin, Some(&column.name))),
        }
    }
    Some(column)
}

fn default(node: &SyntaxNode) -> ColumnDefault {
    let words = words(node);
    if words.last().is_some_and(|word| word.text == "null") && words.len() == 2 {
        return ColumnDefault::Absent;
    }
    let calls = node.descendants().filter(|inner| inner.kind() == SyntaxKind::CALL_EXPR);
    let names: Vec<Name> = calls.filter_map(|call| call_name(&call)).collect();
    if names.is_empty() { ColumnDefault::Stable } else { ColumnDefault::Calls(names) }
}

fn generated(node: &SyntaxNode) -> Generated {
    let words = words(node);
    let ends_with = |text: &str| words.last().is_some_and(|word| word.text == text);
    if words.iter().any(|word| word.kind == WordKind::Plain && word.text == "identity")
        && !ends_with("stored")
    {
        Generated::Identity
    } else if ends_with("stored") {
        Generated::Stored
    } else {
        Generated::Virtual
    }
}

/// Reads a constraint of a table, or of the column that it is written at.
fn constraint(node: &SyntaxNode, origin: &Origin<'_>, column: Option<&str>) -> Option<Constraint> {
    use SyntaxKind as Kind;
    let words = words(node);
    let mut cursor = Cursor::new(&words);
    let name = match cursor.take("constraint") {
        true => cursor.identifier(),
        false => None,
    };
    let own = || column.map(str::to_owned).into_iter().collect::<Vec<_>>();
    let kind = match node.kind() {
        Kind::CHECK_CONSTRAINT => {
            cursor.take("check");
            let inner = cursor.parentheses();
            ConstraintKind::Check { not_null: not_null_columns(inner), columns: mentioned(inner) }
        }
        Kind::UNIQUE_CONSTRAINT => {
            cursor.take("unique");
            let (columns, using_index) = key(&mut cursor, own());
            ConstraintKind::Unique { columns, using_index }
        }
        Kind::PRIMARY_KEY_CONSTRAINT => {
            cursor.take("primary key");
            let (columns, using_index) = key(&mut cursor, own());
            ConstraintKind::PrimaryKey { columns, using_index }
        }
        Kind::FOREIGN_KEY_CONSTRAINT => {
            cursor.take("foreign key");
            let columns = columns(cursor.parentheses());
            cursor.take("references");
            ConstraintKind::ForeignKey { columns, table: cursor.name()? }
        }
        Kind::REFERENCES_CONSTRAINT => {
            cursor.take("references");
            ConstraintKind::ForeignKey { columns: own(), table: cursor.name()? }
        }
        Kind::EXCLUDE_CONSTRAINT => ConstraintKind::Exclusion,
        Kind::NOT_NULL_CONSTRAINT => {
            cursor.take("not null");
            ConstraintKind::NotNull(cursor.identifier()?)
        }
        _ => return None,
    };
    let not_valid = Cursor::new(&words).has("not valid") || Cursor::new(&words).has("not enforced");
    Some(Constraint { span: trimmed(node, origin), name, kind, not_valid })
}

fn key(cursor: &mut Cursor<'_>, own: Vec<String>) -> (Vec<String>, Option<String>) {
    if cursor.take("using index") {
        return (own, cursor.identifier());
    }
    cursor.skip(&["nulls not distinct", "nulls distinct"]);
    let listed = columns(cursor.parentheses());
    (if listed.is_empty() { own } else { listed }, None)
}

/// The columns that an expression says are not null, if it says nothing else: `a IS NOT NULL AND b IS NOT NULL`.
fn not_null_columns(words: &[Word]) -> Vec<String> {
    let mut cursor = Cursor::new(words);
    let mut columns = Vec::new();
    loop {
        let inner = cursor.parentheses();
        if inner.is_empty() {
            let Some(column) = cursor.identifier() else { return Vec::new() };
            if !cursor.take("is not null") {
                return Vec::new();
            }
            columns.push(column);
        } else {
            let mut nested = not_null_columns(inner);
            if nested.is_empty() {
                return Vec::new();
            }
            columns.append(&mut nested);
        }
        if !cursor.take("and") {
            return if cursor.rest().is_empty() { columns } else { Vec::new() };
        }
    }
}

/// Every word that may be a column.
fn mentioned(words: &[Word]) -> Vec<String> {
    let names = words.iter().filter(|word| matches!(word.kind, WordKind::Plain | WordKind::Quoted));
    names.map(|word| word.text.clone()).collect()
}

/// Reads `ALTER VIEW`, `ALTER INDEX` and the like where they rename.
pub(super) fn rename(kind: ObjectKind, cursor: &mut Cursor<'_>) -> Option<Action> {
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
