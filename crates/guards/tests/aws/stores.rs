//! What is kept: encrypted, with a backup, and no secret in plain text.

use formwork_aws as aws;
use formwork_core::{Expr, Raw, Resource, Variable};
use serde_json::json;

use crate::{NONE, of};

#[test]
fn unencrypted_stores() {
    let messages = of("unencrypted-store", |stack| {
        stack.add("rds", aws::DbInstance::new("db.t4g.micro"));
        stack.add("volume", Raw::new("aws_ebs_volume").set("encrypted", false));
        stack.add("machine", Raw::new("aws_instance"));
        let queue = Raw::new("aws_sqs_queue").set("sqs_managed_sse_enabled", false);
        stack.add("queue", queue);
        stack.add("redis", Raw::new("aws_elasticache_replication_group").set("engine", "redis"));
        stack.add("files", Raw::new("aws_efs_file_system"));
        stack.add("stream", Raw::new("aws_kinesis_stream"));
        stack.add(
            "search",
            Raw::new("aws_opensearch_domain").set("encrypt_at_rest", json!({ "enabled": "false" })),
        );
    });
    assert_eq!(
        messages,
        [
            "aws_db_instance.rds storage_encrypted: what it keeps is not encrypted at rest",
            "aws_efs_file_system.files encrypted: what it keeps is not encrypted at rest",
            "aws_elasticache_replication_group.redis at_rest_encryption_enabled: what it keeps is not encrypted at rest",
            "aws_opensearch_domain.search encrypt_at_rest.enabled: what it keeps is not encrypted at rest",
            "aws_ebs_volume.volume encrypted: what it keeps is not encrypted at rest",
            "aws_instance.machine root_block_device.encrypted: what it keeps is not encrypted at rest",
            "aws_sqs_queue.queue sqs_managed_sse_enabled: what it keeps is not encrypted at rest",
            "aws_kinesis_stream.stream encryption_type: what the stream holds is not encrypted",
        ]
    );
    let encrypted = of("unencrypted-store", |stack| {
        stack.add("rds", aws::DbInstance::new("db.t4g.micro").storage_encrypted(true));
        stack.add("replica", aws::DbInstance::new("db.t4g.micro").replicate_source_db("rds"));
        stack.add(
            "computed",
            Raw::new("aws_rds_cluster").set("storage_encrypted", Expr::<bool>::raw("var.on")),
        );
        stack.add("default", Raw::new("aws_ebs_encryption_by_default"));
        stack.add("volume", Raw::new("aws_ebs_volume"));
        stack.add("machine", Raw::new("aws_instance"));
        stack.add("queue", Raw::new("aws_sqs_queue"));
        stack.add("bucket", aws::S3Bucket::new());
        stack.add("valkey", Raw::new("aws_elasticache_replication_group").set("engine", "valkey"));
    });
    assert_eq!(encrypted, NONE);
}

#[test]
fn missing_backups() {
    let messages = of("missing-backup", |stack| {
        stack.add("rds", aws::DbInstance::new("db.t4g.micro"));
        stack.add("none", aws::DbInstance::new("db.t4g.micro").backup_retention_period(0));
        stack.add("aurora", Raw::new("aws_rds_cluster").set("backup_retention_period", 0));
        stack.add("table", Raw::new("aws_dynamodb_table"));
        stack.add("files", Raw::new("aws_efs_file_system"));
        stack.add("redis", Raw::new("aws_elasticache_replication_group"));
    });
    let addresses: Vec<&str> = messages.iter().filter_map(|text| text.split([' ', ':']).next()).collect();
    assert_eq!(
        addresses,
        [
            "aws_db_instance.none",
            "aws_db_instance.rds",
            "aws_elasticache_replication_group.redis",
            "aws_rds_cluster.aurora",
            "aws_dynamodb_table.table",
            "aws_efs_file_system.files",
        ]
    );
    let kept = of("missing-backup", |stack| {
        let rds = aws::DbInstance::new("db.t4g.micro").backup_retention_period(7);
        stack.add("rds", rds);
        stack.add("replica", aws::DbInstance::new("db.t4g.micro").replicate_source_db("rds"));
        stack.add("aurora", Raw::new("aws_rds_cluster"));
        let recovery = json!({ "enabled": true });
        stack.add("table", Raw::new("aws_dynamodb_table").set("point_in_time_recovery", recovery));
        let files = stack.add("files", Raw::new("aws_efs_file_system"));
        let policy = json!({ "status": "ENABLED" });
        let backup = Raw::new("aws_efs_backup_policy").set("file_system_id", files.attribute::<String>("id"));
        stack.add("backup", backup.set("backup_policy", policy));
        let other = stack.add("other", Raw::new("aws_dynamodb_table"));
        let arns = vec![other.attribute::<String>("arn")];
        stack.add("selection", Raw::new("aws_backup_selection").set("resources", arns));
    });
    assert_eq!(kept, NONE);
}

#[test]
fn plain_secrets() {
    let key = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
    let messages = of("plain-secret", |stack| {
        let variables =
            json!({ "variables": { "DB_PASSWORD": "hunter2", "DB_PASSWORD_ARN": "arn:x", "MODE": "a" } });
        stack.add("function", Raw::new("aws_lambda_function").set("environment", variables));
        let containers =
            json!([{ "environment": [{ "name": "ApiToken-SECRET", "value": "abc" }] }]).to_string();
        stack.add("task", Raw::new("aws_ecs_task_definition").set("container_definitions", containers));
        stack.add("script", Raw::new("aws_instance").set("user_data", format!("export KEY={key}")));
        stack.add("url", Raw::new("aws_x").set("address", "postgres://admin:hunter2@db/orders"));
        stack.variable("token", Variable::<String>::new().default_value("abc").sensitive());
        stack.local("key", format!("-----BEGIN RSA {} KEY-----", "PRIVATE"));
    });
    assert_eq!(
        messages,
        [
            "aws_instance.script user_data: an AWS access key stands in plain text",
            "aws_x.url address: a password in a connection string stands in plain text",
            "aws_lambda_function.function environment.variables: the value of `DB_PASSWORD` stands in plain text",
            "aws_ecs_task_definition.task container_definitions: the value of `ApiToken-SECRET` stands in plain text",
            "var.token default: the default of a sensitive variable stands in plain text",
            "local.key: a private key stands in plain text",
        ]
    );
    let safe = of("plain-secret", |stack| {
        let password = stack.variable("password", Variable::<String>::new().sensitive());
        let variables = json!({ "variables": {
            "DB_PASSWORD": password, "TOKEN": "", "API_KEY": "/shop/api-key", "SECRET": "arn:aws:x", "USES_TOKEN": "true",
        } });
        stack.add("function", Raw::new("aws_lambda_function").set("environment", variables));
        let url = format!("postgres://admin:{password}@db/orders");
        stack.add("url", Raw::new("aws_x").set("address", url));
        stack.add("text", Raw::new("aws_x").set("note", "https://example.com/a:b@c AKIA is a prefix"));
    });
    assert_eq!(safe, NONE);
}
