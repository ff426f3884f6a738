//! What is paid for in a resource: how much of what, by its arguments.

use serde_json::{Map, Value};

use crate::cost::Basis;

/// Hours of a month, as AWS counts them in its calculator.
pub(crate) const HOURS: f64 = 730.0;

/// What a resource costs, before prices.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Counted {
    /// Nothing by itself.
    Free,
    /// Nobody knows; the text says why.
    Unknown(String),
    /// So much of these.
    Items(Vec<Item>),
}

/// An amount of something that has a price.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// What it is, in words.
    pub(crate) what: String,
    /// The name of the price in the sheet.
    pub(crate) price: String,
    /// How much of it there is in a month, in the price's unit; what is assumed comes on top, as a factor.
    pub(crate) quantity: f64,
    pub(crate) basis: Basis,
}

/// A resource with the document around it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) type_name: &'a str,
    pub(crate) body: &'a Map<String, Value>,
    /// The whole document of its stack.
    pub(crate) document: &'a Value,
}

/// Counts what a resource costs.
pub(crate) fn count(subject: &Subject<'_>) -> Counted {
    match subject.type_name {
        "aws_nat_gateway" => Counted::Items(vec![
            hours("NAT gateway", "nat_gateway_hour", 1.0),
            assumed("data through it", "nat_gateway_gb", 1.0, "nat_gateway_gb"),
        ]),
        "aws_eip" => Counted::Items(vec![hours("public IPv4 address", "public_ipv4_hour", 1.0)]),
        "aws_vpc_endpoint" => subject.vpc_endpoint(),
        "aws_db_instance" => subject.db_instance(),
        "aws_elasticache_replication_group" => subject.replication_group(),
        "aws_lambda_function" => subject.lambda_function(),
        "aws_api_gateway_rest_api" => requests("REST API requests", "api_gateway_rest_million"),
        "aws_api_gateway_stage" => match subject.text("cache_cluster_size") {
            Some(size) => {
                Counted::Items(vec![hours("API cache", &format!("api_gateway_cache_hour.{size}"), 1.0)])
            }
            None => Counted::Free,
        },
        "aws_apigatewayv2_api" => requests("HTTP API requests", "api_gateway_http_million"),
        "aws_cloudfront_distribution" => Counted::Items(vec![
            assumed("data to the internet", "cloudfront_gb", 1.0, "cloudfront_gb"),
            assumed("HTTPS requests", "cloudfront_requests_million", 1.0, "cloudfront_requests_million"),
        ]),
        "aws_s3_bucket" => Counted::Items(vec![assumed("S3 Standard storage", "s3_gb", 1.0, "s3_gb")]),
        "aws_dynamodb_table" => subject.dynamodb_table(),
        "aws_sqs_queue" => one(assumed("requests", "sqs_requests_million", 1.0, "sqs_requests_million")),
        "aws_sns_topic" => {
            one(assumed("notifications", "sns_notifications_million", 1.0, "sns_notifications_million"))
        }
        "aws_scheduler_schedule" => {
            one(assumed("invocations", "eventbridge_million", 1.0, "event_invocations_million"))
        }
        "aws_cloudwatch_metric_alarm" => {
            one(fixed("metrics of the alarm", "cloudwatch_alarm_metric", subject.metrics()))
        }
        "aws_cloudwatch_dashboard" => one(fixed("dashboard", "cloudwatch_dashboard", 1.0)),
        "aws_cloudwatch_log_group" => one(assumed("logs taken in", "cloudwatch_log_gb", 1.0, "log_gb")),
        "aws_secretsmanager_secret" => one(fixed("secret", "secret", 1.0)),
        "aws_kms_key" => one(fixed("key", "kms_key", 1.0)),
        "aws_route53_zone" => one(fixed("hosted zone", "route53_zone", 1.0)),
        "aws_lb" | "aws_alb" => Counted::Items(vec![
            hours("load balancer", "load_balancer_hour", 1.0),
            assumed("capacity units in use", "load_balancer_lcu_hour", HOURS, "load_balancer_lcu"),
        ]),
        "aws_ecs_service" => subject.ecs_service(),
        "aws_apprunner_service" => subject.app_runner_service(),
        "aws_ecr_repository" => one(assumed("images", "ecr_gb", 1.0, "ecr_gb")),
        "aws_instance" => match subject.text("instance_type") {
            Some(class) => one(hours(class, &format!("ec2_hour.{class}"), 1.0)),
            None => Counted::Unknown("its instance type is an expression".to_owned()),
        },
        "aws_launch_template" => match subject.text("instance_type") {
            Some(class) => one(assumed(
                &format!("hours of {class} that it starts"),
                &format!("ec2_hour.{class}"),
                1.0,
                "ec2_template_hours",
            )),
            None => Counted::Free,
        },
        "aws_wafv2_web_acl" => Counted::Items(vec![
            fixed("web ACL", "waf_web_acl", 1.0),
            fixed("rules", "waf_rule", subject.blocks("rule") as f64),
        ]),
        other if is_free(other) => Counted::Free,
        other => Counted::Unknown(format!("nothing is known of the price of {other}")),
    }
}

