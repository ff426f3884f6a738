//! The steps of a job.

use indexmap::IndexMap;
use serde::Serialize;

use crate::actions::{self, Action};
use crate::{Effect, Expression, Reference, Script, Text};

/// One step: a script, or an action of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) condition: Option<Expression>,
    pub(crate) uses: Option<Uses>,
    pub(crate) with: IndexMap<String, Text>,
    pub(crate) run: Option<Script>,
    pub(crate) env: IndexMap<String, Text>,
    pub(crate) working_directory: Option<String>,
    pub(crate) timeout_minutes: Option<u32>,
    pub(crate) continue_on_error: bool,
    #[serde(skip)]
    pub(crate) effects: Vec<Effect>,
    #[serde(skip)]
    pub(crate) references: Vec<Reference>,
    #[serde(skip)]
    pub(crate) artifact: Option<ArtifactUse>,
}

/// An action, as a template writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Uses {
    pub(crate) action: String,
    pub(crate) version: &'static str,
}

/// What a step does with an artifact of the run, by the artifact's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArtifactUse {
    Uploaded(String),
    Downloaded(String),
}

impl Step {
    /// Runs a script.
    #[must_use]
    pub fn run(name: &str, script: impl Into<Script>) -> Self {
        Self { run: Some(script.into()), ..Self::empty(name) }
    }

    /// Runs an action of the table.
    #[must_use]
    pub fn uses(name: &str, action: Action) -> Self {
        let uses =
            Uses { action: format!("{}@{}", action.repository, action.commit), version: action.version };
        Self { uses: Some(uses), ..Self::empty(name) }
    }

    /// Checks the repository out, and leaves no token behind.
    #[must_use]
    pub fn checkout() -> Self {
        Self::uses("Check out", actions::CHECKOUT).with("persist-credentials", "false")
    }

    /// Checks the repository out with all its history.
    #[must_use]
    pub fn checkout_history() -> Self {
        Self::checkout().with("fetch-depth", "0")
    }

    /// Checks another repository out into a folder, at a branch.
    #[must_use]
    pub fn checkout_other(
        repository: &str,
        branch: impl Into<Text>,
        folder: &str,
        token: Expression,
    ) -> Self {
        let mut step = Self::checkout()
            .with("repository", repository)
            .with("ref", branch)
            .with("path", folder)
            .with("token", token);
        step.name = format!("Check out {repository}");
        step
    }

    /// Keeps files as an artifact of the run. It is an error if there are none.
    #[must_use]
    pub fn upload(name: &str, path: &str, days: u32) -> Self {
        let mut step = Self::uses(&format!("Keep {name}"), actions::UPLOAD_ARTIFACT)
            .with("name", name)
            .with("path", path)
            .with("if-no-files-found", "error")
            .with("retention-days", days.to_string());
        step.artifact = Some(ArtifactUse::Uploaded(name.to_owned()));
        step
    }

    /// Keeps files as an artifact whose name an expression is part of.
    #[must_use]
    pub fn upload_as(title: &str, name: impl Into<Text>, path: &str, days: u32) -> Self {
        let mut step = Self::upload("", path, days).with("name", name);
        step.name = title.to_owned();
        step.artifact = None;
        step
    }

    /// Brings an artifact that a job before has kept.
    #[must_use]
    pub fn download(name: &str, folder: &str) -> Self {
        let mut step = Self::uses(&format!("Bring {name}"), actions::DOWNLOAD_ARTIFACT)
            .with("name", name)
            .with("path", folder);
        step.artifact = Some(ArtifactUse::Downloaded(name.to_owned()));
        step
    }

    /// Brings all artifacts whose names match a pattern into one folder.
    #[must_use]
    pub fn download_all(title: &str, pattern: &str, folder: &str) -> Self {
        Self::uses(title, actions::DOWNLOAD_ARTIFACT)
            .with("pattern", pattern)
            .with("path", folder)
            .with("merge-multiple", "true")
    }

