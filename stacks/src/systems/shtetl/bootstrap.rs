//! What the other stacks need: the state's bucket and locks, GitHub's OIDC provider, the roles of the workflows, and
//! what API Gateway logs with.
//!
//! A person applies this stack; no pipeline may change it.

use std::collections::BTreeMap;

use formwork::{Output, Stack, aws};
use formwork_modules::boundary::{self, BoundaryConfig, boundary};
use formwork_modules::github_oidc::permissions::{self, Target};
use formwork_modules::github_oidc::{self, RoleConfig, Subject, role};
use formwork_modules::iam::Policy;
use formwork_modules::rest_api::{AccountLoggingConfig, account_logging};
use formwork_modules::state_backend::state_backend;

use super::Project;
use super::environment::zone_permissions;
use super::names::{MIGRATE, alerts_topic, deploy_role_name, release_role_name, web_bucket};
use super::settings::Settings;

/// What other stacks use of this one.
pub(crate) struct BootstrapOutputs {
    /// The ARNs of each environment's roles, by environment.
    pub(crate) roles: BTreeMap<String, EnvironmentRoles>,
}

/// The roles that workflows assume for one environment.
pub(crate) struct EnvironmentRoles {
    /// Applies the environment's stack.
    pub(crate) deploy: Output<String>,
    /// Releases services and the site.
    pub(crate) release: Output<String>,
}

pub(crate) fn bootstrap(stack: &mut Stack, project: &Project, environments: &[Settings]) -> BootstrapOutputs {
    project.prepare(stack, &project.region, "shared");
    let state = state_backend(stack, "state", project.state());
    stack.output("state_bucket", state.bucket.bucket());
    let account = stack.add("current", aws::data::CallerIdentity::new()).account_id();
    // One setting for the APIs of all environments in the region, which would take it from each other.
    account_logging(stack, "api", AccountLoggingConfig::new("shtetl-api-logs"));
    let github = github_oidc::github_oidc(stack, "github", github_oidc::GithubOidcConfig::new());
    let mut roles = BTreeMap::new();
    for settings in environments {
        let account = account.to_string();
        let most = boundary::logs(&settings.region, &account)
            .merge(boundary::lambda())
            // RDS chooses the name of the secret that holds a master password.
            .merge(boundary::secrets(&settings.region, &account, "rds!"));
        let name = format!("{}_boundary", settings.environment);
        let config = BoundaryConfig::new(format!("boundary-{}", settings.prefix()), most);
        let boundary = boundary(stack, &name, config).policy;
        let deploy = deploy_role(stack, project, settings, &github.provider_arn, &account, &boundary);
        let release = release_role(stack, project, settings, &github.provider_arn, &account);
        roles.insert(settings.environment.clone(), EnvironmentRoles { deploy, release });
    }
    BootstrapOutputs { roles }
}

/// Applies the environment's stack, from the repository of the infrastructure.
fn deploy_role(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    provider_arn: &str,
    account: &str,
    boundary: &aws::IamPolicyRef,
) -> Output<String> {
    let environment = &settings.environment;
    let prefix = settings.prefix();
    let target = Target::new(stack, &settings.region, account, &prefix);
    let zone = aws::data::Route53Zone::new().name(&settings.api.zone);
    let zone_id = stack.add(&format!("{environment}_zone"), zone).zone_id();
    let state_key = format!("{}/terraform.tfstate", settings.stack_name());
    let services = ["lambda.amazonaws.com", "vpc-flow-logs.amazonaws.com", "apigateway.amazonaws.com"];
    let linked = ["rds.amazonaws.com", "elasticache.amazonaws.com", "ops.apigateway.amazonaws.com"];
    let log_paths = ["/aws/lambda/", "/aws/rds/instance/", "/aws/vpc/", "/aws/apigateway/"];
    let mut config = RoleConfig::new(
        &deploy_role_name(settings),
        provider_arn,
        project.repository(&project.github.infrastructure),
        Subject::Environment(environment.clone()),
    );
    if settings.applied_by_services {
        let services = project.repository(&project.github.services);
        config = config.also_from(services, Subject::Environment(environment.clone()));
    }
    let config = config
        .description("Applies the environment's stack")
        .policy("state", project.state().write_policy([state_key.as_str()]))
        .policy("network", target.network())
        .policy("data", target.rds().merge(target.elasticache()))
        .policy("functions", target.lambda().merge(target.logs(log_paths)))
        .policy("api", target.api_gateway().merge(zone_permissions(&target, settings, &zone_id)))
        .policy("web", target.cloudfront().merge(target.s3(&web_bucket(settings))))
        .policy("alarms", target.cloudwatch().merge(target.sns()))
        .policy(
            "roles",
            target
                .iam_roles(boundary.arn())
                .merge(target.pass_roles(services))
                .merge(target.service_linked_roles(linked)),
        );
    let parts = role(stack, &format!("{environment}_deploy"), config);
    stack.output(&format!("{environment}_deploy_role_arn"), parts.role.arn())
}

/// Releases services and the site, from the repository of the services.
fn release_role(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    provider_arn: &str,
    account: &str,
) -> Output<String> {
    let environment = &settings.environment;
    let region = &settings.region;
    let functions: Vec<String> = settings
        .services
        .keys()
        .map(String::as_str)
        .chain([MIGRATE])
        .map(|service| format!("arn:aws:lambda:{region}:{account}:function:{}", settings.name(service)))
        .collect();
    // CloudFront chooses the id of a distribution, which is not known here.
    let distributions = format!("arn:aws:cloudfront::{account}:distribution/*");
    let state_key = format!("{}/terraform.tfstate", settings.stack_name());
    let config = RoleConfig::new(
        &release_role_name(settings),
        provider_arn,
        project.repository(&project.github.services),
        Subject::Environment(environment.clone()),
    )
    .description("Releases services and the site")
    // A release of the site reads the outputs of its stack: CloudFront chose the distribution's id.
    .policy("state", project.state().read_policy([state_key.as_str()]))
    .policy(
        "functions",
        permissions::lambda_release(&functions).merge(permissions::lambda_invoke(&functions)),
    )
    .policy(
        "site",
        permissions::site_publish(format!("arn:aws:s3:::{}", web_bucket(settings)), distributions),
    )
    .policy("gates", permissions::watch_alarms().merge(permissions::read_metrics()))
    .policy("migrations", project.migrations_log_policy(settings))
    .policy(
        "alerts",
        Policy::new()
            .allow(["sns:Publish"], [format!("arn:aws:sns:{region}:{account}:{}", alerts_topic(settings))]),
    );
    let parts = role(stack, &format!("{environment}_release"), config);
    stack.output(&format!("{environment}_release_role_arn"), parts.role.arn())
}
