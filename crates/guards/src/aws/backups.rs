//! `missing-backup`: what is lost can be had back.

use formwork_core::{Diagnostic, Json, Stack};

use crate::body::{Switch, refers_to};
use crate::guarded_object::GuardedObject;

/// Stores whose backups are kept for some days, and for none unless an argument says so.
const RETENTION: [(&str, &str, &[&str]); 3] = [
    ("aws_db_instance", "backup_retention_period", &["replicate_source_db"]),
    ("aws_elasticache_replication_group", "snapshot_retention_limit", &["global_replication_group_id"]),
    ("aws_elasticache_serverless_cache", "snapshot_retention_limit", &[]),
];

/// Stores whose backups are kept unless an argument says for no day.
const KEPT: [(&str, &str); 4] = [
    ("aws_docdb_cluster", "backup_retention_period"),
    ("aws_neptune_cluster", "backup_retention_period"),
    ("aws_rds_cluster", "backup_retention_period"),
    ("aws_redshift_cluster", "automated_snapshot_retention_period"),
];

pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (type_name, argument, copies) in RETENTION {
        for guarded in GuardedObject::resources(stack, type_name) {
            let is_copy = copies.iter().any(|argument| guarded.body().get(argument).is_some());
            let is_kept =
                guarded.body().get(argument).is_some() && guarded.body().number(argument) != Some(0);
            if !is_copy && !is_kept && !is_selected(&guarded) {
                diagnostics.push(missing(
                    &guarded,
                    argument,
                    "set it to the days for which backups are kept",
                ));
            }
        }
    }
    for (type_name, argument) in KEPT {
        for guarded in GuardedObject::resources(stack, type_name) {
            if guarded.body().number(argument) == Some(0) && !is_selected(&guarded) {
                diagnostics.push(missing(
                    &guarded,
                    argument,
                    "set it to the days for which backups are kept",
                ));
            }
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_dynamodb_table") {
        let recovery = guarded.body().nested("point_in_time_recovery");
        let state = recovery.first().map_or(Switch::Missing, |block| block.switch("enabled"));
        if matches!(state, Switch::Missing | Switch::Off) && !is_selected(&guarded) {
            let hint = "set `point_in_time_recovery.enabled` to true";
            diagnostics.push(missing(&guarded, "point_in_time_recovery", hint));
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_efs_file_system") {
        let has_policy = GuardedObject::resources(stack, "aws_efs_backup_policy").any(|policy| {
            let block = policy.body().nested("backup_policy");
            let is_on = block.iter().all(|block| block.text("status").as_deref() != Some("DISABLED"));
            let names = |value: &Json| refers_to(value, guarded.type_name, guarded.name);
            is_on && policy.body().get("file_system_id").is_some_and(names)
        });
        if !has_policy && !is_selected(&guarded) {
            let hint = "add an `aws_efs_backup_policy`, or select it for a plan of AWS Backup";
            diagnostics.push(missing(&guarded, "", hint));
        }
    }
    diagnostics
}

/// Whether a plan of AWS Backup takes the resource, by its name or by all that there is.
fn is_selected(guarded: &GuardedObject<'_>) -> bool {
    GuardedObject::resources(guarded.stack, "aws_backup_selection").any(|selection| {
        let names = |value: &Json| refers_to(value, guarded.type_name, guarded.name);
        selection.body().get("resources").is_some_and(names)
            || selection.body().texts("resources").iter().any(|resource| resource == "*")
    })
}

fn missing(guarded: &GuardedObject<'_>, argument: &str, hint: &str) -> Diagnostic {
    let mut diagnostic = guarded.diagnostic(argument, "no backup is made of what it keeps", hint);
    if argument.is_empty() {
        diagnostic.argument = None;
    }
    diagnostic
}
