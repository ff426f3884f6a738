//! One environment: network, database, cache, services, API, web site, alarms.

use std::collections::BTreeMap;

use formwork::release::{Analysis, Lambda, Name, Release, Releases, StaticSite};
use formwork::{Expr, Map, Stack, aws};
use formwork_modules::alarms::{Alarm, AlarmsConfig, alarms};
use formwork_modules::alerts::{AlertsConfig, alerts};
use formwork_modules::boundary::bound_roles;
use formwork_modules::cache::{self, CacheConfig, CacheParts, Engine, UnknownEngine, cache};
use formwork_modules::certificate::{CertificateConfig, certificate};
use formwork_modules::egress_group::{EgressGroupConfig, egress_group};
use formwork_modules::github_oidc::permissions::Target;
use formwork_modules::iam::Policy;
use formwork_modules::lambda_service::{LambdaServiceConfig, LambdaServiceParts, Package, lambda_service};
use formwork_modules::network::{NetworkParts, network};
use formwork_modules::postgres::{self, PostgresParts, postgres};
use formwork_modules::rest_api::{
    Domain, LogLevel, Method, RestApiConfig, RestApiParts, Route, Stage, rest_api,
};
use formwork_modules::static_site::{self, static_site};

use super::Project;
use super::names::{MIGRATE, alerts_topic, web_bucket};
use super::settings::{self, Settings};

/// The name of the first database in the instance.
const DATABASE: &str = "shtetl";

/// A migration may wait for locks and build indexes; Lambda ends it after 15 minutes.
const MIGRATE_SECONDS: u32 = 900;

/// What deployments must be permitted for the API's domain names, whose zone has this id.
pub(crate) fn zone_permissions(target: &Target, settings: &Settings, zone_id: &Expr<String>) -> Policy {
    let domains: Vec<&str> = settings.api.domains.values().map(String::as_str).collect();
    target.acm(domains).merge(target.route53([zone_id]))
}

pub(crate) fn environment(stack: &mut Stack, project: &Project, settings: &Settings) -> formwork::Result {
    project.prepare(stack, &settings.region, &settings.environment);
    let network = build_network(stack, settings);
    let functions = function_group(stack, settings, &network);
    let database = build_database(stack, settings, &network, &functions)?;
    let cache = build_cache(stack, settings, &network, &functions)?;
    let services: BTreeMap<&str, LambdaServiceParts> = settings
        .services
        .iter()
        .map(|(name, service)| {
            let context = ServiceContext {
                network: &network,
                functions: &functions,
                database: &database,
                cache: &cache,
            };
            (name.as_str(), build_service(stack, settings, name, service, &context))
        })
        .collect();
    build_migrate(stack, settings, &network, &functions, &database);
    build_api(stack, project, settings, &services);
    let site = static_site(stack, "web", static_site::StaticSiteConfig::new(web_bucket(settings)));
    stack.output("web_bucket", site.bucket.bucket());
    stack.output("web_distribution_id", site.distribution.id());
    stack.release(
        "web",
        Release::new(StaticSite::new(web_bucket(settings), Name::output("web_distribution_id"))),
    );
    stack.output("web_url", format!("https://{}", site.distribution.domain_name()));
    build_alarms(stack, settings, &services, &cache);
    // The pipeline may make roles only with it (see `bootstrap`).
    let account = stack.add("current", aws::data::CallerIdentity::new()).account_id();
    bound_roles(stack, format!("arn:aws:iam::{account}:policy/boundary-{}", settings.prefix()));
    Ok(())
}

fn build_network(stack: &mut Stack, settings: &Settings) -> NetworkParts {
    let config = settings.network.config(settings.prefix(), &settings.region, settings.functions.log_days);
    network(stack, "network", config)
}

/// The security group of all functions: database and cache admit it, and all egress is open.
fn function_group(stack: &mut Stack, settings: &Settings, network: &NetworkParts) -> aws::SecurityGroupRef {
    let config = EgressGroupConfig {
        group_name: settings.name("functions"),
        vpc_id: network.vpc_id().into(),
        carried_by: "Carried by all Lambda functions".to_owned(),
        reaches: "To the stores, to AWS and through NAT to the internet".to_owned(),
        tags: Map::new(),
    };
    egress_group(stack, "functions", config).security_group
}

