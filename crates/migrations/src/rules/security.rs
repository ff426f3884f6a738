//! Who may see and change what: grants and row level security.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, contract_because, review_because};
use crate::statement::{Action, ObjectKind, TableAction};

const HIDES: &str =
    "rows that a running release reads or writes are hidden from it, or refused, from this moment on";
const APPROVE: &str = "run `migrations compat` with the role of each service, and have it approved";

/// Checks row level security of a table.
pub(super) fn table(linter: &mut Linter<'_>, span: Span, table: &Name, action: &TableAction) {
    if !linter.schema.is_live(table) {
        return;
    }
    match action {
        TableAction::EnableRowSecurity | TableAction::ForceRowSecurity => linter.report(
            span,
            Subject::table(table),
            format!("turns on row level security of `{table}`"),
            contract_because(RuleId::RowLevelSecurity, HIDES, APPROVE),
        ),
        TableAction::DisableRowSecurity => linter.report(
            span,
            Subject::table(table),
            format!("turns off row level security of `{table}`"),
            review_because(
                RuleId::DisablingRowLevelSecurity,
                "every role with a grant sees every tenant's rows",
                "have it reviewed by whoever answers for the tenants' data",
            ),
        ),
        _ => {}
    }
}

/// Checks grants and policies.
pub(super) fn check(linter: &mut Linter<'_>, span: Span, action: &Action) {
    match action {
        Action::Revoke { names } => {
            let is_fresh = |name: &Name| {
                !linter.schema.is_live(name)
                    || [ObjectKind::Function, ObjectKind::Schema, ObjectKind::Sequence, ObjectKind::Type]
                        .iter()
                        .any(|kind| !linter.schema.is_live_object(*kind, name))
            };
            if names.is_empty() || !names.iter().all(is_fresh) {
                linter.report(
                    span,
                    Subject::first_of(ObjectKind::Table, names),
                    "takes a privilege away",
                    contract_because(
                        RuleId::BanRevoke,
                        "a running release whose role loses the privilege fails with `permission denied`",
                        APPROVE,
                    ),
                );
            }
        }
        Action::AlterDefaultPrivileges => linter.report(
            span,
            Subject::File,
            "takes default privileges away",
            contract_because(
                RuleId::BanRevoke,
                "tables that later migrations create are closed to roles that count on them",
                APPROVE,
            ),
        ),
        Action::CreatePolicy { table, restrictive: true } if linter.schema.is_live(table) => {
            linter.report(
                span,
                Subject::table(table),
                format!("adds a restrictive policy to `{table}`"),
                contract_because(RuleId::RowLevelSecurity, HIDES, APPROVE),
            );
        }
        Action::AlterPolicy { table } if linter.schema.is_live(table) => linter.report(
            span,
            Subject::table(table),
            format!("changes a policy of `{table}`"),
            contract_because(RuleId::RowLevelSecurity, HIDES, APPROVE),
        ),
        _ => {}
    }
}
