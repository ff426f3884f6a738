//! What workers are started from, and what it takes to start one.

use formwork::{Expr, Map, aws};
use serde_json::{Value, json};

use super::{WorkerTemplateConfig, image_variable, worker_template};
use crate::iam::Policy;
use crate::testing::{diagnostics, document};

fn built() -> Value {
    document(|stack| {
        let image = image_variable(stack, "worker_ami_id", "What the workers run");
        let vpc = stack.add("vpc", aws::Vpc::new().cidr_block("10.0.0.0/16"));
        let subnet = stack.add("subnet", aws::Subnet::new(vpc.id()).cidr_block("10.0.0.0/24"));
        let config = WorkerTemplateConfig::new("shop-worker", &image, "t3.small")
            .disk("/dev/sda1", 50)
            .public_network(vpc.id(), subnet.id())
            .policy(Policy::new().allow(["s3:GetObject"], ["arn:aws:s3:::b/*"]));
        let workers = worker_template(stack, "worker", config);
        let trust = Policy::assumed_by_service("lambda.amazonaws.com");
        let starter = stack.add("starter", aws::IamRole::new(trust));
        let launch = workers.launch_policy("eu-central-1", "1");
        stack.add(
            "launch",
            aws::IamRolePolicy::new(aws::IamRolePolicyArgs {
                policy: launch.into(),
                role: starter.id().into(),
            }),
        );
    })
}

#[test]
fn a_worker_is_closed_and_its_disk_encrypted() {
    let document = built();
    let template = &document["resource"]["aws_launch_template"]["worker_template"];
    assert_eq!(template["image_id"], json!("${var.worker_ami_id}"));
    assert_eq!(template["metadata_options"]["http_tokens"], json!("required"));
    let disk = &template["block_device_mappings"][0];
    assert_eq!((&disk["device_name"], &disk["ebs"]["encrypted"]), (&json!("/dev/sda1"), &json!("true")));
    assert_eq!(disk["ebs"]["volume_size"], json!(50));
    assert_eq!(template["instance_initiated_shutdown_behavior"], json!("terminate"));
    assert_eq!(template["network_interfaces"][0]["associate_public_ip_address"], json!("true"));
    assert_eq!(document["resource"].get("aws_vpc_security_group_ingress_rule"), None);
}

#[test]
fn the_image_is_given_each_time() {
    let variable = &built()["variable"]["worker_ami_id"];
    assert_eq!((variable.get("default"), &variable["nullable"]), (None, &json!(false)));
    let condition = variable["validation"][0]["condition"].as_str().unwrap();
    assert_eq!(condition, "${can(regex(\"^ami-([0-9a-f]{8}|[0-9a-f]{17})$\", var.worker_ami_id))}");
}

#[test]
fn starting_is_bound_to_the_template() {
    let document = built();
    let policy = document["resource"]["aws_iam_role_policy"]["launch"]["policy"].as_str().unwrap();
    assert!(policy.contains(r#""ec2:LaunchTemplate" = aws_launch_template.worker_template.arn"#), "{policy}");
    assert!(policy.contains(r#""iam:PassedToService" = "ec2.amazonaws.com""#), "{policy}");
    assert!(policy.contains(r#""Resource" = aws_iam_role.worker_role.arn"#), "{policy}");
    assert!(policy.contains("image/${aws_launch_template.worker_template.image_id}"), "{policy}");
}

#[test]
fn a_worker_needs_a_network_and_a_type() {
    let found = diagnostics(|stack| {
        worker_template(stack, "worker", WorkerTemplateConfig::new("shop-worker", "ami-1", "small"));
    });
    assert_eq!(found, ["the workers have no network", "`small` is not an instance type"]);
}

#[test]
fn workers_have_names_and_tags_that_ec2_takes() {
    let found = diagnostics(|stack| {
        let id = || Expr::raw("\"vpc-1\"");
        let config =
            |name: &str| WorkerTemplateConfig::new(name, "ami-1", "t3.small").private_network(id(), id());
        let tags = Map::new().with("team", "a").with("cost center", "b").with("a/b", "c");
        worker_template(stack, "worker", config("sg-worker").tags(tags));
        worker_template(stack, "other", config(&"a".repeat(65)));
    });
    assert_eq!(
        found,
        [
            "EC2 refuses the name `sg-worker` for a template or a group".to_owned(),
            "no worker starts with the tag `cost center`".to_owned(),
            "no worker starts with the tag `a/b`".to_owned(),
            format!("IAM refuses the role name `{}`", "a".repeat(65)),
        ]
    );
}
