//! What both environments need: the state's bucket, GitHub's OIDC provider, the roles of the workflows, and the
//! images, which are built once and run in both.
//!
//! A person applies this stack; no pipeline may change it.

use std::collections::{BTreeMap, BTreeSet};

use formwork::{Output, Stack};
use formwork_modules::boundary::{self, BoundaryConfig, boundary};
use formwork_modules::container_registry::{ContainerRegistryConfig, ImageTags, container_registry};
use formwork_modules::github_oidc::permissions::{self, Target};
use formwork_modules::github_oidc::{RoleConfig, Subject, github_oidc, role};
use formwork_modules::iam::Policy;
use formwork_modules::state_backend::state_backend;

use super::Project;
use super::names::{
    BUILD_ROLE, boundary_name, deploy_role_name, frontend_bucket, image_repository, release_role_name,
};
use super::settings::Settings;
use crate::shared::platform::state_key;

/// What other stacks use of this one.
pub(crate) struct BootstrapOutputs {
    /// The images by service.
    pub(crate) images: BTreeMap<String, ImageOutputs>,
    /// The ARN of the role that pushes images.
    pub(crate) build_role: Output<String>,
    /// The ARNs of each environment's roles, by environment.
    pub(crate) roles: BTreeMap<String, RoleOutputs>,
}

/// The images of one service.
pub(crate) struct ImageOutputs {
    /// Where images are pulled from, without a tag.
    pub(crate) url: Output<String>,
    /// The ARN of the repository.
    pub(crate) arn: Output<String>,
}

/// The roles that workflows assume for one environment.
pub(crate) struct RoleOutputs {
    /// Applies the environment's stack.
    pub(crate) deploy: Output<String>,
    /// Releases services and the frontend.
    pub(crate) release: Output<String>,
}

/// What roles are made from.
struct RoleContext<'a> {
    project: &'a Project,
    provider_arn: String,
    repository_arns: Vec<String>,
}

pub(crate) fn bootstrap(stack: &mut Stack, project: &Project, environments: &[Settings]) -> BootstrapOutputs {
    project.prepare(stack, &project.region, "shared");
    let state = state_backend(stack, "state", project.state());
    stack.output("state_bucket", state.bucket.bucket());
    let (images, repository_arns) = images(stack, project, environments);
    let github = github_oidc(stack, "github", project.github.oidc());
    let context = RoleContext { project, provider_arn: github.provider_arn.to_string(), repository_arns };
    let build_role = build_role(stack, &context, environments);
    let mut roles = BTreeMap::new();
    for settings in environments {
        let deploy = deploy_role(stack, &context, settings);
        let release = release_role(stack, &context, settings);
        roles.insert(settings.environment.clone(), RoleOutputs { deploy, release });
    }
    BootstrapOutputs { images, build_role, roles }
}

/// Adds the repositories of the images, and returns what others use of them and their ARNs.
fn images(
    stack: &mut Stack,
    project: &Project,
    environments: &[Settings],
) -> (BTreeMap<String, ImageOutputs>, Vec<String>) {
    let services: BTreeSet<&String> =
        environments.iter().flat_map(|settings| settings.services.keys()).collect();
    let names = services.iter().map(|service| image_repository(service));
    // The story tags with the commit and moves `latest`; deployments name the commit.
    let config = ContainerRegistryConfig::new(names)
        .keep_images(project.images.keep)
        .image_tags(ImageTags::Moving)
        .delete_images_on_destroy();
    let registry = container_registry(stack, "images", config);
    let mut images = BTreeMap::new();
    for (service, repository) in services.into_iter().zip(registry.repositories.values()) {
        let url = stack.output(&format!("{service}_image_url"), repository.repository_url());
        let arn = stack.output(&format!("{service}_image_arn"), repository.arn());
        images.insert(service.clone(), ImageOutputs { url, arn });
    }
    (images, registry.repositories.values().map(|repository| repository.arn().to_string()).collect())
}

