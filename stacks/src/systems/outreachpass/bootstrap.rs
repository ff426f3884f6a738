//! What both environments need: the state's bucket, artifacts and images, GitHub's OIDC provider and the roles of the
//! pipelines, the account's audit trail, and what API Gateway logs with.
//!
//! A person applies this stack; no pipeline may change it.

use std::collections::BTreeMap;

use formwork::{Output, Stack};
use formwork_modules::artifact_bucket::{Artifact, ArtifactBucketConfig, artifact_bucket};
use formwork_modules::audit_trail::{AuditTrailConfig, audit_trail};
use formwork_modules::boundary::{self, BoundaryConfig, boundary};
use formwork_modules::container_registry::{ContainerRegistryConfig, ImageTags, container_registry};
use formwork_modules::github_oidc::permissions::{self, Target};
use formwork_modules::github_oidc::{RoleConfig, Subject, github_oidc, role};
use formwork_modules::iam::Policy;
use formwork_modules::rest_api::{AccountLoggingConfig, account_logging};
use formwork_modules::state_backend::state_backend;

use super::Project;
use super::names::{
    BUILD_ROLE, MIGRATE, NOTIFY_ROLE, alerts_topic, boundary_name, deploy_role_name, plan_role_name,
    release_role_name,
};
use super::settings::{PlatformSettings, Settings};
use crate::shared::platform::state_key;

/// What the bucket of artifacts has packages of.
const COMPONENTS: [&str; 2] = ["backend", "worker"];

/// The functions, by what their names say.
const FUNCTIONS: [&str; 3] = ["api", "worker", MIGRATE];

/// What other stacks use of this one.
pub(crate) struct BootstrapOutputs {
    /// Where the frontend's images are pulled from, without a tag.
    pub(crate) image_url: Output<String>,
    /// The ARN of the frontend's repository.
    pub(crate) image_arn: Output<String>,
    /// The ARN of the role that builds.
    pub(crate) build_role: Output<String>,
    /// The ARN of the role that tells how deployments ended.
    pub(crate) notify_role: Output<String>,
    /// The ARNs of each environment's roles, by environment.
    pub(crate) roles: BTreeMap<String, RoleOutputs>,
}

/// The roles that workflows assume for one environment.
pub(crate) struct RoleOutputs {
    /// Applies the environment's stack.
    pub(crate) deploy: Output<String>,
    /// Plans it for a pull request.
    pub(crate) plan: Output<String>,
    /// Releases functions and the frontend.
    pub(crate) release: Output<String>,
}

/// What roles are made from.
struct RoleContext<'a> {
    project: &'a Project,
    provider_arn: String,
    artifacts_arn: String,
    repository_arn: String,
}

impl RoleContext<'_> {
    /// A role that jobs of the branches may assume which deploy, in no environment.
    fn role_of_branches(&self, name: &str, environments: &[Settings]) -> RoleConfig {
        let mut branches: Vec<&str> =
            environments.iter().map(|settings| settings.deployment.branch.as_str()).collect();
        branches.sort_unstable();
        branches.dedup();
        let mut subjects = branches.into_iter().map(|branch| Subject::Branch(branch.to_owned()));
        let first = subjects.next().unwrap_or_else(|| Subject::Branch("main".to_owned()));
        let role = RoleConfig::new(name, &self.provider_arn, self.project.github.repository(), first);
        subjects.fold(role, RoleConfig::subject)
    }
}

