//! Locks that make the statements of a running release wait, and what is done while one is held.

use crate::finding::{RuleId, Subject, TableLock};
use crate::name::Name;
use crate::rules::linter::{Linter, advice_because, unsafe_because};
use crate::schema::Schema;
use crate::statement::{
    Action, Constraint, ConstraintKind, Effect, LockMode, ObjectKind, Statement, TableAction,
};

const BEHIND: &str = "the lock of an earlier statement is held until the whole file is done: reads or writes of its table wait while this statement works through the rows";

/// Takes note of a limit on the wait for locks, and gives advice where there is none.
pub(super) fn advise(linter: &mut Linter<'_>, statement: &Statement) {
    for effect in &statement.effects {
        linter.timeouts.follow(&effect.action);
    }
    if linter.timeouts.limit_waiting() || linter.was_advised {
        return;
    }
    let mut waiting =
        statement.effects.iter().filter_map(|effect| Some((waits(linter.schema, &effect.action)?, effect)));
    let Some((table, effect)) = waiting.next() else { return };
    linter.was_advised = true;
    linter.lock = taken(linter.schema, &effect.action);
    linter.report(
        statement.span, Subject::table(&table),
        "takes a lock without a limit on how long it waits for it",
        advice_because(
            RuleId::RequireLockTimeout,
            "while it waits behind a long query, every later query of the table waits behind it",
            "SET lock_timeout = '2s';\n-- or for every migration: `options=-c%20lock_timeout=2s` in the URL that the runner connects with",
        ),
    );
    linter.lock = None;
}

/// The limits on how long a statement waits for a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timeouts {
    now: Limits,
    /// What was in force at each savepoint.
    saved: Vec<Limits>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Limits {
    /// `lock_timeout`.
    lock: Limit,
    /// `statement_timeout`, which counts the time of waiting too.
    statement: Limit,
}

/// Until when a limit is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Limit {
    #[default]
    Absent,
    /// Until the transaction ends.
    Local,
    Session,
}

impl Timeouts {
    /// Whether a wait for a lock ends by itself.
    pub(super) fn limit_waiting(&self) -> bool {
        self.now.lock != Limit::Absent || self.now.statement != Limit::Absent
    }

    fn follow(&mut self, action: &Action) {
        match action {
            Action::Set { name, value, local } => {
                let limit = match value.as_deref() {
                    Some(value) if !is_zero(value) && *local => Limit::Local,
                    Some(value) if !is_zero(value) => Limit::Session,
                    _ => Limit::Absent,
                };
                match name.as_str() {
                    "lock_timeout" => self.now.lock = limit,
                    "statement_timeout" => self.now.statement = limit,
                    "all" => self.now = Limits::default(),
                    _ => {}
                }
            }
            Action::Savepoint => self.saved.push(self.now),
            Action::RollbackToSavepoint => self.now = self.saved.last().copied().unwrap_or(self.now),
            Action::Commit | Action::Rollback => {
                for limit in [&mut self.now.lock, &mut self.now.statement] {
                    if *limit == Limit::Local {
                        *limit = Limit::Absent;
                    }
                }
            }
            Action::NotInTransaction { words } if words == "DISCARD ALL" => self.now = Limits::default(),
            _ => {}
        }
    }

    /// Takes note that a statement ended which was a transaction of its own.
    pub(super) fn end_transaction(&mut self) {
        self.follow(&Action::Commit);
    }
}

/// `0`, `'0'`, `0.0`, `'0ms'`: no limit.
fn is_zero(value: &str) -> bool {
    let digits = value.trim_matches(|character: char| !character.is_ascii_digit());
    digits.chars().all(|digit| matches!(digit, '0' | '.'))
}

/// The live table on which a statement waits for a lock that others wait behind.
fn waits(schema: &Schema, action: &Action) -> Option<Name> {
    let index = |name: &Name| schema.indexes.get(name).map(|index| index.table.clone());
    let table = match action {
        Action::DropIndex { names, concurrently: false, .. } => names.iter().find_map(index)?,
        Action::CreateIndex { table, options, .. } if !options.concurrently => table.clone(),
        Action::CreateView { name, or_replace: true, .. } if schema.views.contains_key(name) => name.clone(),
        Action::AlterView { name } => name.clone(),
        Action::Refresh { name, .. } => name.clone(),
        Action::Drop { kind: ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule, names, .. } => {
            names.last()?.clone()
        }
        Action::Drop {
            kind: ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView,
            names,
            ..
        }
        | Action::Truncate { tables: names, .. } => names.iter().find(|name| schema.is_live(name))?.clone(),
        other => strong_lock(schema, other)?,
    };
    schema.is_live(&table).then_some(table)
}

