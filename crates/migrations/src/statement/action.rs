//! What a statement does, of which `ALTER TABLE` does so much that it has a file of its own.

use serde::{Deserialize, Serialize};

use crate::data_type::DataType;
use crate::name::Name;
use crate::statement::object_kind::ObjectKind;
use crate::statement::row_filter::RowFilter;
use crate::statement::table::{Column, Constraint, PartitionKey, TableAction};

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
        unlogged: bool,
        /// How the rows of a partitioned table are divided.
        partitioned: Option<PartitionKey>,
        /// The parent, and whether the new partition is the default one.
        partition_of: Option<(Name, bool)>,
        like: Vec<Name>,
        inherits: Vec<Name>,
    },
    AlterTable {
        table: Name,
        /// `ONLY`: without its partitions and children.
        only: bool,
        action: TableAction,
    },
    CreateIndex {
        name: Option<Name>,
        table: Name,
        columns: Vec<String>,
        /// The words of its condition and its expressions, if it has any.
        computed: Vec<String>,
        /// What stands behind the table, as it was written: method, columns, `INCLUDE`, condition.
        definition: String,
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
        temporary: bool,
        /// Whether a materialized view has rows at once.
        with_data: bool,
        words: Vec<String>,
    },
    CreateFunction {
        name: Name,
        /// The words of its arguments, which tell functions of one name apart.
        arguments: String,
        or_replace: bool,
        volatile: bool,
        /// What the body does as a trigger.
        as_trigger: TriggerBody,
        /// Columns of the row that it names as a trigger.
        row_fields: Vec<String>,
        /// Columns of the row that it sets as a trigger.
        row_writes: Vec<RowWrite>,
    },
    Drop {
        kind: ObjectKind,
        names: Vec<Name>,
        cascade: bool,
    },
    /// `DROP` of what has no kind of its own: a cast, a publication, a collation.
    DropOther {
        words: String,
        cascade: bool,
    },
    /// `CREATE` of what has no kind of its own.
    CreateOther {
        words: String,
    },
    /// A statement, or an action of `ALTER`, whose effect on a running release no rule knows.
    Unknown {
        words: String,
    },
    /// Settings that new sessions of a database or role get.
    AlterSettings {
        kind: ObjectKind,
        words: String,
    },
    /// `ALTER TYPE … ADD ATTRIBUTE` and `ALTER ATTRIBUTE`.
    AlterAttribute {
        name: Name,
        attribute: String,
    },
    /// `CREATE PUBLICATION … FOR TABLE` and `ALTER PUBLICATION … ADD TABLE`; no tables where it takes all.
    Publish {
        name: Name,
        tables: Vec<Name>,
        is_new: bool,
    },
    /// `ALTER INDEX … SET TABLESPACE` and the like.
    MoveStorage,
    /// `SELECT … FOR UPDATE`.
    LockRows {
        tables: Vec<Name>,
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
        /// The names of its constraints, or those that PostgreSQL makes up for them.
        constraints: Vec<String>,
        not_null: bool,
        has_default: bool,
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
        name: String,
        /// Whether it may change or drop the row.
        before: bool,
        /// Whether it runs with neither INSERT nor UPDATE.
        only_deletes: bool,
        function: Option<Name>,
    },
    CreateRule {
        table: Name,
        /// Under which name its commands are kept.
        body: Option<Name>,
    },
    Truncate {
        tables: Vec<Name>,
        only: bool,
        cascade: bool,
    },
    Update {
        table: Name,
        filter: RowFilter,
    },
    Delete {
        table: Name,
        filter: RowFilter,
    },
    Insert {
        table: Name,
        /// Rows that are listed or limited; `None` where a query gives as many as there are.
        rows: Option<u64>,
        /// `ON CONFLICT DO UPDATE`.
        updates: bool,
    },
    Merge {
        table: Name,
        rows: Option<u64>,
    },
    /// `COPY` between a table and the server's files or programs.
    CopyOnServer {
        words: String,
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
        with_data: bool,
    },
    Begin,
    Commit,
    Rollback,
    Savepoint,
    RollbackToSavepoint,
    /// `SET name = value`; no value for `RESET` and `TO DEFAULT`.
    Set {
        name: String,
        value: Option<String>,
        local: bool,
    },
    /// `EXECUTE` in PL/pgSQL: the text is not known before it runs.
    DynamicSql,
    /// A body that could not be read: another language, or syntax that the grammar does not know.
    UnparsedBody {
        why: String,
    },
    /// A body in a language that is not read, which runs only when something calls it.
    ForeignBody {
        language: String,
    },
    AlterSystem,
    /// `CREATE DATABASE` and the like, which refuse to run in a transaction.
    NotInTransaction {
        words: String,
    },
    /// `DISCARD TEMP`.
    DiscardTemporary,
    /// What can't hurt.
    Harmless,
}

impl Action {
    /// Whether it changes a table, rather than only reading it.
    pub(crate) const fn changes_table(&self) -> bool {
        !matches!(
            self,
            Self::Harmless
                | Self::Set { .. }
                | Self::Begin
                | Self::Commit
                | Self::Savepoint
                | Self::RollbackToSavepoint
        )
    }
}

/// What the body of a function does to a write that it is a trigger of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TriggerBody {
    /// It sets fields of the row, and refuses nothing.
    Quiet,
    /// It returns null, which drops the row where it runs before the write.
    ReturnsNull,
    /// It returns the row as it was, which undoes the write where it runs before it.
    ReturnsOld,
    /// Something that a release may notice, and what that is.
    Noticed(String),
}

/// A column that a trigger sets: `NEW.column := …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowWrite {
    /// The column.
    pub column: String,
    /// The columns of the row that the value is made of.
    pub from: Vec<String>,
    /// Whether the value is the time.
    pub is_time: bool,
}

/// Options of `CREATE INDEX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named like the words of the statement")]
pub struct IndexOptions {
    pub unique: bool,
    pub concurrently: bool,
    pub only: bool,
    pub if_not_exists: bool,
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

    /// Who waits for it (PostgreSQL's manual, "Explicit Locking").
    #[must_use]
    pub const fn who_waits(self) -> &'static str {
        match self {
            Self::AccessExclusive => "reads and writes of it wait until the transaction ends",
            Self::Exclusive | Self::ShareRowExclusive | Self::Share => {
                "writes to it wait until the transaction ends; reads go on"
            }
            Self::ShareUpdateExclusive => {
                "reads and writes go on; other changes of the schema and VACUUM wait"
            }
            Self::RowExclusive | Self::RowShare => {
                "reads go on; writes to the same rows wait until the transaction ends"
            }
            Self::AccessShare => "nobody waits",
        }
    }

    /// Whether ordinary reads and writes go on beside it.
    pub(crate) const fn is_harmless(self) -> bool {
        matches!(self, Self::AccessShare | Self::RowShare | Self::RowExclusive)
    }
}

/// The name that PostgreSQL makes up for a check of a domain (`ChooseConstraintName`).
pub(crate) fn domain_check(domain: &Name, taken: &[String]) -> String {
    let first = format!("{}_check", domain.name);
    let numbered = (1..).map(|number| format!("{first}{number}"));
    std::iter::once(first.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(first)
}

/// What `ALTER DOMAIN` does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "PostgreSQL's own terms")]
pub enum DomainAction {
    AddConstraint { name: Option<String>, not_valid: bool },
    DropConstraint(String),
    SetNotNull,
    DropNotNull,
    SetDefault,
    DropDefault,
    Validate,
    Widen,
}
