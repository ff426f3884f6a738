//! What a database consists of, and what is refused.

use serde_json::{Value, json};

use super::*;
use crate::testing::{diagnostics, document};

fn subnet(name: &str) -> Expr<String> {
    Expr::raw(format!("local.{name}"))
}

fn config() -> PostgresConfig {
    PostgresConfig::new("shop", PostgresVersion::V18, "db.t4g.micro")
        .network("vpc-1", [subnet("a"), subnet("b")])
        .allow_from("orders", subnet("a"))
}

fn build(stack: &mut Stack, config: PostgresConfig) {
    stack.local("a", "subnet-a");
    stack.local("b", "subnet-b");
    let parts = postgres(stack, "database", config);
    stack.output("secret_arn", parts.secret_arn());
}

fn built(config: PostgresConfig) -> Value {
    document(|stack| build(stack, config))["resource"].take()
}

fn mistakes(config: PostgresConfig) -> Vec<String> {
    diagnostics(|stack| build(stack, config))
}

#[test]
fn the_defaults_are_safe() {
    let resources = built(config());
    let instance = &resources["aws_db_instance"]["database_instance"];
    for argument in
        ["storage_encrypted", "manage_master_user_password", "deletion_protection", "copy_tags_to_snapshot"]
    {
        assert_eq!(instance[argument], json!(true), "{argument}");
    }
    assert_eq!(instance["publicly_accessible"], json!(false));
    let life = "${substr(terraform_data.database_life.id, 0, 8)}";
    assert_eq!(instance["final_snapshot_identifier"], json!(format!("shop-final-{life}")));
    assert_eq!(instance["engine_version"], json!("18"));
    assert_eq!(instance.get("password"), None);
    assert_eq!(instance.get("allow_major_version_upgrade"), None);
    let resources = built(config().allow_major_version_upgrade());
    let instance = &resources["aws_db_instance"]["database_instance"];
    assert_eq!(instance["allow_major_version_upgrade"], json!(true));
    assert_eq!(instance["apply_immediately"], json!(true));
    let group = &resources["aws_db_parameter_group"]["database_parameters"];
    assert_eq!(group["family"], json!("postgres18"));
    assert_eq!(
        group["parameter"][0],
        json!({"name": "rds.force_ssl", "value": "1", "apply_method": "pending-reboot"})
    );
    let rule = &resources["aws_vpc_security_group_ingress_rule"]["database_access_orders"];
    assert_eq!(rule["from_port"], json!(5432));
    assert_eq!(rule["referenced_security_group_id"], json!("${local.a}"));
}

#[test]
fn parameters_replace_the_defaults() {
    let resources = built(config().parameter("log_min_duration_statement", "50"));
    let parameters = resources["aws_db_parameter_group"]["database_parameters"]["parameter"].clone();
    let values: Vec<_> = parameters.as_array().unwrap().iter().map(|one| one["value"].clone()).collect();
    assert_eq!(values, [json!("1"), json!("1"), json!("50")]);
}

#[test]
fn what_rds_refuses_is_refused_before() {
    let one = config().network("vpc-1", [subnet("a")]);
    assert_eq!(mistakes(one), ["the database has 1 subnets, and RDS asks for two zones"]);
    let class = PostgresConfig::new("shop", PostgresVersion::V18, "t4g.micro");
    let class = class.network("vpc-1", [subnet("a"), subnet("b")]);
    assert_eq!(mistakes(class), ["`t4g.micro` is not an instance class of RDS"]);
    assert_eq!(mistakes(config().storage_gib(10, 50)), ["10 GiB are less than gp3 storage has"]);
    assert_eq!(mistakes(config().storage_gib(60, 50)), ["storage cannot grow from 60 to 50 GiB"]);
    assert_eq!(mistakes(config().storage_gib(60, 65)), ["storage cannot grow from 60 to 65 GiB"]);
    assert_eq!(mistakes(config().storage_gib(60, 66)), [""; 0]);
    assert_eq!(mistakes(config().backup_days(36)), ["RDS does not keep backups for 36 days"]);
    assert_eq!(mistakes(config().username("admin")), ["PostgreSQL on RDS reserves the user name `admin`"]);
    let name = PostgresConfig::new("Shop", PostgresVersion::V18, "db.t4g.micro");
    let name = name.network("vpc-1", [subnet("a"), subnet("b")]);
    assert_eq!(mistakes(name), ["`Shop` is not an identifier for a database"]);
    let nowhere = PostgresConfig::new("shop", PostgresVersion::V18, "db.t4g.micro");
    assert_eq!(mistakes(nowhere), ["the database has no network"]);
}

#[test]
fn versions_are_those_that_exist() {
    assert_eq!(PostgresVersion::from_major(18), Some(PostgresVersion::V18));
    assert_eq!(PostgresVersion::from_major(8), None);
}