/// Families of types that cost nothing by themselves. What they belong to may.
const FREE: &[&str] = &[
    "aws_acm_",
    "aws_api_gateway_",
    "aws_apigatewayv2_",
    "aws_apprunner_",
    "aws_budgets_budget",
    "aws_cloudfront_",
    // The first trail's management events are free.
    "aws_cloudtrail",
    "aws_cloudwatch_event_",
    "aws_cloudwatch_log_",
    "aws_db_parameter_group",
    "aws_db_subnet_group",
    "aws_default_",
    "aws_ecr_",
    "aws_ecs_cluster",
    "aws_ecs_task_definition",
    "aws_elasticache_parameter_group",
    "aws_elasticache_subnet_group",
    "aws_flow_log",
    "aws_iam_",
    "aws_internet_gateway",
    "aws_kms_alias",
    "aws_lambda_",
    "aws_lb_",
    "aws_route",
    "aws_s3_",
    "aws_scheduler_schedule_group",
    "aws_secretsmanager_",
    "aws_security_group",
    "aws_sns_",
    "aws_sqs_",
    "aws_ssm_parameter",
    "aws_subnet",
    "aws_vpc",
    "github_",
    "local_",
    "null_",
    "random_",
    "terraform_",
    "time_",
    "tls_",
];

/// Types of free families that are not free, and that nothing is known of.
const NOT_FREE: &[&str] = &[
    "aws_iam_access_analyzer",
    "aws_lambda_provisioned_concurrency_config",
    "aws_route53_health_check",
    "aws_route53_resolver_endpoint",
    "aws_vpc_ipam",
    "aws_vpc_peering_connection_accepter",
    "aws_vpclattice_service",
];

fn is_free(type_name: &str) -> bool {
    FREE.iter().any(|family| type_name.starts_with(family))
        && !NOT_FREE.iter().any(|other| type_name.starts_with(other))
}

