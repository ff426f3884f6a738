//! A repository on GitHub: its settings, protected branches, environments, and what its workflows read.
//!
//! ```
//! use formwork::{App, Variable, github};
//! use formwork_modules::repository::{self, BranchProtection, Config, Environment};
//!
//! let mut app = App::new();
//! let stack = app.stack("github");
//! stack.provider(github::Provider::new().owner("acme"));
//! let webhook = stack.variable("chat_webhook", Variable::<String>::new().sensitive());
//! repository::repository(
//!     stack,
//!     "orders",
//!     Config::new("orders")
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
//! assert!(app.finish().findings.is_empty());
//! ```
//!
//! To take over the settings of a repository that exists, import it first: `terraform import
//! github_repository.orders_repository orders`. [`Config::existing`] leaves its settings to somebody else.
//!
//! Secrets come from variables of the stack or other expressions, never from text. Terraform keeps them in its state:
//! whoever may read the state may read them.
//!
//! Not here: teams and members; files of the repository, its workflows included. In private repositories GitHub
//! protects branches and asks reviewers on paid plans only.

mod environment;
mod protection;

use formwork::github::{
    self, BranchDefaultRef, BranchProtectionRef, RepositoryEnvironmentRef, RepositoryRef,
};
use formwork::{Expr, Lifecycle, Resource, Source, Stack, Value};

pub use environment::Environment;
pub use protection::BranchProtection;

/// Who sees the repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// Whom it was given to.
    #[default]
    Private,
    /// Everybody in the enterprise.
    Internal,
    /// Everybody.
    Public,
}

/// How a pull request may be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeMethod {
    /// As one commit.
    Squash,
    /// As its commits, put on top.
    Rebase,
    /// As its commits and a merge commit.
    Merge,
}

/// A part of GitHub that a repository may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Issues.
    Issues,
    /// Projects.
    Projects,
    /// A wiki.
    Wiki,
    /// Discussions.
    Discussions,
}

/// The configuration of [`repository`].
#[derive(Clone, Debug)]
pub struct Config {
    name: String,
    settings: Option<Settings>,
    default_branch: Option<String>,
    protections: Vec<BranchProtection>,
    environments: Vec<Environment>,
    variables: Vec<(String, Value<String>)>,
    secrets: Vec<(String, Expr<String>)>,
}

#[derive(Clone, Debug)]
struct Settings {
    description: Option<String>,
    visibility: Visibility,
    merge_methods: Vec<MergeMethod>,
    features: Vec<Feature>,
    topics: Vec<String>,
}

impl Config {
    /// A repository whose settings are managed: private, with issues, pull requests squashed and their branches
    /// deleted. It is archived, not deleted, when it is taken out of the stack.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let settings = Settings {
            description: None,
            visibility: Visibility::default(),
            merge_methods: vec![MergeMethod::Squash],
            features: vec![Feature::Issues],
            topics: Vec::new(),
        };
        Self { settings: Some(settings), ..Self::existing(name) }
    }

    /// A repository that exists and whose settings stay as they are. [`description`](Self::description) and the other
    /// settings then say nothing.
    #[must_use]
    pub fn existing(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            settings: None,
            default_branch: None,
            protections: Vec::new(),
            environments: Vec::new(),
            variables: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Says what the repository is for.
    #[must_use]
    pub fn description(self, description: &str) -> Self {
        self.with_settings(|settings| settings.description = Some(description.to_owned()))
    }

    /// Chooses who sees the repository.
    #[must_use]
    pub fn visibility(self, visibility: Visibility) -> Self {
        self.with_settings(|settings| settings.visibility = visibility)
    }

    /// Chooses how pull requests may be merged.
    #[must_use]
    pub fn merge_methods(self, methods: impl IntoIterator<Item = MergeMethod>) -> Self {
        self.with_settings(|settings| settings.merge_methods = methods.into_iter().collect())
    }

    /// Chooses the parts of GitHub that the repository has.
    #[must_use]
    pub fn features(self, features: impl IntoIterator<Item = Feature>) -> Self {
        self.with_settings(|settings| settings.features = features.into_iter().collect())
    }

    /// Says what the repository is about, for search.
    #[must_use]
    pub fn topics<T: Into<String>>(self, topics: impl IntoIterator<Item = T>) -> Self {
        self.with_settings(|settings| settings.topics = topics.into_iter().map(Into::into).collect())
    }

    /// Makes a branch the default one. It must exist.
    #[must_use]
    pub fn default_branch(mut self, branch: &str) -> Self {
        self.default_branch = Some(branch.to_owned());
        self
    }

    /// Protects a branch.
    #[must_use]
    pub fn protect(mut self, protection: BranchProtection) -> Self {
        self.protections.push(protection);
        self
    }

    /// Adds an environment that jobs deploy to.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environments.push(environment);
        self
    }

    /// Adds a variable that all workflows read as `vars.NAME`.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<Value<String>>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a secret that all workflows read as `secrets.NAME`. Text is not taken: it would be in version control.
    #[must_use]
    pub fn secret(mut self, name: &str, value: &Expr<String>) -> Self {
        self.secrets.push((name.to_owned(), value.clone()));
        self
    }

    fn with_settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        if let Some(settings) = &mut self.settings {
            change(settings);
        }
        self
    }
}

