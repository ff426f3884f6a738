//! What PostgreSQL refuses whatever the rows are. Each was measured on PostgreSQL 15.

use crate::finding::{Class, RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Fix, Linter, Violation};
use crate::schema::{Index, LiveColumn, LiveConstraint, Schema, Table};
use crate::statement::{
    Action, Constraint, ConstraintKind, Generated, IndexOptions, KeyIndex, ObjectKind, PartitionKey,
    TableAction,
};

/// Checks what a statement asks for. Says whether it is refused: then nothing else of it matters.
pub(super) fn check(linter: &mut Linter<'_>, span: Span, action: &Action) -> bool {
    let refusal = match action {
        Action::AlterTable { table, only, action } => {
            by_version(linter, table, action).or_else(|| alter_table(linter.schema, table, *only, action))
        }
        Action::CreateTable { name, unlogged: true, partitioned: Some(_), .. } if linter.may_be(18) => {
            Some(Refusal::partitioned(
                Subject::table(name),
                format!("makes the partitioned table `{name}` UNLOGGED, which 18 refuses"),
                "leave UNLOGGED out: what counts is how each partition was made",
            ))
        }
        Action::CreateTable { name, columns, constraints, partitioned: Some(key), .. } => {
            let of_columns = columns.iter().flat_map(|column| &column.constraints);
            let mut all = constraints.iter().chain(of_columns);
            all.find_map(|constraint| lacks_key(name, Some(key), constraint))
        }
        Action::CreateIndex { table, columns, options, .. } if options.unique => {
            let key = linter.schema.tables.get(table).and_then(|table| table.partitioned.as_ref());
            unique_lacks_key(table, key, columns)
        }
        Action::CreateIndex {
            table, options: IndexOptions { concurrently: true, only: true, .. }, ..
        } if linter.schema.is_partitioned(table) => Some(Refusal::partitioned(
            Subject::table(table),
            format!("builds an index on the partitioned table `{table}` CONCURRENTLY"),
            "leave CONCURRENTLY out: ON ONLY builds nothing",
        )),
        Action::DropIndex { names, concurrently, cascade } => {
            drop_index(linter.schema, names, *concurrently, *cascade)
        }
        Action::Refresh { name, concurrently: true, .. } => refresh(linter.schema, name),
        Action::Truncate { tables, only: true, .. } => {
            let partitioned = tables.iter().find(|table| linter.schema.is_partitioned(table));
            partitioned.map(|table| {
                Refusal::partitioned(
                    Subject::table(table),
                    format!("empties ONLY the partitioned table `{table}`, which has no rows of its own"),
                    "name the partitions",
                )
            })
        }
        _ => None,
    };
    let Some(Refusal { rule, subject, message, fix }) = refusal else { return false };
    let why = "the server refuses it: the migration fails and leaves the dirty flag";
    linter.report(span, subject, message, Violation { rule, class: Class::Invalid, why, fix });
    true
}

/// Why a statement is refused, and what to write.
struct Refusal {
    rule: RuleId,
    subject: Subject,
    message: String,
    fix: Fix,
}

impl Refusal {
    fn partitioned(subject: Subject, message: String, fix: impl Into<Fix>) -> Self {
        Self { rule: RuleId::RefusedOnPartitionedTable, subject, message, fix: fix.into() }
    }

    fn other(subject: Subject, message: String, fix: impl Into<Fix>) -> Self {
        Self { rule: RuleId::RefusedByServer, subject, message, fix: fix.into() }
    }
}

