//! Tables as a whole: names, storage, partitions.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, contract_because, review_because, unsafe_because};
use crate::rules::partition;
use crate::statement::{ConstraintKind, TableAction};

const REWRITE: &str =
    "PostgreSQL copies the whole table under ACCESS EXCLUSIVE: reads and writes wait until it is done";

/// Checks a change of a table.
pub(super) fn change(linter: &mut Linter<'_>, span: Span, table: &Name, action: &TableAction) {
    if !linter.schema.is_live(table) {
        return;
    }
    match action {
        TableAction::RenameTo(to) => linter.report(
            span, Subject::table(table),
            format!("renames `{table}` to `{to}`"),
            unsafe_because(
                RuleId::RenamingTable,
                "every query of a running release that names the old table fails at once",
                format!(
                    "rename it, create an updatable view `{table}` that selects everything from `{to}` in the same file, and have it reviewed: ON CONFLICT and row locks work on such a view, COPY and TRUNCATE do not"
                ),
            ),
        ),
        TableAction::SetSchema(to) => linter.report(
            span, Subject::table(table),
            format!("moves `{table}` to the schema `{to}`"),
            unsafe_because(
                RuleId::RenamingTable,
                "every query of a running release that finds the table in its old schema fails at once",
                "create a view in the old schema in the same file, and have it reviewed",
            ),
        ),
        TableAction::RenameConstraint { name, .. } => {
            let is_key = linter.schema.constraint(table, name).is_none_or(|live| {
                matches!(live.kind, ConstraintKind::Unique { .. } | ConstraintKind::PrimaryKey { .. })
            });
            if is_key {
                linter.report(
                    span, Subject::constraint(table, name),
                    format!("renames the constraint `{name}`"),
                    unsafe_because(
                        RuleId::RenamingObject,
                        "`ON CONFLICT ON CONSTRAINT` of a running release names the old constraint and fails",
                        "leave the name, or release code that names the columns instead first",
                    ),
                );
            }
        }
        TableAction::SetLogged | TableAction::SetUnlogged => linter.report(
            span, Subject::table(table),
            format!("changes whether `{table}` is logged"),
            unsafe_because(RuleId::RewritingTable, REWRITE, "create a table of the right kind beside it, and move the rows in batches"),
        ),
        // Only partitions that are made later are concerned.
        TableAction::SetAccessMethod if linter.schema.is_partitioned(table) => {}
        TableAction::SetTablespace | TableAction::SetAccessMethod => linter.report(
            span, Subject::table(table),
            format!("moves the storage of `{table}`"),
            unsafe_because(RuleId::RewritingTable, REWRITE, "create a table there beside it, and move the rows in batches"),
        ),
        TableAction::RearrangePartitions => linter.report(
            span, Subject::table(table),
            format!("moves rows between partitions of `{table}`"),
            unsafe_because(RuleId::RewritingTable, REWRITE, "create the new partitions beside the old ones, and move the rows in batches"),
        ),
        TableAction::Inherit(parent) => linter.report(
            span, Subject::table(parent),
            format!("rows of `{table}` appear in `{parent}`"),
            review_because(
                RuleId::UnknownStatement,
                "queries of a running release on the parent find rows that they did not find before",
                "show that every release that runs can read them",
            ),
        ),
        TableAction::EnableTrigger(words) => linter.report(
            span, Subject::table(table),
            format!("`{words}` switches on a trigger or rule of `{table}`"),
            review_because(
                RuleId::CreatingTrigger,
                "it runs with every write of a running release, which may be refused, slowed down, or stored otherwise",
                "show that no write of a running release fails, with `migrations compat`",
            ),
        ),
        TableAction::OwnerTo => linter.report(
            span, Subject::table(table),
            format!("gives `{table}` to another owner"),
            review_because(
                RuleId::BanRevoke,
                "the owner so far loses every right that nobody granted it: a release that connects as the owner fails",
                "grant the rights first, and have it approved",
            ),
        ),
        TableAction::Unknown(words) => linter.report(
            span, Subject::table(table),
            format!("`{words}` is not known to any rule"),
            review_because(
                RuleId::UnknownStatement,
                "what it locks, and what a running release notices of it, cannot be judged",
                "try it with `migrations compat`, and have it approved",
            ),
        ),
        TableAction::NoInherit => partition::detach(linter, span, table),
        TableAction::DisableTrigger => linter.report(
            span, Subject::table(table),
            format!("switches off a trigger or rule of `{table}`"),
            contract_because(
                RuleId::BanDisableTrigger,
                "what the trigger does for a running release (a copy, a check, an audit row) no longer happens",
                "release code that does not rely on it first",
            ),
        ),
        TableAction::ReplicaIdentity => linter.report(
            span, Subject::table(table),
            format!("changes the replica identity of `{table}`"),
            review_because(
                RuleId::ChangingReplicaIdentity,
                "subscribers of logical replication find rows by it",
                "ask whoever owns the subscribers",
            ),
        ),
        _ => {}
    }
}
