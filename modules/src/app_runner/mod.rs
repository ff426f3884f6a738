//! A web application in a container, on AWS App Runner or, with the same configuration, on ECS Fargate.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::app_runner::{AppRunnerConfig, HealthCheck, Platform, Scaling, app_runner};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let images = stack.add("images", aws::EcrRepository::new("shop-web"));
//! let scaling = Scaling { least: 1, most: 4, requests: 80 };
//! let config = AppRunnerConfig::new(
//!     "shop-web",
//!     format!("{}:latest", images.repository_url()),
//!     images.arn(),
//!     "eu-central-1",
//!     Platform::AppRunner(scaling),
//! )
//! .port(3000)
//! .health(HealthCheck::new("/api/health"));
//! let web = app_runner(stack, "web", config);
//! stack.output("url", web.url);
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! # Moving from App Runner
//! AWS takes no new customers for App Runner since 2026-04-30. [`Platform::Fargate`] runs the same image with the same
//! port, health check, variables and secrets. What it needs besides, a network and a cluster, is in
//! [`FargatePlatform`].
//!
//! # Who deploys what
//! Terraform makes the service with its first image and tags; releases bring the other images and note in tags what they
//! did, and Terraform leaves both alone. Later tags for the service are those of the provider (`default_tags`).
//! App Runner does not deploy by itself what is pushed: a push is not an approval.

mod config;

use formwork::aws::apprunner_service::{
    AuthenticationConfiguration, HealthCheckConfiguration, ImageConfiguration, ImageRepository,
    ImageRepositoryArgs, InstanceConfiguration, SourceConfiguration,
};
use formwork::{Lifecycle, Map, Resource, Source, Stack, aws};

pub use config::{AppRunnerConfig, FargatePlatform, HealthCheck, Platform, Scaling};

use crate::container_registry::pull_policy;
use crate::fargate_service::{FargateServiceConfig, FargateServiceParts, FargateTaskConfig, fargate_service};
use crate::iam::Policy;
use crate::load_balancer::{self, LoadBalancerConfig, LoadBalancerParts, Route, load_balancer};
use crate::policies::{Attached, permit};
use crate::tags::tags;

/// What an application consists of.
#[derive(Clone, Debug)]
pub struct AppRunnerParts {
    /// Where it is: the address that AWS gave it. With a certificate of one's own this is not the address to use.
    pub url: String,
    /// What runs it.
    pub serving: Serving,
}

/// What runs an application.
#[derive(Clone, Debug)]
pub enum Serving {
    /// A service of App Runner.
    AppRunner(aws::ApprunnerServiceRef),
    /// A service on Fargate, and the load balancer before it.
    Fargate(Box<(FargateServiceParts, LoadBalancerParts)>),
}

/// Adds an application.
#[track_caller]
pub fn app_runner(stack: &mut Stack, name: &str, config: AppRunnerConfig) -> AppRunnerParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    config.mistakes().report(stack, name, source);
    match config.platform.clone() {
        Platform::AppRunner(scaling) => on_app_runner(stack, &config, scaling),
        Platform::Fargate(place) => on_fargate(stack, config, *place),
    }
}

