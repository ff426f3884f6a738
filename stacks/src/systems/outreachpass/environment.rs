//! One environment: network, database, secrets, backend and worker, the API, the frontend, alarms.

use std::collections::BTreeMap;

use formwork::release::{Analysis, Lambda, Release, Releases};
use formwork::{Expr, Map, Output, Stack, aws};
use formwork_modules::artifact_bucket::Artifact;
use formwork_modules::boundary::bound_roles;
use formwork_modules::certificate::{CertificateConfig, certificate};
use formwork_modules::egress_group::{EgressGroupConfig, egress_group};
use formwork_modules::iam::Policy;
use formwork_modules::lambda_service::{LambdaServiceConfig, LambdaServiceParts, Package, lambda_service};
use formwork_modules::network::network;
use formwork_modules::postgres::{self, PostgresParts, postgres};
use formwork_modules::rest_api::{Domain, LogLevel, Method, RestApiConfig, Route, Stage, rest_api};
use formwork_modules::schedule::{ScheduleConfig, schedule};
use formwork_modules::secret::{SecretConfig, secret};
use serde_json::json;

use super::Project;
use super::alarms::build_alarms;
use super::bootstrap::BootstrapOutputs;
use super::context::EnvironmentContext;
use super::frontend::build_frontend;
use super::names::{CANDIDATE, LIVE, MIGRATE, boundary_name};
use super::settings::{RuleSettings, Settings};

/// A migration may wait for locks and build indexes; Lambda ends it after 15 minutes.
const MIGRATE_SECONDS: u32 = 900;

/// The name of the first database in the instance.
const DATABASE: &str = "outreachpass";

/// The variable with the ARN of the application's own credentials.
const DATABASE_SECRET: &str = "DATABASE_SECRET_ARN";

/// The environment's secrets: their names behind its path, what they are for, and the variable with their ARN.
const SECRETS: [(&str, &str, &str); 3] = [
    ("database", "Database credentials of the application", DATABASE_SECRET),
    ("google-wallet", "Google Wallet API credentials", "GOOGLE_WALLET_SECRET_ARN"),
    ("ses-smtp", "Credentials for sending e-mail", "SES_SMTP_SECRET_ARN"),
];

/// What the repository's workflows are told of an environment.
pub(crate) struct EnvironmentOutputs {
    /// Where a new version of the backend is tested.
    pub(crate) candidate_url: Output<String>,
    /// What the frontend is in AWS: the ARN of an App Runner service, or the name of an ECS service.
    pub(crate) frontend_service: Output<String>,
}

pub(crate) fn environment(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    bootstrap: &BootstrapOutputs,
) -> formwork::Result<EnvironmentOutputs> {
    project.prepare(stack, &settings.region, &settings.environment);
    let config = settings.network.config(settings.prefix(), &settings.region, settings.functions.log_days);
    let network = network(stack, "network", config);
    let zone = stack.add("zone", aws::data::Route53Zone::new().name(&settings.domains.zone));
    let context = EnvironmentContext { project, settings, bootstrap, network, zone_id: zone.zone_id() };
    let group = function_group(stack, &context);
    let database = build_database(stack, &context, &group)?;
    let secrets = build_secrets(stack, settings);
    let function = Function { context: &context, group: &group, database: &database, secrets: &secrets };
    let functions = &settings.functions;
    let api = function.config("api", "backend", &functions.api_handler, functions.timeout_seconds);
    let api = function.add(stack, "api", api);
    let worker =
        function.config("worker", "worker", &functions.worker_handler, settings.worker.timeout_seconds);
    let worker = function.add(stack, "worker", worker);
    build_migrate(stack, &function);
    let candidate_url = build_api(stack, &context, &api);
    build_rules(stack, settings, &worker);
    let frontend_service = build_frontend(stack, &context);
    build_alarms(stack, settings);
    describe_releases(stack, settings);
    // The pipeline may make roles only with it (see `bootstrap`).
    bound_roles(stack, format!("arn:aws:iam::{}:policy/{}", project.account_id, boundary_name(settings)));
    Ok(EnvironmentOutputs { candidate_url, frontend_service })
}

