//! The frontend: a container on App Runner or on Fargate, as the settings say, and its domain name.

use formwork::release::{AppRunner, Ecs, Name, Release, Releases};
use formwork::{Output, Stack};
use formwork_modules::app_runner::{
    AppRunnerConfig, FargatePlatform, HealthCheck, Platform, Scaling, Serving, app_runner,
};
use formwork_modules::certificate::{CertificateConfig, certificate};
use formwork_modules::fargate_service::{CONTAINER, ClusterConfig, cluster};

use super::context::EnvironmentContext;
use super::settings::PlatformSettings;

/// Adds the frontend and how it is released, and returns what it is in AWS.
pub(crate) fn build_frontend(stack: &mut Stack, context: &EnvironmentContext<'_>) -> Output<String> {
    let EnvironmentContext { settings, bootstrap, .. } = context;
    let frontend = &settings.frontend;
    let image = format!("{}:{}", stack.read(&bootstrap.image_url), frontend.first_tag);
    let repository_arn = stack.read(&bootstrap.image_arn);
    let platform = platform(stack, context);
    let config =
        AppRunnerConfig::new(settings.name(FRONTEND), image, repository_arn, &settings.region, platform)
            .port(frontend.port)
            .health(HealthCheck::new(&frontend.health_path))
            .size(frontend.cpu, frontend.memory_mib)
            .log_days(settings.functions.log_days)
            .environment("NODE_ENV", "production");
    let parts = app_runner(stack, FRONTEND, config);
    match &parts.serving {
        Serving::AppRunner(service) => {
            stack.output("frontend_url", parts.url.as_str());
            stack.release(FRONTEND, Release::new(AppRunner::new(Name::output(SERVICE))));
            stack.output(SERVICE, service.arn())
        }
        Serving::Fargate(fargate) => {
            let (service, balancer) = fargate.as_ref();
            let domain = &settings.domains.frontend;
            let record = balancer.record(domain, context.zone_id.clone());
            stack.add(FRONTEND, record);
            stack.output("frontend_url", format!("https://{domain}"));
            let mut target = Ecs::new(settings.prefix(), settings.name(FRONTEND), CONTAINER);
            if let Some(group) = balancer.targets.values().next() {
                stack.output("frontend_target_group_arn", group.target_group.arn());
                target = target.target_group(Name::output("frontend_target_group_arn"));
            }
            stack.release(FRONTEND, Release::new(target));
            stack.output(SERVICE, service.service.name())
        }
    }
}

const FRONTEND: &str = "frontend";

/// The output that says what the frontend is in AWS.
const SERVICE: &str = "frontend_service";

fn platform(stack: &mut Stack, context: &EnvironmentContext<'_>) -> Platform {
    let EnvironmentContext { settings, network, zone_id, .. } = context;
    match settings.frontend.platform {
        PlatformSettings::AppRunner { least, most, requests } => {
            Platform::AppRunner(Scaling { least, most, requests })
        }
        PlatformSettings::Fargate { tasks } => {
            let config = CertificateConfig::new(&settings.domains.frontend, zone_id.clone());
            let certificate = certificate(stack, "frontend_certificate", config).arn();
            Platform::Fargate(Box::new(FargatePlatform {
                cluster: cluster(stack, "cluster", ClusterConfig::new(settings.prefix())).cluster,
                vpc_id: network.vpc_id().into(),
                public_subnet_ids: network.public_subnet_ids(),
                private_subnet_ids: network.private_subnet_ids(),
                certificate_arn: Some(certificate),
                tasks,
                removable: !settings.database.deletion_protection,
            }))
        }
    }
}
