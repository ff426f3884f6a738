//! What environments with remote state need: the state's bucket, GitHub's OIDC provider, and a role per environment.
//!
//! A person applies this stack; no pipeline may change it.

use std::collections::BTreeMap;

use formwork::{Output, Stack};
use formwork_modules::boundary::{self, BoundaryConfig, boundary};
use formwork_modules::github_oidc::permissions::{ALIASES, NAT_GATEWAYS, Target};
use formwork_modules::github_oidc::{RoleConfig, Subject, github_oidc, role};
use formwork_modules::iam::Policy;
use formwork_modules::state_backend::state_backend;

use super::Project;
use super::settings::Settings;
use crate::shared::platform::prepare_aws;

/// The ARNs of the roles that workflows assume, by environment.
pub(crate) type Roles = BTreeMap<String, EnvironmentRoles>;

/// The roles that workflows assume for one environment.
pub(crate) struct EnvironmentRoles {
    /// Applies the environment's stack.
    pub(crate) deploy: Output<String>,
    /// Plans it for whoever has to agree.
    pub(crate) plan: Option<Output<String>>,
}

pub(crate) fn bootstrap(stack: &mut Stack, project: &Project, environments: &[&Settings]) -> Roles {
    prepare_aws(stack, "replicator", "shared", project.provider());
    project.state().keep_state_of(stack, "replicator-bootstrap/terraform.tfstate");
    let state = state_backend(stack, "state", project.state());
    stack.output("state_bucket", state.bucket.bucket());
    let github = github_oidc(stack, "github", project.github.oidc());
    let role = |settings: &&Settings| {
        let roles = environment_roles(stack, project, settings, &github.provider_arn, &project.account_id);
        (settings.environment.clone(), roles)
    };
    environments.iter().map(role).collect()
}

/// The most that any role of the environment can be permitted, whatever its policies say.
fn most(project: &Project, settings: &Settings, account: &str) -> Policy {
    let region = &project.region;
    let prefix = settings.prefix();
    let started = ["instance", "launch-template", "network-interface", "security-group", "subnet", "volume"]
        .map(|kind| format!("arn:aws:ec2:{region}:{account}:{kind}/*"));
    boundary::logs(region, account)
        .merge(boundary::lambda())
        .allow(["cloudwatch:PutMetricData"], ["*"])
        .allow(
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            [format!("arn:aws:dynamodb:{region}:{account}:table/{prefix}-*")],
        )
        .allow(["lambda:InvokeFunction"], [format!("arn:aws:lambda:{region}:{account}:function:{prefix}-*")])
        .allow(
            ["ssm:GetParameter"],
            [format!("arn:aws:ssm:{region}:{account}:parameter{}/*", settings.path())],
        )
        .allow(["ec2:DescribeInstances"], ["*"])
        // What a start takes and makes has ids of AWS's choice; the provisioner's own policy binds it to the template.
        .allow(["ec2:RunInstances"], [format!("arn:aws:ec2:{region}::image/*")])
        .allow(["ec2:CreateTags", "ec2:RunInstances"], started)
        .allow(["iam:PassRole"], [format!("arn:aws:iam::{account}:role/{prefix}-worker")])
}

/// The role that applies the environment's stack. Without the environment's prefix, since it may change roles that have
/// it.
pub(crate) fn deploy_role_name(settings: &Settings) -> String {
    format!("deploy-{}", settings.prefix())
}

/// The role that plans the environment's stack before somebody agrees to it.
pub(crate) fn plan_role_name(settings: &Settings) -> String {
    format!("plan-{}", settings.prefix())
}

fn environment_roles(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    provider_arn: &str,
    account: &str,
) -> EnvironmentRoles {
    let environment = &settings.environment;
    let prefix = settings.prefix();
    let most = most(project, settings, account);
    let boundary =
        boundary(stack, &format!("{environment}_boundary"), BoundaryConfig::new(settings.boundary(), most))
            .policy;
    let target = Target::new(stack, &project.region, account, &prefix);
    let services = ["lambda.amazonaws.com", "ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com"];
    let log_paths = ["/aws/lambda/", "/aws/vpc/", "/aws/apigateway/"];
    let workers = format!("arn:aws:logs:{}:{account}:log-group:{}/*", project.region, settings.path());
    let worker_logs = Policy::new().allow(
        [
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ],
        [workers],
    );
    let config = RoleConfig::new(
        &deploy_role_name(settings),
        provider_arn,
        project.github.repository(),
        Subject::Environment(environment.clone()),
    )
    .description("Applies the environment's stack")
    .policy("state", project.state().write_policy([settings.state_key().as_str()]))
    .policy("network", target.network().without(NAT_GATEWAYS).merge(target.launch_templates()))
    .policy("data", target.dynamodb().merge(target.parameters(&format!("{}/", settings.path()))))
    .policy("functions", target.lambda().without(ALIASES).merge(target.logs(log_paths)).merge(worker_logs))
    .policy("api", target.http_api().merge(target.cloudwatch()).merge(target.sns()))
    .policy(
        "roles",
        target
            .iam_roles(boundary.arn())
            .merge(target.instance_profiles())
            .merge(target.pass_roles(services))
            .merge(target.service_linked_roles(["ops.apigateway.amazonaws.com"])),
    );
    let plan = settings.deployment.asks_somebody().then(|| {
        // Without the environment, which nobody has agreed to yet.
        let config = config
            .reading(&plan_role_name(settings), Subject::Branch(settings.deployment.branch.clone()))
            .description("Plans the environment's stack for whoever has to agree");
        let arn = role(stack, &format!("{environment}_plan"), config).role.arn();
        stack.output(&format!("{environment}_plan_role_arn"), arn)
    });
    let deploy = role(stack, &format!("{environment}_deploy"), config).role.arn();
    EnvironmentRoles { deploy: stack.output(&format!("{environment}_deploy_role_arn"), deploy), plan }
}