fn build_database(
    stack: &mut Stack,
    settings: &Settings,
    network: &NetworkParts,
    functions: &aws::SecurityGroupRef,
) -> formwork::Result<PostgresParts> {
    let config = settings
        .database
        .config(&settings.file(), settings.prefix())?
        .network(network.vpc_id(), network.private_subnet_ids())
        .database(DATABASE)
        .username("shtetl")
        .log_days(settings.functions.log_days)
        .allow_from("functions", functions.id());
    let parts = postgres(stack, "database", config);
    stack.output("database_host", parts.host());
    stack.output("database_secret_arn", parts.secret_arn());
    Ok(parts)
}

fn build_cache(
    stack: &mut Stack,
    settings: &Settings,
    network: &NetworkParts,
    functions: &aws::SecurityGroupRef,
) -> formwork::Result<CacheParts> {
    let engine = Engine::parse(&settings.cache.engine, &settings.cache.version)
        .map_err(|error: UnknownEngine| anyhow::anyhow!("{}: {error}", settings.file()))?;
    let config = CacheConfig::new(settings.prefix(), engine, &settings.cache.node_type)
        .network(network.vpc_id(), network.private_subnet_ids())
        .nodes(settings.cache.nodes)
        .allow_from("functions", functions.id());
    let parts = cache(stack, "cache", config);
    let reason = "it holds nothing but answers that the services can work out again";
    stack.waive(parts.group.as_ref().address(), "missing-backup", reason);
    stack.output("cache_host", parts.host());
    Ok(parts)
}

/// What a service finds around it.
struct ServiceContext<'a> {
    network: &'a NetworkParts,
    functions: &'a aws::SecurityGroupRef,
    database: &'a PostgresParts,
    cache: &'a CacheParts,
}

fn build_service(
    stack: &mut Stack,
    settings: &Settings,
    name: &str,
    service: &settings::ServiceSettings,
    context: &ServiceContext<'_>,
) -> LambdaServiceParts {
    let functions = &settings.functions;
    let secret = Policy::new().allow(["secretsmanager:GetSecretValue"], [context.database.secret_arn()]);
    let mut config = LambdaServiceConfig::new(settings.name(name), Package::zip(format!("{name}.zip")))
        .memory_mb(functions.memory_mb)
        .timeout_seconds(functions.timeout_seconds)
        .log_days(functions.log_days)
        .in_vpc(context.network.private_subnet_ids(), [context.functions.id()])
        .policy(secret)
        .environment("ENVIRONMENT", &settings.environment)
        // Lambda does not listen on it; the services' HTTP servers outside Lambda do, and log it.
        .environment("PORT", service.port.to_string())
        .environment("DATABASE_HOST", context.database.host())
        .environment("DATABASE_PORT", postgres::PORT.to_string())
        .environment("DATABASE_NAME", DATABASE)
        // The password stays in Secrets Manager: a variable would show it to whoever may read the function.
        .environment("DATABASE_SECRET_ARN", context.database.secret_arn())
        .environment("REDIS_HOST", context.cache.host())
        .environment("REDIS_PORT", cache::PORT.to_string())
        .environment("REDIS_URL", context.cache.url())
        .candidate_alias(&functions.candidate_alias);
    for alias in &functions.stable_aliases {
        config = config.stable_alias(alias);
    }
    let parts = lambda_service(stack, name, config);
    stack.output(&format!("{name}_function"), parts.function.function_name());
    stack.release(name, release(settings, name));
    parts
}

