//! Constraints: adding, validating and dropping them.

use crate::finding::{Class, RuleId, Subject};
use crate::identifier::{cut, quoted};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Fix, Linter, Violation, contract_because, review_because, unsafe_because};
use crate::rules::lock;
use crate::statement::{Column, Constraint, ConstraintKind, KeyIndex, TableAction};

const SCAN: &str =
    "PostgreSQL reads the whole table under ACCESS EXCLUSIVE: reads and writes wait until it is done";
const SCAN_BOTH: &str = "PostgreSQL reads the whole table under SHARE ROW EXCLUSIVE on both tables: writes to either wait until it is done";
const BUILD: &str =
    "PostgreSQL builds the index under ACCESS EXCLUSIVE: reads and writes wait until it is done";

/// Checks `ADD CONSTRAINT`.
pub(super) fn add(linter: &mut Linter<'_>, span: Span, table: &Name, constraint: &Constraint) {
    // What is not enforced refuses nothing and reads nothing.
    if !linter.schema.is_live(table) || constraint.not_enforced {
        return;
    }
    let name = linter.schema.constraint_name(table, constraint);
    let is_partitioned = linter.schema.is_partitioned(table);
    match &constraint.kind {
        ConstraintKind::ForeignKey { .. } if is_partitioned && constraint.not_valid && linter.server.oldest < 18 => {
            refused(linter, span, table, &name, "adds a NOT VALID foreign key to", "18", foreign_key_in_parts(linter, table, &name, constraint));
        }
        ConstraintKind::ForeignKey { columns, table: other, .. } if !constraint.not_valid => {
            if is_partitioned && partitions_have(linter, table, columns, other) {
                return;
            }
            let in_parts = is_partitioned && linter.server.oldest < 18;
            let fix = if in_parts {
                foreign_key_in_parts(linter, table, &name, constraint)
            } else {
                two_steps(table, &name, &constraint.definition)
            };
            linter.report(
                span, Subject::constraint(table, &name),
                format!("adds a foreign key to `{other}` and checks every row"),
                unsafe_because(RuleId::AddingForeignKeyConstraint, SCAN_BOTH, fix),
            );
        }
        ConstraintKind::Check { .. } if !constraint.not_valid => linter.report(
            span, Subject::constraint(table, &name),
            "adds a check and applies it to every row",
            unsafe_because(RuleId::ConstraintMissingNotValid, SCAN, two_steps(table, &name, &constraint.definition)),
        ),
        ConstraintKind::NotNull(column) if !constraint.not_valid => {
            if !linter.schema.is_proven_not_null(table, column) {
                linter.report(
                    span, Subject::column(table, column),
                    format!("forbids nulls in `{column}`"),
                    unsafe_because(RuleId::AddingNotNullableField, SCAN, two_steps(table, &name, &constraint.definition)),
                );
            }
        }
        ConstraintKind::Unique { index, .. } | ConstraintKind::PrimaryKey { index, .. }
            if index.existing().is_some() && is_partitioned =>
        {
            let fix = "a unique index in parts, each built CONCURRENTLY on its partition and attached; it does the same";
            refused(linter, span, table, &name, "makes a constraint of an index of", "", fix.into());
        }
        ConstraintKind::Unique { columns, index } => {
            unique(linter, span, table, &Key { name: &name, columns, index, is_primary: false });
        }
        ConstraintKind::PrimaryKey { columns, index } => {
            unique(linter, span, table, &Key { name: &name, columns, index, is_primary: true });
        }
        ConstraintKind::Exclusion if is_partitioned && linter.server.oldest < 17 => {
            refused(linter, span, table, &name, "adds an exclusion constraint to", "17", "put it on each partition".into());
        }
        ConstraintKind::Exclusion => linter.report(
            span, Subject::constraint(table, &name),
            "adds an exclusion constraint to a table that exists",
            unsafe_because(
                RuleId::AddingExclusionConstraint,
                BUILD,
                "there is no way to build it beside the running release: put it on a new table, or add it while nobody writes",
            ),
        ),
        _ => narrows(linter, span, table, constraint),
    }
}

/// A constraint in two files: new rows first, then those that are there, which are read under a lock that lets writes
/// go on.
fn two_steps(table: &Name, name: &str, definition: &str) -> Fix {
    let (table, name) = (table.as_sql(), quoted(name));
    Fix::files(vec![
        format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID;"),
        format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};"),
    ])
}

