//! Who may see and change what: grants and row level security.

use crate::name::Name;
use crate::rules::{Judge, contract_because, review_because};
use crate::statement::{Action, ObjectKind, Span, TableAction};

const HIDES: &str =
    "rows that a running release reads or writes are hidden from it, or refused, from this moment on";
const APPROVE: &str = "run `migrations compat` with the role of each service, and have it approved";

/// Judges row level security of a table.
pub(super) fn table(judge: &mut Judge<'_>, span: Span, table: &Name, action: &TableAction) {
    if !judge.schema.is_live(table) {
        return;
    }
    match action {
        TableAction::EnableRowSecurity | TableAction::ForceRowSecurity => judge.report(
            span,
            format!("turns on row level security of `{table}`"),
            contract_because("row-level-security", HIDES, APPROVE),
        ),
        TableAction::DisableRowSecurity => judge.report(
            span,
            format!("turns off row level security of `{table}`"),
            review_because(
                "disabling-row-level-security",
                "every role with a grant sees every tenant's rows",
                "have it reviewed by whoever answers for the tenants' data",
            ),
        ),
        _ => {}
    }
}

/// Judges grants and policies.
pub(super) fn judge(judge: &mut Judge<'_>, span: Span, action: &Action) {
    match action {
        Action::Revoke { names } => {
            let is_fresh = |name: &Name| {
                !judge.schema.is_live(name)
                    || [ObjectKind::Function, ObjectKind::Schema, ObjectKind::Sequence, ObjectKind::Type]
                        .iter()
                        .any(|kind| !judge.schema.is_live_object(*kind, name))
            };
            if names.is_empty() || !names.iter().all(is_fresh) {
                judge.report(
                    span,
                    "takes a privilege away",
                    contract_because(
                        "ban-revoke",
                        "a running release whose role loses the privilege fails with `permission denied`",
                        APPROVE,
                    ),
                );
            }
        }
        Action::AlterDefaultPrivileges => judge.report(
            span,
            "takes default privileges away",
            contract_because(
                "ban-revoke",
                "tables that later migrations create are closed to roles that count on them",
                APPROVE,
            ),
        ),
        Action::CreatePolicy { table, restrictive: true } if judge.schema.is_live(table) => {
            judge.report(
                span,
                format!("adds a restrictive policy to `{table}`"),
                contract_because("row-level-security", HIDES, APPROVE),
            );
        }
        Action::AlterPolicy { table } if judge.schema.is_live(table) => judge.report(
            span,
            format!("changes a policy of `{table}`"),
            contract_because("row-level-security", HIDES, APPROVE),
        ),
        _ => {}
    }
}
