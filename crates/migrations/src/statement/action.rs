//! What a statement does, of which `ALTER TABLE` does so much that it has a file of its own.

use serde::{Deserialize, Serialize};

use crate::data_type::DataType;
use crate::name::Name;
use crate::statement::object_kind::ObjectKind;
use crate::statement::table::{Column, Constraint, TableAction};

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
        mode: LockMode,
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
    DynamicSql,
    /// A body that could not be read: another language, or syntax that the grammar does not know.
    UnparsedBody {
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

impl Action {
    /// Whether it changes a table, rather than only reading it.
    pub(crate) const fn changes_table(&self) -> bool {
        !matches!(self, Self::Harmless | Self::Set { .. } | Self::Begin | Self::Commit | Self::Savepoint)
    }
}

/// Options of `CREATE INDEX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named like the words of the statement")]
pub struct IndexOptions {
    pub unique: bool,
    pub concurrently: bool,
    pub only: bool,
}

/// The mode of `LOCK TABLE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "PostgreSQL's own terms")]
pub enum LockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

impl LockMode {
    /// All modes, from the weakest.
    pub(crate) const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// The mode as SQL writes it.
    #[must_use]
    pub const fn as_sql(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Whether ordinary reads and writes go on beside it.
    pub(crate) const fn is_harmless(self) -> bool {
        matches!(self, Self::AccessShare | Self::RowShare | Self::RowExclusive)
    }
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