/// What a partitioned table or its partitions refuse on some versions. Measured on 15, 16, 17 and 18.
fn by_version(linter: &Linter<'_>, table: &Name, action: &TableAction) -> Option<Refusal> {
    let schema = &*linter.schema;
    let oldest = linter.server.oldest;
    let refused = |what: String, fix: &str| Some(Refusal::partitioned(Subject::table(table), what, fix));
    if let TableAction::AddIdentity(column) = action
        && let Some(parent) = schema.parent_of(table).filter(|_| linter.may_be(17))
    {
        let what =
            format!("makes `{column}` of the partition `{table}` an identity, which 17 and later refuse");
        return refused(what, &format!("change `{parent}`: its partitions follow"));
    }
    if !schema.is_partitioned(table) {
        return None;
    }
    match action {
        TableAction::SetStorage => refused(
            format!(
                "sets storage parameters of the partitioned table `{table}`, which has no rows of its own"
            ),
            "set them on each partition",
        ),
        TableAction::SetAccessMethod if oldest < 17 => refused(
            format!("sets the access method of the partitioned table `{table}`, which needs PostgreSQL 17"),
            "give the server's version with --postgres if it is newer, or set it on each partition",
        ),
        TableAction::SetLogged | TableAction::SetUnlogged if linter.may_be(18) => refused(
            format!(
                "changes whether the partitioned table `{table}` is logged: 18 refuses it, and older versions do nothing"
            ),
            "leave it out: what counts is how each partition was made",
        ),
        TableAction::AddColumn { column, .. }
            if column.generated == Generated::Identity
                && oldest < 17
                && !schema.partitions(table).is_empty() =>
        {
            refused(
                format!(
                    "adds an identity column to `{table}`, which has partitions: that needs PostgreSQL 17"
                ),
                "give the server's version with --postgres if it is newer, or make the new partitioned table beside it",
            )
        }
        _ => None,
    }
}

fn alter_table(schema: &Schema, table: &Name, only: bool, action: &TableAction) -> Option<Refusal> {
    let known = schema.tables.get(table);
    let key = known.and_then(|table| table.partitioned.as_ref());
    let subject = || Subject::table(table);
    if let Some(parent) = schema.parent_of(table).filter(|_| changes_columns(action)) {
        return Some(Refusal::partitioned(
            subject(),
            format!("changes the columns of `{table}`, which is a partition"),
            format!("change `{parent}`: its partitions follow"),
        ));
    }
    if let TableAction::DropNotNull(column) = action
        && let Some(parent) = schema.parent_of(table)
        && schema.column(parent, column).is_some_and(|column| column.not_null)
    {
        return Some(Refusal::partitioned(
            Subject::column(table, column),
            format!("allows nulls in `{column}` of a partition, while `{parent}` forbids them"),
            format!("change `{parent}`: its partitions follow"),
        ));
    }
    if let TableAction::AddConstraint(constraint) = action {
        let refused = lacks_key(table, key, constraint)
            .or_else(|| refers_to_no_key(schema, table, constraint))
            .or_else(|| {
                let is_check = matches!(constraint.kind, ConstraintKind::Check { .. });
                (key.is_some() && is_check && constraint.no_inherit).then(|| {
                    Refusal::partitioned(
                        subject(),
                        format!("adds a NO INHERIT check to the partitioned table `{table}`"),
                        "leave NO INHERIT out",
                    )
                })
            });
        if refused.is_some() {
            return refused;
        }
    }
    if let TableAction::AttachPartition { partition, .. } = action {
        return attach(schema, table, partition);
    }
    let key = key?;
    if let TableAction::DropColumn { name, .. } | TableAction::AlterType { name, .. } = action
        && key.columns.contains(name)
    {
        return Some(Refusal::partitioned(
            Subject::column(table, name),
            format!("changes `{name}`, by which `{table}` is divided"),
            "make a new partitioned table beside it, and move the rows in batches",
        ));
    }
    let is_adopted = matches!(action, TableAction::Inherit(_) | TableAction::NoInherit);
    let is_whole = only
        && !schema.partitions(table).is_empty()
        && (changes_columns(action)
            || matches!(
                action,
                TableAction::AddConstraint(Constraint {
                    kind: ConstraintKind::Check { .. } | ConstraintKind::ForeignKey { .. },
                    ..
                })
            ));
    if is_adopted || is_whole {
        let what = if is_adopted { "changes what" } else { "changes ONLY" };
        let message = if is_adopted {
            format!("{what} the partitioned table `{table}` inherits")
        } else {
            format!("{what} the partitioned table `{table}`, without its partitions")
        };
        return Some(Refusal::partitioned(
            subject(),
            message,
            "leave it out, or change table and partitions",
        ));
    }
    if let TableAction::DetachPartition { finalize: true, .. } = action {
        return Some(Refusal::partitioned(
            subject(),
            "ends a detachment that no migration left undone".to_owned(),
            "do it by hand where DETACH … CONCURRENTLY was interrupted",
        ));
    }
    None
}