fn on_app_runner(stack: &mut Stack, config: &AppRunnerConfig, scaling: Scaling) -> AppRunnerParts {
    let pull = pull_policy([&config.repository_arn], &["ecr:DescribeImages"]);
    let access = role(stack, config, "access", "build.apprunner.amazonaws.com", pull);
    let mut own = config.policy.clone();
    if !config.secrets.is_empty() {
        own = own.allow(["secretsmanager:GetSecretValue"], config.secrets.iter().map(|(_, arn)| arn));
    }
    let instance = role(stack, config, "instance", "tasks.apprunner.amazonaws.com", own);
    let scaling = aws::ApprunnerAutoScalingConfigurationVersion::new(config.name.as_str())
        .min_size(scaling.least)
        .max_size(scaling.most)
        .max_concurrency(scaling.requests)
        .tags(tags(&config.tags))
        // Every change makes another revision of the name, and the service must have it before the old one can go.
        .lifecycle(Lifecycle::new().create_before_destroy(true));
    let scaling = stack.add("scaling", scaling);
    let mut image = ImageConfiguration::new().port(config.port.to_string());
    if !config.environment.is_empty() {
        let variables =
            config.environment.iter().fold(Map::new(), |all, (name, value)| all.with(name, value.as_str()));
        image = image.runtime_environment_variables(variables);
    }
    if !config.secrets.is_empty() {
        let secrets = config.secrets.iter().fold(Map::new(), |all, (name, arn)| all.with(name, arn));
        image = image.runtime_environment_secrets(secrets);
    }
    let source = SourceConfiguration::new()
        .auto_deployments_enabled(false)
        .authentication_configuration(AuthenticationConfiguration::new().access_role_arn(access.role.arn()))
        .image_repository(
            ImageRepository::new(ImageRepositoryArgs {
                image_identifier: config.image.as_str().into(),
                image_repository_type: "ECR".into(),
            })
            .image_configuration(image),
        );
    let health = HealthCheckConfiguration::new()
        .protocol("HTTP")
        .path(config.health.path.as_str())
        .interval(config.health.interval_seconds)
        .timeout(config.health.timeout_seconds)
        .healthy_threshold(config.health.healthy)
        .unhealthy_threshold(config.health.unhealthy);
    let instances = InstanceConfiguration::new()
        .cpu(config.cpu.to_string())
        .memory(config.memory_mib.to_string())
        .instance_role_arn(instance.role.arn());
    let mut service = aws::ApprunnerService::new(config.name.as_str(), source)
        .auto_scaling_configuration_arn(scaling.arn())
        .health_check_configuration(health)
        .instance_configuration(instances)
        .tags(tags(&config.tags))
        // Releases bring images, and note in tags what they did. Terraform computes `tags_all` from the tags that it
        // leaves alone and those of the provider, so that changes of the latter still come through.
        .lifecycle(
            Lifecycle::new()
                .ignore_changes(["source_configuration[0].image_repository[0].image_identifier", "tags"]),
        );
    // App Runner pulls the image at once, and reads the secrets.
    for policy in access.policy.iter().chain(&instance.policy) {
        service = policy.before(service);
    }
    let service = stack.add("service", service);
    AppRunnerParts { url: format!("https://{}", service.service_url()), serving: Serving::AppRunner(service) }
}

struct RoleParts {
    role: aws::IamRoleRef,
    policy: Option<Attached>,
}

fn role(stack: &mut Stack, config: &AppRunnerConfig, name: &str, service: &str, policy: Policy) -> RoleParts {
    let role_name = format!("{}-{name}", config.role_name.as_deref().unwrap_or(&config.name));
    let role =
        aws::IamRole::new(Policy::assumed_by_service(service)).name(&role_name).tags(tags(&config.tags));
    let role = stack.add(name, role);
    let policy = (!policy.is_empty())
        .then(|| permit(stack, (name, "application"), (&role, role_name.as_str()), policy));
    RoleParts { role, policy }
}

fn on_fargate(stack: &mut Stack, config: AppRunnerConfig, place: FargatePlatform) -> AppRunnerParts {
    let health = load_balancer::HealthCheck::new(&config.health.path)
        .every(config.health.interval_seconds, config.health.timeout_seconds)
        .thresholds(config.health.healthy, config.health.unhealthy);
    let mut balancer = LoadBalancerConfig::new(&config.name, place.vpc_id.clone(), place.public_subnet_ids)
        .route(Route::new(APPLICATION, ["/*"], config.port, health))
        .tags(config.tags.clone());
    if let Some(certificate) = place.certificate_arn {
        balancer = balancer.certificate(certificate);
    }
    if place.removable {
        balancer = balancer.without_deletion_protection();
    }
    let balancer = load_balancer(stack, "balancer", balancer);
    let mut task = FargateTaskConfig::new(config.name, config.image, config.region)
        .size(config.cpu, config.memory_mib)
        .repository(config.repository_arn)
        .policy(config.policy)
        .log_days(config.log_days)
        .tags(config.tags);
    if let Some(role) = config.role_name {
        task = task.role_name(role);
    }
    for (name, value) in config.environment {
        task = task.environment(&name, value);
    }
    for (name, arn) in config.secrets {
        task = task.secret(&name, arn);
    }
    let mut service = FargateServiceConfig::new(&place.cluster, task)
        .network(place.vpc_id, place.private_subnet_ids)
        .tasks(place.tasks);
    if let Some(target) = balancer.targets.get(APPLICATION) {
        service = service.behind(target);
    }
    let service = fargate_service(stack, "service", service);
    AppRunnerParts { url: balancer.url(), serving: Serving::Fargate(Box::new((service, balancer))) }
}

/// The only route of the load balancer.
const APPLICATION: &str = "application";

#[cfg(test)]
mod tests;
