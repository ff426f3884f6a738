//! A program: a function that fills an [`App`], and the command line around it.

use std::path::{Path, PathBuf};

use formwork_core::{App, Target};
use formwork_schema::Library;
use schemars::{JsonSchema, Schema};

/// What a function returns that builds stacks: an error ends the command with exit code 1.
pub type Result<T = (), E = anyhow::Error> = std::result::Result<T, E>;

/// A value of a settings file that only its owner can give, and that has an example in its place so that the program can
/// be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The stacks that wait for it: patterns such as `shop-*`.
    pub stacks: Vec<String>,
    /// Where it is and what belongs there: `shop/prod.toml:4: account_id is an example: put …`.
    pub message: String,
}

/// A system's workflows, made anew each time they are asked for.
#[cfg(feature = "pipelines")]
pub(crate) type Workflows = Box<dyn Fn() -> Result<Vec<formwork_workflows::Repository>>>;

/// A program that describes infrastructure, with the `formwork` command line.
pub struct Program {
    build: Box<dyn Fn(&mut App) -> Result>,
    pub(crate) settings: Vec<(&'static str, Schema)>,
    pub(crate) library: Library,
    target: Option<Target>,
    pub(crate) placeholders: Vec<Placeholder>,
    /// Whose packages of providers are locked.
    pub(crate) platforms: Vec<&'static str>,
    /// The folder with the lock files of providers.
    pub(crate) locks: PathBuf,
    #[cfg(feature = "pipelines")]
    pub(crate) workflows: Vec<(&'static str, Workflows)>,
}

impl Program {
    /// A program whose stacks are made by a function. The function should depend on nothing but its own source and
    /// the files that are compiled in, so that it gives the same documents everywhere.
    pub fn new(build: impl Fn(&mut App) -> Result + 'static) -> Self {
        Self {
            build: Box::new(build),
            settings: Vec::new(),
            library: Library::embedded(),
            target: None,
            placeholders: Vec::new(),
            platforms: vec!["linux_amd64", "linux_arm64", "darwin_arm64"],
            locks: PathBuf::from("providers"),
            #[cfg(feature = "pipelines")]
            workflows: Vec::new(),
        }
    }

    /// Makes the JSON Schema of a settings type known to the `schema` command.
    #[must_use]
    pub fn settings<T: JsonSchema>(mut self, name: &'static str) -> Self {
        self.settings.push((name, schemars::schema_for!(T)));
        self
    }

    /// Adds the catalogue of another provider, as `bindings import` writes it.
    ///
    /// # Errors
    /// Fails if the text is not a catalogue.
    pub fn catalogue(mut self, text: &'static str) -> Result<Self> {
        self.library.add(formwork_schema::Catalogue::parse(text)?);
        Ok(self)
    }

    /// Says which Terraform or OpenTofu must be able to read the documents, such as `Target::terraform(1, 11)`: what it
    /// does not know is a finding then, unless the app or a stack has a target of its own.
    #[must_use]
    pub const fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Says which values of settings are examples still. Their stacks are synthesized, and run in the sandbox; every verb
    /// that would run terraform on one of them for real is refused, with what is to be set.
    #[must_use]
    pub fn placeholders(mut self, placeholders: impl IntoIterator<Item = Placeholder>) -> Self {
        self.placeholders.extend(placeholders);
        self
    }

    /// Names the platforms whose packages of providers `providers lock` records, such as `linux_amd64`, in place of Linux on
    /// both kinds of processors and macOS on Apple's.
    #[must_use]
    pub fn platforms(mut self, platforms: impl IntoIterator<Item = &'static str>) -> Self {
        self.platforms = platforms.into_iter().collect();
        self
    }

    /// The folder that the program's own files are in, beside its lock files.
    pub(crate) fn folder(&self) -> &Path {
        match self.locks.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }

    /// Adds the workflows of a system, for the `pipelines` command. The function should take names from where the stacks
    /// take them.
    #[cfg(feature = "pipelines")]
    #[must_use]
    pub fn workflows(
        mut self,
        system: &'static str,
        workflows: impl Fn() -> Result<Vec<formwork_workflows::Repository>> + 'static,
    ) -> Self {
        self.workflows.push((system, Box::new(workflows)));
        self
    }

    /// Builds all stacks.
    pub(crate) fn build(&self) -> Result<App> {
        let mut app = App::new();
        if let Some(target) = self.target {
            app.target(target);
        }
        (self.build)(&mut app)?;
        Ok(app)
    }
}
