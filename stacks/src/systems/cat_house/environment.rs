//! One environment: network, load balancer, services, the migration task, secrets, the frontend.

use std::collections::BTreeMap;

use formwork::release::{Ecs, MigrationTask, Name, Release, Releases, StaticSite};
use formwork::{Expr, Output, Stack, aws};
use formwork_modules::boundary::bound_roles;
use formwork_modules::certificate::{CertificateConfig, certificate};
use formwork_modules::fargate_service::{
    CONTAINER, ClusterConfig, FargateServiceConfig, FargateTaskConfig, cluster, fargate_service,
};
use formwork_modules::load_balancer::{
    FixedAnswer, HealthCheck, LoadBalancerConfig, LoadBalancerParts, Route, load_balancer,
};
use formwork_modules::network::{NetworkParts, network};
use formwork_modules::secret::{SecretConfig, secret};
use formwork_modules::static_site::{self, PriceClass, static_site};
use serde_json::json;

use super::Project;
use super::bootstrap::BootstrapOutputs;
use super::names::{boundary_name, frontend_bucket};
use super::settings::{HttpsSettings, ServiceSettings, Settings};

/// What the repository's workflows are told of an environment.
pub(crate) struct EnvironmentOutputs {
    /// Where the services are called.
    pub(crate) api_url: Output<String>,
}

pub(crate) fn environment(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    bootstrap: &BootstrapOutputs,
) -> EnvironmentOutputs {
    project.prepare(stack, &settings.region, &settings.environment);
    let config = settings.network.config(settings.prefix(), &settings.region, settings.tasks.log_days);
    let network = network(stack, "network", config);
    let frontend = build_frontend(stack, settings);
    let frontend_url = format!("https://{}", frontend.distribution.domain_name());
    let balancer = build_balancer(stack, settings, &network);
    let context = ServiceContext {
        settings,
        bootstrap,
        network: &network,
        balancer: &balancer,
        cluster: cluster(stack, "cluster", ClusterConfig::new(settings.prefix())).cluster,
        secrets: build_secrets(stack, settings),
        frontend_url: &frontend_url,
    };
    for (name, service) in &settings.services {
        build_service(stack, &context, name, service);
    }
    describe_releases(stack, &context);
    // The pipeline may make roles only with it (see `bootstrap`).
    bound_roles(stack, format!("arn:aws:iam::{}:policy/{}", project.account_id, boundary_name(settings)));
    let api_url = match &settings.balancer.https {
        Some(https) => format!("https://{}", https.domain),
        None => balancer.url(),
    };
    stack.output("cluster", context.cluster.name());
    stack.output("frontend_bucket", frontend.bucket.bucket());
    stack.output("frontend_distribution_id", frontend.distribution.id());
    stack.output("frontend_url", frontend_url);
    EnvironmentOutputs { api_url: stack.output("api_url", api_url) }
}

fn build_frontend(stack: &mut Stack, settings: &Settings) -> static_site::StaticSiteParts {
    let config = static_site::StaticSiteConfig::new(frontend_bucket(settings))
        // The cheaper classes have no locations in South America, where the users are.
        .price_class(PriceClass::All);
    static_site(stack, "frontend", config)
}

/// Adds places for the secrets, which a pipeline or a person fills, and returns their ARNs by the names of the
/// environment variables.
fn build_secrets<'s>(stack: &mut Stack, settings: &'s Settings) -> BTreeMap<&'s str, Expr<String>> {
    let stack = &mut stack.scope("secret");
    let names = settings.secrets().into_iter();
    names
        .map(|name| {
            let config = SecretConfig::new(
                format!("{}{name}", settings.secret_path()),
                format!("{name} of the services"),
            );
            (name, secret(stack, &name.to_lowercase(), config).secret.arn())
        })
        .collect()
}

