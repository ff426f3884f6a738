//! A repository on GitHub: its settings, protected branches, environments, and what its workflows read.
//!
//! ```
//! use formwork::{App, Variable, github};
//! use formwork_modules::repository::{BranchProtection, Environment, RepositoryConfig, repository};
//!
//! let mut app = App::new();
//! let stack = app.stack("github");
//! stack.provider(github::Provider::new().owner("acme"));
//! let webhook = stack.variable("chat_webhook", Variable::<String>::new().sensitive());
//! repository(
//!     stack,
//!     "orders",
//!     RepositoryConfig::new("orders")
//!         .default_branch("main")
//!         .protect(BranchProtection::new("main").checks(["build", "test"]).code_owners())
//!         .environment(
//!             Environment::new("dev")
//!                 .branch("dev")
//!                 .reviewing_user(583_231)
//!                 .variable("AWS_REGION", "eu-central-1"),
//!         )
//!         .secret("CHAT_WEBHOOK", &webhook),
//! );
//!
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! To take over the settings of a repository that exists, import it first: `terraform import
//! github_repository.orders_repository orders`. [`RepositoryConfig::existing`] leaves its settings to somebody else.
//!
//! Secrets come from variables of the stack or other expressions, never from text. Terraform keeps them in its state:
//! whoever may read the state may read them.
//!
//! Not here: teams and members; files of the repository, its workflows included. In private repositories GitHub
//! protects branches and asks reviewers on paid plans only.

mod config;
mod environment;
mod protection;

use formwork::github::{
    self, BranchDefaultRef, BranchProtectionRef, RepositoryEnvironmentRef, RepositoryRef,
};
use formwork::{Source, Stack, Value};

use crate::mistakes::Mistakes;

pub use config::{Feature, MergeMethod, RepositoryConfig, Visibility};
pub use environment::Environment;
pub use protection::BranchProtection;

/// What [`repository`] made.
#[derive(Clone, Debug)]
pub struct RepositoryParts {
    /// The repository, if its settings are managed.
    pub repository: Option<RepositoryRef>,
    /// The choice of the default branch, if it was made.
    pub default_branch: Option<BranchDefaultRef>,
    /// The protections, in the order they were given.
    pub protections: Vec<BranchProtectionRef>,
    /// The environments, in the order they were given.
    pub environments: Vec<RepositoryEnvironmentRef>,
}

/// Adds the repository and everything that its configuration names.
#[track_caller]
pub fn repository(stack: &mut Stack, name: &str, config: RepositoryConfig) -> RepositoryParts {
    let source = Source::here();
    mistakes(&config).report(stack, name, source);
    let stack = &mut stack.scope(name);
    let repository =
        config.settings.as_ref().map(|settings| stack.add("repository", settings.resource(&config.name)));
    let repository_name: Value<String> = match &repository {
        Some(repository) => repository.name().into(),
        None => config.name.as_str().into(),
    };
    // Protections find a repository by either.
    let repository_id = match &repository {
        Some(repository) => repository.node_id().into(),
        None => repository_name.clone(),
    };
    let default_branch = config.default_branch.map(|branch| {
        stack.add(
            "default_branch",
            github::BranchDefault::new(github::BranchDefaultArgs {
                branch: branch.into(),
                repository: repository_name.clone(),
            }),
        )
    });
    let protections = config
        .protections
        .into_iter()
        .map(|protection| protection.add(stack, repository_id.clone()))
        .collect();
    let environments =
        config.environments.into_iter().map(|environment| environment.add(stack, &repository_name)).collect();
    for (name, value) in config.variables {
        let variable = github::ActionsVariable::new(github::ActionsVariableArgs {
            repository: repository_name.clone(),
            value,
            variable_name: name.as_str().into(),
        });
        stack.add(&name.to_lowercase(), variable);
    }
    for (name, value) in config.secrets {
        let secret = github::ActionsSecret::new(github::ActionsSecretArgs {
            repository: repository_name.clone(),
            secret_name: name.as_str().into(),
        })
        .value(value);
        stack.add(&name.to_lowercase(), secret);
    }
    RepositoryParts { repository, default_branch, protections, environments }
}

/// What GitHub would refuse, and what to do instead.
fn mistakes(config: &RepositoryConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if let Some(settings) = &config.settings {
        if settings.merge_methods.is_empty() {
            let message = format!("no pull request of `{}` can be merged", config.name);
            mistakes.add(message, "give `merge_methods` at least one");
        }
        let only_merges = settings.merge_methods == [MergeMethod::Merge];
        if only_merges
            && let Some(linear) = config.protections.iter().find(|protection| protection.is_linear())
        {
            let message = format!("no pull request can be merged into `{}`", linear.pattern());
            let hint = "its history is linear: permit `Squash` or `Rebase`, or protect it with `allow_merge_commits`";
            mistakes.add(message, hint);
        }
    }
    for protection in &config.protections {
        protection.mistakes(&mut mistakes);
    }
    for environment in &config.environments {
        environment.mistakes(&mut mistakes);
    }
    for (name, _) in &config.variables {
        check_name(name, &mut mistakes);
    }
    for (name, _) in &config.secrets {
        check_name(name, &mut mistakes);
    }
    mistakes
}

