//! `unencrypted-store`: data is encrypted at rest.
//!
//! S3, DynamoDB, SQS, CloudWatch Logs, Secrets Manager, MSK, FSx and ElastiCache for Valkey are encrypted unless a
//! program says otherwise; only that is looked for.

use formwork_core::{Diagnostic, Stack};

use crate::body::{Body, Switch};
use crate::guarded_object::GuardedObject;

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

pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let volumes_are_encrypted = GuardedObject::resources(stack, "aws_ebs_encryption_by_default")
        .any(|guarded| matches!(guarded.body().switch("enabled"), Switch::Missing | Switch::On));
    for store in STORES {
        for guarded in GuardedObject::resources(stack, store.type_name) {
            let is_copy = store.copies.iter().any(|argument| guarded.body().get(argument).is_some());
            let by_default = match store.type_name {
                "aws_ebs_volume" => volumes_are_encrypted,
                // ElastiCache user guide, "At-Rest Encryption": always on for Valkey unless it is turned off.
                "aws_elasticache_replication_group" => {
                    guarded.body().text("engine").as_deref() == Some("valkey")
                }
                _ => false,
            };
            match state(guarded.body(), &store) {
                Switch::Missing if is_copy || by_default => {}
                Switch::Missing | Switch::Off => {
                    diagnostics.push(plain(&guarded, store.block, store.argument))
                }
                Switch::On | Switch::Unknown => {}
            }
        }
    }
    if !volumes_are_encrypted {
        instances(stack, &mut diagnostics);
    }
    for guarded in GuardedObject::resources(stack, "aws_ebs_encryption_by_default") {
        if guarded.body().switch("enabled") == Switch::Off {
            diagnostics.push(plain(&guarded, "", "enabled"));
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_sqs_queue") {
        let has_key = guarded.body().get("kms_master_key_id").is_some();
        if guarded.body().switch("sqs_managed_sse_enabled") == Switch::Off && !has_key {
            diagnostics.push(plain(&guarded, "", "sqs_managed_sse_enabled"));
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_kinesis_stream") {
        let kind = guarded.body().text("encryption_type");
        if guarded.body().get("encryption_type").is_none() || kind.as_deref() == Some("NONE") {
            let message = "what the stream holds is not encrypted";
            diagnostics.push(guarded.diagnostic(
                "encryption_type",
                message,
                "set `encryption_type` to `KMS`",
            ));
        }
    }
    diagnostics
}

fn state(body: Body<'_>, store: &Store) -> Switch {
    match store.block {
        "" => body.switch(store.argument),
        block => body.nested(block).first().map_or(Switch::Missing, |inner| inner.switch(store.argument)),
    }
}

/// The volumes that come with instances.
fn instances(stack: &Stack, diagnostics: &mut Vec<Diagnostic>) {
    let is_plain = |body: &Body<'_>| matches!(body.switch("encrypted"), Switch::Missing | Switch::Off);
    for guarded in GuardedObject::resources(stack, "aws_instance") {
        let root = guarded.body().nested("root_block_device");
        // A launch template may say what the volume is like.
        if root.is_empty() && guarded.body().get("launch_template").is_none() || root.iter().any(is_plain) {
            diagnostics.push(plain(&guarded, "root_block_device", "encrypted"));
        }
        if guarded.body().nested("ebs_block_device").iter().any(is_plain) {
            diagnostics.push(plain(&guarded, "ebs_block_device", "encrypted"));
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_launch_template") {
        let mappings = guarded.body().nested("block_device_mappings").into_iter();
        if mappings.flat_map(|mapping| mapping.nested("ebs")).any(|ebs| is_plain(&ebs)) {
            diagnostics.push(plain(&guarded, "block_device_mappings", "ebs.encrypted"));
        }
    }
}

fn plain(guarded: &GuardedObject<'_>, block: &str, argument: &str) -> Diagnostic {
    let path = match block {
        "" => argument.to_owned(),
        block => format!("{block}.{argument}"),
    };
    let hint = format!("set `{path}` to true");
    guarded.diagnostic(&path, "what it keeps is not encrypted at rest", hint)
}
