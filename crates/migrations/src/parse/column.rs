//! Columns and constraints, as `CREATE TABLE` and `ALTER TABLE` write them.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::data_type::DataType;
use crate::identifier::quoted;
use crate::name::Name;
use crate::parse::condition::comparisons;
use crate::parse::origin::Origin;
use crate::parse::syntax::{call_name, source, trimmed};
use crate::parse::words::{Cursor, Word, WordKind, columns, words};
use crate::statement::{Column, ColumnDefault, Constraint, ConstraintKind, Generated, KeyIndex, Operator};

/// The type that stands in a piece of syntax.
pub(super) fn data_type(parent: &SyntaxNode) -> Option<DataType> {
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

/// Parses a column of `CREATE TABLE`, or the one of `ADD COLUMN`.
pub(super) fn column(node: &SyntaxNode, origin: &Origin<'_>) -> Option<Column> {
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
        default_text: String::new(),
        type_text: type_text(node),
        generated: Generated::No,
        constraints: Vec::new(),
    };
    for child in node.children() {
        match child.kind() {
            SyntaxKind::NOT_NULL_CONSTRAINT => column.not_null = true,
            SyntaxKind::DEFAULT_CONSTRAINT => {
                column.default = default(&child);
                let written = source(&child, &[SyntaxKind::CONSTRAINT_NAME_CLAUSE]);
                column.default_text = written
                    .split_once(char::is_whitespace)
                    .map(|(_, value)| value.trim().to_owned())
                    .unwrap_or_default();
            }
            SyntaxKind::GENERATED_CONSTRAINT => column.generated = generated(&child),
            kind if is_type(kind) => {}
            _ => column.constraints.extend(constraint(&child, origin, Some(&column.name))),
        }
    }
    Some(column)
}

/// The type of a column as it was written, with its collation.
fn type_text(column: &SyntaxNode) -> String {
    let parts =
        column.children().filter(|child| is_type(child.kind()) || child.kind() == SyntaxKind::COLLATE);
    parts.map(|part| source(&part, &[])).collect::<Vec<_>>().join(" ")
}