/// The security group of the functions: the database admits it, and all egress is open.
fn function_group(stack: &mut Stack, context: &EnvironmentContext<'_>) -> aws::SecurityGroupRef {
    let config = EgressGroupConfig {
        group_name: context.settings.name("functions"),
        vpc_id: context.network.vpc_id().into(),
        carried_by: "Carried by the Lambda functions".to_owned(),
        reaches: "To the database, to AWS and to the internet".to_owned(),
        tags: Map::new(),
    };
    egress_group(stack, "functions", config).security_group
}

fn build_database(
    stack: &mut Stack,
    context: &EnvironmentContext<'_>,
    functions: &aws::SecurityGroupRef,
) -> formwork::Result<PostgresParts> {
    let EnvironmentContext { settings, network, .. } = context;
    let config = settings
        .database
        .config(&settings.file(), settings.prefix())?
        .network(network.vpc_id(), network.private_subnet_ids())
        .database(DATABASE)
        .username(DATABASE)
        .log_days(settings.functions.log_days)
        .allow_from("functions", functions.id());
    let parts = postgres(stack, "database", config);
    stack.output("database_host", parts.host());
    // The first migration makes the application's own user with it, whose password a person has put into `…/database`.
    stack.output("database_master_secret_arn", parts.secret_arn());
    Ok(parts)
}

/// Adds places for the secrets, and returns their ARNs by the variables that functions get.
fn build_secrets(stack: &mut Stack, settings: &Settings) -> BTreeMap<&'static str, Expr<String>> {
    let stack = &mut stack.scope("secret");
    SECRETS
        .into_iter()
        .map(|(name, description, variable)| {
            let config = SecretConfig::new(format!("{}{name}", settings.secret_path()), description);
            (variable, secret(stack, name, config).secret.arn())
        })
        .collect()
}

/// What functions are made from.
struct Function<'a> {
    context: &'a EnvironmentContext<'a>,
    group: &'a aws::SecurityGroupRef,
    database: &'a PostgresParts,
    secrets: &'a BTreeMap<&'static str, Expr<String>>,
}

impl Function<'_> {
    /// A function whose packages are a component of the artifacts.
    fn config(
        &self,
        name: &str,
        component: &str,
        handler: &str,
        timeout_seconds: u32,
    ) -> LambdaServiceConfig {
        let EnvironmentContext { project, settings, network, .. } = self.context;
        let functions = &settings.functions;
        let package = Artifact::new(component, &functions.first_version).package();
        let read = Policy::new().allow(["secretsmanager:GetSecretValue"], self.secrets.values());
        let mut config = LambdaServiceConfig::new(
            settings.function(name),
            Package::s3(project.artifacts.bucket.as_str(), package),
        )
        .runtime(&functions.runtime, handler)
        .memory_mb(functions.memory_mb)
        .timeout_seconds(timeout_seconds)
        .log_days(functions.log_days)
        .in_vpc(network.private_subnet_ids(), [self.group.id()])
        .policy(read)
        .environment("ENVIRONMENT", &settings.environment)
        .environment("DATABASE_HOST", self.database.host())
        .environment("DATABASE_PORT", postgres::PORT.to_string())
        .environment("DATABASE_NAME", DATABASE)
        .candidate_alias(CANDIDATE)
        .stable_alias(LIVE);
        // The values stay in Secrets Manager: a variable would show them to whoever may read the function.
        for (variable, arn) in self.secrets {
            config = config.environment(variable, arn);
        }
        config
    }

    fn add(&self, stack: &mut Stack, name: &str, config: LambdaServiceConfig) -> LambdaServiceParts {
        let parts = lambda_service(stack, name, config);
        stack.output(&format!("{name}_function"), parts.function.function_name());
        parts
    }
}

