//! What resource types are in a picture of an architecture: things of their own, or parts of other things.

/// What a resource type is in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A thing that a person would draw, with the name that AWS or GitHub gives it.
    Thing(Category, &'static str),
    /// A network: it is drawn as a box around what is in it.
    Network,
    /// A part of a network: those of one tier are a box within the network.
    Subnet,
    /// A part of some thing: a policy of a role, an alias of a function, a rule of a bus.
    Part,
    /// A part that says who may connect to whom.
    Access,
    /// A part by which the thing that it names feeds another: the arrow goes against its reference.
    Feed,
    /// A part whose references say nothing about who uses what, such as a policy that names those who may come.
    Silent,
    /// A part that belongs to what uses it, whatever it refers to itself: a security group, a policy.
    Used,
    /// The same, but a thing of its own where nothing uses it: a role that a pipeline assumes, a task that is started
    /// by hand.
    Loose(Category, &'static str),
    /// A part of a network, such as a route: what refers to it does not own it.
    Plumbing,
}

/// What a thing is for; it chooses the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    /// Where requests come in.
    Entry,
    /// What runs code.
    Compute,
    /// What carries messages and time.
    Messaging,
    /// What keeps data.
    Data,
    /// What connects.
    Network,
    /// Identities, keys and secrets.
    Security,
    /// Repositories, images and artifacts.
    Delivery,
    /// What watches.
    Observability,
    /// Anything else.
    Other,
}

use Category::{Compute, Data, Delivery, Entry, Messaging, Observability, Security};
use Kind::Thing;

/// Names as the product pages of AWS and GitHub spell them.
const KINDS: &[(&str, Kind)] = &[
    ("aws_api_gateway_account", Thing(Entry, "API Gateway account settings")),
    ("aws_api_gateway_domain_name", Kind::Part),
    ("aws_api_gateway_rest_api", Thing(Entry, "API Gateway REST API")),
    ("aws_apigatewayv2_api", Thing(Entry, "API Gateway API")),
    ("aws_apprunner_service", Thing(Compute, "App Runner service")),
    ("aws_autoscaling_group", Thing(Compute, "Auto Scaling group")),
    ("aws_budgets_budget", Thing(Observability, "Budget")),
    ("aws_cloudfront_distribution", Thing(Entry, "CloudFront distribution")),
    ("aws_cloudtrail", Thing(Observability, "CloudTrail trail")),
    ("aws_cloudwatch_dashboard", Thing(Observability, "CloudWatch dashboard")),
    ("aws_cloudwatch_event_bus", Thing(Messaging, "EventBridge bus")),
    ("aws_cloudwatch_event_rule", Thing(Messaging, "EventBridge rule")),
    ("aws_cloudwatch_metric_alarm", Kind::Silent),
    ("aws_cognito_user_pool", Thing(Security, "Cognito user pool")),
    ("aws_db_instance", Thing(Data, "RDS DB instance")),
    ("aws_db_proxy", Thing(Data, "RDS Proxy")),
    ("aws_default_network_acl", Kind::Plumbing),
    ("aws_default_route_table", Kind::Plumbing),
    ("aws_default_security_group", Kind::Plumbing),
    ("aws_dynamodb_table", Thing(Data, "DynamoDB table")),
    ("aws_ecr_repository", Thing(Delivery, "ECR repository")),
    ("aws_ecr_repository_policy", Kind::Silent),
    ("aws_ecs_cluster", Thing(Compute, "ECS cluster")),
    ("aws_ecs_service", Thing(Compute, "ECS service")),
    ("aws_ecs_task_definition", Kind::Loose(Compute, "ECS task definition")),
    ("aws_efs_file_system", Thing(Data, "EFS file system")),
    ("aws_eks_cluster", Thing(Compute, "EKS cluster")),
    ("aws_elasticache_replication_group", Thing(Data, "ElastiCache replication group")),
    ("aws_elasticache_serverless_cache", Thing(Data, "ElastiCache Serverless cache")),
    ("aws_flow_log", Kind::Plumbing),
    ("aws_iam_instance_profile", Kind::Used),
    ("aws_iam_openid_connect_provider", Thing(Security, "IAM OIDC provider")),
    ("aws_iam_policy", Kind::Used),
    ("aws_iam_role", Kind::Loose(Security, "IAM role")),
    ("aws_instance", Thing(Compute, "EC2 instance")),
    ("aws_internet_gateway", Thing(Category::Network, "Internet gateway")),
    ("aws_kinesis_stream", Thing(Messaging, "Kinesis data stream")),
    ("aws_kms_key", Thing(Security, "KMS key")),
    ("aws_kms_key_policy", Kind::Silent),
    ("aws_lambda_event_source_mapping", Kind::Feed),
    ("aws_lambda_function", Thing(Compute, "Lambda function")),
    ("aws_lambda_permission", Kind::Silent),
    ("aws_launch_template", Thing(Compute, "EC2 launch template")),
    ("aws_lb", Thing(Entry, "Application Load Balancer")),
    ("aws_nat_gateway", Thing(Category::Network, "NAT gateway")),
    ("aws_network_acl", Kind::Plumbing),
    ("aws_network_acl_rule", Kind::Plumbing),
    ("aws_rds_cluster", Thing(Data, "RDS cluster")),
    ("aws_route", Kind::Plumbing),
    ("aws_route53_zone", Thing(Entry, "Route 53 hosted zone")),
    ("aws_route_table", Kind::Plumbing),
    ("aws_route_table_association", Kind::Plumbing),
    ("aws_s3_bucket", Thing(Data, "S3 bucket")),
    ("aws_s3_bucket_cors_configuration", Kind::Silent),
    ("aws_s3_bucket_policy", Kind::Silent),
    ("aws_scheduler_schedule", Thing(Messaging, "EventBridge schedule")),
    ("aws_secretsmanager_secret", Thing(Security, "Secrets Manager secret")),
    ("aws_secretsmanager_secret_policy", Kind::Silent),
    ("aws_security_group", Kind::Used),
    ("aws_security_group_rule", Kind::Access),
    ("aws_sfn_state_machine", Thing(Compute, "Step Functions state machine")),
    ("aws_sns_topic", Thing(Messaging, "SNS topic")),
    ("aws_sns_topic_policy", Kind::Silent),
    ("aws_sqs_queue", Thing(Messaging, "SQS queue")),
    ("aws_sqs_queue_policy", Kind::Silent),
    ("aws_sqs_queue_redrive_allow_policy", Kind::Silent),
    ("aws_subnet", Kind::Subnet),
    ("aws_vpc", Kind::Network),
    ("aws_vpc_endpoint", Thing(Category::Network, "VPC endpoint")),
    ("aws_vpc_security_group_egress_rule", Kind::Silent),
    ("aws_vpc_security_group_ingress_rule", Kind::Access),
    ("aws_wafv2_web_acl", Thing(Security, "WAF web ACL")),
    ("github_repository", Thing(Delivery, "GitHub repository")),
    ("github_repository_environment", Thing(Delivery, "GitHub environment")),
];