    /// Brings all artifacts whose names match a pattern, each into a folder of its own name.
    #[must_use]
    pub fn download_folders(title: &str, pattern: impl Into<Text>, folder: &str) -> Self {
        Self::uses(title, actions::DOWNLOAD_ARTIFACT).with("pattern", pattern).with("path", folder)
    }

    /// Brings all artifacts of another run whose names match a pattern, each into a folder of its own name.
    #[must_use]
    pub fn download_run_folders(
        title: &str,
        pattern: impl Into<Text>,
        folder: &str,
        run: Expression,
    ) -> Self {
        Self::download_folders(title, pattern, folder)
            .with("run-id", run)
            .with("github-token", Expression::token())
    }

    /// Keeps folders between runs, until the files that the key names change.
    #[must_use]
    pub fn cache(what: &str, paths: &[&str], key_files: &str) -> Self {
        let key =
            |prefix: &str| Text::from(format!("{prefix}-")).then(Expression::context("runner.os")).then("-");
        let hash = Expression::call("hashFiles", [Expression::text(key_files)]);
        Self::uses(&format!("Cache {what}"), actions::CACHE)
            .with("path", paths.join("\n"))
            .with("key", key(what).then(hash))
            .with("restore-keys", key(what))
    }

    /// Assumes a role of AWS by OIDC. The role's ARN is in a variable of the job's environment on GitHub, where the
    /// stacks put it.
    #[must_use]
    pub fn assume_role(role: &str, variable: &str, region: &str) -> Self {
        Self::uses("Assume the role", actions::CONFIGURE_AWS_CREDENTIALS)
            .with("role-to-assume", Expression::variable(variable))
            .with("aws-region", region)
            .with("role-session-name", Text::from("run-").then(Expression::github("run_id")))
            .with("mask-aws-account-id", "true")
            .refers(Reference::Role { name: role.to_owned(), variable: variable.to_owned() })
    }

    /// Assumes whatever role a variable of the job's environment names, where no stack of the program makes it.
    #[must_use]
    pub fn assume_role_of_environment(variable: &str, region: &str) -> Self {
        let mut step = Self::assume_role("", variable, region);
        step.references = vec![Reference::AnyRole];
        step
    }

    /// Installs Terraform without the wrapper, which would stand between terraform and who reads what it prints.
    #[must_use]
    pub fn terraform(version: &str) -> Self {
        Self::uses("Install Terraform", actions::SETUP_TERRAFORM)
            .with("terraform_version", version)
            .with("terraform_wrapper", "false")
    }

    /// Gives the step an id, by which others name its outputs.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// Gives the step another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// Runs the step only under a condition.
    #[must_use]
    pub fn when(mut self, condition: Expression) -> Self {
        self.condition = Some(condition);
        self
    }

    /// Sets an input of the action.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Text>) -> Self {
        self.with.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<Text>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Runs the script in a folder.
    #[must_use]
    pub fn in_folder(mut self, folder: &str) -> Self {
        self.working_directory = Some(folder.to_owned());
        self
    }

    /// Stops the step after so many minutes.
    #[must_use]
    pub const fn minutes(mut self, minutes: u32) -> Self {
        self.timeout_minutes = Some(minutes);
        self
    }

    /// Goes on if the step fails.
    #[must_use]
    pub const fn may_fail(mut self) -> Self {
        self.continue_on_error = true;
        self
    }

    /// Says what the step does to the world.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// Says that the step names something of the stacks.
    #[must_use]
    pub fn refers(mut self, reference: Reference) -> Self {
        self.references.push(reference);
        self
    }

    /// Says that the step names a stack.
    #[must_use]
    pub fn on_stack(self, stack: &str) -> Self {
        self.refers(Reference::Stack(stack.to_owned()))
    }

    /// What the step does to the world.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The script, if the step is one.
    #[must_use]
    pub const fn script(&self) -> Option<&Script> {
        self.run.as_ref()
    }

    fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: None,
            condition: None,
            uses: None,
            with: IndexMap::new(),
            run: None,
            env: IndexMap::new(),
            working_directory: None,
            timeout_minutes: None,
            continue_on_error: false,
            effects: Vec::new(),
            references: Vec::new(),
            artifact: None,
        }
    }
}
