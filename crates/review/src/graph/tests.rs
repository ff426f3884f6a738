use formwork_core::{App, Expr, Raw, Resource, Stack};
use insta::assert_snapshot;

use super::Graph;

/// A network in one stack; in another a function behind an API that reads a queue and a database.
fn shop() -> Vec<Stack> {
    let mut app = App::new();
    let network = app.stack("network");
    let vpc = network.add("vpc", Raw::new("aws_vpc").set("cidr_block", "10.0.0.0/16"));
    let subnet = Raw::new("aws_subnet").set("vpc_id", vpc.attribute::<String>("id"));
    let subnet = network.add("private_a", subnet);
    let subnets = network.output("subnets", vec![subnet.attribute::<String>("id")]);

    let stack = app.stack("shop");
    let subnets = stack.read(&subnets);
    let role = stack.add("role", Raw::new("aws_iam_role"));
    let policy = Raw::new("aws_iam_role_policy").set("role", role.attribute::<String>("id"));
    let queue = stack.add("jobs", Raw::new("aws_sqs_queue").set("name", "jobs <\"new\">"));
    stack.add("read", policy.set("policy", queue.attribute::<String>("arn")));
    let group = |name: &str| Raw::new("aws_security_group").set("name", name);
    let caller = stack.add("caller", group("caller"));
    let called = stack.add("called", group("called"));
    let rule = Raw::new("aws_vpc_security_group_ingress_rule")
        .set("security_group_id", called.attribute::<String>("id"))
        .set("referenced_security_group_id", caller.attribute::<String>("id"));
    stack.add("access", rule);
    let function = stack.add(
        "orders",
        Raw::new("aws_lambda_function")
            .set("function_name", "orders")
            .set("role", role.attribute::<String>("arn"))
            .set("security_group_ids", vec![caller.attribute::<String>("id")])
            .set("subnet_ids", subnets.clone()),
    );
    let database =
        Raw::new("aws_db_instance").set("vpc_security_group_ids", vec![called.attribute::<String>("id")]);
    stack.add("database", database.set("subnet_ids", subnets));
    stack.add(
        "feed",
        Raw::new("aws_lambda_event_source_mapping")
            .set("event_source_arn", queue.attribute::<String>("arn"))
            .set("function_name", function.attribute::<String>("arn")),
    );
    let topic = stack.add("alerts", Raw::new("aws_sns_topic"));
    let alarm =
        Raw::new("aws_cloudwatch_metric_alarm").set("alarm_actions", vec![topic.attribute::<String>("arn")]);
    stack.add("errors", alarm.set("dimensions", serde_json::json!({ "FunctionName": "orders" })));
    let api = {
        let stack = &mut stack.scope("front");
        let api = stack.add("api", Raw::new("aws_apigatewayv2_api").set("name", "shop"));
        stack.add("site", Raw::new("aws_s3_bucket"));
        let integration = Raw::new("aws_apigatewayv2_integration")
            .set("api_id", api.attribute::<String>("id"))
            .set("integration_uri", function.attribute::<String>("invoke_arn"));
        stack.add("orders", integration);
        api
    };
    // By way of a local value that names itself, which Terraform would refuse and a picture survives.
    stack.local("circle", Expr::<String>::raw("local.circle"));
    let stream = Raw::new("aws_kinesis_stream").set("name", Expr::<String>::raw("local.circle"));
    stack.add("stream", stream.set("sends_to", serde_json::json!({ "api": api.attribute::<String>("id") })));
    app.settle().stacks
}

