//! `unencrypted-store`: what is kept is encrypted at rest.
//!
//! S3, DynamoDB, SQS, CloudWatch Logs, Secrets Manager, MSK, FSx and ElastiCache for Valkey are encrypted unless a
//! program says otherwise; only that is looked for.

use formwork_core::{Finding, Stack};

use crate::body::{Body, Switch};
use crate::site::Site;

/// A store that is encrypted only if an argument asks for it.
struct Store {
    type_name: &'static str,
    /// The nested block that the argument is in; empty if it is in the resource itself.
    block: &'static str,
    argument: &'static str,
    /// Arguments that name what the store is a copy of; encryption follows from that.
    copies: &'static [&'static str],
}

const STORES: [Store; 12] = [
    Store {
        type_name: "aws_db_instance",
        block: "",
        argument: "storage_encrypted",
        copies: &["replicate_source_db", "snapshot_identifier", "restore_to_point_in_time"],
    },
    Store {
        type_name: "aws_rds_cluster",
        block: "",
        argument: "storage_encrypted",
        copies: &[
            "snapshot_identifier",
            "replication_source_identifier",
            "restore_to_point_in_time",
            "global_cluster_identifier",
        ],
    },
    Store {
        type_name: "aws_rds_global_cluster",
        block: "",
        argument: "storage_encrypted",
        copies: &["source_db_cluster_identifier"],
    },
    Store {
        type_name: "aws_docdb_cluster",
        block: "",
        argument: "storage_encrypted",
        copies: &["snapshot_identifier", "global_cluster_identifier", "restore_to_point_in_time"],
    },
    Store {
        type_name: "aws_neptune_cluster",
        block: "",
        argument: "storage_encrypted",
        copies: &["snapshot_identifier", "replication_source_identifier", "global_cluster_identifier"],
    },
    Store { type_name: "aws_efs_file_system", block: "", argument: "encrypted", copies: &[] },
    Store {
        type_name: "aws_elasticache_replication_group",
        block: "",
        argument: "at_rest_encryption_enabled",
        copies: &["global_replication_group_id"],
    },
    Store {
        type_name: "aws_redshift_cluster",
        block: "",
        argument: "encrypted",
        copies: &["snapshot_identifier", "snapshot_arn"],
    },
    Store { type_name: "aws_opensearch_domain", block: "encrypt_at_rest", argument: "enabled", copies: &[] },
    Store {
        type_name: "aws_elasticsearch_domain",
        block: "encrypt_at_rest",
        argument: "enabled",
        copies: &[],
    },
    Store { type_name: "aws_dax_cluster", block: "server_side_encryption", argument: "enabled", copies: &[] },
    Store { type_name: "aws_ebs_volume", block: "", argument: "encrypted", copies: &[] },
];

pub(super) fn judge(stack: &Stack) -> Vec<Finding> {
    let mut findings = Vec::new();
    let volumes_are_encrypted = Site::resources(stack, "aws_ebs_encryption_by_default")
        .any(|site| matches!(site.body().switch("enabled"), Switch::Missing | Switch::On));
    for store in STORES {
        for site in Site::resources(stack, store.type_name) {
            let is_copy = store.copies.iter().any(|argument| site.body().get(argument).is_some());
            let by_default = match store.type_name {
                "aws_ebs_volume" => volumes_are_encrypted,
                // ElastiCache user guide, "At-Rest Encryption": always on for Valkey unless it is turned off.
                "aws_elasticache_replication_group" => {
                    site.body().text("engine").as_deref() == Some("valkey")
                }
                _ => false,
            };
            match state(site.body(), &store) {
                Switch::Missing if is_copy || by_default => {}
                Switch::Missing | Switch::Off => findings.push(plain(&site, store.block, store.argument)),
                Switch::On | Switch::Unknown => {}
            }
        }
    }
    if !volumes_are_encrypted {
        instances(stack, &mut findings);
    }
    for site in Site::resources(stack, "aws_ebs_encryption_by_default") {
        if site.body().switch("enabled") == Switch::Off {
            findings.push(plain(&site, "", "enabled"));
        }
    }
    for site in Site::resources(stack, "aws_sqs_queue") {
        let has_key = site.body().get("kms_master_key_id").is_some();
        if site.body().switch("sqs_managed_sse_enabled") == Switch::Off && !has_key {
            findings.push(plain(&site, "", "sqs_managed_sse_enabled"));
        }
    }
    for site in Site::resources(stack, "aws_kinesis_stream") {
        let kind = site.body().text("encryption_type");
        if site.body().get("encryption_type").is_none() || kind.as_deref() == Some("NONE") {
            let message = "what the stream holds is not encrypted";
            findings.push(site.finding("encryption_type", message, "set `encryption_type` to `KMS`"));
        }
    }
    findings
}

fn state(body: Body<'_>, store: &Store) -> Switch {
    match store.block {
        "" => body.switch(store.argument),
        block => body.nested(block).first().map_or(Switch::Missing, |inner| inner.switch(store.argument)),
    }
}

/// The volumes that come with instances.
fn instances(stack: &Stack, findings: &mut Vec<Finding>) {
    let is_plain = |body: &Body<'_>| matches!(body.switch("encrypted"), Switch::Missing | Switch::Off);
    for site in Site::resources(stack, "aws_instance") {
        let root = site.body().nested("root_block_device");
        // A launch template may say what the volume is like.
        if root.is_empty() && site.body().get("launch_template").is_none() || root.iter().any(is_plain) {
            findings.push(plain(&site, "root_block_device", "encrypted"));
        }
        if site.body().nested("ebs_block_device").iter().any(is_plain) {
            findings.push(plain(&site, "ebs_block_device", "encrypted"));
        }
    }
    for site in Site::resources(stack, "aws_launch_template") {
        let mappings = site.body().nested("block_device_mappings").into_iter();
        if mappings.flat_map(|mapping| mapping.nested("ebs")).any(|ebs| is_plain(&ebs)) {
            findings.push(plain(&site, "block_device_mappings", "ebs.encrypted"));
        }
    }
}

fn plain(site: &Site<'_>, block: &str, argument: &str) -> Finding {
    let path = match block {
        "" => argument.to_owned(),
        block => format!("{block}.{argument}"),
    };
    let hint = format!("set `{path}` to true");
    site.finding(&path, "what it keeps is not encrypted at rest", hint)
}
