//! The API stack: a REST API, the function behind it, and the one that checks tokens.

use formwork::{Hint, Output, Stack, aws};
use formwork_modules::boundary::bound_roles;
use formwork_modules::certificate::{CertificateConfig, certificate};
use formwork_modules::iam::Policy;
use formwork_modules::lambda_service::LambdaServiceParts;
use formwork_modules::rest_api::{
    Authorizer, AuthorizerKind, Body, Cors, Domain, LogLevel, Method, RestApiConfig, Route, Stage, rest_api,
};
use formwork_modules::secret::{SecretConfig, secret};
use serde_json::json;

use super::Project;
use super::database::DatabaseOutputs;
use super::functions::Function;
use super::names::{LIVE, MIGRATE};
use super::settings::Settings;

/// The fields of an access log's line, as the document names them, and where API Gateway has them.
const LOG_FIELDS: [(&str, &str); 9] = [
    ("requestId", "$context.requestId"),
    ("ip", "$context.identity.sourceIp"),
    ("requestTime", "$context.requestTime"),
    ("httpMethod", "$context.httpMethod"),
    ("resourcePath", "$context.resourcePath"),
    ("status", "$context.status"),
    ("protocol", "$context.protocol"),
    ("responseLength", "$context.responseLength"),
    ("latency", "$context.responseLatency"),
];

/// Seconds for which a decision about a token is kept.
const AUTHORIZER_CACHE: u32 = 300;

/// Answers of a kilobyte and more are compressed; smaller ones would hardly shrink.
const COMPRESSED_FROM: u32 = 1024;

/// What other stacks use of this one.
pub(crate) struct ApiOutputs {
    /// The API's name, as its metrics name it.
    pub(crate) name: Output<String>,
}

pub(crate) fn api(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    database: &DatabaseOutputs,
) -> formwork::Result<ApiOutputs> {
    refuse_strangers(settings)?;
    let handler = Function::with_database(stack, project, settings, database, "api").add(stack);
    let authorizer = authorizer(stack, project, settings, database);
    Function::with_database(stack, project, settings, database, MIGRATE).add(stack);
    let mut config =
        RestApiConfig::new(settings.name("api")).validate_everything().compress_from_bytes(COMPRESSED_FROM);
    if settings.api.domain.is_some() {
        // The name that AWS gives takes TLS 1.0 as well.
        config = config.only_own_domains();
    }
    if settings.emulator.is_some() {
        // Elsewhere `bootstrap` gives API Gateway the role that it logs with, once for the region.
        config = config.manage_account();
    }
    if let Some(live) = authorizer.aliases.get(LIVE) {
        let kind = AuthorizerKind::Token(live.clone());
        config = config.authorizer(Authorizer::new("token", kind).cache_seconds(AUTHORIZER_CACHE));
    }
    if let Some(live) = handler.aliases.get(LIVE) {
        config = routes(live).into_iter().fold(config, RestApiConfig::route);
    }
    let cors = Cors::new(&settings.api.allowed_origin)
        .only_headers(["Content-Type", "Authorization"])
        .only_methods([Method::Get, Method::Post, Method::Put, Method::Delete]);
    let stage = stage(stack, settings);
    let api = rest_api(stack, "api", config.cors(cors).stage(stage));
    if let Some(stage) = api.stages.get(&settings.api.stage) {
        let url = match &settings.api.domain {
            Some(domain) => format!("https://{}", domain.name),
            None => stage.invoke_url().to_string(),
        };
        stack.output("api_url", url);
    }
    if settings.emulator.is_none() {
        bound_roles(stack, project.boundary_arn(settings));
    }
    Ok(ApiOutputs { name: stack.output("api_name", api.api.name()) })
}

/// An API on AWS asks everybody who they are.
fn refuse_strangers(settings: &Settings) -> formwork::Result {
    if settings.api.bypass_authorizer && settings.emulator.is_none() {
        anyhow::bail!(
            "{}: api.bypass_authorizer lets everybody in, and this API is not on an emulator{}",
            settings.file(),
            Hint::new("take the line out")
        );
    }
    Ok(())
}

/// Checks the signature and the expiry of a token. It needs the key of signatures and no database.
fn authorizer(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    database: &DatabaseOutputs,
) -> LambdaServiceParts {
    let key =
        SecretConfig::new(format!("{}jwt", settings.secret_path()), "The key that tokens are signed with")
            .recovery_days(if settings.environment == "production" { 30 } else { 0 });
    let key = secret(stack, "jwt", key).secret;
    stack.output("jwt_secret_arn", key.arn());
    Function::new(stack, project, settings, database, "authorizer")
        .configured(|config| {
            let read = Policy::new().allow(["secretsmanager:GetSecretValue"], [key.arn()]);
            let config = config.environment("JWT_SECRET_ARN", key.arn()).policy(read);
            if settings.api.bypass_authorizer {
                config.environment("AUTHORIZER_BYPASS", "true")
            } else {
                config
            }
        })
        .add(stack)
}

fn routes(live: &aws::LambdaAliasRef) -> Vec<Route> {
    // The document names no fields: whatever is sent must be an object with something in it.
    let user = Body::new(
        "User",
        json!({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "minProperties": 1}),
    );
    let route = |method, path: &str| Route::by_alias(method, path, live).authorizer("token");
    let one = |method| route(method, "/user/{id}").require_parameter("path.id");
    vec![
        route(Method::Post, "/user").body(user.clone()),
        one(Method::Get),
        one(Method::Put).body(user),
        one(Method::Delete),
    ]
}

fn stage(stack: &mut Stack, settings: &Settings) -> Stage {
    let mut stage = Stage::new(&settings.api.stage)
        .throttling(settings.api.rate_limit.into(), settings.api.burst_limit)
        .log_level(LogLevel::Info)
        .log_fields(LOG_FIELDS)
        .log_days(settings.operations.log_days);
    if settings.api.data_trace {
        stage = stage.trace_data();
    }
    if let Some(domain) = &settings.api.domain {
        let zone = stack.add("zone", aws::data::Route53Zone::new().name(&domain.zone)).zone_id();
        let arn = certificate(stack, "certificate", CertificateConfig::new(&domain.name, zone.clone())).arn();
        stage = stage.domain(Domain::new(&domain.name, arn).zone(zone));
    }
    stage
}
