//! Every rule by its name: the closed list that decisions hang on. A new rule is a line here, its code in `rules/` and a
//! case in `tests/corpus`.

use std::fmt;

use serde::{Deserialize, Serialize};

// One list instead of three (the type, the names, all rules) that can go apart.
macro_rules! rule_ids {
    ($($id:ident = $name:literal,)*) => {
        /// The name of a rule. Names are those of the field (squawk, strong_migrations, Atlas) where it has one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum RuleId {
            $(#[doc = concat!("`", $name, "`")] #[serde(rename = $name)] $id,)*
        }

        impl RuleId {
            /// All rules, by name.
            pub const ALL: &[Self] = &[$(Self::$id,)*];

            /// The name, as reports and `waivers.toml` have it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$id => $name,)*
                }
            }
        }
    };
}

rule_ids! {
    AddingExclusionConstraint = "adding-exclusion-constraint",
    AddingFieldWithDefault = "adding-field-with-default",
    AddingForeignKeyConstraint = "adding-foreign-key-constraint",
    AddingGeneratedField = "adding-generated-field",
    AddingIdentityField = "adding-identity-field",
    AddingNotNullableField = "adding-not-nullable-field",
    AddingPrimaryKeyConstraint = "adding-primary-key-constraint",
    AddingRequiredField = "adding-required-field",
    AddingSerialField = "adding-serial-field",
    AlterSystem = "alter-system",
    AlteringSequence = "altering-sequence",
    AttachingPartition = "attaching-partition",
    BadFileName = "bad-file-name",
    BanAlterDomainWithAddConstraint = "ban-alter-domain-with-add-constraint",
    BanAlterIdentity = "ban-alter-identity",
    BanCascade = "ban-cascade",
    BanConcurrentIndexCreationInTransaction = "ban-concurrent-index-creation-in-transaction",
    BanDetach = "ban-detach",
    BanDisableTrigger = "ban-disable-trigger",
    BanDropColumn = "ban-drop-column",
    BanDropConstraint = "ban-drop-constraint",
    BanDropDatabase = "ban-drop-database",
    BanDropDefault = "ban-drop-default",
    BanDropDomain = "ban-drop-domain",
    BanDropExtension = "ban-drop-extension",
    BanDropFunction = "ban-drop-function",
    BanDropGenerated = "ban-drop-generated",
    BanDropIndex = "ban-drop-index",
    BanDropNotNull = "ban-drop-not-null",
    BanDropObject = "ban-drop-object",
    BanDropPolicy = "ban-drop-policy",
    BanDropRole = "ban-drop-role",
    BanDropRule = "ban-drop-rule",
    BanDropSchema = "ban-drop-schema",
    BanDropSequence = "ban-drop-sequence",
    BanDropTable = "ban-drop-table",
    BanDropTrigger = "ban-drop-trigger",
    BanDropType = "ban-drop-type",
    BanDropView = "ban-drop-view",
    BanInTransaction = "ban-in-transaction",
    BanRevoke = "ban-revoke",
    BanTruncate = "ban-truncate",
    ByteOrderMark = "byte-order-mark",
    ChangingColumnType = "changing-column-type",
    ChangingGeneratedExpression = "changing-generated-expression",
    ChangingReplicaIdentity = "changing-replica-identity",
    Cluster = "cluster",
    ChangingCompositeType = "changing-composite-type",
    ChangingConstraint = "changing-constraint",
    ChangingPublication = "changing-publication",
    ChangingSettings = "changing-settings",
    ColumnUsedByView = "column-used-by-view",
    ConcurrentIndexOnPartitionedTable = "concurrent-index-on-partitioned-table",
    ConstraintMissingNotValid = "constraint-missing-not-valid",
    ConstraintValidatedInSameTransaction = "constraint-validated-in-same-transaction",
    ContractWait = "contract-wait",
    CopyFromStdin = "copy-from-stdin",
    CoreTable = "core-table",
    CreatingRule = "creating-rule",
    CreatingTrigger = "creating-trigger",
    DefaultOfUnknownVolatility = "default-of-unknown-volatility",
    DisablingRowLevelSecurity = "disabling-row-level-security",
    DisallowedUniqueConstraint = "disallowed-unique-constraint",
    DirtyDatabase = "dirty-database",
    DuplicateVersion = "duplicate-version",
    DynamicSql = "dynamic-sql",
    EditedAfterDeployment = "edited-after-deployment",
    EnumValueUsedInTransaction = "enum-value-used-in-transaction",
    ExpandAndContract = "expand-and-contract",
    FileMissing = "file-missing",
    ForeignTable = "foreign-table",
    FunctionWithSideEffects = "function-with-side-effects",
    IdentifierTooLong = "identifier-too-long",
    LockTable = "lock-table",
    LockingRows = "locking-rows",
    MissingDownFile = "missing-down-file",
    NarrowingConstraint = "narrowing-constraint",
    NeedsNewerPostgres = "needs-newer-postgres",
    NoMigrations = "no-migrations",
    NotUtf8 = "not-utf-8",
    PreferJsonb = "prefer-jsonb",
    PsqlMetaCommand = "psql-meta-command",
    RefusedByServer = "refused-by-server",
    RefusedOnPartitionedTable = "refused-on-partitioned-table",
    RenamingColumn = "renaming-column",
    RenamingObject = "renaming-object",
    RenamingTable = "renaming-table",
    ReplacingFunction = "replacing-function",
    ReplacingView = "replacing-view",
    RequireConcurrentIndexCreation = "require-concurrent-index-creation",
    RequireConcurrentIndexDeletion = "require-concurrent-index-deletion",
    RequireConcurrentPartitionDetach = "require-concurrent-partition-detach",
    RequireConcurrentRefresh = "require-concurrent-refresh",
    RequireConcurrentReindex = "require-concurrent-reindex",
    RequireLockTimeout = "require-lock-timeout",
    RewritingTable = "rewriting-table",
    RowLevelSecurity = "row-level-security",
    SchemaChangeInFunction = "schema-change-in-function",
    SharedTable = "shared-table",
    SyntaxError = "syntax-error",
    TransactionNesting = "transaction-nesting",
    UnboundedWrite = "unbounded-write",
    UnownedTable = "unowned-table",
    UnknownFunction = "unknown-function",
    UnknownStatement = "unknown-statement",
    Unparsable = "unparsable",
    UnreadBody = "unread-body",
    VacuumFull = "vacuum-full",
    VersionBelowDeployed = "version-below-deployed",
    WholeTableWrite = "whole-table-write",
    WriteBehindLock = "write-behind-lock",
    ZeroByte = "zero-byte",
}

impl RuleId {
    /// The rule of a name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.as_str() == name)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
