//! Environments: where jobs deploy to, from which branches, and who agrees.

use formwork::github::actions_environment_variable::ActionsEnvironmentVariableArgs;
use formwork::github::repository_environment::{
    DeploymentBranchPolicy, DeploymentBranchPolicyArgs, Reviewers,
};
use formwork::github::{self, RepositoryEnvironmentRef};
use formwork::{Expr, Stack, Value};

use crate::label::label;
use crate::mistakes::Mistakes;
use crate::repository::check_name;

/// GitHub Docs, "Deployments and environments".
const MOST_REVIEWERS: usize = 6;

/// 30 days, of the same page.
const MOST_MINUTES: u32 = 43_200;

/// An environment of a repository.
#[derive(Clone, Debug)]
pub struct Environment {
    name: String,
    /// What may deploy; without any, protected branches may, or everything.
    branches: Vec<String>,
    tags: Vec<String>,
    any_branch: bool,
    users: Vec<Value<f64>>,
    teams: Vec<Value<f64>>,
    self_review: bool,
    administrators_bypass: bool,
    wait_minutes: u32,
    variables: Vec<(String, Value<String>)>,
    secrets: Vec<(String, Expr<String>)>,
}

impl Environment {
    /// An environment that protected branches deploy to, without reviewers; administrators do not pass over its rules.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            branches: Vec::new(),
            tags: Vec::new(),
            any_branch: false,
            users: Vec::new(),
            teams: Vec::new(),
            self_review: false,
            administrators_bypass: false,
            wait_minutes: 0,
            variables: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Lets a branch deploy, or branches that a pattern such as `release/*` matches, and others that are not named no
    /// longer.
    #[must_use]
    pub fn branch(mut self, pattern: &str) -> Self {
        self.branches.push(pattern.to_owned());
        self
    }

    /// Lets a tag deploy, or tags that a pattern such as `v*` matches, and what is not named no longer.
    #[must_use]
    pub fn tag(mut self, pattern: &str) -> Self {
        self.tags.push(pattern.to_owned());
        self
    }

    /// Lets every branch and tag deploy, unless some are named.
    #[must_use]
    pub fn any_branch(mut self) -> Self {
        self.any_branch = true;
        self
    }

    /// Asks a user, by the number that GitHub gave them. One of the reviewers must agree, and not who started the
    /// deployment.
    #[must_use]
    pub fn reviewing_user(self, id: impl Into<Value<f64>>) -> Self {
        self.reviewing_users([id])
    }

    /// Asks users, by their numbers.
    #[must_use]
    pub fn reviewing_users<I: Into<Value<f64>>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.users.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Asks the members of a team, by its number.
    #[must_use]
    pub fn reviewing_team(self, id: impl Into<Value<f64>>) -> Self {
        self.reviewing_teams([id])
    }

    /// Asks the members of teams, by their numbers.
    #[must_use]
    pub fn reviewing_teams<I: Into<Value<f64>>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.teams.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Lets reviewers agree to what they started themselves.
    #[must_use]
    pub const fn allow_self_review(mut self) -> Self {
        self.self_review = true;
        self
    }

    /// Lets administrators of the repository pass over the rules.
    #[must_use]
    pub const fn exempt_administrators(mut self) -> Self {
        self.administrators_bypass = true;
        self
    }

    /// Waits so many minutes before a job starts, up to 43200.
    #[must_use]
    pub const fn wait_minutes(mut self, minutes: u32) -> Self {
        self.wait_minutes = minutes;
        self
    }

    /// Adds a variable that jobs in the environment read as `vars.NAME`.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<Value<String>>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a secret that jobs in the environment read as `secrets.NAME`. Text is not taken: it would be in version
    /// control.
    #[must_use]
    pub fn secret(mut self, name: &str, value: &Expr<String>) -> Self {
        self.secrets.push((name.to_owned(), value.clone()));
        self
    }

    /// What GitHub would refuse, and what to do instead.
    pub(crate) fn mistakes(&self, mistakes: &mut Mistakes) {
        if self.name.is_empty() {
            mistakes.add("an environment has no name", "name it, as in `production`");
        }
        let reviewers = self.users.len() + self.teams.len();
        if reviewers > MOST_REVIEWERS {
            let message = format!("environment `{}` has {reviewers} reviewers", self.name);
            mistakes.add(message, "GitHub takes 6 users and teams; name a team");
        }
        if self.wait_minutes > MOST_MINUTES {
            let message = format!("GitHub refuses to wait {} minutes", self.wait_minutes);
            mistakes.add(message, "it waits 43200, which are 30 days, at most");
        }
        for (name, _) in &self.variables {
            check_name(name, mistakes);
        }
        for (name, _) in &self.secrets {
            check_name(name, mistakes);
        }
    }

