//! What the other stacks need: the state's bucket, GitHub's OIDC provider, the roles of the workflows, and what API
//! Gateway logs with.
//!
//! A person applies this stack; no pipeline may change it.

use std::collections::BTreeMap;

use formwork::{Output, Stack};
use formwork_modules::boundary::{self, BoundaryConfig, boundary};
use formwork_modules::github_oidc::permissions::{self, Target};
use formwork_modules::github_oidc::{RoleConfig, Subject, github_oidc, role};
use formwork_modules::iam::Policy;
use formwork_modules::rest_api::{AccountLoggingConfig, account_logging};
use formwork_modules::state_backend::state_backend;

use super::Project;
use super::functions::size;
use super::names::{FUNCTIONS, MIGRATE, role_name};
use super::settings::Settings;
use crate::shared::platform::{keep_state, prepare_aws, state_key};

/// The ARNs of each environment's roles, by environment.
pub(crate) type Roles = BTreeMap<String, EnvironmentRoles>;

/// The roles that workflows assume for one environment.
pub(crate) struct EnvironmentRoles {
    /// Applies the environment's stacks.
    pub(crate) deploy: Output<String>,
    /// Releases functions, and takes releases back.
    pub(crate) release: Output<String>,
}

pub(crate) fn bootstrap(stack: &mut Stack, project: &Project, environments: &[&Settings]) -> Roles {
    prepare_aws(stack, "scheduler", "shared", project.provider());
    keep_state(stack, &project.state());
    let state = state_backend(stack, "state", project.state());
    stack.output("state_bucket", state.bucket.bucket());
    // One setting for the APIs of all environments, which would take it from each other.
    account_logging(stack, "api", AccountLoggingConfig::new("scheduler-api-logs"));
    let github = github_oidc(stack, "github", project.github.oidc());
    let mut roles = Roles::new();
    for settings in environments {
        let role = RoleBuilder {
            project,
            settings,
            provider_arn: &github.provider_arn,
            account: &project.account_id,
        };
        let pair = EnvironmentRoles { deploy: role.deploy(stack), release: role.release(stack) };
        roles.insert(settings.environment.clone(), pair);
    }
    roles
}

struct RoleBuilder<'a> {
    project: &'a Project,
    settings: &'a Settings,
    provider_arn: &'a str,
    account: &'a str,
}

impl RoleBuilder<'_> {
    /// Applies the environment's stacks.
    fn deploy(&self, stack: &mut Stack) -> Output<String> {
        let Self { project, settings, account, .. } = self;
        let environment = &settings.environment;
        let prefix = settings.prefix();
        let name = format!("{environment}_boundary");
        let boundary = boundary(stack, &name, BoundaryConfig::new(settings.boundary(), self.most())).policy;
        let target = Target::new(stack, &project.region, account, &prefix);
        let keys = ["database", "queue", "scheduler", "api", "monitoring"]
            .map(|what| state_key(&settings.name(what)));
        // A trail is kept in one of the account's environments.
        let has_trail = settings.operations.audit_trail;
        let services = ["lambda.amazonaws.com", "apigateway.amazonaws.com", "vpc-flow-logs.amazonaws.com"];
        let services = services.into_iter().chain(has_trail.then_some("cloudtrail.amazonaws.com"));
        let linked = ["rds.amazonaws.com", "ops.apigateway.amazonaws.com"];
        let log_paths = ["/aws/lambda/", "/aws/rds/instance/", "/aws/vpc/", "/aws/apigateway/"];
        let log_paths = log_paths.into_iter().chain(has_trail.then_some("/aws/cloudtrail/"));
        let web = match &settings.api.domain {
            Some(domain) => target.acm([domain.name.as_str()]).merge(target.route53(["*"])),
            None => Policy::new(),
        };
        let audit = format!("{}-{account}", settings.name("audit"));
        let config = self
            // Without the environment's prefix, since the role may change roles that have it.
            .role("deploy", "Applies the environment's stacks")
            .policy("state", project.state().write_policy(keys.iter().map(String::as_str)))
            .policy("network", target.network())
            .policy("data", target.rds().merge(target.sqs()))
            .policy("functions", target.lambda().merge(target.logs(log_paths)).merge(target.events()))
            .policy("api", target.api_gateway().merge(web).merge(target.secrets(&settings.secret_path())))
            .policy("watching", target.cloudwatch().merge(target.dashboards()).merge(target.sns()))
            .policy(
                "roles",
                target
                    .iam_roles(boundary.arn())
                    .merge(target.pass_roles(services))
                    .merge(target.service_linked_roles(linked)),
            );
        let config = if has_trail {
            config.policy("audit", target.cloudtrail().merge(target.s3(&audit)))
        } else {
            config
        };
        let parts = role(stack, &format!("{environment}_deploy"), config);
        stack.output(&format!("{environment}_deploy_role_arn"), parts.role.arn())
    }

    /// Releases functions, watches them while requests shift, and takes releases back.
    fn release(&self, stack: &mut Stack) -> Output<String> {
        let Self { project, settings, account, .. } = self;
        let (region, environment) = (&project.region, &settings.environment);
        let arn = |name: &str| format!("arn:aws:lambda:{region}:{account}:function:{}", settings.name(name));
        let migrate = arn(MIGRATE);
        let functions: Vec<String> = FUNCTIONS.iter().map(|name| arn(name)).collect();
        let released = functions.iter().chain([&migrate]);
        let config = self
            .role("release", "Releases functions, and takes releases back")
            // The smoke tests ask the API where its stack says that it is.
            .policy("state", project.state().read_policy([state_key(&settings.name("api")).as_str()]))
            .policy("functions", permissions::lambda_release(released))
            .policy(
                "migrations",
                permissions::lambda_invoke([&migrate]).merge(self.stop_and_start(&functions)),
            )
            .policy("gates", permissions::watch_alarms().merge(permissions::read_metrics()));
        let parts = role(stack, &format!("{environment}_release"), config);
        stack.output(&format!("{environment}_release_role_arn"), parts.role.arn())
    }

    /// Stops functions while a migration is taken back, and starts them again: with the concurrency that is reserved for
    /// them, or without any that is.
    fn stop_and_start(&self, functions: &[String]) -> Policy {
        let policy = Policy::new().allow(["lambda:PutFunctionConcurrency"], functions);
        let is_reserved = |name: &&str| size(self.settings, name).reserved_concurrency.is_some();
        if FUNCTIONS.iter().all(is_reserved) {
            policy
        } else {
            policy.allow(["lambda:DeleteFunctionConcurrency"], functions)
        }
    }

    fn role(&self, what: &str, description: &str) -> RoleConfig {
        let Self { project, settings, provider_arn, .. } = self;
        let name = role_name(what, settings);
        let subject = Subject::Environment(settings.environment.clone());
        RoleConfig::new(&name, provider_arn, project.github.repository(), subject).description(description)
    }

    /// The most that any role of the environment can be permitted, whatever its policies say.
    fn most(&self) -> Policy {
        let Self { project, settings, account, .. } = self;
        let region = &project.region;
        boundary::logs(region, account)
            .merge(boundary::lambda())
            // RDS chooses the name of the secret that holds a master password.
            .merge(boundary::secrets(region, account, "rds!"))
            .merge(boundary::secrets(region, account, &settings.secret_path()))
            .allow(
                [
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:GetQueueUrl",
                    "sqs:ReceiveMessage",
                    "sqs:SendMessage",
                ],
                [format!("arn:aws:sqs:{region}:{account}:{}-*", settings.prefix())],
            )
    }
}
