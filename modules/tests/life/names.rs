//! Names that an account has once, and documents that have a limit.

use formwork::{App, Stack, aws, testing};
use formwork_modules::iam::Policy;
use formwork_modules::lambda_service::{LambdaServiceConfig, Package, lambda_service};
use formwork_modules::network::{NetworkConfig, network};

use crate::REGION;

fn orders() -> LambdaServiceConfig {
    LambdaServiceConfig::new("orders", Package::s3("code", "orders.zip"))
}

fn in_regions(app: &mut App, role_in_virginia: Option<&str>) {
    for region in [REGION, "us-east-1"] {
        let stack = app.stack(&format!("orders-{region}"));
        stack.provider(aws::Provider::new().region(region));
        let mut config = orders();
        let zones = ["a", "b"].map(|zone| format!("{region}{zone}"));
        let mut net = NetworkConfig::new("shop", "10.0.0.0/16", zones);
        if let Some(role) = role_in_virginia.filter(|_| region == "us-east-1") {
            config = config.role_name(role);
            net = net.flow_log_role(format!("{role}-flows"));
        }
        lambda_service(stack, "orders", config);
        network(stack, "net", net);
    }
}

#[test]
fn one_function_is_in_two_regions() {
    let life = testing::life();
    let build = |app: &mut App| in_regions(app, Some("orders-us"));
    life.apply_program(build);
    life.plan_program(build).assert_none();
    life.destroy_program(build);
}

#[test]
fn names_that_an_account_has_once_are_found_before() {
    let tested = testing::program(|app| in_regions(app, None));
    let expected = [
        "the IAM Role `orders` is in the stack `orders-eu-central-1` too, and an account has the name once",
        "the IAM Role `shop-flow-logs` is in the stack `orders-eu-central-1` too, and an account has the name once",
    ];
    assert_eq!(tested.messages(), expected);
    // Two accounts have one each.
    let tested = testing::program(|app| {
        for (name, account) in [("dev", "111111111111"), ("prod", "222222222222")] {
            let stack = app.stack(name);
            stack.provider(aws::Provider::new().region(REGION).allowed_account_ids([account]));
            lambda_service(stack, "orders", orders());
        }
    });
    tested.assert_right();
}

#[test]
fn two_accounts_have_the_same() {
    let life = testing::life();
    let build = |app: &mut App| {
        for (name, account) in [("dev", "111111111111"), ("prod", "222222222222")] {
            let stack = app.stack(name);
            stack.provider(aws::Provider::new().region(REGION).allowed_account_ids([account]));
            lambda_service(stack, "orders", orders());
        }
    };
    life.apply_program(build);
    life.plan_program(build).assert_none();
}

#[test]
fn a_role_may_do_more_than_one_policy_holds() {
    let life = testing::life();
    let build = |buckets: usize| {
        move |stack: &mut Stack| {
            stack.provider(aws::Provider::new().region(REGION));
            let buckets =
                (0..buckets).map(|number| format!("arn:aws:s3:::acme-bucket-of-team-{number:03}/*"));
            let policy = Policy::new().allow(["s3:GetObject", "s3:PutObject"], buckets);
            lambda_service(stack, "orders", orders().policy(policy));
        }
    };
    life.apply(build(200));
    let more = life.apply(build(300));
    assert_eq!(more.created().iter().filter(|address| address.starts_with("aws_iam_policy.")).count(), 3);
    assert_eq!(more.destroyed(), ["aws_iam_role_policy.orders_policy"]);
    // What is too large by itself is said before anything is applied.
    let large = testing::stack(|stack| {
        stack.provider(aws::Provider::new().region(REGION));
        let actions: Vec<String> = (0..500).map(|number| format!("s3:Action{number}")).collect();
        let policy = Policy::new().allow(actions, ["*"]);
        stack.add("large", aws::IamPolicy::new(policy).name("large"));
    });
    let said = large.messages();
    assert!(matches!(said[..], [message] if message.contains("and 6144 can be")), "{said:?}");
}
