//! What a migration does, statement by statement: the part of SQL that the rules need, free of syntax.

use serde::{Deserialize, Serialize};

use crate::data_type::DataType;
use crate::name::Name;

/// A piece of a file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

/// A statement of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The statement without the comments before it.
    pub span: Span,
    /// Where the statement stands.
    pub place: Place,
    /// What it does. One statement can do several things: `WITH gone AS (DELETE …) INSERT …`.
    pub effects: Vec<Effect>,
    /// Functions that it calls, which may have been written in the same file.
    pub calls: Vec<Name>,
    /// Tables that it names in any way, for ownership.
    pub tables: Vec<Name>,
    /// Enum values that it uses and an earlier statement of the file added.
    pub new_values: Vec<String>,
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In the file itself.
    File,
    /// In a `DO` block, which runs with the file.
    Block,
    /// In the body of a function, which runs when something calls it.
    Function(Name),
}

/// One thing that a statement does, and the words that say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The words.
    pub span: Span,
    /// What happens.
    pub action: Action,
}

/// A kind of object, as `DROP` and `ALTER` name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "PostgreSQL's own terms")]
pub enum ObjectKind {
    Table,
    View,
    MaterializedView,
    Index,
    Sequence,
    Schema,
    Type,
    Domain,
    Function,
    Trigger,
    Policy,
    Rule,
    Extension,
    Role,
    Database,
    Other,
}

impl ObjectKind {
    /// The kind as a word for a sentence.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Index => "index",
            Self::Sequence => "sequence",
            Self::Schema => "schema",
            Self::Type => "type",
            Self::Domain => "domain",
            Self::Function => "function",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Extension => "extension",
            Self::Role => "role",
            Self::Database => "database",
            Self::Other => "object",
        }
    }
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields are named like the clauses of the statement")]
pub enum Action {
    CreateTable {
        name: Name,
        columns: Vec<Column>,
        constraints: Vec<Constraint>,
        if_not_exists: bool,
        temporary: bool,
        partitioned: bool,
        /// The parent, and whether the new partition is the default one.
        partition_of: Option<(Name, bool)>,
        like: Vec<Name>,
        inherits: Vec<Name>,
    },
    AlterTable {
        table: Name,
        action: TableAction,
    },
    CreateIndex {
        name: Option<Name>,
        table: Name,
        columns: Vec<String>,
        /// The words of its condition and its expressions, if it has any.
        computed: Vec<String>,
        options: IndexOptions,
    },
    DropIndex {
        names: Vec<Name>,
        concurrently: bool,
        cascade: bool,
    },
    Reindex {
        target: ObjectKind,
        name: Option<Name>,
        concurrently: bool,
    },
    /// `CREATE` of anything else.
    Create {
        kind: ObjectKind,
        name: Name,
        or_replace: bool,
    },
    /// `CREATE VIEW` and `CREATE MATERIALIZED VIEW`, with every word of its query.
    CreateView {
        kind: ObjectKind,
        name: Name,
        or_replace: bool,
        words: Vec<String>,
    },
    CreateFunction {
        name: Name,
        or_replace: bool,
        volatile: bool,
    },
    Drop {
        kind: ObjectKind,
        names: Vec<Name>,
        cascade: bool,
    },
    Rename {
        kind: ObjectKind,
        name: Name,
        to: String,
    },
    SetSchema {
        kind: ObjectKind,
        name: Name,
        to: String,
    },
    AlterView {
        name: Name,
    },
    RenameColumn {
        kind: ObjectKind,
        name: Name,
        column: String,
        to: String,
    },
    AddEnumValue {
        name: Name,
        value: String,
    },
    RenameEnumValue {
        name: Name,
        value: String,
    },
    CreateEnum {
        name: Name,
        values: Vec<String>,
    },
    CreateDomain {
        name: Name,
        base: DataType,
        constrained: bool,
    },
    AlterDomain {
        name: Name,
        action: DomainAction,
    },
    DropAttribute {
        name: Name,
        attribute: String,
    },
    AlterSequence {
        name: Name,
    },
    /// `REVOKE … ON names`; no names for `REVOKE role FROM …` and `ON ALL TABLES …`.
    Revoke {
        names: Vec<Name>,
    },
    AlterDefaultPrivileges,
    CreatePolicy {
        table: Name,
        restrictive: bool,
    },
    AlterPolicy {
        table: Name,
    },
    CreateTrigger {
        table: Name,
        before: bool,
        name: String,
    },
    CreateRule {
        table: Name,
    },
    Truncate {
        tables: Vec<Name>,
        cascade: bool,
    },
    Update {
        table: Name,
        filtered: bool,
    },
    Delete {
        table: Name,
        filtered: bool,
    },
    Insert {
        table: Name,
    },
    Merge {
        table: Name,
    },
    Copy {
        table: Name,
    },
    /// `COPY … FROM STDIN`: the rows come from a client that sends them, which golang-migrate does not.
    CopyFromClient,
    Lock {
        tables: Vec<Name>,
        mode: String,
    },
    Vacuum {
        full: bool,
    },
    Cluster,
    Refresh {
        name: Name,
        concurrently: bool,
    },
    Begin,
    Commit,
    Rollback,
    Savepoint,
    /// `SET name = value`.
    Set {
        name: String,
        local: bool,
    },
    /// `EXECUTE` in PL/pgSQL: the text is not known before it runs.
    Dynamic,
    /// A body that could not be read: another language, or syntax that the grammar does not know.
    Unread {
        why: String,
    },
    Call,
    AlterSystem,
    /// `CREATE DATABASE` and the like, which refuse to run in a transaction.
    NotInTransaction {
        words: String,
    },
    /// What can't hurt.
    Harmless,
}

/// Options of `CREATE INDEX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named like the words of the statement")]
pub struct IndexOptions {
    pub unique: bool,
    pub concurrently: bool,
    pub only: bool,
}

/// What `ALTER DOMAIN` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "PostgreSQL's own terms")]
pub enum DomainAction {
    AddConstraint { not_valid: bool },
    SetNotNull,
    DropDefault,
    Validate,
    Widen,
}

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