/// Adds the function that runs migrations: the backend's package, from another entry. The pipeline invokes it through
/// the candidate alias, before the backend is released.
fn build_migrate(stack: &mut Stack, function: &Function<'_>) {
    let settings = function.context.settings;
    let is_own = |(variable, _): &(&&str, &Expr<String>)| **variable == DATABASE_SECRET;
    let secrets = function.secrets.iter().filter(is_own).map(|(variable, arn)| (*variable, arn.clone()));
    let function = Function { secrets: &secrets.collect(), ..*function };
    let config = function.config(MIGRATE, "backend", &settings.functions.migrate_handler, MIGRATE_SECONDS);
    let master = function.database.secret_arn();
    let config = config
        .policy(Policy::new().allow(["secretsmanager:GetSecretValue"], [&master]))
        .environment("DATABASE_MASTER_SECRET_ARN", master);
    function.add(stack, MIGRATE, config);
    let lambda = Lambda::new(settings.function(MIGRATE), LIVE, CANDIDATE);
    stack.release(MIGRATE, Release::new(lambda));
}

/// Adds the API with a stage for what takes requests and one for what is tested, and returns where the second is.
fn build_api(
    stack: &mut Stack,
    context: &EnvironmentContext<'_>,
    service: &LambdaServiceParts,
) -> Output<String> {
    let EnvironmentContext { settings, zone_id, .. } = context;
    let domain = &settings.domains.api;
    let config = CertificateConfig::new(domain, zone_id.clone());
    let certificate = certificate(stack, "api_certificate", config).arn();
    let stage = |alias: &str| {
        Stage::new(alias)
            .alias(alias)
            .throttling(settings.api.rate_limit.into(), settings.api.burst_limit)
            .log_level(LogLevel::Error)
            .log_days(settings.functions.log_days)
    };
    let mut config = RestApiConfig::new(settings.prefix())
        .route(Route::by_stage(Method::Any, "/", service))
        .route(Route::by_stage(Method::Any, "/{proxy+}", service))
        .stage(stage(LIVE).domain(Domain::new(domain, certificate).zone(zone_id.clone())))
        .stage(stage(CANDIDATE));
    // What API Gateway logs with is a setting of the account in a region, and `bootstrap` makes it for its own.
    if settings.region != context.project.region {
        config = config.manage_account();
    }
    let parts = rest_api(stack, "api", config);
    stack.output("api_url", format!("https://{domain}"));
    stack.output("candidate_url", parts.stages[CANDIDATE].invoke_url())
}

/// Adds what starts the worker: always the version that releases have made live.
fn build_rules(stack: &mut Stack, settings: &Settings, worker: &LambdaServiceParts) {
    let stack = &mut stack.scope("rule");
    for (name, rule) in &settings.worker.rules {
        let (rule_name, live) = (settings.name(name), &worker.aliases[LIVE]);
        let config = match rule {
            RuleSettings::Schedule { schedule } => ScheduleConfig::at(rule_name, schedule, live),
            RuleSettings::Event { source, detail_type } => {
                let pattern = json!({"source": [source], "detail-type": [detail_type]});
                ScheduleConfig::on_event(rule_name, pattern, live)
            }
        };
        schedule(stack, name, config.description(format!("Starts the worker: {name}")));
    }
}

/// How functions are released: the new version is tested as candidate, and `live` moves to it as the settings say. While
/// it is watched, failing calls or an alarm move `live` back.
fn describe_releases(stack: &mut Stack, settings: &Settings) {
    let limits = &settings.analysis;
    for (name, calls) in [("api", limits.api_calls), ("worker", limits.worker_calls)] {
        let mut analysis = Analysis {
            minimum_requests: calls,
            longest_bake_minutes: limits.minutes,
            // The document has no limit for how long a call takes, but the one after which it fails.
            p99_milliseconds: None,
            ..Analysis::default()
        }
        .alarm(settings.name(&format!("{name}-errors")));
        if name == "api" {
            analysis = analysis.alarm(settings.name("api-5xx")).api(settings.prefix(), LIVE);
        }
        let lambda = Lambda::new(settings.function(name), LIVE, CANDIDATE);
        let release = Release::new(lambda).shifting(settings.shifting.clone()).analysis(analysis);
        stack.release(name, release);
    }
}
