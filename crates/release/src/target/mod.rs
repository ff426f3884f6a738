//! The targets of releases, one folder each: how a stack describes it, what its verbs call, and the verbs themselves.
//!
//! This file is the list. Another target is a folder beside these, and its lines here: the module, its names, the
//! variant, the arm and the list of statements. What the verbs of a target are is said by [`engine::Target`](crate::engine).

mod app_runner;
mod ecs;
pub mod lambda;
mod site;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::app_runner::AppRunner;
pub use self::ecs::{Ecs, MigrationTask};
pub use self::lambda::Lambda;
pub use self::site::StaticSite;
#[cfg(feature = "clients")]
use crate::aws::Connection;
use crate::description::{Mistake, Name, Release};
#[cfg(feature = "clients")]
use crate::engine::{OpenTarget, Target};
use crate::permissions::{Permission, Verb};
#[cfg(feature = "clients")]
use crate::watch::ServiceWatch;

/// The descriptions of all targets, for who passes them on.
pub mod descriptions {
    pub use super::{AppRunner, Ecs, Lambda, MigrationTask, StaticSite};
}

/// What a service is in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "Target")]
pub enum TargetDescription {
    /// A function on AWS Lambda.
    Lambda(Lambda),
    /// A service on Amazon ECS.
    Ecs(Ecs),
    /// A service on AWS App Runner.
    AppRunner(AppRunner),
    /// Files in a bucket behind CloudFront.
    StaticSite(StaticSite),
}

impl TargetDescription {
    fn describe(&self) -> &dyn Describe {
        match self {
            Self::Lambda(target) => target,
            Self::Ecs(target) => target,
            Self::AppRunner(target) => target,
            Self::StaticSite(target) => target,
        }
    }
}

impl Verb {
    /// What it calls for a target. Smoke tests of `verify` need what their requests need.
    #[must_use]
    pub fn permissions_for(self, target: &TargetDescription) -> &'static [Permission] {
        (target.kind().permissions)(self)
    }
}

/// What there is to know of a kind of target without any client.
#[derive(Debug)]
pub struct Kind {
    /// What AWS calls it, such as `an ECS service`.
    pub name: &'static str,
    /// What a verb calls.
    pub permissions: fn(Verb) -> &'static [Permission],
    /// Which function of `formwork_modules::github_oidc` makes the statement that grants an action, if a verb calls it.
    #[cfg_attr(not(feature = "clients"), expect(dead_code, reason = "only a refused call asks for it"))]
    pub(crate) statement: fn(&str) -> Option<&'static str>,
    /// When its smoke tests can be run.
    pub smoke_tests: SmokeTests,
    /// Whether requests can be shifted by weights.
    pub(crate) has_weights: bool,
    /// Opens services that are released together or not at all; absent where each is released for itself.
    #[cfg(feature = "clients")]
    pub(crate) open_group: Option<OpenGroup>,
}

#[cfg(feature = "clients")]
type OpenGroup = fn(&[Opening<'_>]) -> Result<Box<dyn Target>, String>;

/// When smoke tests can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmokeTests {
    /// Before the candidate serves: it answers under a name of its own.
    OfCandidate,
    /// Once it serves: there is nothing to ask before.
    OnceItServes,
}

/// What the description of a target says of itself.
pub(crate) trait Describe {
    /// What it is.
    fn kind(&self) -> &'static Kind;

    /// The names in it, with what they are of.
    fn names(&self) -> Vec<(&'static str, &Name)>;

    /// What is wrong with it besides names that are empty.
    fn mistakes(&self) -> Vec<Mistake> {
        Vec::new()
    }

    /// Puts values in the place of outputs. Fails with the name of an output that has no value.
    #[cfg(feature = "clients")]
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Target>, String>;
}

impl Kind {
    /// Whether services of this kind are released together or not at all, and so with none of another kind.
    #[cfg(feature = "clients")]
    #[must_use]
    pub const fn is_group(&self) -> bool {
        self.open_group.is_some()
    }
}

impl TargetDescription {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.describe().kind()
    }

    /// The names in it, with what they are of.
    #[must_use]
    pub fn names(&self) -> Vec<(&'static str, &Name)> {
        self.describe().names()
    }

    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        for (what, name) in self.names() {
            if name.is_empty() {
                let message = format!("the {what} of {} has no name", self.kind().name);
                mistakes.push(Mistake::new(message, "give its name, or `Name::output` of a stack's output"));
            }
        }
        mistakes.extend(self.describe().mistakes());
        mistakes
    }
}

/// Which function of `formwork_modules::github_oidc` makes the statement that grants an action that a verb calls.
#[cfg(feature = "clients")]
pub(crate) fn statement(action: &str) -> Option<&'static str> {
    let kinds = [&lambda::KIND, &ecs::KIND, &app_runner::KIND, &site::KIND];
    kinds.iter().find_map(|kind| (kind.statement)(action))
}

/// The digest that an image is named by, such as `sha256:…`, if it is: a tag may come to mean another image.
#[cfg(feature = "clients")]
pub(crate) fn image_digest(image: &str) -> Option<&str> {
    image.split_once('@').map(|(_, digest)| digest).filter(|digest| digest.starts_with("sha256:"))
}

/// A service with what its stack says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedService {
    /// The stack.
    pub stack: String,
    /// What the stack calls the service.
    pub name: String,
    /// How it is released.
    pub release: Release,
}

impl DescribedService {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.release.target.kind()
    }

    /// `STACK/NAME`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}/{}", self.stack, self.name)
    }
}

/// A service that is to be released, with everything that its names are found by.
#[cfg(feature = "clients")]
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// The service.
    pub service: &'a DescribedService,
    /// The values of the stack's outputs by name.
    pub outputs: &'a dyn Fn(&str) -> Option<String>,
    /// The way to AWS.
    pub connection: &'a Connection,
}

#[cfg(feature = "clients")]
impl Opening<'_> {
    /// The name in full.
    pub(crate) fn resolve(&self, name: &Name) -> Result<String, String> {
        name.resolve(self.outputs)
    }
}

/// Opens services in their order. Those that are released together are one target, which comes first.
///
/// # Errors
/// Fails with the name of an output that has no value.
#[cfg(feature = "clients")]
pub fn open(openings: &[Opening<'_>]) -> Result<Vec<OpenTarget>, String> {
    let mut targets = Vec::new();
    let mut opened: Vec<&'static str> = Vec::new();
    for opening in openings {
        let kind = opening.service.kind();
        if let Some(open) = kind.open_group
            && !opened.contains(&kind.name)
        {
            opened.push(kind.name);
            let is_of_kind = |position: &usize| openings[*position].service.kind().name == kind.name;
            let services: Vec<usize> = (0..openings.len()).filter(is_of_kind).collect();
            let of_kind: Vec<Opening<'_>> = services.iter().map(|position| openings[*position]).collect();
            let freezes = of_kind.iter().flat_map(|it| it.service.release.freezes.clone()).collect();
            targets.push(OpenTarget { target: open(&of_kind)?, services, watch: None, freezes });
        }
    }
    for (position, opening) in openings.iter().enumerate() {
        if opening.service.kind().open_group.is_none() {
            let DescribedService { name, release, .. } = opening.service;
            let target = release.target.describe().open(opening)?;
            let watch = ServiceWatch::of(name, release, opening.connection);
            let freezes = release.freezes.clone();
            targets.push(OpenTarget { target, services: vec![position], watch, freezes });
        }
    }
    Ok(targets)
}
