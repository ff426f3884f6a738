//! What the migrations before a statement have made: enough of the schema to tell a new table from a live one.
//!
//! May import: `name`, `data_type` and `statement`.

mod apply;

use std::collections::{HashMap, HashSet};

use crate::data_type::DataType;
use crate::name::Name;
use crate::statement::{Constraint, ConstraintKind, ObjectKind};

/// The schema as far as it can be read from migrations. A table that no migration made is taken to be there and live.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub(crate) tables: HashMap<Name, Table>,
    pub(crate) indexes: HashMap<Name, Index>,
    /// Views, with the words of their queries.
    pub(crate) views: HashMap<Name, Vec<String>>,
    /// Whether the function is volatile.
    pub(crate) functions: HashMap<Name, bool>,
    pub(crate) enums: HashSet<Name>,
    pub(crate) others: HashSet<(ObjectKind, Name)>,
    /// What the file that is being read made itself.
    pub(crate) created: CreatedInFile,
    /// Constraints that the statement which is being read drops: they prove nothing, because PostgreSQL drops first.
    pub(crate) being_dropped: HashSet<(Name, String)>,
}

/// What a file made itself: nobody uses it yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct CreatedInFile {
    pub(crate) relations: HashSet<Name>,
    pub(crate) columns: HashSet<(Name, String)>,
    /// Constraints that the file added `NOT VALID`.
    pub(crate) unvalidated: HashSet<(Name, String)>,
    pub(crate) others: HashSet<(ObjectKind, Name)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) columns: HashMap<String, LiveColumn>,
    pub(crate) constraints: HashMap<String, LiveConstraint>,
    pub(crate) row_security: bool,
    pub(crate) partitioned: bool,
    pub(crate) triggers: HashSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct LiveColumn {
    pub(crate) data_type: DataType,
    pub(crate) not_null: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct LiveConstraint {
    pub(crate) kind: ConstraintKind,
    pub(crate) validated: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) table: Name,
    pub(crate) unique: bool,
    pub(crate) columns: Vec<String>,
    pub(crate) computed: Vec<String>,
}

impl Schema {
    /// Begins a file: what was made before it is live now.
    pub(crate) fn begin_file(&mut self) {
        self.created = CreatedInFile::default();
    }

    /// Whether a table, view or sequence was there before the file.
    pub(crate) fn is_live(&self, name: &Name) -> bool {
        !self.created.relations.contains(name)
    }

    /// Whether a column was there before the file, on a table that was.
    pub(crate) fn is_live_column(&self, table: &Name, column: &str) -> bool {
        self.is_live(table) && !self.created.columns.contains(&(table.clone(), column.to_owned()))
    }

    /// Whether anything else was there before the file.
    pub(crate) fn is_live_object(&self, kind: ObjectKind, name: &Name) -> bool {
        !self.created.others.contains(&(kind, name.clone()))
    }

    pub(crate) fn column(&self, table: &Name, column: &str) -> Option<&LiveColumn> {
        self.tables.get(table)?.columns.get(column)
    }

    pub(crate) fn constraint(&self, table: &Name, name: &str) -> Option<&LiveConstraint> {
        self.tables.get(table)?.constraints.get(name)
    }

    /// Whether a validated check says that a column has no nulls, so that `SET NOT NULL` need not look.
    pub(crate) fn is_proven_not_null(&self, name: &Name, column: &str) -> bool {
        let Some(table) = self.tables.get(name) else { return false };
        table.columns.get(column).is_some_and(|column| column.not_null)
            || table.constraints.iter().any(|(key, constraint)| match &constraint.kind {
                ConstraintKind::Check { not_null, .. } => {
                    !self.being_dropped.contains(&(name.clone(), key.clone()))
                        && constraint.validated
                        && not_null.iter().any(|name| name == column)
                }
                _ => false,
            })
    }

    /// A view whose query reads a column of a table, as far as its words say.
    pub(crate) fn view_of(&self, table: &Name, column: &str) -> Option<&Name> {
        let reads = |words: &Vec<String>, text: &str| words.iter().any(|word| word == text);
        self.views
            .iter()
            .filter(|(_, words)| reads(words, &table.name) && (reads(words, column) || reads(words, "*")))
            .map(|(name, _)| name)
            .min()
    }

    /// Whether a check looks at a column.
    pub(crate) fn is_checked(&self, table: &Name, column: &str) -> bool {
        let constraints = self.tables.get(table).into_iter().flat_map(|table| table.constraints.values());
        constraints.map(|live| &live.kind).any(|kind| match kind {
            ConstraintKind::Check { columns, .. } => columns.iter().any(|name| name == column),
            _ => false,
        })
    }

    /// Whether an index computes something of a column, in its condition or instead of a column: such an index is built
    /// anew with every change of the column's type (`CheckIndexCompatible` in PostgreSQL's `indexcmds.c`).
    pub(crate) fn is_computed_from(&self, table: &Name, column: &str) -> bool {
        let of_table = self.indexes.values().filter(|index| index.table == *table);
        of_table.flat_map(|index| &index.computed).any(|word| word == column)
    }
}

/// The constraint's name, or the one that PostgreSQL makes up for it (`ChooseConstraintName`).
pub(crate) fn constraint_name(table: &Name, constraint: &Constraint) -> String {
    if let Some(name) = &constraint.name {
        return name.clone();
    }
    let table = &table.name;
    match &constraint.kind {
        ConstraintKind::PrimaryKey { .. } => format!("{table}_pkey"),
        ConstraintKind::Unique { columns, .. } => format!("{table}_{}_key", columns.join("_")),
        ConstraintKind::ForeignKey { columns, .. } => format!("{table}_{}_fkey", columns.join("_")),
        ConstraintKind::Check { columns, .. } => match &columns[..] {
            [column, ..] => format!("{table}_{column}_check"),
            [] => format!("{table}_check"),
        },
        ConstraintKind::Exclusion => format!("{table}_excl"),
        ConstraintKind::NotNull(column) => format!("{table}_{column}_not_null"),
    }
}
