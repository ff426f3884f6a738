//! What is paid for in a resource: how much of what, by its arguments.

mod api;
mod compute;
mod containers;
mod data;
mod messages;
mod network;
mod observation;
pub(crate) mod part;

use formwork_schema::TypeFacts;
use formwork_schema::facts::Payment;

use crate::cost::count::part::{Counted, Subject, assumed, fixed};

/// How a resource of a type is counted.
type Formula = fn(&Subject<'_>) -> Counted;

/// The formulas of all types that are paid for, in order. Their entries in the facts of `formwork-schema` say so.
const FORMULAS: &[(&str, Formula)] = &[
    ("aws_acm_certificate", network::certificate),
    ("aws_alb", network::load_balancer),
    ("aws_api_gateway_method_settings", api::method_settings),
    ("aws_api_gateway_rest_api", |_| {
        Ok(vec![api::requests("REST API requests", "api_gateway_rest_million")])
    }),
    ("aws_api_gateway_stage", api::stage),
    ("aws_apigatewayv2_api", api::http),
    ("aws_apigatewayv2_stage", api::http_stage),
    ("aws_apprunner_service", compute::app_runner_service),
    ("aws_cloudfront_distribution", |_| Ok(network::distribution())),
    ("aws_cloudtrail", observation::trail),
    ("aws_cloudwatch_dashboard", |_| Ok(vec![fixed("dashboard", "cloudwatch_dashboard", 1.0)])),
    ("aws_cloudwatch_log_group", observation::log_group),
    ("aws_cloudwatch_metric_alarm", observation::alarm),
    ("aws_db_instance", data::database),
    ("aws_dynamodb_table", data::table),
    ("aws_ebs_volume", compute::volume),
    ("aws_ecr_repository", |_| Ok(vec![assumed("images", "ecr_gb", 1.0, &["ecr_gb"])])),
    ("aws_ecs_cluster", containers::cluster),
    ("aws_ecs_service", containers::service),
    ("aws_eip", |_| Ok(vec![network::public_address()])),
    ("aws_elasticache_replication_group", data::replication_group),
    ("aws_flow_log", observation::flow_log),
    ("aws_instance", compute::instance),
    ("aws_kms_key", |_| Ok(vec![fixed("key", "kms_key", 1.0)])),
    ("aws_lambda_function", compute::function),
    ("aws_launch_template", compute::launch_template),
    ("aws_lb", network::load_balancer),
    ("aws_nat_gateway", |_| Ok(network::nat_gateway())),
    ("aws_route53_zone", |_| Ok(vec![fixed("hosted zone", "route53_zone", 1.0)])),
    ("aws_s3_bucket", |_| Ok(vec![assumed("S3 Standard storage", "s3_gb", 1.0, &["s3_gb"])])),
    ("aws_scheduler_schedule", |_| Ok(vec![messages::schedule()])),
    ("aws_secretsmanager_secret", data::secret),
    ("aws_sns_topic", messages::topic),
    ("aws_sns_topic_subscription", messages::subscription),
    ("aws_sqs_queue", messages::queue),
    ("aws_ssm_parameter", data::parameter),
    ("aws_vpc_endpoint", network::endpoint),
    ("aws_wafv2_web_acl", network::web_acl),
];

/// Counts what a resource costs. What is not known here is an error, never nothing.
pub(crate) fn count(subject: &Subject<'_>) -> Counted {
    let type_name = subject.type_name;
    if let Ok(position) = FORMULAS.binary_search_by_key(&type_name, |(name, _)| name) {
        return FORMULAS[position].1(subject);
    }
    match TypeFacts::payment_for(type_name) {
        Some(Payment::Free) => Ok(Vec::new()),
        _ => Err(format!("nothing is known of the price of {type_name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counted_type_has_a_formula_and_every_formula_is_of_a_counted_type() {
        assert!(FORMULAS.is_sorted_by_key(|(name, _)| name));
        let formulas: Vec<&str> = FORMULAS.iter().map(|(name, _)| *name).collect();
        let counted = TypeFacts::all().filter(|(_, facts)| facts.payment == Some(Payment::Counted));
        assert_eq!(formulas, counted.map(|(name, _)| name).collect::<Vec<_>>());
    }
}