/// The lock that an action takes on a live table. `tests/measured.rs` holds it against the server's.
pub(super) fn taken(schema: &Schema, action: &Action) -> Option<TableLock> {
    use LockMode as Mode;
    let index = |name: &Name| schema.indexes.get(name).map(|index| index.table.clone());
    let first_live = |names: &[Name]| names.iter().find(|name| schema.is_live(name)).cloned();
    let (mode, table) = match action {
        Action::AlterTable { table, action, .. } => match action {
            TableAction::Unknown(_) => return None,
            TableAction::AttachPartition { partition, .. } => (Mode::AccessExclusive, partition.clone()),
            TableAction::ValidateConstraint(_)
            | TableAction::Harmless
            | TableAction::SetStorage
            | TableAction::DetachPartition { concurrently: true, .. } => {
                (Mode::ShareUpdateExclusive, table.clone())
            }
            TableAction::AddConstraint(Constraint { kind: ConstraintKind::ForeignKey { .. }, .. })
            | TableAction::EnableTrigger(_)
            | TableAction::DisableTrigger => (Mode::ShareRowExclusive, table.clone()),
            _ => (Mode::AccessExclusive, table.clone()),
        },
        Action::CreateIndex { table, options, .. } if options.concurrently => {
            (Mode::ShareUpdateExclusive, table.clone())
        }
        Action::CreateIndex { table, .. } => (Mode::Share, table.clone()),
        Action::DropIndex { names, concurrently, .. } => {
            let mode = if *concurrently { Mode::ShareUpdateExclusive } else { Mode::AccessExclusive };
            (mode, names.iter().find_map(index)?)
        }
        Action::CreateTrigger { table, .. } => (Mode::ShareRowExclusive, table.clone()),
        Action::CreatePolicy { table, .. }
        | Action::AlterPolicy { table }
        | Action::CreateRule { table, .. } => (Mode::AccessExclusive, table.clone()),
        Action::Drop { kind: ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule, names, .. } => {
            (Mode::AccessExclusive, names.last()?.clone())
        }
        Action::Drop {
            kind: ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView,
            names,
            ..
        }
        | Action::Truncate { tables: names, .. } => (Mode::AccessExclusive, first_live(names)?),
        Action::Lock { tables, mode } => (*mode, first_live(tables)?),
        Action::Refresh { name, concurrently, .. } => {
            (if *concurrently { Mode::Exclusive } else { Mode::AccessExclusive }, name.clone())
        }
        Action::Update { table, .. }
        | Action::Delete { table, .. }
        | Action::Insert { table, .. }
        | Action::Merge { table, .. } => (Mode::RowExclusive, table.clone()),
        Action::LockRows { tables } => (Mode::RowShare, first_live(tables)?),
        _ => return None,
    };
    schema.is_live(&table).then_some(TableLock { mode, table })
}

/// The live table whose reads or writes wait from a statement on until the transaction ends.
fn strong_lock(schema: &Schema, action: &Action) -> Option<Name> {
    let is_live = |table: &&Name| schema.is_live(table);
    match action {
        Action::AlterTable { table, action, .. } => match action {
            TableAction::ValidateConstraint(_)
            | TableAction::Harmless
            | TableAction::SetStorage
            | TableAction::DetachPartition { concurrently: true, .. } => None,
            TableAction::AttachPartition { partition, .. } => Some(partition).filter(is_live),
            _ if schema.is_live(table) => Some(table),
            // A foreign key locks the table that it refers to as well.
            TableAction::AddConstraint(constraint) => referenced(constraint).filter(is_live),
            TableAction::AddColumn { column, .. } => {
                column.constraints.iter().filter_map(referenced).find(is_live)
            }
            _ => None,
        },
        Action::CreateTrigger { table, .. }
        | Action::CreatePolicy { table, .. }
        | Action::AlterPolicy { table }
        | Action::CreateRule { table, .. } => Some(table).filter(is_live),
        Action::CreateTable { partition_of: Some((parent, _)), .. } if schema.is_live(parent) => Some(parent),
        Action::CreateTable { name, columns, constraints, .. } => {
            let of_columns = columns.iter().flat_map(|column| &column.constraints);
            let mut all = constraints.iter().chain(of_columns).filter_map(referenced);
            all.find(|other| *other != name && is_live(other))
        }
        Action::Lock { tables, mode } if !mode.is_harmless() => tables.iter().find(is_live),
        _ => None,
    }
    .cloned()
}

/// The table that a foreign key refers to.
const fn referenced(constraint: &Constraint) -> Option<&Name> {
    match &constraint.kind {
        ConstraintKind::ForeignKey { table, .. } => Some(table),
        _ => None,
    }
}

/// Takes note of the lock that a statement takes.
pub(super) fn remember(linter: &mut Linter<'_>, effect: &Effect) {
    match &effect.action {
        Action::Commit | Action::Rollback => {
            linter.locked = None;
            linter.schema.created.unvalidated.clear();
        }
        action => {
            if linter.locked.is_none() {
                linter.locked = strong_lock(linter.schema, action);
            }
        }
    }
}

/// Reports a statement that works through many rows while a lock of an earlier one is held. Says whether one is.
pub(super) fn report_behind(
    linter: &mut Linter<'_>,
    span: crate::position::Span,
    table: &Name,
    what: &str,
) -> bool {
    let Some(locked) = linter.locked.clone() else { return false };
    linter.report(
        span,
        Subject::table(table),
        format!("{what} while the lock on `{locked}` is held"),
        unsafe_because(
            RuleId::WriteBehindLock,
            BEHIND,
            "put it into a file of its own; rows of a live table in batches, outside of migrations",
        ),
    );
    true
}