const fn changes_columns(action: &TableAction) -> bool {
    matches!(
        action,
        TableAction::AddColumn { .. }
            | TableAction::DropColumn { .. }
            | TableAction::AlterType { .. }
            | TableAction::RenameColumn { .. }
    )
}

/// A key of a partitioned table must have the columns by which it is divided.
fn lacks_key(table: &Name, key: Option<&PartitionKey>, constraint: &Constraint) -> Option<Refusal> {
    match &constraint.kind {
        ConstraintKind::Unique { columns, index: KeyIndex::New { .. } }
        | ConstraintKind::PrimaryKey { columns, index: KeyIndex::New { .. } } => {
            unique_lacks_key(table, key, columns)
        }
        _ => None,
    }
}

fn unique_lacks_key(table: &Name, key: Option<&PartitionKey>, columns: &[String]) -> Option<Refusal> {
    let lacking = key?.columns.iter().find(|column| !columns.contains(column))?;
    Some(Refusal::partitioned(
        Subject::table(table),
        format!(
            "makes rows of the partitioned table `{table}` unique without `{lacking}`, by which it is divided"
        ),
        format!("add `{lacking}` to the columns; or make each partition unique by itself"),
    ))
}

/// A foreign key refers to columns that a key or a unique index of the other table has, all of them.
fn refers_to_no_key(schema: &Schema, table: &Name, constraint: &Constraint) -> Option<Refusal> {
    let ConstraintKind::ForeignKey { table: other, referenced, .. } = &constraint.kind else { return None };
    let is_known = schema.tables.get(other).is_some_and(|table| {
        !table.columns.is_empty() && referenced.iter().all(|column| table.columns.contains_key(column))
    });
    let has = |key: &Vec<String>| {
        key.len() == referenced.len() && referenced.iter().all(|column| key.contains(column))
    };
    if referenced.is_empty() || !is_known || schema.keys(other).iter().any(has) {
        return None;
    }
    let columns = referenced.join(", ");
    Some(Refusal::other(
        Subject::table(table),
        format!("refers to ({columns}) of `{other}`, which no key or unique index has"),
        format!("build a unique index on ({columns}) of `{other}` CONCURRENTLY, in a file before"),
    ))
}

/// The partition must have the columns and checks of the table, and forbid the nulls that it forbids.
fn attach(schema: &Schema, table: &Name, partition: &Name) -> Option<Refusal> {
    let (whole, part) = (schema.tables.get(table)?, schema.tables.get(partition)?);
    if let Some((column, why)) = differing_column(whole, part) {
        return Some(Refusal::partitioned(
            Subject::column(partition, column),
            format!("attaches `{partition}`, in which `{column}` {why}, to `{table}`"),
            "give the partition the same columns first",
        ));
    }
    let is_check = |live: &LiveConstraint| matches!(live.kind, ConstraintKind::Check { .. });
    let has_check = |name: &String| part.constraints.get(name).is_some_and(is_check);
    let mut checks = whole.constraints.iter().filter(|(_, live)| is_check(live)).map(|(name, _)| name);
    if let Some(check) = checks.find(|name| !has_check(name)) {
        return Some(Refusal::partitioned(
            Subject::constraint(partition, check),
            format!("attaches `{partition}`, which lacks the check `{check}` of `{table}`"),
            "add the same check under the same name to the partition first, NOT VALID, and validate it",
        ));
    }
    let mut required = whole.columns.iter().filter(|(_, column)| column.not_null).map(|(name, _)| name);
    let lacking = required.find(|name| part.columns.get(*name).is_some_and(|column| !column.not_null))?;
    Some(Refusal::partitioned(
        Subject::column(partition, lacking),
        format!("attaches `{partition}`, in which `{lacking}` may be null, to `{table}`, which forbids it"),
        "forbid nulls in the partition first, through a validated check",
    ))
}