/// Builds images from the branches that are deployed, before anybody has agreed to a deployment.
fn build_role(stack: &mut Stack, context: &RoleContext<'_>, environments: &[Settings]) -> Output<String> {
    let mut branches = environments.iter().map(|settings| settings.deployment.branch.clone());
    let first = Subject::Branch(branches.next().unwrap_or_else(|| "main".to_owned()));
    let role_config =
        RoleConfig::new(BUILD_ROLE, &context.provider_arn, context.project.github.repository(), first)
            .description("Pushes images")
            .policy("images", permissions::push_images(&context.repository_arns));
    let config = branches.fold(role_config, |config, branch| config.subject(Subject::Branch(branch)));
    let parts = role(stack, "build", config);
    stack.output("build_role_arn", parts.role.arn())
}

/// Applies the environment's stack.
fn deploy_role(stack: &mut Stack, context: &RoleContext<'_>, settings: &Settings) -> Output<String> {
    let RoleContext { project, .. } = context;
    let environment = &settings.environment;
    let (region, account) = (settings.region.as_str(), project.account_id.as_str());
    let most = boundary::logs(region, account)
        .merge(boundary::images(&context.repository_arns))
        .merge(boundary::secrets(region, account, &settings.secret_path()));
    let name = format!("{environment}_boundary");
    let boundary = boundary(stack, &name, BoundaryConfig::new(boundary_name(settings), most)).policy;
    let target = Target::new(stack, region, account, &settings.prefix());
    let state = project.state();
    let state = state
        .write_policy([state_key(&settings.prefix()).as_str()])
        .merge(state.read_policy([state_key("cat-house-bootstrap").as_str()]));
    let config = RoleConfig::new(
        &deploy_role_name(settings),
        &context.provider_arn,
        project.github.repository(),
        Subject::Environment(environment.clone()),
    )
    .description("Applies the environment's stack")
    .policy("state", state)
    .policy("network", target.network())
    .policy("services", target.ecs().merge(target.logs(["/ecs/", "/aws/vpc/"])))
    .policy("balancer", target.load_balancers().merge(zone_permissions(&target, settings)))
    .policy("frontend", target.cloudfront().merge(target.s3(&frontend_bucket(settings))))
    .policy("secrets", target.secrets(&settings.secret_path()))
    .policy(
        "roles",
        target
            .iam_roles(boundary.arn())
            .merge(target.pass_roles(["ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com"]))
            .merge(target.service_linked_roles(["ecs.amazonaws.com", "elasticloadbalancing.amazonaws.com"])),
    );
    let parts = role(stack, &format!("{environment}_deploy"), config);
    stack.output(&format!("{environment}_deploy_role_arn"), parts.role.arn())
}

/// Releases services and the frontend, and fills the secrets.
fn release_role(stack: &mut Stack, context: &RoleContext<'_>, settings: &Settings) -> Output<String> {
    let environment = &settings.environment;
    let account = &context.project.account_id;
    let target = Target::new(stack, &settings.region, account, &settings.prefix());
    let bucket = format!("arn:aws:s3:::{}", frontend_bucket(settings));
    // CloudFront chooses the id of a distribution, which is not known here.
    let distributions = format!("arn:aws:cloudfront::{account}:distribution/*");
    let secrets =
        format!("arn:aws:secretsmanager:{}:{account}:secret:{}*", settings.region, settings.secret_path());
    let config = RoleConfig::new(
        &release_role_name(settings),
        &context.provider_arn,
        context.project.github.repository(),
        Subject::Environment(environment.clone()),
    )
    .description("Releases services and the frontend")
    // A release reads the outputs of its stack: names that AWS has chosen, and addresses to ask.
    .policy("state", context.project.state().read_policy([state_key(&settings.prefix()).as_str()]))
    .policy("services", target.ecs_release())
    .policy("frontend", permissions::site_publish(bucket, distributions))
    .policy("secrets", permissions::write_secrets([secrets]));
    let parts = role(stack, &format!("{environment}_release"), config);
    stack.output(&format!("{environment}_release_role_arn"), parts.role.arn())
}

/// What deployments must be permitted for the domain name, if there is one.
fn zone_permissions(target: &Target, settings: &Settings) -> Policy {
    match &settings.balancer.https {
        Some(https) => target.acm([https.domain.as_str()]).merge(target.route53([&https.zone_id])),
        None => Policy::new(),
    }
}