impl Subject<'_> {
    fn text(&self, argument: &str) -> Option<&str> {
        self.body.get(argument).and_then(Value::as_str).filter(|text| !text.contains("${"))
    }

    fn number(&self, argument: &str) -> Option<f64> {
        number(self.body.get(argument)?)
    }

    fn is_true(&self, argument: &str) -> bool {
        self.body.get(argument).and_then(Value::as_bool).unwrap_or_default()
    }

    /// How many blocks of a kind there are.
    fn blocks(&self, name: &str) -> usize {
        match self.body.get(name) {
            Some(Value::Array(blocks)) => blocks.len(),
            Some(Value::Object(_)) => 1,
            _ => 0,
        }
    }

    /// An alarm is paid by the metrics it watches; an expression over metrics is none.
    fn metrics(&self) -> f64 {
        let queries = self.body.get("metric_query").and_then(Value::as_array).into_iter().flatten();
        let metrics = queries.filter(|query| query.get("metric").is_some()).count();
        metrics.max(1) as f64
    }

    fn vpc_endpoint(&self) -> Counted {
        match self.text("vpc_endpoint_type") {
            None | Some("Gateway") => Counted::Free,
            Some(_) => match self.body.get("subnet_ids").and_then(Value::as_array) {
                Some(subnets) => {
                    one(hours("endpoint, per subnet", "vpc_endpoint_hour", subnets.len() as f64))
                }
                None => Counted::Unknown("how many subnets it is in is an expression".to_owned()),
            },
        }
    }

    fn db_instance(&self) -> Counted {
        let Some(class) = self.text("instance_class") else {
            return Counted::Unknown("its instance class is an expression".to_owned());
        };
        // The standby costs as much as the instance.
        let (zones, remark) = if self.is_true("multi_az") { (2.0, ", Multi-AZ") } else { (1.0, "") };
        let mut items =
            vec![hours(&format!("{class}{remark}"), &format!("rds_instance_hour.{class}"), zones)];
        if let Some(gigabytes) = self.number("allocated_storage") {
            let storage = self.text("storage_type").unwrap_or("gp2");
            let what = format!("{gigabytes} GB of {storage}{remark}");
            items.push(fixed(&what, &format!("rds_storage_gb.{storage}"), gigabytes * zones));
        }
        Counted::Items(items)
    }

    fn replication_group(&self) -> Counted {
        let (engine, node) = (self.text("engine").unwrap_or("redis"), self.text("node_type"));
        let Some(node) = node else {
            return Counted::Unknown("its node type is an expression".to_owned());
        };
        let groups = self.number("num_node_groups").unwrap_or(1.0);
        let replicas = self.number("replicas_per_node_group").unwrap_or(0.0);
        let nodes = self.number("num_cache_clusters").unwrap_or(groups * (1.0 + replicas));
        one(hours(&format!("{nodes} × {node}"), &format!("elasticache_node_hour.{engine}.{node}"), nodes))
    }

    fn lambda_function(&self) -> Counted {
        let memory = self.number("memory_size").unwrap_or(128.0);
        let architecture =
            self.body.get("architectures").and_then(|list| list.get(0)).and_then(Value::as_str);
        let price = format!("lambda_gb_second.{}", architecture.unwrap_or("x86_64"));
        // Each of a million requests runs so many milliseconds: a thousand seconds per millisecond.
        let mut compute = assumed(&format!("running with {memory} MB"), &price, memory / 1024.0 * 1000.0, "");
        compute.basis = Basis::Assumed(vec!["lambda_requests_million", "lambda_duration_ms"]);
        Counted::Items(vec![
            assumed("requests", "lambda_requests_million", 1.0, "lambda_requests_million"),
            compute,
        ])
    }

    fn dynamodb_table(&self) -> Counted {
        let mut items = vec![assumed("storage", "dynamodb_gb", 1.0, "dynamodb_gb")];
        if self.text("billing_mode") == Some("PAY_PER_REQUEST") {
            items.push(assumed("reads", "dynamodb_reads_million", 1.0, "dynamodb_reads_million"));
            items.push(assumed("writes", "dynamodb_writes_million", 1.0, "dynamodb_writes_million"));
        } else {
            let capacity = |argument| self.number(argument).unwrap_or(1.0);
            items.push(hours("read capacity", "dynamodb_capacity_read_hour", capacity("read_capacity")));
            items.push(hours("write capacity", "dynamodb_capacity_write_hour", capacity("write_capacity")));
        }
        Counted::Items(items)
    }

    fn ecs_service(&self) -> Counted {
        if self.text("launch_type") != Some("FARGATE") && self.blocks("capacity_provider_strategy") == 0 {
            return Counted::Free;
        }
        let tasks = self.number("desired_count").unwrap_or(1.0);
        let reference = self.body.get("task_definition").and_then(Value::as_str).unwrap_or_default();
        let name =
            reference.strip_prefix("${aws_ecs_task_definition.").and_then(|rest| rest.split('.').next());
        let task = name.map(|name| &self.document["resource"]["aws_ecs_task_definition"][name]);
        let size = |argument: &str| task.and_then(|task| number(&task[argument]));
        let (Some(units), Some(megabytes)) = (size("cpu"), size("memory")) else {
            return Counted::Unknown("the size of its task definition is not in the stack".to_owned());
        };
        let (cores, gigabytes) = (units / 1024.0, megabytes / 1024.0);
        Counted::Items(vec![
            hours(&format!("{tasks} × {cores} vCPU on Fargate"), "fargate_vcpu_hour", tasks * cores),
            hours(
                &format!("{tasks} × {gigabytes} GB on Fargate"),
                "fargate_memory_gb_hour",
                tasks * gigabytes,
            ),
        ])
    }

    fn app_runner_service(&self) -> Counted {
        let instance = self.body.get("instance_configuration");
        let instance = instance.map(|block| block.get(0).unwrap_or(block));
        let size = |argument: &str| instance.and_then(|instance| number(instance.get(argument)?));
        // In the provider's form both are a thousandth of what is paid for; the defaults are 1 vCPU and 2 GB.
        let cores = size("cpu").unwrap_or(1024.0) / 1024.0;
        let gigabytes = size("memory").unwrap_or(2048.0) / 1024.0;
        Counted::Items(vec![
            hours(&format!("{gigabytes} GB kept ready"), "app_runner_memory_gb_hour", gigabytes),
            assumed(
                &format!("{cores} vCPU at work"),
                "app_runner_vcpu_hour",
                cores,
                "app_runner_active_hours",
            ),
        ])
    }
}

/// A number, also one that is written as text.
fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.parse().ok())
        .filter(|number| number.is_finite() && *number >= 0.0)
}

fn one(item: Item) -> Counted {
    Counted::Items(vec![item])
}

fn requests(what: &str, price: &str) -> Counted {
    one(assumed(what, price, 1.0, "api_requests_million"))
}

fn fixed(what: &str, price: &str, quantity: f64) -> Item {
    Item { what: what.to_owned(), price: price.to_owned(), quantity, basis: Basis::Fixed }
}

fn hours(what: &str, price: &str, count: f64) -> Item {
    fixed(what, price, count * HOURS)
}

fn assumed(what: &str, price: &str, factor: f64, assumption: &'static str) -> Item {
    let basis = Basis::Assumed(vec![assumption]);
    Item { what: what.to_owned(), price: price.to_owned(), quantity: factor, basis }
}
