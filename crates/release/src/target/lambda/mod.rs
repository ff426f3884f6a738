//! Releases of functions behind aliases: a small state machine whose truth is in AWS.
//!
//! Nothing about a release is kept on a disk. A version's description says what it was published for; the descriptions
//! of the two aliases hold a `Record` of what was done last, written in the same call as the move itself, so that
//! there is no moment at which one is true without the other. Whoever reads both aliases knows the `State`, and so
//! knows how to go on, in this process or another one.
//!
//! Functions that a command is about are promoted together or not at all. What a version answers is not known here: smoke
//! tests and gates say that, and `verify` takes their word.

#[cfg(feature = "clients")]
mod age;
#[cfg(feature = "clients")]
mod alias;
#[cfg(feature = "clients")]
mod alias_move;
#[cfg(feature = "clients")]
mod analysis;
#[cfg(feature = "clients")]
mod api;
#[cfg(feature = "clients")]
mod bake;
#[cfg(feature = "clients")]
mod beyond_doubt;
#[cfg(feature = "clients")]
mod changes;
#[cfg(feature = "clients")]
mod dry_run;
#[cfg(feature = "clients")]
mod function;
#[cfg(feature = "clients")]
mod group;
#[cfg(feature = "clients")]
mod history;
#[cfg(feature = "clients")]
mod metrics;
#[cfg(feature = "clients")]
mod package;
mod permissions;
#[cfg(feature = "clients")]
mod plan;
#[cfg(feature = "clients")]
mod promote;
#[cfg(feature = "clients")]
mod record;
#[cfg(feature = "clients")]
mod resume;
#[cfg(feature = "clients")]
mod rollback;
#[cfg(feature = "clients")]
mod sdk;
#[cfg(feature = "clients")]
mod served;
#[cfg(feature = "clients")]
mod start;
#[cfg(feature = "clients")]
mod state;
#[cfg(feature = "clients")]
mod status;
#[cfg(feature = "clients")]
mod verify;
#[cfg(feature = "clients")]
mod version_note;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[cfg(feature = "clients")]
pub use self::{
    alias::{Alias, Route},
    analysis::{Minute, Traffic, Window, analyze},
    api::{Configuration, LambdaApi, Provisioned, Readiness, TrafficQuery},
    function::{Function, Session},
    history::history,
    package::{Object, Package, Source, is_zip},
    promote::promote,
    record::{MAXIMUM_DESCRIPTION, Record},
    resume::{Resumed, resume},
    rollback::{RolledBack, rollback},
    sdk::Aws,
    start::{Started, start},
    state::{State, state},
    status::status,
    verify::{Verified, verify},
};
use crate::description::{Mistake, Name};
use crate::permissions::{Scope, Verb};
#[cfg(feature = "clients")]
use crate::target::Opening;
use crate::target::{Describe, Kind, SmokeTests, TargetDescription};

pub(super) static KIND: Kind = Kind {
    name: "a Lambda function",
    permissions: permissions::permissions,
    statement: |action| {
        let mut known = Verb::ALL.iter().flat_map(|verb| permissions::permissions(*verb));
        match known.find(|permission| permission.action == action)?.scope {
            Scope::Function => Some("permissions::lambda_release([function_arn])"),
            Scope::Alarms => Some("permissions::watch_alarms()"),
            _ => Some("permissions::read_metrics()"),
        }
    },
    smoke_tests: SmokeTests::OfCandidate,
    has_weights: true,
    #[cfg(feature = "clients")]
    open_group: Some(group::open),
};

/// A function whose stable alias takes requests, and whose candidate alias is tested before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lambda {
    /// The function's name.
    pub function: Name,
    /// The alias that takes requests. Nothing but releases moves it.
    pub stable_alias: String,
    /// The alias that a new version is tested through.
    pub candidate_alias: String,
}

impl Lambda {
    /// A function by its name, with the names of its two aliases.
    pub fn new(
        function: impl Into<Name>,
        stable_alias: impl Into<String>,
        candidate_alias: impl Into<String>,
    ) -> Self {
        Self {
            function: function.into(),
            stable_alias: stable_alias.into(),
            candidate_alias: candidate_alias.into(),
        }
    }
}

impl Describe for Lambda {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn names(&self) -> Vec<(&'static str, &Name)> {
        vec![("function", &self.function)]
    }

    fn mistakes(&self) -> Vec<Mistake> {
        if self.stable_alias != self.candidate_alias {
            return Vec::new();
        }
        let message = format!("`{}` cannot be both the stable and the candidate alias", self.stable_alias);
        vec![Mistake::new(message, "a candidate is tested before the stable alias moves")]
    }

    #[cfg(feature = "clients")]
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn crate::engine::Target>, String> {
        group::open(std::slice::from_ref(opening))
    }
}

impl From<Lambda> for TargetDescription {
    fn from(target: Lambda) -> Self {
        Self::Lambda(target)
    }
}
