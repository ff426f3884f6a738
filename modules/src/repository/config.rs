//! The configuration of a repository.

use formwork::{Expr, Lifecycle, Resource, Value, github};

use crate::repository::{BranchProtection, Environment};

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

/// The configuration of [`repository`](fn@super::repository).
#[derive(Clone, Debug)]
pub struct RepositoryConfig {
    pub(super) name: String,
    pub(super) settings: Option<Settings>,
    pub(super) default_branch: Option<String>,
    pub(super) protections: Vec<BranchProtection>,
    pub(super) environments: Vec<Environment>,
    pub(super) variables: Vec<(String, Value<String>)>,
    pub(super) secrets: Vec<(String, Expr<String>)>,
}

#[derive(Clone, Debug)]
pub(super) struct Settings {
    description: Option<String>,
    visibility: Visibility,
    pub(super) merge_methods: Vec<MergeMethod>,
    features: Vec<Feature>,
    topics: Vec<String>,
}

impl RepositoryConfig {
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

impl Settings {
    pub(super) fn resource(&self, name: &str) -> github::Repository {
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
            .lifecycle(Lifecycle::new().prevent_destroy(true))
            .description(self.description.as_deref());
        if !self.topics.is_empty() {
            repository = repository.topics(&self.topics);
        }
        repository
    }
}