pub(crate) fn bootstrap(stack: &mut Stack, project: &Project, environments: &[Settings]) -> BootstrapOutputs {
    project.prepare(stack, &project.region, "shared");
    let state = state_backend(stack, "state", project.state());
    stack.output("state_bucket", state.bucket.bucket());
    let config = ArtifactBucketConfig::new(&project.artifacts.bucket).days(project.artifacts.days);
    let artifacts = artifact_bucket(stack, "artifacts", config).bucket;
    stack.output("artifact_bucket", artifacts.bucket());
    // The document tags with the version and moves `latest`; releases name the version.
    let config =
        ContainerRegistryConfig::new([IMAGES]).keep_images(project.images.keep).image_tags(ImageTags::Moving);
    let images = container_registry(stack, "images", config);
    let repository = &images.repositories[IMAGES];
    account_logging(stack, "api", AccountLoggingConfig::new("outreachpass-api-logs"));
    let trail = AuditTrailConfig::new("outreachpass-audit", &project.audit.bucket, &project.region);
    audit_trail(stack, "audit", trail);
    let github = github_oidc(stack, "github", project.github.oidc());
    let context = RoleContext {
        project,
        provider_arn: github.provider_arn.to_string(),
        artifacts_arn: artifacts.arn().to_string(),
        repository_arn: repository.arn().to_string(),
    };
    let build_role = build_role(stack, &context, environments);
    let notify_role = notify_role(stack, &context, environments);
    let mut roles = BTreeMap::new();
    for settings in environments {
        let (deploy, plan) = deploy_roles(stack, &context, settings);
        let release = release_role(stack, &context, settings);
        roles.insert(settings.environment.clone(), RoleOutputs { deploy, plan, release });
    }
    BootstrapOutputs {
        image_url: stack.output("image_url", repository.repository_url()),
        image_arn: stack.output("image_arn", repository.arn()),
        build_role,
        notify_role,
        roles,
    }
}

/// The repository of the frontend's images.
const IMAGES: &str = "outreachpass-frontend";

/// Uploads packages and pushes images, before anybody has agreed to a deployment.
fn build_role(stack: &mut Stack, context: &RoleContext<'_>, environments: &[Settings]) -> Output<String> {
    let packages = COMPONENTS.iter().fold(Policy::new(), |policy, component| {
        policy.merge(permissions::artefacts(&context.artifacts_arn, &Artifact::prefix(component)))
    });
    let config = context
        .role_of_branches(BUILD_ROLE, environments)
        .description("Uploads packages and pushes images")
        .policy("packages", packages)
        .policy("images", permissions::push_images([&context.repository_arn]));
    let parts = role(stack, "build", config);
    stack.output("build_role_arn", parts.role.arn())
}

/// Tells how deployments ended, of whichever environment, without anybody's approval.
fn notify_role(stack: &mut Stack, context: &RoleContext<'_>, environments: &[Settings]) -> Output<String> {
    let account = &context.project.account_id;
    let topics = environments
        .iter()
        .map(|settings| format!("arn:aws:sns:{}:{account}:{}", settings.region, alerts_topic(settings)));
    let config = context
        .role_of_branches(NOTIFY_ROLE, environments)
        .description("Tells how deployments ended")
        .policy("alerts", Policy::new().allow(["sns:Publish"], topics));
    let parts = role(stack, "notify", config);
    stack.output("notify_role_arn", parts.role.arn())
}

