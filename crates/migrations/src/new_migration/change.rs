//! The changes that can be written.

use crate::name::Name;

/// A change that is written in one or more steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A column that may be null, or has a constant default.
    Column {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
        /// Its default, as SQL.
        default: Option<String>,
    },
    /// A column that must not be null and has no default.
    ColumnNotNull {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
    },
    /// Another name for a column.
    RenameColumn {
        /// The table.
        table: Name,
        /// The old name.
        column: String,
        /// The new name.
        to: String,
        /// The column's type.
        data_type: String,
    },
    /// Another type for a column.
    ChangeType {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// The column beside it.
        to: String,
        /// The new type.
        data_type: String,
    },
    /// An index.
    Index {
        /// The table.
        table: Name,
        /// The columns, with commas.
        columns: String,
        /// Whether two rows may have the same values.
        uniqueness: Uniqueness,
    },
    /// A foreign key.
    ForeignKey {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// `table (column)`.
        references: String,
    },
    /// A value of an enum.
    EnumValue {
        /// The enum.
        data_type: Name,
        /// The value.
        value: String,
    },
}

/// Whether two rows may have the same values in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Uniqueness {
    Unique,
    Any,
}