    #[track_caller]
    pub(crate) fn add(self, stack: &mut Stack, repository: &Value<String>) -> RepositoryEnvironmentRef {
        let logical = label(&self.name);
        let environment = stack.add(&logical, self.resource(repository));
        let stack = &mut stack.scope(&logical);
        let policy = || {
            github::RepositoryEnvironmentDeploymentPolicy::new(
                github::RepositoryEnvironmentDeploymentPolicyArgs {
                    environment: environment.environment().into(),
                    repository: repository.clone(),
                },
            )
        };
        for branch in &self.branches {
            stack.add(&label(branch), policy().branch_pattern(branch));
        }
        for tag in &self.tags {
            stack.add(&format!("tag_{}", label(tag)), policy().tag_pattern(tag));
        }
        for (name, value) in self.variables {
            let variable = github::ActionsEnvironmentVariable::new(ActionsEnvironmentVariableArgs {
                environment: environment.environment().into(),
                repository: repository.clone(),
                value,
                variable_name: name.as_str().into(),
            });
            stack.add(&name.to_lowercase(), variable);
        }
        for (name, value) in self.secrets {
            let secret = github::ActionsEnvironmentSecret::new(github::ActionsEnvironmentSecretArgs {
                environment: environment.environment().into(),
                repository: repository.clone(),
                secret_name: name.as_str().into(),
            });
            stack.add(&name.to_lowercase(), secret.value(value));
        }
        environment
    }

    fn resource(&self, repository: &Value<String>) -> github::RepositoryEnvironment {
        let mut environment = github::RepositoryEnvironment::new(github::RepositoryEnvironmentArgs {
            environment: self.name.as_str().into(),
            repository: repository.clone(),
        })
        .can_admins_bypass(self.administrators_bypass);
        if self.wait_minutes > 0 {
            environment = environment.wait_timer(self.wait_minutes);
        }
        if !self.users.is_empty() || !self.teams.is_empty() {
            let mut reviewers = Reviewers::new();
            if !self.users.is_empty() {
                reviewers = reviewers.users(&self.users);
            }
            if !self.teams.is_empty() {
                reviewers = reviewers.teams(&self.teams);
            }
            environment = environment.reviewers(reviewers).prevent_self_review(!self.self_review);
        }
        // GitHub takes exactly one of the two; without the block everything may deploy.
        let (custom, protected) = if !(self.branches.is_empty() && self.tags.is_empty()) {
            (true, false)
        } else if self.any_branch {
            return environment;
        } else {
            (false, true)
        };
        environment.deployment_branch_policy(DeploymentBranchPolicy::new(DeploymentBranchPolicyArgs {
            custom_branch_policies: custom.into(),
            protected_branches: protected.into(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use formwork::{App, Source};
    use serde_json::{Value as Json, json};

    use super::*;

    fn built(environment: Environment) -> (Vec<String>, Json) {
        let mut app = App::new();
        let mut mistakes = Mistakes::default();
        environment.mistakes(&mut mistakes);
        let stack = app.stack("github");
        mistakes.report(stack, "repository", Source::here());
        environment.add(stack, &"orders".into());
        let synthesis = app.finish();
        let diagnostics = synthesis.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        let json = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        (diagnostics, json["resource"].clone())
    }

    #[test]
    fn protected_branches_deploy_unless_others_are_named() {
        let (diagnostics, json) = built(Environment::new("dev"));
        assert_eq!(diagnostics, [""; 0]);
        assert_eq!(
            json["github_repository_environment"]["dev"],
            json!({
                "environment": "dev", "repository": "orders", "can_admins_bypass": false,
                "deployment_branch_policy": {"custom_branch_policies": false, "protected_branches": true},
            })
        );
        let (_, json) = built(Environment::new("dev").any_branch());
        assert!(json["github_repository_environment"]["dev"].get("deployment_branch_policy").is_none());

        let (diagnostics, json) = built(Environment::new("prod").branch("release/*").tag("v*"));
        assert_eq!(diagnostics, [""; 0]);
        let policy = &json["github_repository_environment"]["prod"]["deployment_branch_policy"];
        assert_eq!(policy["custom_branch_policies"], true);
        let policies = &json["github_repository_environment_deployment_policy"];
        assert_eq!(
            policies["prod_release_any"],
            json!({
                "environment": "${github_repository_environment.prod.environment}", "repository": "orders",
                "branch_pattern": "release/*",
            })
        );
        assert_eq!(policies["prod_tag_vany"]["tag_pattern"], "v*");
    }

    #[test]
    fn reviewers_do_not_agree_to_what_is_their_own() {
        let environment = Environment::new("prod")
            .reviewing_user(1)
            .reviewing_team(2)
            .wait_minutes(10)
            .variable("REGION", "eu-central-1");
        let (diagnostics, json) = built(environment.clone());
        assert_eq!(diagnostics, [""; 0]);
        let resource = &json["github_repository_environment"]["prod"];
        assert_eq!(resource["reviewers"], json!({"users": [1], "teams": [2]}));
        assert_eq!(resource["prevent_self_review"], true);
        assert_eq!(resource["wait_timer"], 10);
        let variable = &json["github_actions_environment_variable"]["prod_region"];
        assert_eq!(variable["variable_name"], "REGION");
        let (_, json) = built(environment.allow_self_review().exempt_administrators());
        let resource = &json["github_repository_environment"]["prod"];
        assert_eq!(resource["prevent_self_review"], false);
        assert_eq!(resource["can_admins_bypass"], true);
    }

    #[test]
    fn an_environment_has_a_name() {
        assert_eq!(built(Environment::new("")).0[0], "an environment has no name");
    }
}