/// One role applies the environment's stack. The other plans it for pull requests: their code runs before anybody has
/// read it, so that it may read, and neither write nor lock anything.
fn deploy_roles(
    stack: &mut Stack,
    context: &RoleContext<'_>,
    settings: &Settings,
) -> (Output<String>, Output<String>) {
    let RoleContext { project, artifacts_arn, .. } = context;
    let environment = &settings.environment;
    let (region, account) = (settings.region.as_str(), project.account_id.as_str());
    let most = boundary::logs(region, account)
        .merge(boundary::lambda())
        .merge(boundary::images([&context.repository_arn]))
        // RDS chooses the name of the secret that holds a master password.
        .merge(boundary::secrets(region, account, "rds!"))
        .merge(boundary::secrets(region, account, &settings.secret_path()));
    let name = format!("{environment}_boundary");
    let boundary = boundary(stack, &name, BoundaryConfig::new(boundary_name(settings), most)).policy;
    let target = Target::new(stack, region, account, &settings.prefix());
    let functions = FUNCTIONS.map(|what| Target::new(stack, region, account, &settings.function(what)));
    let lambda = functions.iter().fold(Policy::new(), |policy, function| {
        policy.merge(function.lambda()).merge(function.logs(["/aws/lambda/"]))
    });
    let roles = functions.iter().chain([&target]).fold(Policy::new(), |policy, target| {
        policy.merge(target.iam_roles(boundary.arn())).merge(target.pass_roles(SERVICES))
    });
    let logs = target.logs(["/aws/rds/instance/", "/aws/vpc/", "/aws/apigateway/", "/ecs/"]);
    let state = project.state();
    let state = state
        .write_policy([state_key(&settings.prefix()).as_str()])
        .merge(state.read_policy([state_key("outreachpass-bootstrap").as_str()]));
    let domains = [settings.domains.api.as_str(), settings.domains.frontend.as_str()];
    // Route 53 chose the id of the zone, which was there before: where the settings do not say it, any zone will do.
    let zone_id = settings.domains.zone_id.as_deref().unwrap_or("*");
    let frontend = match settings.frontend.platform {
        PlatformSettings::AppRunner { .. } => target.app_runner(),
        PlatformSettings::Fargate { .. } => target.ecs().merge(target.load_balancers()),
    };
    let config = RoleConfig::new(
        &deploy_role_name(settings),
        &context.provider_arn,
        project.github.repository(),
        Subject::Environment(environment.clone()),
    )
    .description("Applies the environment's stack")
    .policy("state", state)
    .policy("network", target.network())
    .policy("data", target.rds().merge(target.secrets(&settings.secret_path())))
    .policy("functions", lambda.allow(["s3:GetObject"], [format!("{artifacts_arn}/*")]).merge(logs))
    .policy("api", target.api_gateway().merge(target.acm(domains)).merge(target.route53([zone_id])))
    .policy("frontend", frontend)
    .policy("watch", target.cloudwatch().merge(target.sns()).merge(target.events()))
    .policy("roles", roles.merge(target.service_linked_roles(LINKED)));
    let plan = config
        .reading(&plan_role_name(settings), Subject::PullRequest)
        .description("Plans the environment's stack for pull requests");
    let deploy = role(stack, &format!("{environment}_deploy"), config).role;
    let plan = role(stack, &format!("{environment}_plan"), plan).role;
    (
        stack.output(&format!("{environment}_deploy_role_arn"), deploy.arn()),
        stack.output(&format!("{environment}_plan_role_arn"), plan.arn()),
    )
}

/// The services that roles of an environment are for.
const SERVICES: [&str; 6] = [
    "apigateway.amazonaws.com",
    "build.apprunner.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "lambda.amazonaws.com",
    "tasks.apprunner.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
];

/// The services that bring a role of their own.
const LINKED: [&str; 5] = [
    "apprunner.amazonaws.com",
    "ecs.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "ops.apigateway.amazonaws.com",
    "rds.amazonaws.com",
];

/// Releases functions and the frontend. The secrets are filled by a person.
fn release_role(stack: &mut Stack, context: &RoleContext<'_>, settings: &Settings) -> Output<String> {
    let environment = &settings.environment;
    let (region, account) = (&settings.region, &context.project.account_id);
    let target = Target::new(stack, region, account, &settings.prefix());
    let function =
        |what: &str| format!("arn:aws:lambda:{region}:{account}:function:{}", settings.function(what));
    let frontend = match settings.frontend.platform {
        PlatformSettings::AppRunner { .. } => target.app_runner_release(),
        PlatformSettings::Fargate { .. } => target.ecs_release(),
    };
    let config = RoleConfig::new(
        &release_role_name(settings),
        &context.provider_arn,
        context.project.github.repository(),
        Subject::Environment(environment.clone()),
    )
    .description("Releases functions and the frontend")
    // A release reads the outputs of its stack: names that AWS has chosen, and addresses to ask.
    .policy("state", context.project.state().read_policy([state_key(&settings.prefix()).as_str()]))
    .policy(
        "functions",
        permissions::lambda_release(FUNCTIONS.map(function))
            .merge(permissions::lambda_invoke([function("worker"), function(MIGRATE)])),
    )
    // A release reads its package once, and Lambda reads the version that it read.
    .policy("packages", {
        let packages = COMPONENTS.map(|component| format!("{}/{component}/*", context.artifacts_arn));
        Policy::new().allow(["s3:GetObject", "s3:GetObjectVersion"], packages)
    })
    .policy("frontend", frontend)
    .policy("gates", permissions::watch_alarms().merge(permissions::read_metrics()));
    let parts = role(stack, &format!("{environment}_release"), config);
    stack.output(&format!("{environment}_release_role_arn"), parts.role.arn())
}