/// The function that runs golang-migrate. The pipeline invokes it through the candidate alias, before it releases.
fn build_migrate(
    stack: &mut Stack,
    settings: &Settings,
    network: &NetworkParts,
    functions: &aws::SecurityGroupRef,
    database: &PostgresParts,
) {
    let secret = Policy::new().allow(["secretsmanager:GetSecretValue"], [database.secret_arn()]);
    let config = LambdaServiceConfig::new(settings.name(MIGRATE), Package::zip(format!("{MIGRATE}.zip")))
        .memory_mb(settings.functions.memory_mb)
        .timeout_seconds(MIGRATE_SECONDS)
        .log_days(settings.functions.log_days)
        .in_vpc(network.private_subnet_ids(), [functions.id()])
        .policy(secret)
        .environment("ENVIRONMENT", &settings.environment)
        .environment("DATABASE_HOST", database.host())
        .environment("DATABASE_PORT", postgres::PORT.to_string())
        .environment("DATABASE_NAME", DATABASE)
        .environment("DATABASE_SECRET_ARN", database.secret_arn())
        .candidate_alias(&settings.functions.candidate_alias)
        .stable_alias(&settings.environment);
    lambda_service(stack, MIGRATE, config);
    let function =
        Lambda::new(settings.name(MIGRATE), &settings.environment, &settings.functions.candidate_alias);
    stack.release(MIGRATE, Release::new(function));
}

/// How a service is released: tested through the candidate alias, judged by its own errors and by the API's.
fn release(settings: &Settings, name: &str) -> Release {
    let environment = &settings.environment;
    let function = Lambda::new(settings.name(name), environment, &settings.functions.candidate_alias);
    Release::new(function)
        .shifting(settings.shifting.clone())
        .analysis(Analysis::default().api(settings.prefix(), environment))
}

fn build_api(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    services: &BTreeMap<&str, LambdaServiceParts>,
) -> RestApiParts {
    let mut api = RestApiConfig::new(settings.prefix());
    // What API Gateway logs with is a setting of the account in a region, and `bootstrap` makes it for its own.
    if settings.region != project.region {
        api = api.manage_account();
    }
    for (name, service) in services {
        api = api.route(Route::by_stage(Method::Any, format!("/{name}"), service)).route(Route::by_stage(
            Method::Any,
            format!("/{name}/{{proxy+}}"),
            service,
        ));
    }
    let zone = stack.add("zone", aws::data::Route53Zone::new().name(&settings.api.zone)).zone_id();
    for (alias, domain) in &settings.api.domains {
        let config = CertificateConfig::new(domain, zone.clone());
        let certificate = certificate(stack, &format!("certificate_{alias}"), config).arn();
        api = api.stage(
            Stage::new(alias)
                .alias(alias)
                .throttling(settings.api.rate_limit.into(), settings.api.burst_limit)
                .log_level(LogLevel::Error)
                .log_days(settings.functions.log_days)
                .domain(Domain::new(domain, certificate).zone(zone.clone())),
        );
    }
    let parts = rest_api(stack, "api", api);
    for (alias, domain) in &settings.api.domains {
        stack.output(&format!("api_url_{alias}"), format!("https://{domain}"));
    }
    parts
}

fn build_alarms(
    stack: &mut Stack,
    settings: &Settings,
    services: &BTreeMap<&str, LambdaServiceParts>,
    cache: &CacheParts,
) {
    let topic = alerts(
        stack,
        "alerts",
        AlertsConfig::new(alerts_topic(settings)).emails(settings.alerts.emails.clone()),
    )
    .topic;
    stack.output("alerts_topic_arn", topic.arn());
    let mut config = AlarmsConfig::new(settings.prefix(), topic.arn());
    for name in services.keys() {
        let function = settings.name(name);
        config = config.alarm(format!("{name}_errors"), Alarm::lambda_errors(&function));
        config = config.alarm(format!("{name}_throttles"), Alarm::lambda_throttles(&function));
    }
    for alias in settings.api.domains.keys() {
        let api = settings.prefix();
        config = config.alarm(format!("api_{alias}_5xx"), Alarm::api_5xx(&api, alias));
        config = config.alarm(format!("api_{alias}_latency"), Alarm::api_latency(&api, alias));
    }
    let database = settings.prefix();
    config = config.alarm("database_cpu", Alarm::database_cpu(&database));
    config = config.alarm("database_storage", Alarm::database_storage(&database));
    config = config.alarm("database_connections", Alarm::database_connections(&database));
    for (index, node) in cache.node_ids.iter().enumerate() {
        config = config.alarm(format!("cache_{}_memory", index + 1), Alarm::cache_memory(node));
        config = config.alarm(format!("cache_{}_evictions", index + 1), Alarm::cache_evictions(node));
    }
    alarms(stack, "alarms", config);
}