/// GitHub Docs, "Variables reference" and "Secrets reference": naming conventions.
fn check_name(name: &str, mistakes: &mut Mistakes) {
    let is_allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty()
        || !name.bytes().all(is_allowed)
        || name.starts_with(|first: char| first.is_ascii_digit())
        || name.starts_with("GITHUB_")
    {
        let hint =
            "it has upper-case letters, digits and `_`, and begins neither with a digit nor with `GITHUB_`";
        mistakes.add(format!("`{name}` is not a name for a variable or secret of GitHub Actions"), hint);
    }
}

#[cfg(test)]
mod tests {
    use formwork::{App, Variable};
    use serde_json::{Value as Json, json};

    use super::*;

    fn built(config: RepositoryConfig) -> (Vec<String>, Json) {
        let mut app = App::new();
        repository(app.stack("github"), "orders", config);
        let synthesis = app.finish();
        let diagnostics = synthesis.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        (diagnostics, serde_json::to_value(&synthesis.stacks[0]).unwrap())
    }

    #[test]
    fn settings_are_careful() {
        let (diagnostics, json) = built(
            RepositoryConfig::new("orders")
                .description("Orders")
                .topics(["rust"])
                .default_branch("main")
                .protect(BranchProtection::new("main").checks(["build"])),
        );
        assert_eq!(diagnostics, [""; 0]);
        let resources = &json["resource"];
        let repository = &resources["github_repository"]["orders_repository"];
        assert_eq!(repository["visibility"], "private");
        assert_eq!(repository["allow_merge_commit"], false);
        assert_eq!(repository["archive_on_destroy"], true);
        assert_eq!(repository["lifecycle"]["prevent_destroy"], true);
        assert_eq!(resources["github_branch_default"]["orders_default_branch"]["branch"], "main");
        let protection = &resources["github_branch_protection"]["orders_main"];
        assert_eq!(protection["repository_id"], "${github_repository.orders_repository.node_id}");
    }

    #[test]
    fn an_existing_repository_keeps_its_settings() {
        let mut app = App::new();
        let stack = app.stack("github");
        let hook = stack.variable("hook", Variable::<String>::new().sensitive());
        let config = RepositoryConfig::existing("orders")
            .protect(BranchProtection::new("main"))
            .environment(Environment::new("dev").branch("dev").secret("HOOK", &hook))
            .variable("AWS_REGION", "eu-central-1")
            .secret("HOOK", &hook);
        let parts = repository(stack, "orders", config);
        assert!(parts.repository.is_none());
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        let json = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        let resources = &json["resource"];
        assert!(resources.get("github_repository").is_none());
        assert_eq!(resources["github_branch_protection"]["orders_main"]["repository_id"], "orders");
        assert_eq!(
            resources["github_actions_variable"]["orders_aws_region"],
            json!({"repository": "orders", "value": "eu-central-1", "variable_name": "AWS_REGION"})
        );
        assert_eq!(
            resources["github_actions_secret"]["orders_hook"],
            json!({"repository": "orders", "secret_name": "HOOK", "value": "${var.hook}"})
        );
        let secret = &resources["github_actions_environment_secret"]["orders_dev_hook"];
        assert_eq!(secret["environment"], "${github_repository_environment.orders_dev.environment}");
    }

    #[test]
    fn what_github_would_refuse_is_reported() {
        let (diagnostics, _) = built(
            RepositoryConfig::new("orders")
                .merge_methods([MergeMethod::Merge])
                .protect(BranchProtection::new("main").reviews(7))
                .protect(BranchProtection::new("").allow_merge_commits())
                .variable("github_token", "x")
                .environment(
                    Environment::new("dev")
                        .reviewing_users([1, 2, 3, 4])
                        .reviewing_teams([5, 6, 7])
                        .wait_minutes(50_000),
                ),
        );
        assert_eq!(
            diagnostics,
            [
                "no pull request can be merged into `main`",
                "GitHub refuses to require 7 reviews",
                "a protection has no branch",
                "environment `dev` has 7 reviewers",
                "GitHub refuses to wait 50000 minutes",
                "`github_token` is not a name for a variable or secret of GitHub Actions",
            ]
        );
        let (diagnostics, _) = built(RepositoryConfig::new("orders").merge_methods([]));
        assert_eq!(diagnostics, ["no pull request of `orders` can be merged"]);
    }
}
