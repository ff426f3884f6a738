//! An HTTP API (API Gateway v2) in front of Lambda functions: cheaper and faster than a REST API, with less in it.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::http_api::{Authorizer, HttpApiConfig, Route, http_api};
//! use formwork_modules::lambda_service::{LambdaServiceConfig, Package, lambda_service};
//! use formwork_modules::rest_api::Method;
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let orders = lambda_service(stack, "orders", LambdaServiceConfig::new("shop-orders", Package::zip("orders.zip")));
//! let keys = lambda_service(stack, "keys", LambdaServiceConfig::new("shop-keys", Package::zip("keys.zip")));
//! let config = HttpApiConfig::new("shop")
//!     .authorizer(Authorizer::new("key", &keys.function, ["$request.header.x-api-key"]))
//!     .route(Route::new(Method::Get, "/orders/{id}", &orders.function).authorizer("key"));
//! let api = http_api(stack, "api", config);
//! stack.output("endpoint", api.endpoint());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Not here, because HTTP APIs have none of it: API keys and usage plans, request validators and models, traces. A REST
//! API has them ([`rest_api`](crate::rest_api)).

mod config;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use formwork::aws::apigatewayv2_authorizer::JwtConfiguration;
use formwork::{Expr, Source, Stack, aws};

pub use config::{Authorizer, HttpApiConfig, Route};

use crate::http_api::config::Kind;
use crate::label::label;
use crate::lambda_service::Callee;
use crate::rest_api::{Cors, Method};
use crate::route_path::pattern;
use crate::tags::tags;

/// The stage that is served without a path of its own (API Gateway Developer Guide, "Stages for HTTP APIs").
const STAGE: &str = "$default";

/// One line of JSON per request; the names are those of API Gateway's `$context` variables.
const ACCESS_LOG: [(&str, &str); 10] = [
    ("requestId", "$context.requestId"),
    ("time", "$context.requestTime"),
    ("ip", "$context.identity.sourceIp"),
    ("route", "$context.routeKey"),
    ("path", "$context.path"),
    ("status", "$context.status"),
    ("responseLength", "$context.responseLength"),
    ("latency", "$context.responseLatency"),
    ("integrationLatency", "$context.integrationLatency"),
    ("error", "$context.integrationErrorMessage"),
];

/// The characters of a statement in a function's policy without its method and path: with an ARN, a stage's pattern and the
/// names of a function and an alias of 30 characters together.
const STATEMENT: usize = 330;

/// How much of a function's policy, which has 20 480 characters (AWS Lambda Developer Guide, "Lambda quotas"), the routes of an
/// API may take. The rest is for authorizers, schedules and another API's pattern.
const MOST_OF_POLICY: usize = 17_500;

/// What an API consists of.
#[derive(Clone, Debug)]
pub struct HttpApiParts {
    /// The API.
    pub api: aws::Apigatewayv2ApiRef,
    /// Its one stage, which serves every change at once.
    pub stage: aws::Apigatewayv2StageRef,
    /// The access logs.
    pub log_group: aws::CloudwatchLogGroupRef,
}

impl HttpApiParts {
    /// The URL that paths follow, without a `/` at its end.
    #[must_use]
    pub fn endpoint(&self) -> Expr<String> {
        self.api.api_endpoint()
    }
}

/// Adds an API. What is wrong with its routes is reported at the caller's line.
#[track_caller]
pub fn http_api(stack: &mut Stack, name: &str, config: HttpApiConfig) -> HttpApiParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let mistakes = config.mistakes();
    let is_right = mistakes.is_empty();
    mistakes.report(stack, name, source);
    let api = aws::Apigatewayv2Api::new(aws::Apigatewayv2ApiArgs {
        name: config.name.clone().into(),
        protocol_type: "HTTP".into(),
    })
    .tags(tags(&config.tags))
    .cors_configuration(config.cors.as_ref().map(cross_origin));
    let api = stack.add("api", api);
    let authorizers: BTreeMap<&str, (aws::Apigatewayv2AuthorizerRef, &str)> = config
        .authorizers
        .iter()
        .map(|authorizer| {
            let kind = match authorizer.kind {
                Kind::Function { .. } => "CUSTOM",
                Kind::Jwt { .. } => "JWT",
            };
            (authorizer.name.as_str(), (add_authorizer(stack, &api, authorizer), kind))
        })
        .collect();
    // Routes that were reported would be reported again by the parts that they share.
    for route in config.routes.iter().filter(|_| is_right) {
        let authorizer = route.authorizer.as_deref().and_then(|name| authorizers.get(name));
        add_route(stack, &api, route, authorizer);
    }
    if is_right {
        add_permissions(stack, &api, &config.routes);
    }
    let (stage, log_group) = add_stage(stack, &api, &config);
    HttpApiParts { api, stage, log_group }
}

fn cross_origin(cors: &Cors) -> aws::apigatewayv2_api::CorsConfiguration {
    aws::apigatewayv2_api::CorsConfiguration::new()
        .allow_origins([&cors.origin])
        .allow_methods(cors.method_names())
        .allow_headers(&cors.headers)
        .max_age(cors.max_age_seconds)
}