#[test]
fn things_are_drawn_with_their_parts_in_their_places() {
    let stacks = shop();
    let graph = Graph::of(&stacks, &[0, 1]).unwrap();
    assert_snapshot!(graph.mermaid(), @r#"
        flowchart LR
          subgraph g0["network"]
            subgraph g1["VPC vpc"]
            end
          end
          subgraph g2["shop"]
            subgraph g3["VPC vpc of network"]
              subgraph g4["private subnets"]
                n1["<b>RDS DB instance</b><br/>database<br/><small>2 parts</small>"]
                n3["<b>Lambda function</b><br/>orders<br/><small>6 parts</small>"]
              end
            end
            subgraph g5["front"]
              n0["<b>API Gateway API</b><br/>shop<br/><small>1 part</small>"]
              n4["<b>S3 bucket</b><br/>front site"]
            end
            n2["<b>Kinesis data stream</b><br/>stream"]
            n5["<b>SNS topic</b><br/>alerts<br/><small>1 alarm</small>"]
            n6["<b>SQS queue</b><br/>jobs #60;#34;new#34;#62;"]
          end
          n0 --> n3
          n2 --> n0
          n3 --> n1
          n6 --> n3
        "#);
}

#[test]
fn one_stack_shows_its_neighbours_only_where_they_meet() {
    let stacks = shop();
    let mermaid = Graph::of(&stacks, &[1]).unwrap().mermaid();
    assert!(mermaid.contains("subgraph g0[\"shop\"]"), "{mermaid}");
    assert!(!mermaid.contains("[\"network\"]"), "{mermaid}");
}

#[test]
fn names_cannot_leave_their_quotes() {
    let stacks = shop();
    let graph = Graph::of(&stacks, &[0, 1]).unwrap();
    assert!(graph.mermaid().contains("jobs #60;#34;new#34;#62;"));
    assert!(graph.dot().contains(r#"jobs <\"new\">"#));
    assert!(graph.svg().contains("jobs &lt;&quot;new&quot;&gt;"));
}

/// A service whose task has a role and a secret, a task that is started by hand with a role of its own, and a function that may
/// start the task; all speak of each other in ways that are no use.
fn tasks() -> Vec<Stack> {
    let mut app = App::new();
    let stack = app.stack("tasks");
    let id = "id";
    let secret = stack.add("secret", Raw::new("aws_secretsmanager_secret").set("name", "password"));
    let site = stack.add("site", Raw::new("aws_cloudfront_distribution").set("aliases", vec!["example.com"]));
    let worker_role = Raw::new("aws_iam_role").set("name", "worker");
    let worker_role = worker_role.set("tags", serde_json::json!({ "Site": site.attribute::<String>(id) }));
    let worker_role = stack.add("worker_role", worker_role);
    let starter_role = stack.add("starter_role", Raw::new("aws_iam_role").set("name", "starter"));
    let task = |name: &str| Raw::new("aws_ecs_task_definition").set("family", name);
    let containers = vec![secret.attribute::<String>("arn"), site.attribute::<String>("domain_name")];
    let served = task("served").set("container_definitions", containers);
    let served = stack.add("served", served);
    let worker = task("worker").set("task_role_arn", worker_role.attribute::<String>("arn"));
    let worker = stack.add("worker", worker);
    let service = Raw::new("aws_ecs_service").set("name", "web");
    stack.add("service", service.set("task_definition", served.attribute::<String>("arn")));
    let allowed = vec![worker.attribute::<String>("arn"), worker_role.attribute::<String>("arn")];
    let policy = Raw::new("aws_iam_role_policy").set("policy", allowed);
    stack.add("start", policy.set("role", starter_role.attribute::<String>(id)));
    let function = Raw::new("aws_lambda_function").set("function_name", "starter");
    stack.add("starter", function.set("role", starter_role.attribute::<String>("arn")));
    app.settle().stacks
}

#[test]
fn what_is_used_belongs_to_its_users_and_not_to_what_it_speaks_of() {
    let graph = Graph::of(&tasks(), &[0]).unwrap();
    assert_snapshot!(graph.arrows().join("\n"), @r"
    ECS service web -> Secrets Manager secret password
    Lambda function starter -> ECS task definition worker
    ");
    assert!(graph.mermaid().contains("<b>ECS task definition</b><br/>worker<br/><small>1 part</small>"));
}

#[test]
fn things_are_called_as_aws_shows_them() {
    let mut app = App::new();
    let stack = app.stack("names");
    let named = serde_json::json!({ "Name": "shop-dev" });
    stack.add("network", Raw::new("aws_vpc").set("tags", named.clone()));
    stack.add("way_out", Raw::new("aws_internet_gateway").set("tags", named));
    stack.add("site", Raw::new("aws_cloudfront_distribution").set("aliases", vec!["example.com"]));
    stack.add("files", Raw::new("aws_cloudfront_distribution").set("comment", "Files of the shop"));
    let graph = Graph::of(&app.settle().stacks, &[0]).unwrap();
    assert_snapshot!(graph.mermaid(), @r#"
        flowchart LR
          subgraph g0["names"]
            subgraph g1["VPC shop-dev"]
            end
            n0["<b>CloudFront distribution</b><br/>Files of the shop"]
            n1["<b>CloudFront distribution</b><br/>example.com"]
            n2["<b>Internet gateway</b><br/>shop-dev"]
          end
        "#);
}