/// A foreign key of a partitioned table, partition by partition: the last file finds theirs and reads nothing.
fn foreign_key_in_parts(linter: &Linter<'_>, table: &Name, name: &str, constraint: &Constraint) -> Fix {
    let (shown, quoted_name, definition) = (table.as_sql(), quoted(name), &constraint.definition);
    let mut files = Vec::new();
    for (partition, _) in linter.schema.partitions(table) {
        let partition = partition.as_sql();
        files.push(format!("ALTER TABLE {partition} ADD CONSTRAINT {quoted_name} {definition} NOT VALID;"));
        files.push(format!("ALTER TABLE {partition} VALIDATE CONSTRAINT {quoted_name};"));
    }
    files.push(format!("ALTER TABLE {shown} ADD CONSTRAINT {quoted_name} {definition};"));
    Fix::files(files)
}

/// Whether every partition has a foreign key already that was validated.
fn partitions_have(linter: &Linter<'_>, table: &Name, columns: &[String], other: &Name) -> bool {
    let partitions = linter.schema.partitions(table);
    let has = |partition: &Name| {
        linter.schema.constraints_of(partition).filter(|live| live.validated).any(|live| {
            matches!(&live.kind, ConstraintKind::ForeignKey { columns: own, table, .. } if own == columns && table == other)
        })
    };
    !partitions.is_empty() && partitions.iter().all(|(partition, _)| has(partition))
}

/// What PostgreSQL refuses of a partitioned table.
fn refused(linter: &mut Linter<'_>, span: Span, table: &Name, name: &str, what: &str, since: &str, fix: Fix) {
    let from = if since.is_empty() { String::new() } else { format!("; PostgreSQL {since} takes it") };
    linter.report(
        span,
        Subject::constraint(table, name),
        format!("{what} the partitioned table `{table}`{from}"),
        Violation {
            rule: RuleId::RefusedOnPartitionedTable,
            class: Class::Invalid,
            why: "the server refuses it: the migration fails and leaves the dirty flag",
            fix,
        },
    );
}

/// A constraint that PostgreSQL keeps with an index.
struct Key<'a> {
    name: &'a str,
    columns: &'a [String],
    /// The index that becomes the constraint's.
    index: &'a KeyIndex,
    is_primary: bool,
}

fn unique(linter: &mut Linter<'_>, span: Span, table: &Name, key: &Key<'_>) {
    let name = key.name;
    if let Some(index) = key.index.existing() {
        let of_index = linter.schema.indexes.get(&table.renamed(index)).map(|index| index.columns.clone());
        let columns = of_index.as_deref().unwrap_or(key.columns);
        // The index has the rule already; a primary key also makes its columns NOT NULL, which reads the table.
        if key.is_primary && columns.iter().any(|column| !linter.schema.is_proven_not_null(table, column)) {
            linter.report(
                span,
                Subject::constraint(table, name),
                "makes a primary key of columns that may hold nulls",
                unsafe_because(
                    RuleId::AddingPrimaryKeyConstraint,
                    SCAN,
                    "make the columns NOT NULL first, through a validated check",
                ),
            );
        }
        return;
    }
    let (rule, what) = if key.is_primary {
        (RuleId::AddingPrimaryKeyConstraint, "PRIMARY KEY")
    } else {
        (RuleId::DisallowedUniqueConstraint, "UNIQUE")
    };
    let fix = if linter.schema.is_partitioned(table) {
        Fix::from(
            "a unique index ON ONLY the table, one CONCURRENTLY on each partition, and ALTER INDEX … ATTACH PARTITION: it does the same",
        )
    } else {
        index_first(linter, table, key, what)
    };
    linter.report(
        span,
        Subject::constraint(table, name),
        format!("builds the index of a {what} constraint in place"),
        unsafe_because(rule, BUILD, fix),
    );
}