/// What a default needs of PostgreSQL.
pub(super) fn default(node: &SyntaxNode) -> ColumnDefault {
    let words = words(node);
    let value: Vec<&str> = words
        .iter()
        .map(|word| word.text.as_str())
        .filter(|word| !matches!(*word, "set" | "default" | "(" | ")"))
        .collect();
    if matches!(value[..], ["null"] | ["null", "::", ..]) {
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

/// Parses a constraint of a table, or of the column that it is written at.
pub(super) fn constraint(node: &SyntaxNode, origin: &Origin<'_>, column: Option<&str>) -> Option<Constraint> {
    use SyntaxKind as Kind;
    let words = words(node);
    let mut cursor = Cursor::new(&words);
    let name = if cursor.take("constraint") { cursor.identifier() } else { None };
    let own = || column.map(str::to_owned).into_iter().collect::<Vec<_>>();
    let kind = match node.kind() {
        Kind::CHECK_CONSTRAINT => {
            cursor.take("check");
            let inner = cursor.parentheses();
            let words = inner.iter().map(|word| word.text.clone()).collect();
            let comparisons = comparisons(inner);
            let not_null = comparisons.iter().filter(|it| it.operator == Operator::NotNull);
            let not_null = not_null.map(|it| it.column.clone()).collect();
            ConstraintKind::Check { not_null, columns: mentioned(inner), words, comparisons }
        }
        Kind::UNIQUE_CONSTRAINT => {
            cursor.take("unique");
            let columns = key(&mut cursor, own());
            ConstraintKind::Unique { index: key_index(node, column), columns }
        }
        Kind::PRIMARY_KEY_CONSTRAINT => {
            cursor.take("primary key");
            let columns = key(&mut cursor, own());
            ConstraintKind::PrimaryKey { index: key_index(node, column), columns }
        }
        Kind::FOREIGN_KEY_CONSTRAINT => {
            cursor.take("foreign key");
            let own = columns(cursor.parentheses());
            cursor.take("references");
            let table = cursor.name()?;
            let referenced = columns(cursor.parentheses());
            ConstraintKind::ForeignKey { columns: own, table, referenced, acts: acts(&cursor) }
        }
        Kind::REFERENCES_CONSTRAINT => {
            cursor.take("references");
            let table = cursor.name()?;
            let referenced = columns(cursor.parentheses());
            ConstraintKind::ForeignKey { columns: own(), table, referenced, acts: acts(&cursor) }
        }
        Kind::EXCLUDE_CONSTRAINT => ConstraintKind::Exclusion,
        Kind::NOT_NULL_CONSTRAINT => {
            cursor.take("not null");
            ConstraintKind::NotNull(cursor.identifier()?)
        }
        _ => return None,
    };
    let has = |kind: Kind| node.descendants().any(|inner| inner.kind() == kind);
    let (not_valid, not_enforced) = (has(Kind::NOT_VALID), has(Kind::NOT_ENFORCED));
    let no_inherit = has(Kind::NO_INHERIT);
    let definition = definition(node, &kind, column);
    let span = trimmed(node, origin);
    Some(Constraint { span, name, kind, not_valid, not_enforced, no_inherit, definition })
}

/// Whether a foreign key changes rows by itself, rather than only refusing.
fn acts(cursor: &Cursor<'_>) -> bool {
    cursor.has("cascade") || cursor.has("set null") || cursor.has("set default")
}

/// What stands behind the name of a constraint, as a constraint of the table has it.
fn definition(node: &SyntaxNode, kind: &ConstraintKind, column: Option<&str>) -> String {
    use SyntaxKind as Kind;
    let written = source(node, &[Kind::CONSTRAINT_NAME_CLAUSE, Kind::NOT_VALID]);
    let Some(column) = column.map(quoted) else { return written };
    match kind {
        ConstraintKind::ForeignKey { .. } => format!("FOREIGN KEY ({column}) {written}"),
        ConstraintKind::Unique { .. } | ConstraintKind::PrimaryKey { .. } => format!("{written} ({column})"),
        ConstraintKind::NotNull(_) => format!("NOT NULL {column}"),
        _ => written,
    }
}

fn key(cursor: &mut Cursor<'_>, own: Vec<String>) -> Vec<String> {
    if cursor.take("using index") {
        return own;
    }
    cursor.skip(&["nulls not distinct", "nulls distinct"]);
    let listed = columns(cursor.parentheses());
    if listed.is_empty() { own } else { listed }
}

/// The index of a key, in the words of `CREATE INDEX`.
fn key_index(node: &SyntaxNode, column: Option<&str>) -> KeyIndex {
    use SyntaxKind as Kind;
    if let Some(using) = node.children().find(|child| child.kind() == Kind::USING_INDEX_NAME) {
        let words = words(&using);
        let mut cursor = Cursor::new(&words);
        cursor.take("using index");
        return KeyIndex::Existing(cursor.identifier().unwrap_or_default());
    }
    let written = |kinds: &[Kind]| {
        let found = node.descendants().filter(|inner| kinds.contains(&inner.kind()));
        found.map(|inner| source(&inner, &[])).collect::<Vec<_>>().join(" ")
    };
    let listed = match column {
        Some(column) => format!("({})", quoted(column)),
        None => written(&[Kind::CONSTRAINT_COLUMN_REF_LIST]),
    };
    // The constraint has the tablespace behind USING INDEX.
    let tablespace = written(&[Kind::CONSTRAINT_INDEX_TABLESPACE]).replacen("USING INDEX ", "", 1);
    let parts = [
        listed,
        written(&[Kind::CONSTRAINT_INCLUDE_CLAUSE]),
        written(&[Kind::NULLS_NOT_DISTINCT]),
        written(&[Kind::WITH_PARAMS]),
        tablespace,
    ];
    let options = written(&[
        Kind::DEFERRABLE_CONSTRAINT_OPTION,
        Kind::NOT_DEFERRABLE_CONSTRAINT_OPTION,
        Kind::INITIALLY_DEFERRED_CONSTRAINT_OPTION,
        Kind::INITIALLY_IMMEDIATE_CONSTRAINT_OPTION,
    ]);
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    KeyIndex::New { definition: parts.join(" "), options }
}

/// Every word that may be a column.
fn mentioned(words: &[Word]) -> Vec<String> {
    let names = words.iter().filter(|word| matches!(word.kind, WordKind::Plain | WordKind::Quoted));
    names.map(|word| word.text.clone()).collect()
}
