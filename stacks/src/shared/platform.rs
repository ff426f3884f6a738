//! What the stacks of several systems have in common: providers, versions, tags, and how GitHub delivers to them.

use formwork::{Stack, aws, github};
use formwork_modules::github_oidc::{Repository, SubjectForm};
use formwork_modules::repository::{BranchProtection, Environment, RepositoryConfig};
use formwork_modules::state_backend;
use schemars::JsonSchema;
use serde::Deserialize;

/// The versions of the AWS provider that the stacks are right for: those of both catalogues.
const AWS_VERSIONS: &str = ">= 5.100.0, < 7.0.0";

/// Gives a stack its Terraform, its provider and the tags that everything in it gets.
pub(crate) fn prepare_aws(stack: &mut Stack, system: &str, environment: &str, provider: aws::Provider) {
    stack.require_terraform(">= 1.10");
    stack.require_provider("aws", "hashicorp/aws", AWS_VERSIONS);
    let tags = [("Project", system), ("Environment", environment), ("ManagedBy", "formwork")];
    let tags = aws::provider::DefaultTags::new().tags(tags);
    stack.provider(provider.default_tags(tags));
}

/// Gives a stack that is about GitHub its Terraform and its provider.
pub(crate) fn prepare_github(stack: &mut Stack, owner: &str) {
    stack.require_terraform(">= 1.10");
    stack.require_provider("github", "integrations/github", ">= 6.13.0, < 7.0.0");
    stack.provider(github::Provider::new().owner(owner));
}

/// The key of a stack's state.
pub(crate) fn state_key(stack: &str) -> String {
    format!("{stack}/terraform.tfstate")
}

/// Keeps the state of a stack in a bucket, under the stack's name.
pub(crate) fn keep_state(stack: &mut Stack, state: &state_backend::StateBackendConfig) {
    let key = state_key(stack.name());
    state.keep_state_of(stack, &key);
}

/// The one repository of a system.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GithubSettings {
    /// The user or organization.
    pub(crate) owner: String,
    /// Its number, where the repository's tokens carry numbers.
    #[serde(default)]
    pub(crate) owner_id: Option<u64>,
    /// The repository's name, without the owner.
    pub(crate) repository: String,
    /// Its number, where its tokens carry numbers.
    #[serde(default)]
    pub(crate) repository_id: Option<u64>,
    /// The checks that must pass before a pull request is merged, by the names of their jobs.
    pub(crate) checks: Vec<String>,
    /// How many people other than its author must approve a pull request.
    #[serde(default = "one_review")]
    pub(crate) reviews: u8,
    /// The ARN of the account's OIDC provider for GitHub, if another system has made it: an account has one.
    #[serde(default)]
    pub(crate) oidc_provider_arn: Option<String>,
}

const fn one_review() -> u8 {
    1
}

impl GithubSettings {
    /// The repository, as tokens of its jobs name it.
    pub(crate) fn repository(&self) -> Repository {
        let form = match (self.owner_id, self.repository_id) {
            (Some(owner_id), Some(repository_id)) => SubjectForm::Both { owner_id, repository_id },
            _ => SubjectForm::Name,
        };
        Repository::new(&self.owner, &self.repository, form)
    }

    /// The account's OIDC provider: that of another system, or one that is made here.
    pub(crate) fn oidc(&self) -> formwork_modules::github_oidc::GithubOidcConfig {
        match &self.oidc_provider_arn {
            Some(arn) => formwork_modules::github_oidc::GithubOidcConfig::existing(arn),
            None => formwork_modules::github_oidc::GithubOidcConfig::new(),
        }
    }

    /// The repository as it is, with branches that take pull requests with passing checks and enough reviews only.
    pub(crate) fn protected<'b>(&self, branches: impl IntoIterator<Item = &'b str>) -> RepositoryConfig {
        let protect = |config: RepositoryConfig, branch| {
            config.protect(BranchProtection::new(branch).reviews(self.reviews).checks(self.checks.clone()))
        };
        branches.into_iter().fold(RepositoryConfig::existing(&self.repository), protect)
    }
}

/// Who may deploy to an environment, and from where.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeploymentSettings {
    /// The branch that deploys.
    pub(crate) branch: String,
    /// Numbers of GitHub accounts, one of which must agree to a deployment.
    #[serde(default)]
    pub(crate) approvers: Vec<u32>,
    /// Numbers of GitHub teams, one of whose members must agree.
    #[serde(default)]
    pub(crate) approver_teams: Vec<u32>,
    /// Names of GitHub users, one of whom must agree; their numbers are looked up.
    #[serde(default)]
    pub(crate) approver_names: Vec<String>,
    /// Whether who starts a deployment may agree to it too, as where there is only one person.
    #[serde(default)]
    pub(crate) self_approval: bool,
}

impl DeploymentSettings {
    /// Whether somebody has to agree to a deployment.
    pub(crate) fn asks_somebody(&self) -> bool {
        !(self.approvers.is_empty() && self.approver_teams.is_empty() && self.approver_names.is_empty())
    }

    /// The environment on GitHub.
    pub(crate) fn environment(&self, name: &str, region: &str) -> Environment {
        Environment::new(name)
            .branch(&self.branch)
            .reviewing_users(self.approvers.clone())
            .reviewing_teams(self.approver_teams.clone())
            .variable("AWS_REGION", region)
    }

    /// The environment on GitHub, with the approvers that are given by name.
    pub(crate) fn reviewed(&self, stack: &mut Stack, name: &str, region: &str) -> Environment {
        let mut environment = self.environment(name, region);
        for login in &self.approver_names {
            let user = github::data::User::new(login);
            let user = stack.add(&format!("{name}_{login}"), user);
            environment = environment.reviewing_user(user.id().cast::<f64>());
        }
        if self.self_approval { environment.allow_self_review() } else { environment }
    }
}