fn build_balancer(stack: &mut Stack, settings: &Settings, network: &NetworkParts) -> LoadBalancerParts {
    let health = json!({"status": "healthy"});
    let mut config =
        LoadBalancerConfig::new(settings.name("alb"), network.vpc_id(), network.public_subnet_ids())
            .answer(FixedAnswer::json("health", "/health", &health));
    for (name, service) in &settings.services {
        let path = format!("/api/v1/{name}");
        let paths = [path.clone(), format!("{path}/*")];
        config =
            config.route(Route::new(name, paths, service.port, HealthCheck::new(format!("{path}/health"))));
    }
    if !settings.balancer.deletion_protection {
        config = config.without_deletion_protection();
    }
    let Some(HttpsSettings { domain, zone, .. }) = &settings.balancer.https else {
        return load_balancer(stack, "balancer", config);
    };
    let zone = stack.add("zone", aws::data::Route53Zone::new().name(zone)).zone_id();
    let arn = certificate(stack, "certificate", CertificateConfig::new(domain, zone.clone())).arn();
    let balancer = load_balancer(stack, "balancer", config.certificate(arn));
    stack.add("api", balancer.record(domain, zone));
    balancer
}

/// What a service finds around it.
struct ServiceContext<'a> {
    settings: &'a Settings,
    bootstrap: &'a BootstrapOutputs,
    network: &'a NetworkParts,
    balancer: &'a LoadBalancerParts,
    cluster: aws::EcsClusterRef,
    secrets: BTreeMap<&'a str, Expr<String>>,
    frontend_url: &'a str,
}

/// The task of a service.
fn task(stack: &mut Stack, context: &ServiceContext<'_>, service: &str) -> FargateTaskConfig {
    let ServiceContext { settings, .. } = context;
    let tasks = &settings.tasks;
    let (image, repository) = match context.bootstrap.images.get(service) {
        Some(images) => (stack.read(&images.url).to_string(), Some(stack.read(&images.arn))),
        None => (String::new(), None),
    };
    let mut config = FargateTaskConfig::new(
        settings.name(service),
        format!("{image}:{}", tasks.first_tag),
        &settings.region,
    )
    .size(tasks.cpu, tasks.memory_mib)
    .log_days(tasks.log_days)
    // The services write JSON logs unless it is `development`.
    .environment("ENVIRONMENT", &settings.environment)
    .environment("DATABASE_POOL_SIZE", settings.pool_size());
    if let Some(repository) = repository {
        config = config.repository(repository);
    }
    for name in settings.services.get(service).into_iter().flat_map(|service| &service.secrets) {
        if let Some(arn) = context.secrets.get(name.as_str()) {
            config = config.secret(name, arn.clone());
        }
    }
    config
}

fn build_service(stack: &mut Stack, context: &ServiceContext<'_>, name: &str, service: &ServiceSettings) {
    let task = task(stack, context, name)
        .environment("PORT", service.port)
        .environment("FRONTEND_URL", context.frontend_url);
    let mut config = FargateServiceConfig::new(&context.cluster, task)
        .network(context.network.vpc_id(), context.network.private_subnet_ids())
        .tasks(context.settings.tasks.count);
    if let Some(target) = context.balancer.targets.get(name) {
        stack.output(&target_group_output(name), target.target_group.arn());
        config = config.behind(target);
    }
    let parts = fargate_service(stack, name, config);
    stack.output(&format!("{name}_service"), parts.service.name());
}

/// How services and frontend are released: the services as one, after the database has been brought up to date by a task
/// of the very revision that is released. A definition of its own would have an image of its own.
fn describe_releases(stack: &mut Stack, context: &ServiceContext<'_>) {
    let ServiceContext { settings, .. } = context;
    for name in settings.services.keys() {
        let mut target = Ecs::new(settings.prefix(), settings.name(name), CONTAINER)
            .target_group(Name::output(target_group_output(name)));
        if *name == settings.migration.service {
            target = target.migration(MigrationTask {
                task_definition: None,
                command: settings.migration.command.clone(),
                timeout_seconds: settings.migration.timeout_seconds,
            });
        }
        stack.release(name, Release::new(target).group(settings.prefix()));
    }
    let site = StaticSite::new(frontend_bucket(settings), Name::output("frontend_distribution_id"));
    stack.release("frontend", Release::new(site));
}

fn target_group_output(service: &str) -> String {
    format!("{service}_target_group_arn")
}
