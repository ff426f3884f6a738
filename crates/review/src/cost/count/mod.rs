//! What is paid for in a resource: how much of what, by its arguments.

mod api;
mod compute;
mod containers;
mod data;
mod messages;
mod network;
mod observation;

use formwork_core::Kind;
use formwork_schema::TypeFacts;
use formwork_schema::facts::Payment;
use serde_json::Value;

use crate::cost::Basis;
use crate::cost::arguments::{Arguments, Reason};

/// Hours of a month, as AWS counts them in its calculator.
pub(crate) const HOURS: f64 = 730.0;

/// A part of what a resource costs, before prices.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// So much of something that has a price.
    Item(Item),
    /// Something is paid that nobody can count; the text says why.
    Unknown(Reason),
}

/// An amount of something that has a price.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// What it is, in words.
    pub what: String,
    /// The name of the price in the sheet.
    pub price: String,
    /// How much of it there is in a month, in the price's unit; what is assumed comes on top, as a factor.
    pub quantity: f64,
    pub basis: Basis,
}

/// The parts of what a resource costs: none if it costs nothing by itself.
pub(crate) type Counted = Result<Vec<Part>, Reason>;

/// A resource with the document around it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub type_name: &'a str,
    pub arguments: Arguments<'a>,
    /// The whole document of its stack.
    pub document: &'a Value,
}

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

impl<'a> Subject<'a> {
    /// The resource of a type that an argument refers to, if it is in the same stack.
    fn referred(&self, argument: &str, type_name: &str) -> Option<Arguments<'a>> {
        let reference = self.arguments.given(argument)?.as_str()?;
        let reference = formwork_core::references::reference(reference)?;
        let block =
            reference.block().filter(|block| block.kind == Kind::Resource && block.type_name == type_name)?;
        self.document["resource"][type_name][block.name].as_object().map(Arguments)
    }

    /// How many resources of a type have the same value for an argument, such as the methods of the same API.
    fn siblings(&self, type_name: &str, argument: &str) -> f64 {
        let own = self.arguments.given(argument);
        self.others(type_name).filter(|other| other.given(argument) == own).count() as f64
    }

    /// The stack's resources of a type.
    fn others(&self, type_name: &str) -> impl Iterator<Item = Arguments<'a>> {
        let resources = self.document["resource"][type_name].as_object();
        resources.into_iter().flat_map(|all| all.values()).filter_map(Value::as_object).map(Arguments)
    }
}

fn fixed(what: &str, price: &str, quantity: f64) -> Part {
    Part::Item(Item { what: what.to_owned(), price: price.to_owned(), quantity, basis: Basis::Fixed })
}

fn hours(what: &str, price: &str, count: f64) -> Part {
    fixed(what, price, count * HOURS)
}

fn assumed(what: &str, price: &str, factor: f64, assumptions: &[&'static str]) -> Part {
    let basis = Basis::Assumed(assumptions.to_vec());
    Part::Item(Item { what: what.to_owned(), price: price.to_owned(), quantity: factor, basis })
}

fn unknown(reason: impl Into<Reason>) -> Part {
    Part::Unknown(reason.into())
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
