//! What a finding is about.

use serde::Serialize;

use crate::name::Name;
use crate::statement::ObjectKind;

/// The object of the database that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The file as a whole, or a statement that names no object.
    File,
    /// A table, view, index, function, ...
    Object {
        /// What it is.
        kind: ObjectKind,
        /// Its name.
        name: Name,
    },
    /// A column of a table.
    Column {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// A constraint of a table.
    Constraint {
        /// The table.
        table: Name,
        /// The constraint.
        constraint: String,
    },
}

impl Subject {
    /// A table, or what stands for one in a query: a view, too.
    #[must_use]
    pub fn table(name: &Name) -> Self {
        Self::object(ObjectKind::Table, name)
    }

    /// An object of any kind.
    #[must_use]
    pub fn object(kind: ObjectKind, name: &Name) -> Self {
        Self::Object { kind, name: name.clone() }
    }

    /// The first of the objects that a statement names.
    #[must_use]
    pub fn first_of(kind: ObjectKind, names: &[Name]) -> Self {
        names.first().map_or(Self::File, |name| Self::object(kind, name))
    }

    /// A column.
    #[must_use]
    pub fn column(table: &Name, column: &str) -> Self {
        Self::Column { table: table.clone(), column: column.to_owned() }
    }

    /// A constraint.
    #[must_use]
    pub fn constraint(table: &Name, constraint: &str) -> Self {
        Self::Constraint { table: table.clone(), constraint: constraint.to_owned() }
    }

    /// The table that it is, or is a part of.
    #[must_use]
    pub const fn as_table(&self) -> Option<&Name> {
        match self {
            Self::Object { kind: ObjectKind::Table, name } => Some(name),
            Self::Column { table, .. } | Self::Constraint { table, .. } => Some(table),
            Self::Object { .. } | Self::File => None,
        }
    }
}
