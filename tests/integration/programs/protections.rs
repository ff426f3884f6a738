//! What the workflows of `pipelines init` stand on, as a stack: how the branch changes, who agrees to what is destroyed, and
//! what keeps a pull request from a workflow of its own beside the secrets of plans.
//!
//! Written by `pipelines init --protections`, which does not write over it: it is yours to change. It does not have the
//! secrets and variables of the environments.

use std::collections::BTreeMap;

use formwork::github::branch_protection::{
    BranchProtectionArgs, RequiredPullRequestReviews, RequiredStatusChecks,
};
use formwork::github::data;
use formwork::github::repository_environment::{
    DeploymentBranchPolicy, DeploymentBranchPolicyArgs, RepositoryEnvironmentArgs, Reviewers,
};
use formwork::github::repository_environment_deployment_policy::RepositoryEnvironmentDeploymentPolicyArgs;
use formwork::github::repository_ruleset::{
    BypassActors, BypassActorsArgs, FilePathRestriction, RepositoryRulesetArgs, Rules,
};
use formwork::github::{self, RepositoryEnvironment};
use formwork::{Expr, Stack};

/// The branch whose commits are applied.
const BRANCH: &str = "main";

/// The jobs that must pass before a pull request is merged.
#[rustfmt::skip]
const CHECKS: &[&str] = &[
    "Synthesize the documents",
    "Plan island",
    "Plan network",
    "Plan data",
    "Plan app",
];

/// The environment that plans are made in, for every pull request.
const PLAN: &str = "plan";

/// The environment that plans are applied in.
const APPLY: &str = "apply";

/// The environment whose reviewers agree to what is destroyed.
const DESTROY: &str = "destroy";

/// A repository that is there, and who agrees.
pub struct Protected<'a> {
    /// The user or organization that has it.
    pub owner: &'a str,
    /// Its name.
    pub repository: &'a str,
    /// Who agrees to what is destroyed, by the names on GitHub: six at most.
    pub reviewers: &'a [&'a str],
    /// Who may write a workflow that runs before it is merged.
    pub workflows: Workflows<'a>,
}

/// What keeps a pull request from a workflow of its own that asks for the environment of plans, where secrets are and a role.
pub enum Workflows<'a> {
    /// A push rule set: only administrators push to `.github/`, to whatever branch. GitHub has them for private and internal
    /// repositories of organizations.
    PushRules,
    /// Every plan waits for one of these, who look for a change of `.github/` before they let it run: six at most.
    PlanReviewers(&'a [&'a str]),
}

/// The role of administrators of a repository, as GitHub numbers them (<https://docs.github.com/rest/repos/rules>).
const ADMINISTRATORS: u32 = 5;

/// Adds the protections to a stack.
pub fn protections(stack: &mut Stack, protected: &Protected<'_>) {
    stack.provider(github::Provider::new().owner(protected.owner));
    let reviews = RequiredPullRequestReviews::new()
        .required_approving_review_count(1)
        // `CODEOWNERS` names who looks at `.github/`, `Cargo.lock`, `providers/` and `.terraform-version`.
        .require_code_owner_reviews(true)
        .dismiss_stale_reviews(true)
        .require_last_push_approval(true);
    // Up to date, so that every pull request was planned on what is there.
    let checks = RequiredStatusChecks::new().contexts(CHECKS.to_vec()).strict(true);
    let branch = github::BranchProtection::new(BranchProtectionArgs {
        pattern: BRANCH.into(),
        repository_id: protected.repository.into(),
    });
    let branch = branch
        .enforce_admins(true)
        .allows_deletions(false)
        .allows_force_pushes(false)
        .required_pull_request_reviews(reviews)
        .required_status_checks(checks);
    stack.add("branch", branch);

    let environment = |name: &str| {
        RepositoryEnvironment::new(RepositoryEnvironmentArgs {
            environment: name.into(),
            repository: protected.repository.into(),
        })
        .can_admins_bypass(false)
    };
    let only_branch = DeploymentBranchPolicy::new(DeploymentBranchPolicyArgs {
        custom_branch_policies: true.into(),
        protected_branches: false.into(),
    });
    let mut users: BTreeMap<String, Expr<f64>> = BTreeMap::new();
    let mut reviewers = |stack: &mut Stack, logins: &[&str]| {
        let ids: Vec<Expr<f64>> = logins
            .iter()
            .map(|login| {
                let add = || {
                    let name = format!("reviewer_{}", login.replace('-', "_"));
                    stack.add(&name, data::User::new(*login)).id().cast()
                };
                users.entry((*login).to_owned()).or_insert_with(add).clone()
            })
            .collect();
        Reviewers::new().users(ids)
    };
    let plan = environment(PLAN);
    let plan = match protected.workflows {
        Workflows::PushRules => {
            stack.add("pushes", only_administrators_push_to(".github/**/*", protected.repository));
            plan
        }
        Workflows::PlanReviewers(logins) => plan.reviewers(reviewers(stack, logins)),
    };
    stack.add("plan", plan);
    let destroy = environment(DESTROY)
        .reviewers(reviewers(stack, protected.reviewers))
        .prevent_self_review(true)
        .deployment_branch_policy(only_branch.clone());
    let apply = environment(APPLY).deployment_branch_policy(only_branch);
    for (name, environment) in [("apply", apply), ("destroy", destroy)] {
        let environment = stack.add(name, environment);
        let policy =
            github::RepositoryEnvironmentDeploymentPolicy::new(RepositoryEnvironmentDeploymentPolicyArgs {
                environment: environment.environment().into(),
                repository: protected.repository.into(),
            });
        stack.add(&format!("{name}_from"), policy.branch_pattern(BRANCH));
    }
}

/// A push rule set, for all branches.
fn only_administrators_push_to(paths: &str, repository: &str) -> github::RepositoryRuleset {
    let administrators = BypassActors::new(BypassActorsArgs {
        actor_type: "RepositoryRole".into(),
        bypass_mode: "always".into(),
    });
    github::RepositoryRuleset::new(RepositoryRulesetArgs {
        enforcement: "active".into(),
        name: "workflows".into(),
        repository: repository.into(),
        target: "push".into(),
        rules: Rules::new().file_path_restriction(FilePathRestriction::new([paths])),
    })
    .bypass_actors(administrators.actor_id(ADMINISTRATORS))
}