/// A column that only one of the tables has, or that has another type in the partition.
fn differing_column<'a>(whole: &'a Table, part: &'a Table) -> Option<(&'a str, &'static str)> {
    // Of a table that no migration made, some columns may be unknown.
    if whole.columns.is_empty() || part.columns.is_empty() {
        return None;
    }
    let is_plain = |column: &LiveColumn| !column.data_type.is_serial();
    let mut differing: Vec<(&str, &'static str)> = Vec::new();
    for (name, column) in &whole.columns {
        match part.columns.get(name) {
            None => differing.push((name, "is missing")),
            Some(own) if is_plain(own) && is_plain(column) && own.data_type != column.data_type => {
                differing.push((name, "has another type"));
            }
            Some(_) => {}
        }
    }
    let more = part.columns.keys().filter(|name| !whole.columns.contains_key(*name));
    differing.extend(more.map(|name| (name.as_str(), "is one more")));
    differing.into_iter().min()
}

fn drop_index(schema: &Schema, names: &[Name], concurrently: bool, cascade: bool) -> Option<Refusal> {
    let subject = || Subject::first_of(ObjectKind::Index, names);
    if concurrently && names.len() > 1 {
        let files = names.iter().map(|name| format!("DROP INDEX CONCURRENTLY {};", name.as_sql()));
        let message = "drops several indexes CONCURRENTLY at once".to_owned();
        return Some(Refusal::other(subject(), message, Fix::files(files.collect())));
    }
    if concurrently && cascade {
        let message = "drops an index CONCURRENTLY with CASCADE".to_owned();
        return Some(Refusal::other(
            subject(),
            message,
            "leave CASCADE out: nothing may depend on the index",
        ));
    }
    names.iter().filter(|name| !schema.indexes.contains_key(name)).find_map(|name| {
        if let Some(table) = table_of_key(schema, name) {
            let fix = format!(
                "ALTER TABLE {} DROP CONSTRAINT …, which is a CONTRACT",
                table.as_sql()
            );
            return Some(Refusal::other(
                Subject::object(ObjectKind::Index, name),
                format!("drops the index `{name}`, which a constraint of `{table}` needs"),
                fix,
            ));
        }
        let (partition, index) = index_of_whole(schema, name)?;
        Some(Refusal::partitioned(
            Subject::object(ObjectKind::Index, name),
            format!("drops the index `{name}` of `{partition}`, which the index `{index}` of the whole table needs"),
            format!("drop `{index}`: its parts go with it"),
        ))
    })
}

/// The table whose key has this index.
pub(super) fn table_of_key<'a>(schema: &'a Schema, index: &Name) -> Option<&'a Name> {
    let is_key = |kind: &ConstraintKind| {
        matches!(kind, ConstraintKind::Unique { .. } | ConstraintKind::PrimaryKey { .. })
    };
    let (table, _) = schema.tables.iter().find(|(table, live)| {
        table.schema == index.schema
            && live.constraints.get(&index.name).is_some_and(|live| is_key(&live.kind))
    })?;
    Some(table)
}

/// The partition and the index of the whole table to which an index belongs that PostgreSQL made and named.
fn index_of_whole<'a>(schema: &'a Schema, name: &Name) -> Option<(&'a Name, &'a Name)> {
    let made = |partition: &Name, index: &Index| {
        *name == partition.renamed(&format!("{}_{}_idx", partition.name, index.columns.join("_")))
    };
    schema.indexes.iter().find_map(|(whole, index)| {
        let mut partitions = schema.partitions(&index.table).iter().map(|(partition, _)| partition);
        Some((partitions.find(|partition| made(partition, index))?, whole))
    })
}

/// `REFRESH … CONCURRENTLY` compares rows by a unique index without a condition, and needs rows to begin with.
fn refresh(schema: &Schema, name: &Name) -> Option<Refusal> {
    let view = schema.views.get(name)?;
    let subject = Subject::object(ObjectKind::MaterializedView, name);
    let mut unique = schema.indexes.values().filter(|index| index.table == *name && index.unique);
    if !unique.any(|index| index.computed.is_empty()) {
        return Some(Refusal::other(
            subject,
            format!(
                "refreshes `{name}` CONCURRENTLY, which has no unique index on columns and without a condition"
            ),
            "build a unique index on columns of the view CONCURRENTLY, in a file before",
        ));
    }
    (!view.is_filled).then(|| {
        Refusal::other(
            subject,
            format!("refreshes `{name}` CONCURRENTLY, which has no rows yet"),
            "refresh it once without CONCURRENTLY, in a file before, while no release reads it",
        )
    })
}
