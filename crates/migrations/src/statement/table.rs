//! Tables: what `ALTER TABLE` does, columns and constraints.

use serde::{Deserialize, Serialize};

use crate::data_type::DataType;
use crate::name::Name;
use crate::position::Span;
use crate::statement::comparison::Comparison;

/// One action of `ALTER TABLE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "PostgreSQL's own terms")]
pub enum TableAction {
    AddColumn {
        column: Column,
        if_not_exists: bool,
    },
    DropColumn {
        name: String,
        cascade: bool,
    },
    AlterType {
        name: String,
        data_type: DataType,
        using: bool,
        collate: bool,
    },
    SetNotNull(String),
    DropNotNull(String),
    SetDefault {
        name: String,
        functions: Vec<Name>,
    },
    DropDefault(String),
    AddIdentity(String),
    AlterIdentity(String),
    DropIdentity(String),
    SetExpression(String),
    DropExpression(String),
    AddConstraint(Constraint),
    DropConstraint {
        name: String,
        cascade: bool,
    },
    ValidateConstraint(String),
    RenameColumn {
        name: String,
        to: String,
    },
    RenameConstraint {
        name: String,
        to: String,
    },
    RenameTo(String),
    SetSchema(String),
    SetLogged,
    SetUnlogged,
    SetTablespace,
    SetAccessMethod,
    AttachPartition {
        partition: Name,
        bounds: PartitionBounds,
    },
    DetachPartition {
        partition: Name,
        concurrently: bool,
        /// `FINALIZE`: ends what CONCURRENTLY began and did not end.
        finalize: bool,
    },
    EnableRowSecurity,
    ForceRowSecurity,
    DisableRowSecurity,
    DisableTrigger,
    EnableTrigger(String),
    Inherit(Name),
    NoInherit,
    ReplicaIdentity,
    OwnerTo,
    /// `SPLIT PARTITION` and `MERGE PARTITIONS`.
    RearrangePartitions,
    /// `ALTER CONSTRAINT name …`, with the words that stand behind the name.
    AlterConstraint {
        name: String,
        words: String,
    },
    /// `SET (…)` of storage parameters, which running statements do not notice.
    SetStorage,
    /// Statistics and the like: what neither rows nor running statements notice.
    Harmless,
    /// The same under ACCESS EXCLUSIVE, for a moment: `SET STORAGE`, another name for a trigger.
    Brief,
    /// What no rule knows.
    Unknown(String),
}

/// How a partitioned table divides its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionKey {
    /// `range`, `list` or `hash`.
    pub strategy: String,
    /// Its columns; expressions are left out.
    pub columns: Vec<String>,
}

/// Which rows a partition takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartitionBounds {
    /// Those that no other takes.
    Default,
    /// From a value, and below another: literals, or `MINVALUE` and `MAXVALUE`.
    Range {
        /// The first value of each column.
        from: Vec<String>,
        /// The value above the last one.
        to: Vec<String>,
    },
    /// Some values.
    List(Vec<String>),
    /// By a hash.
    Hash,
}

/// A column of `CREATE TABLE` or `ADD COLUMN`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named like the clauses")]
pub struct Column {
    pub name: String,
    pub data_type: DataType,
    pub not_null: bool,
    pub default: ColumnDefault,
    /// The default as it was written.
    pub default_text: String,
    /// The type as it was written.
    pub type_text: String,
    pub generated: Generated,
    /// Constraints that the column carries.
    pub constraints: Vec<Constraint>,
}

impl Column {
    /// Whether an `INSERT` that does not know the column gets a value for it.
    #[must_use]
    pub fn fills_itself(&self) -> bool {
        self.default != ColumnDefault::Absent || self.generated != Generated::No || self.data_type.is_serial()
    }
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
    /// `NOT ENFORCED`: it refuses nothing.
    pub not_enforced: bool,
    /// `NO INHERIT`: partitions and children do not get it.
    pub no_inherit: bool,
    /// What was written behind its name, without `NOT VALID`.
    pub definition: String,
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
        /// The words of the condition.
        words: Vec<String>,
        /// What it says of single columns; all of it holds.
        comparisons: Vec<Comparison>,
    },
    Unique {
        columns: Vec<String>,
        index: KeyIndex,
    },
    PrimaryKey {
        columns: Vec<String>,
        index: KeyIndex,
    },
    ForeignKey {
        columns: Vec<String>,
        table: Name,
        /// The columns of the other table, if they are written.
        referenced: Vec<String>,
        /// Whether a delete or update of the other row changes this one.
        acts: bool,
    },
    Exclusion,
    NotNull(String),
}

/// The index of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyIndex {
    /// One that is there: `USING INDEX name`.
    Existing(String),
    /// A new one.
    New {
        /// What `CREATE UNIQUE INDEX` has behind the table.
        definition: String,
        /// What the constraint has behind it: `DEFERRABLE INITIALLY DEFERRED`.
        options: String,
    },
}

impl KeyIndex {
    /// The index that is there already.
    pub(crate) fn existing(&self) -> Option<&str> {
        match self {
            Self::Existing(name) => Some(name),
            Self::New { .. } => None,
        }
    }
}
