//! What a service consists of, and what is refused.

use formwork::Expr;
use serde_json::{Value, json};

use super::{Architecture, CodeOwner, LambdaServiceConfig, Package, lambda_service};
use crate::iam::Policy;
use crate::testing::{diagnostics, document};

fn config() -> LambdaServiceConfig {
    LambdaServiceConfig::new("shop-orders", Package::zip("orders.zip"))
        .candidate_alias("candidate")
        .stable_alias("live")
}

fn built(config: LambdaServiceConfig) -> Value {
    document(|stack| {
        stack.local("subnet", "subnet-1");
        stack.local("group", "sg-1");
        lambda_service(stack, "orders", config);
    })["resource"]
        .take()
}

#[test]
fn stable_aliases_stay_where_releases_put_them() {
    let resources = built(config());
    let aliases = &resources["aws_lambda_alias"];
    assert_eq!(
        aliases["orders_candidate"]["function_version"],
        json!("${aws_lambda_function.orders_function.version}")
    );
    assert_eq!(aliases["orders_candidate"].get("lifecycle"), None);
    let ignored = json!({"ignore_changes": ["description", "function_version", "routing_config"]});
    assert_eq!(aliases["orders_live"]["lifecycle"], ignored);
}

#[test]
fn code_belongs_to_releases_unless_terraform_owns_it() {
    let function = &built(config())["aws_lambda_function"]["orders_function"];
    assert!(function["lifecycle"]["ignore_changes"].as_array().unwrap().contains(&json!("filename")));
    assert_eq!(function.get("source_code_hash"), None);
    let owned = &built(config().code_owner(CodeOwner::Terraform))["aws_lambda_function"]["orders_function"];
    assert_eq!(owned.get("lifecycle"), None);
    assert_eq!(
        owned["source_code_hash"],
        json!("${fileexists(\"orders.zip\") ? filebase64sha256(\"orders.zip\") : null}")
    );
}

#[test]
fn the_role_has_what_the_service_needs_and_no_more() {
    let policy = |config| built(config)["aws_iam_role_policy"]["orders_policy"]["policy"].to_string();
    let plain = policy(config().without_tracing());
    assert!(plain.contains("logs:PutLogEvents") && !plain.contains("ec2:") && !plain.contains("xray:"));
    let id = |name: &str| Expr::<String>::raw(format!("local.{name}"));
    let own = Policy::new().allow(["s3:GetObject"], ["arn:aws:s3:::orders/*"]);
    let full = policy(config().in_vpc([id("subnet")], [id("group")]).policy(own));
    assert!(
        full.contains("ec2:CreateNetworkInterface")
            && full.contains("xray:")
            && full.contains("s3:GetObject")
    );
}

#[test]
fn settings_reach_the_function() {
    let config = config()
        .architecture(Architecture::Arm)
        .memory_mb(512)
        .timeout_seconds(29)
        .reserved_concurrency(10)
        .scratch_mb(1024)
        .layer("arn:aws:lambda:eu-central-1:1:layer:tools:3")
        .environment("PRICE", "${x}");
    let function = &built(config)["aws_lambda_function"]["orders_function"];
    assert_eq!(function["architectures"], json!(["arm64"]));
    assert_eq!(function["memory_size"], json!(512));
    assert_eq!(function["ephemeral_storage"], json!({"size": 1024}));
    assert_eq!(function["layers"], json!(["arn:aws:lambda:eu-central-1:1:layer:tools:3"]));
    assert_eq!(function["reserved_concurrent_executions"], json!(10));
    assert_eq!(function["environment"], json!({"variables": {"PRICE": "$${x}"}}));
}

#[test]
fn what_lambda_does_not_offer_is_refused() {
    let mistakes = |config: LambdaServiceConfig| {
        diagnostics(|stack| {
            lambda_service(stack, "orders", config);
        })
    };
    assert_eq!(mistakes(config().memory_mb(64)), ["64 MB of memory is not what Lambda offers"]);
    assert_eq!(mistakes(config().timeout_seconds(901)), ["a timeout of 901 s is not what Lambda offers"]);
    assert_eq!(mistakes(config().scratch_mb(511)), ["511 MB in `/tmp` are not what Lambda offers"]);
    let layered = (0..6).fold(config(), |config, _| config.layer("arn"));
    assert_eq!(mistakes(layered), ["a function with 6 layers is not what Lambda offers"]);
    let spaced = LambdaServiceConfig::new("my orders", Package::s3("bucket", "key"));
    assert_eq!(mistakes(spaced), ["`my orders` is not a name for a function"]);
    assert_eq!(
        mistakes(config().in_vpc([], [])),
        ["a function in a VPC needs a subnet and a security group"]
    );
    // Terraform would take the name of the resource; Lambda would not take that of the alias.
    let digits = diagnostics(|stack| {
        lambda_service(stack, "orders", config().stable_alias("12"));
    });
    assert_eq!(digits, ["`12` is not a name for an alias"]);
}
