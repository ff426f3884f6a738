//! APIs of API Gateway, by their requests and what they measure.

use crate::cost::count::compute::is_traced;
use crate::cost::count::part::{Counted, HOURS, Part, Subject, assumed, hours};

pub(super) fn requests(what: &str, price: &str) -> Part {
    assumed(what, price, 1.0, &["api_requests_million"])
}

pub(super) fn stage(subject: &Subject<'_>) -> Counted {
    let mut parts = Vec::new();
    if let Some(size) = subject.arguments.text("cache_cluster_size")? {
        parts.push(hours("API cache", &format!("api_gateway_cache_hour.{size}"), 1.0));
    }
    // A trace that goes on in a function is one trace, and counted there.
    if subject.arguments.is_on("xray_tracing_enabled")?
        && !subject.others("aws_lambda_function").any(is_traced)
    {
        let assumptions = &["api_requests_million", "xray_sampled_share"];
        parts.push(assumed("traces", "xray_traces_million", 1.0, assumptions));
    }
    Ok(parts)
}

pub(super) fn method_settings(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let Some(settings) = arguments.block("settings")? else { return Ok(Vec::new()) };
    if !settings.is_on("metrics_enabled")? {
        return Ok(Vec::new());
    }
    let methods = match arguments.text("method_path")? {
        Some("*/*") => subject.siblings("aws_api_gateway_method", "rest_api_id"),
        _ => 1.0,
    };
    if methods == 0.0 {
        return Err("it measures every method, and none is in the stack".to_owned());
    }
    Ok(vec![detailed_metrics(&format!("metrics of {methods} methods"), methods)])
}

pub(super) fn http(subject: &Subject<'_>) -> Counted {
    match subject.arguments.text("protocol_type")? {
        Some("HTTP") => Ok(vec![requests("HTTP API requests", "api_gateway_http_million")]),
        _ => Err("nothing is known of the price of an API that is not HTTP".to_owned()),
    }
}

pub(super) fn http_stage(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    if !arguments.blocks("route_settings")?.is_empty() {
        return Err("nothing is known of what its settings by route cost".to_owned());
    }
    let Some(settings) = arguments.block("default_route_settings")? else { return Ok(Vec::new()) };
    if !settings.is_on("detailed_metrics_enabled")? {
        return Ok(Vec::new());
    }
    let routes = subject.siblings("aws_apigatewayv2_route", "api_id");
    if routes == 0.0 {
        return Err("it measures every route, and none is in the stack".to_owned());
    }
    Ok(vec![detailed_metrics(&format!("metrics of {routes} routes"), routes)])
}

/// A metric is paid for in the hours in which there is a request.
fn detailed_metrics(what: &str, count: f64) -> Part {
    assumed(what, "cloudwatch_metric", count / HOURS, &["api_detailed_metrics", "api_active_hours"])
}