/// The index CONCURRENTLY, and then the constraint over it. What a primary key needs of its columns comes first.
fn index_first(linter: &Linter<'_>, table: &Name, key: &Key<'_>, what: &str) -> Fix {
    let (shown, name) = (table.as_sql(), quoted(key.name));
    let mut files = Vec::new();
    if key.is_primary {
        for column in key.columns.iter().filter(|column| !linter.schema.is_proven_not_null(table, column)) {
            files.extend(not_null_files(table, column));
        }
    }
    if let KeyIndex::New { definition, options } = key.index {
        let options = if options.is_empty() { String::new() } else { format!(" {options}") };
        files.push(format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {shown} {definition};"));
        files.push(format!("ALTER TABLE {shown} ADD CONSTRAINT {name} {what} USING INDEX {name}{options};"));
    }
    Fix::files(files)
}

/// `SET NOT NULL` behind a check that was validated, so that no row is read under the lock.
pub(super) fn not_null_files(table: &Name, column: &str) -> Vec<String> {
    let check = quoted(&cut(&format!("{}_{column}_proof", table.name)));
    let (table, column) = (table.as_sql(), quoted(column));
    vec![
        format!("ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID;"),
        format!("ALTER TABLE {table} VALIDATE CONSTRAINT {check};"),
        format!(
            "ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\nALTER TABLE {table} DROP CONSTRAINT {check};"
        ),
    ]
}

/// A constraint over columns that old code writes forbids some of what it writes.
fn narrows(linter: &mut Linter<'_>, span: Span, table: &Name, constraint: &Constraint) {
    let columns: Vec<String> = match &constraint.kind {
        ConstraintKind::ForeignKey { columns, .. } => columns.clone(),
        ConstraintKind::NotNull(column) => vec![column.clone()],
        ConstraintKind::Check { columns, .. } => {
            let known = linter.schema.tables.get(table);
            let is_column = |name: &&String| known.is_none_or(|table| table.columns.contains_key(*name));
            columns.iter().filter(is_column).cloned().collect()
        }
        _ => return,
    };
    let is_new = |column: &String| !linter.schema.is_live_column(table, column);
    if !columns.is_empty() && columns.iter().all(is_new) {
        return demands_new(linter, span, table, constraint, &columns);
    }
    let name = linter.schema.constraint_name(table, constraint);
    linter.report(
        span, Subject::constraint(table, &name),
        format!("new rows of `{table}` must fulfil a new constraint"),
        contract_because(
            RuleId::NarrowingConstraint,
            "a running release that writes other values fails from this moment on; rows that are there are not looked at",
            "make sure that every release that runs writes only what the constraint allows, and have that approved",
        ),
    );
}

/// A constraint over new columns only: the old release, which does not know them, leaves them out.
fn demands_new(
    linter: &mut Linter<'_>,
    span: Span,
    table: &Name,
    constraint: &Constraint,
    columns: &[String],
) {
    let created = &linter.schema.created.columns;
    let stays_null = |column: &&String| {
        created.get(&(table.clone(), (*column).clone())).is_some_and(|column| !column.fills_itself)
    };
    let asks_for_nulls = match &constraint.kind {
        ConstraintKind::NotNull(_) => true,
        ConstraintKind::Check { words, .. } => {
            words.iter().any(|word| matches!(word.as_str(), "is" | "coalesce"))
        }
        _ => false,
    };
    // A check is fulfilled where it is null itself; one that asks for nulls is not.
    let demanded = match &constraint.kind {
        ConstraintKind::NotNull(column) => Some(column).filter(stays_null),
        ConstraintKind::Check { .. } if asks_for_nulls => columns.iter().find(stays_null),
        _ => None,
    };
    let Some(column) = demanded.cloned() else {
        // A default that goes later in the file leaves the demand.
        for column in columns.iter().filter(|_| asks_for_nulls) {
            let key = (table.clone(), column.clone());
            if let Some(column) = linter.schema.created.columns.get_mut(&key) {
                column.is_demanded = true;
            }
        }
        return;
    };
    linter.report(
        span,
        Subject::column(table, &column),
        format!("demands a value of the new column `{column}`, which has no default"),
        unsafe_because(
            RuleId::AddingRequiredField,
            "every INSERT of the old release, which does not know the column, may fail from this moment on",
            "deploy a release that writes the column first, and demand a value when no older release runs",
        ),
    );
}

/// Checks a constraint that is written at a new column.
pub(super) fn add_with_column(
    linter: &mut Linter<'_>,
    span: Span,
    table: &Name,
    column: &Column,
    constraint: &Constraint,
) {
    let fills = column.fills_itself();
    let mut constraint = constraint.clone();
    // A check of the column alone is named after it, which the schema does not have yet.
    if let (None, ConstraintKind::Check { columns, .. }) = (&constraint.name, &constraint.kind) {
        let is_other = |name: &String| linter.schema.column(table, name).is_some() && *name != column.name;
        if columns.contains(&column.name) && !columns.iter().any(is_other) {
            constraint.name = Some(cut(&format!("{}_{}_check", table.name, column.name)));
        }
    }
    match &constraint.kind {
        // Without a default every row has null there, which PostgreSQL knows to fulfil a foreign key.
        ConstraintKind::ForeignKey { .. } if !fills => {}
        ConstraintKind::ForeignKey { .. }
        | ConstraintKind::Check { .. }
        | ConstraintKind::Unique { .. }
        | ConstraintKind::PrimaryKey { .. }
        | ConstraintKind::Exclusion => add(linter, span, table, &constraint),
        ConstraintKind::NotNull(_) => {}
    }
}

/// Checks `VALIDATE CONSTRAINT` and `DROP CONSTRAINT`.
pub(super) fn change(linter: &mut Linter<'_>, span: Span, table: &Name, action: &TableAction) {
    if !linter.schema.is_live(table) {
        return;
    }
    match action {
        TableAction::ValidateConstraint(name)
            if !linter.schema.created.unvalidated.contains(&(table.clone(), name.clone())) =>
        {
            lock::report_behind(linter, span, table, &format!("validates `{name}`"));
        }
        TableAction::ValidateConstraint(name)
            if linter.schema.created.unvalidated.contains(&(table.clone(), name.clone())) =>
        {
            linter.report(
                    span, Subject::constraint(table, name),
                    format!("validates `{name}` in the transaction that added it"),
                    unsafe_because(
                        RuleId::ConstraintValidatedInSameTransaction,
                        "the lock of ADD CONSTRAINT is held while VALIDATE reads the whole table: writes wait, as if NOT VALID had not been written",
                        validated_alone(linter, table, name),
                    ),
                );
        }
        TableAction::DropConstraint { name, .. } => {
            let live = linter.schema.constraint(table, name);
            // A foreign key that deletes or empties rows does more than refuse.
            let widens = live.is_some_and(|live| {
                matches!(
                    live.kind,
                    ConstraintKind::Check { .. }
                        | ConstraintKind::ForeignKey { acts: false, .. }
                        | ConstraintKind::NotNull(_)
                )
            });
            let is_fresh = linter.schema.created.unvalidated.contains(&(table.clone(), name.clone()));
            if !widens && !is_fresh {
                linter.report(
                    span, Subject::constraint(table, name),
                    format!("drops the constraint `{name}`"),
                    contract_because(
                        RuleId::BanDropConstraint,
                        "`INSERT … ON CONFLICT` of a running release fails without the unique constraint that it names, and foreign keys to it are in the way",
                        "release code that does not rely on it first",
                    ),
                );
            }
        }
        TableAction::AlterConstraint { name, words } => alter(linter, span, table, name, words),
        _ => {}
    }
}

/// Checks `ALTER CONSTRAINT`.
fn alter(linter: &mut Linter<'_>, span: Span, table: &Name, name: &str, words: &str) {
    let subject = Subject::constraint(table, name);
    if words.contains("enforced") && !words.contains("not enforced") {
        linter.report(
            span,
            subject,
            format!("enforces `{name}` and checks every row"),
            unsafe_because(
                RuleId::AddingForeignKeyConstraint,
                SCAN_BOTH,
                "drop it, add it NOT VALID, and validate it in a file of its own",
            ),
        );
        return;
    }
    // When it is checked, but not what.
    if ["deferrable", "initially", "not deferrable"].iter().any(|start| words.starts_with(start)) {
        return;
    }
    linter.report(
        span,
        subject,
        format!("changes how `{name}` works: {words}"),
        review_because(
            RuleId::ChangingConstraint,
            "when a running release is refused, or whether it is, changes at once",
            "show that every release that runs gets on with both",
        ),
    );
}

/// The constraint and its validation, each in a file of its own.
fn validated_alone(linter: &Linter<'_>, table: &Name, name: &str) -> Fix {
    match linter.schema.constraint(table, name) {
        Some(live) if !live.definition.is_empty() => two_steps(table, name, &live.definition),
        _ => Fix::from("put VALIDATE CONSTRAINT into a file of its own"),
    }
}
