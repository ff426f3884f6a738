//! Tables: what `ALTER TABLE` does, columns and constraints.

use serde::{Deserialize, Serialize};

use crate::data_type::DataType;
use crate::name::Name;
use crate::position::Span;

/// One action of `ALTER TABLE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "PostgreSQL's own terms")]
pub enum TableAction {
    AddColumn { column: Column, if_not_exists: bool },
    DropColumn { name: String, cascade: bool },
    AlterType { name: String, data_type: DataType, using: bool, collate: bool },
    SetNotNull(String),
    DropNotNull(String),
    SetDefault(String),
    DropDefault(String),
    AddIdentity(String),
    AlterIdentity(String),
    DropIdentity(String),
    SetExpression(String),
    DropExpression(String),
    AddConstraint(Constraint),
    DropConstraint { name: String, cascade: bool },
    ValidateConstraint(String),
    RenameColumn { name: String, to: String },
    RenameConstraint { name: String, to: String },
    RenameTo(String),
    SetSchema(String),
    SetLogged,
    SetUnlogged,
    SetTablespace,
    SetAccessMethod,
    AttachPartition { partition: Name, default: bool },
    DetachPartition { partition: Name, concurrently: bool },
    EnableRowSecurity,
    ForceRowSecurity,
    DisableRowSecurity,
    DisableTrigger,
    NoInherit,
    ReplicaIdentity,
    Other,
}

/// A column of `CREATE TABLE` or `ADD COLUMN`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named like the clauses")]
pub struct Column {
    pub name: String,
    pub data_type: DataType,
    pub not_null: bool,
    pub default: ColumnDefault,
    pub generated: Generated,
    /// Constraints that the column carries.
    pub constraints: Vec<Constraint>,
}

/// What a column's default needs of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnDefault {
    /// No default, or `DEFAULT NULL`.
    Absent,
    /// The same value for every row that is there: stored once, in the catalog.
    Stable,
    /// A value that these functions make. If one is volatile, every row gets its own, and the table is rewritten.
    Calls(Vec<Name>),
}

/// How PostgreSQL fills a column by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "PostgreSQL's own terms")]
pub enum Generated {
    No,
    Identity,
    Stored,
    Virtual,
}

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named like the clauses")]
pub struct Constraint {
    pub span: Span,
    pub name: Option<String>,
    pub kind: ConstraintKind,
    pub not_valid: bool,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "PostgreSQL's own terms")]
pub enum ConstraintKind {
    Check {
        /// The columns that the check says are not null, and nothing else: `CHECK (a IS NOT NULL)`.
        not_null: Vec<String>,
        /// Every column it may name.
        columns: Vec<String>,
    },
    Unique {
        columns: Vec<String>,
        using_index: Option<String>,
    },
    PrimaryKey {
        columns: Vec<String>,
        using_index: Option<String>,
    },
    ForeignKey {
        columns: Vec<String>,
        table: Name,
    },
    Exclusion,
    NotNull(String),
}