fn add_authorizer(
    stack: &mut Stack,
    api: &aws::Apigatewayv2ApiRef,
    authorizer: &Authorizer,
) -> aws::Apigatewayv2AuthorizerRef {
    let name = label(&authorizer.name);
    let resource = |kind: &str| {
        aws::Apigatewayv2Authorizer::new(aws::Apigatewayv2AuthorizerArgs {
            api_id: api.id().into(),
            authorizer_type: kind.into(),
            name: authorizer.name.clone().into(),
        })
    };
    match &authorizer.kind {
        Kind::Function { callee, cache_seconds } => {
            let resource = resource("REQUEST")
                .authorizer_uri(callee.invoke_arn())
                .authorizer_payload_format_version("2.0")
                .enable_simple_responses(true)
                .identity_sources(&authorizer.sources)
                .authorizer_result_ttl_in_seconds(*cache_seconds);
            let reference = stack.add(&name, resource);
            let source_arn = format!("{}/authorizers/{}", api.execution_arn(), reference.id());
            stack.add(&format!("authorizer_{name}"), permission(callee, source_arn));
            reference
        }
        Kind::Jwt { issuer, audiences } => {
            let tokens = JwtConfiguration::new().audience(audiences).issuer(issuer.clone());
            let resource = resource("JWT").identity_sources(&authorizer.sources).jwt_configuration(tokens);
            stack.add(&name, resource)
        }
    }
}

fn add_route(
    stack: &mut Stack,
    api: &aws::Apigatewayv2ApiRef,
    route: &Route,
    authorizer: Option<&(aws::Apigatewayv2AuthorizerRef, &str)>,
) {
    let name = route.label();
    let integration = aws::Apigatewayv2Integration::new(aws::Apigatewayv2IntegrationArgs {
        api_id: api.id().into(),
        integration_type: "AWS_PROXY".into(),
    })
    .integration_uri(route.callee.invoke_arn())
    .payload_format_version("2.0");
    let integration = stack.add(&name, integration);
    let mut resource = aws::Apigatewayv2Route::new(aws::Apigatewayv2RouteArgs {
        api_id: api.id().into(),
        route_key: route.key().into(),
    })
    .target(format!("integrations/{}", integration.id()))
    .authorization_type(authorizer.map(|(_, kind)| *kind))
    .authorizer_id(authorizer.map(|(authorizer, _)| authorizer.id()));
    if !route.scopes.is_empty() {
        resource = resource.authorization_scopes(&route.scopes);
    }
    stack.add(&name, resource);
}

/// Lets the API call what answers: for each route by itself, as long as all of a function's policy has room for that, and
/// for all other routes of the function at once. Routes that come later take no permission from those that are there.
fn add_permissions(stack: &mut Stack, api: &aws::Apigatewayv2ApiRef, routes: &[Route]) {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wide: BTreeMap<&str, &Callee> = BTreeMap::new();
    for route in routes {
        let method = match route.method {
            Method::Any => "*",
            method => method.as_str(),
        };
        // For this route only, on whichever stage: `<api>/<stage>/<method><path>`.
        let place = format!("{method}{}", pattern(&route.path));
        let size = sizes.entry(route.callee.name()).or_default();
        *size += STATEMENT + place.len();
        if *size > MOST_OF_POLICY {
            wide.entry(route.callee.name()).or_insert(&route.callee);
            continue;
        }
        let source_arn = format!("{}/*/{place}", api.execution_arn());
        stack.add(&route.label(), permission(&route.callee, source_arn));
    }
    for (name, callee) in wide {
        let source_arn = format!("{}/*/*", api.execution_arn());
        stack.add(&format!("all_{name}"), permission(callee, source_arn));
    }
}

fn add_stage(
    stack: &mut Stack,
    api: &aws::Apigatewayv2ApiRef,
    config: &HttpApiConfig,
) -> (aws::Apigatewayv2StageRef, aws::CloudwatchLogGroupRef) {
    let logs = aws::CloudwatchLogGroup::new()
        .name(format!("/aws/apigateway/{}", config.name))
        .retention_in_days(config.log_days)
        .tags(tags(&config.tags));
    let logs = stack.add("access_logs", logs);
    let format = serde_json::Map::from_iter(ACCESS_LOG.map(|(key, value)| (key.to_owned(), value.into())));
    let format = serde_json::Value::Object(format);
    let stage = aws::Apigatewayv2Stage::new(aws::Apigatewayv2StageArgs {
        api_id: api.id().into(),
        name: STAGE.into(),
    })
    .auto_deploy(true)
    .access_log_settings(aws::apigatewayv2_stage::AccessLogSettings::new(
        aws::apigatewayv2_stage::AccessLogSettingsArgs {
            destination_arn: logs.arn().into(),
            format: format.clone().into(),
        },
    ))
    .tags(tags(&config.tags));
    // Settings without limits would be sent with limits of 0, and every request answered with 429.
    let throttling = config.throttling.map(|(rate, burst)| {
        aws::apigatewayv2_stage::DefaultRouteSettings::new()
            .detailed_metrics_enabled(true)
            .throttling_rate_limit(rate)
            .throttling_burst_limit(burst)
    });
    (stack.add("stage", stage.default_route_settings(throttling)), logs)
}

fn permission(callee: &Callee, source_arn: String) -> aws::LambdaPermission {
    callee.permission("apigateway.amazonaws.com", source_arn)
}
