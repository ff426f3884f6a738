//! What the workflows of `pipelines init` stand on, as a stack: how the branch changes, and who agrees to what is destroyed.
//!
//! Written by `pipelines init --protections`, which does not write over it: it is yours to change. It does not have the
//! secrets and variables of the environments, nor the push rule set for `.github/`, which not every repository may have.

use formwork::github::branch_protection::{
    BranchProtectionArgs, RequiredPullRequestReviews, RequiredStatusChecks,
};
use formwork::github::data;
use formwork::github::repository_environment::{
    DeploymentBranchPolicy, DeploymentBranchPolicyArgs, RepositoryEnvironmentArgs, Reviewers,
};
use formwork::github::repository_environment_deployment_policy::RepositoryEnvironmentDeploymentPolicyArgs;
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
}

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
    stack.add("plan", environment(PLAN));
    let only_branch = DeploymentBranchPolicy::new(DeploymentBranchPolicyArgs {
        custom_branch_policies: true.into(),
        protected_branches: false.into(),
    });
    let mut reviewers: Vec<Expr<f64>> = Vec::new();
    for login in protected.reviewers {
        let user = stack.add(&format!("reviewer_{}", login.replace('-', "_")), data::User::new(*login));
        reviewers.push(user.id().cast());
    }
    let destroy = environment(DESTROY)
        .reviewers(Reviewers::new().users(reviewers))
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
