//! `missing-backup`: what is lost can be had back.

use formwork_core::{Finding, Json, Stack};

use crate::body::{Switch, refers_to};
use crate::site::Site;

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

pub(super) fn judge(stack: &Stack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (type_name, argument, copies) in RETENTION {
        for site in Site::resources(stack, type_name) {
            let is_copy = copies.iter().any(|argument| site.body().get(argument).is_some());
            let is_kept = site.body().get(argument).is_some() && site.body().number(argument) != Some(0);
            if !is_copy && !is_kept && !is_selected(&site) {
                findings.push(missing(&site, argument, "set it to the days for which backups are kept"));
            }
        }
    }
    for (type_name, argument) in KEPT {
        for site in Site::resources(stack, type_name) {
            if site.body().number(argument) == Some(0) && !is_selected(&site) {
                findings.push(missing(&site, argument, "set it to the days for which backups are kept"));
            }
        }
    }
    for site in Site::resources(stack, "aws_dynamodb_table") {
        let recovery = site.body().nested("point_in_time_recovery");
        let state = recovery.first().map_or(Switch::Missing, |block| block.switch("enabled"));
        if matches!(state, Switch::Missing | Switch::Off) && !is_selected(&site) {
            let hint = "set `point_in_time_recovery.enabled` to true";
            findings.push(missing(&site, "point_in_time_recovery", hint));
        }
    }
    for site in Site::resources(stack, "aws_efs_file_system") {
        let has_policy = Site::resources(stack, "aws_efs_backup_policy").any(|policy| {
            let block = policy.body().nested("backup_policy");
            let is_on = block.iter().all(|block| block.text("status").as_deref() != Some("DISABLED"));
            let names = |value: &Json| refers_to(value, site.type_name, site.name);
            is_on && policy.body().get("file_system_id").is_some_and(names)
        });
        if !has_policy && !is_selected(&site) {
            let hint = "add an `aws_efs_backup_policy`, or select it for a plan of AWS Backup";
            findings.push(missing(&site, "", hint));
        }
    }
    findings
}

/// Whether a plan of AWS Backup takes the resource, by its name or by all that there is.
fn is_selected(site: &Site<'_>) -> bool {
    Site::resources(site.stack, "aws_backup_selection").any(|selection| {
        let names = |value: &Json| refers_to(value, site.type_name, site.name);
        selection.body().get("resources").is_some_and(names)
            || selection.body().texts("resources").iter().any(|resource| resource == "*")
    })
}

fn missing(site: &Site<'_>, argument: &str, hint: &str) -> Finding {
    let mut finding = site.finding(argument, "no backup is made of what it keeps", hint);
    if argument.is_empty() {
        finding.argument = None;
    }
    finding
}