/// Ends of names of types that are parts of others, for the types that have no line above.
const PARTS: &[&str] = &[
    "_access_block",
    "_access_control",
    "_account",
    "_acl",
    "_alias",
    "_archive",
    "_association",
    "_attachment",
    "_authorizer",
    "_block",
    "_branch",
    "_certificate",
    "_collaborators",
    "_configuration",
    "_controls",
    "_deployment",
    "_document",
    "_eip",
    "_endpoint",
    "_file",
    "_flow_log",
    "_group",
    "_id",
    "_integration",
    "_key",
    "_listener",
    "_mapping",
    "_member",
    "_membership",
    "_method",
    "_model",
    "_notification",
    "_object",
    "_parameter",
    "_password",
    "_permission",
    "_permissions",
    "_pet",
    "_policy",
    "_profile",
    "_protection",
    "_proxy",
    "_record",
    "_resource",
    "_response",
    "_route",
    "_rule",
    "_ruleset",
    "_secret",
    "_security_group",
    "_settings",
    "_stage",
    "_string",
    "_subscription",
    "_table",
    "_target",
    "_validation",
    "_validator",
    "_variable",
    "_vpc_link",
    "_versioning",
    "_version",
];

/// What a resource type is in the picture. A type without facts is a part if its name ends like one, and otherwise a
/// thing that is called like its type.
pub(crate) fn kind(type_name: &str) -> Option<Kind> {
    if let Ok(position) = KINDS.binary_search_by_key(&type_name, |(name, _)| name) {
        return Some(KINDS[position].1);
    }
    PARTS.iter().any(|end| type_name.ends_with(end)).then_some(Kind::Part)
}

/// Words of types' names that are not written in small letters.
const SPELLINGS: &[(&str, &str)] = &[
    ("acm", "ACM"),
    ("api", "API"),
    ("apigateway", "API Gateway"),
    ("cloudfront", "CloudFront"),
    ("cloudwatch", "CloudWatch"),
    ("dynamodb", "DynamoDB"),
    ("ec2", "EC2"),
    ("ecr", "ECR"),
    ("ecs", "ECS"),
    ("efs", "EFS"),
    ("eks", "EKS"),
    ("iam", "IAM"),
    ("kms", "KMS"),
    ("lb", "LB"),
    ("rds", "RDS"),
    ("s3", "S3"),
    ("ses", "SES"),
    ("sns", "SNS"),
    ("sqs", "SQS"),
    ("ssm", "SSM"),
    ("vpc", "VPC"),
];

/// The words of a type's name without the provider: `aws_kinesis_stream` is a `Kinesis stream`.
pub(crate) fn words(type_name: &str) -> String {
    let name = type_name.split_once('_').map_or(type_name, |(_, rest)| rest);
    let word = |(position, word): (usize, &str)| {
        if let Some((_, spelling)) = SPELLINGS.iter().find(|(small, _)| *small == word) {
            return (*spelling).to_owned();
        }
        let mut characters = word.chars();
        match characters.next() {
            Some(first) if position == 0 => first.to_uppercase().chain(characters).collect(),
            _ => word.to_owned(),
        }
    };
    name.split('_').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_so_that_it_can_be_searched() {
        assert!(KINDS.is_sorted_by_key(|(name, _)| name));
    }

    #[test]
    fn types_without_facts_are_told_by_their_names() {
        assert_eq!(kind("aws_s3_bucket_versioning"), Some(Kind::Part));
        assert_eq!(kind("aws_kinesis_firehose_delivery_stream"), None);
        assert_eq!(words("aws_kinesis_stream"), "Kinesis stream");
        assert_eq!(words("aws_iam_role"), "IAM role");
    }
}
