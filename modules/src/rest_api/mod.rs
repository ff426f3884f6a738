//! A REST API (API Gateway v1) in front of Lambda functions.
//!
//! Routes may leave it to the stage which alias of a function answers: the stage's variable `alias` chooses. So one API
//! serves a candidate under one domain name and the stable version under another.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::lambda_service::{LambdaServiceConfig, Package, lambda_service};
//! use formwork_modules::rest_api::{Cors, Method, RestApiConfig, Route, Stage, rest_api};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let config = LambdaServiceConfig::new("shop-orders", Package::zip("orders.zip"))
//!     .candidate_alias("candidate")
//!     .stable_alias("live");
//! let orders = lambda_service(stack, "orders", config);
//! let config = RestApiConfig::new("shop")
//!     .route(Route::by_stage(Method::Any, "/orders/{proxy+}", &orders))
//!     .cors(Cors::new("https://shop.example.com"))
//!     .stage(Stage::new("live").alias("live").throttling(100.0, 50))
//!     .stage(Stage::new("candidate").alias("candidate"));
//! let api = rest_api(stack, "api", config);
//! stack.output("url", api.stages["live"].invoke_url());
//! assert!(app.finish().diagnostics.is_empty());
//! ```

mod account;
mod config;
mod cors;
mod deployment;
mod domain;
mod methods;
mod serving;
mod stage;
mod tree;
mod usage;

use formwork::{Source, Stack, aws};

use crate::tags::tags;
use indexmap::IndexMap;

pub use account::{AccountLoggingConfig, AccountLoggingParts, account_logging};
pub use config::{Authorizer, AuthorizerKind, Body, Cors, Method, RestApiConfig, Route};
pub use serving::{Domain, LogLevel, Period, Stage, UsagePlan};

/// What an API consists of.
#[derive(Clone, Debug)]
pub struct RestApiParts {
    /// The API.
    pub api: aws::ApiGatewayRestApiRef,
    /// The snapshot of the API that the stages serve.
    pub deployment: aws::ApiGatewayDeploymentRef,
    /// The stages, by name.
    pub stages: IndexMap<String, aws::ApiGatewayStageRef>,
    /// The custom domain names, by stage.
    pub domains: IndexMap<String, aws::ApiGatewayDomainNameRef>,
    /// The API keys, by name.
    pub api_keys: IndexMap<String, aws::ApiGatewayApiKeyRef>,
}

/// Adds an API. What is wrong with its routes and stages is reported at the caller's line.
#[track_caller]
pub fn rest_api(stack: &mut Stack, name: &str, config: RestApiConfig) -> RestApiParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    config.mistakes().report(stack, name, source);
    let endpoint = aws::api_gateway_rest_api::EndpointConfiguration::new(["REGIONAL"]);
    let api = aws::ApiGatewayRestApi::new(&config.name)
        .endpoint_configuration(endpoint)
        .disable_execute_api_endpoint(config.only_own_domains)
        .tags(tags(&config.tags))
        .minimum_compression_size(config.compressed_from_bytes.map(|bytes| bytes.to_string()));
    let api = stack.add("api", api);
    let account = config
        .manages_account
        .then(|| AccountLoggingConfig::new(config.logging_role()).tags(config.tags.clone()))
        .map(|logging| account::add(stack, "account", &logging).account);
    let tree = tree::Tree::build(stack, &api, config.routes.iter().map(|route| route.path.as_str()));
    let mut definition = deployment::Definition::new(tree.addresses());
    methods::routes(stack, &api, &config, &tree, &mut definition);
    if let Some(cors) = &config.cors {
        cors::preflight(stack, &api, cors, &config, &tree, &mut definition);
    }
    let deployment = definition.deploy(stack, &api);
    let mut stages = IndexMap::new();
    let mut domains = IndexMap::new();
    for stage in &config.stages {
        let reference = stage::stage(stack, &api, &deployment, &config, stage, account.as_ref());
        stage::permissions(stack, &api, &config, stage);
        if let Some(domain) = &stage.domain {
            domains
                .insert(stage.name.clone(), domain::domain(stack, &api, &reference, &config, stage, domain));
        }
        stages.insert(stage.name.clone(), reference);
    }
    let api_keys = usage::plans(stack, &api, &config, &stages);
    RestApiParts { api, deployment, stages, domains, api_keys }
}

#[cfg(test)]
mod tests;