/// What [`repository`] made.
#[derive(Clone, Debug)]
pub struct Parts {
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
pub fn repository(stack: &mut Stack, name: &str, config: Config) -> Parts {
    let source = Source::here();
    report_settings(stack, &config, source);
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
        stack.add("default_branch", github::BranchDefault::new(branch, repository_name.clone()))
    });
    let protections = config
        .protections
        .into_iter()
        .map(|protection| protection.add(stack, repository_id.clone(), source))
        .collect();
    let environments = config
        .environments
        .into_iter()
        .map(|environment| environment.add(stack, &repository_name, source))
        .collect();
    for (name, value) in config.variables {
        report_name(stack, &name, source);
        let variable = github::ActionsVariable::new(repository_name.clone(), value, name.as_str());
        stack.add(&name.to_lowercase(), variable);
    }
    for (name, value) in config.secrets {
        report_name(stack, &name, source);
        let secret = github::ActionsSecret::new(repository_name.clone(), name.as_str()).value(value);
        stack.add(&name.to_lowercase(), secret);
    }
    Parts { repository, default_branch, protections, environments }
}

impl Settings {
    fn resource(&self, name: &str) -> github::Repository {
        let visibility = match self.visibility {
            Visibility::Private => "private",
            Visibility::Internal => "internal",
            Visibility::Public => "public",
        };
        let merges = |method| self.merge_methods.contains(&method);
        let has = |feature| self.features.contains(&feature);
        let mut repository = github::Repository::new(name)
            .visibility(visibility)
            .allow_squash_merge(merges(MergeMethod::Squash))
            .allow_rebase_merge(merges(MergeMethod::Rebase))
            .allow_merge_commit(merges(MergeMethod::Merge))
            .allow_update_branch(true)
            .delete_branch_on_merge(true)
            .has_issues(has(Feature::Issues))
            .has_projects(has(Feature::Projects))
            .has_wiki(has(Feature::Wiki))
            .has_discussions(has(Feature::Discussions))
            .archive_on_destroy(true)
            .lifecycle(Lifecycle::new().prevent_destroy());
        if let Some(description) = &self.description {
            repository = repository.description(description.as_str());
        }
        if !self.topics.is_empty() {
            repository = repository.topics(&self.topics);
        }
        repository
    }
}

fn report_settings(stack: &mut Stack, config: &Config, source: Source) {
    let Some(settings) = &config.settings else { return };
    if settings.merge_methods.is_empty() {
        let finding = stack.finding(format!("no pull request of `{}` can be merged", config.name));
        stack.report(finding.source(source).hint("give `merge_methods` at least one"));
    }
    let only_merges = settings.merge_methods == [MergeMethod::Merge];
    if only_merges && let Some(linear) = config.protections.iter().find(|protection| protection.is_linear()) {
        let message = format!("no pull request can be merged into `{}`", linear.pattern());
        let hint =
            "its history is linear: permit `Squash` or `Rebase`, or protect it with `allow_merge_commits`";
        let finding = stack.finding(message);
        stack.report(finding.source(source).hint(hint));
    }
}

/// GitHub Docs, "Variables reference" and "Secrets reference": naming conventions.
fn report_name(stack: &mut Stack, name: &str, source: Source) {
    let is_allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty()
        || !name.bytes().all(is_allowed)
        || name.starts_with(|first: char| first.is_ascii_digit())
        || name.starts_with("GITHUB_")
    {
        let finding =
            stack.finding(format!("`{name}` is not a name for a variable or secret of GitHub Actions"));
        let hint =
            "it has upper-case letters, digits and `_`, and begins neither with a digit nor with `GITHUB_`";
        stack.report(finding.source(source).hint(hint));
    }
}

#[cfg(test)]
mod tests {
    use formwork::{App, Variable};
    use serde_json::{Value as Json, json};

    use super::*;

    fn built(config: Config) -> (Vec<String>, Json) {
        let mut app = App::new();
        repository(app.stack("github"), "orders", config);
        let synthesis = app.finish();
        let findings = synthesis.findings.iter().map(|finding| finding.message.clone()).collect();
        (findings, serde_json::to_value(&synthesis.stacks[0]).unwrap())
    }

    #[test]
    fn settings_are_careful() {
        let (findings, json) = built(
            Config::new("orders")
                .description("Orders")
                .topics(["rust"])
                .default_branch("main")
                .protect(BranchProtection::new("main").checks(["build"])),
        );
        assert_eq!(findings, [""; 0]);
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
        let config = Config::existing("orders")
            .protect(BranchProtection::new("main"))
            .environment(Environment::new("dev").branch("dev").secret("HOOK", &hook))
            .variable("AWS_REGION", "eu-central-1")
            .secret("HOOK", &hook);
        let parts = repository(stack, "orders", config);
        assert!(parts.repository.is_none());
        let synthesis = app.finish();
        assert_eq!(synthesis.findings, []);
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
        let (findings, _) = built(
            Config::new("orders")
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
            findings,
            [
                "no pull request can be merged into `main`",
                "GitHub refuses to require 7 reviews",
                "a protection has no branch",
                "environment `dev` has 7 reviewers",
                "GitHub refuses to wait 50000 minutes",
                "`github_token` is not a name for a variable or secret of GitHub Actions",
            ]
        );
        let (findings, _) = built(Config::new("orders").merge_methods([]));
        assert_eq!(findings, ["no pull request of `orders` can be merged"]);
    }
}
