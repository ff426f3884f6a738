//! `Target`: the trait of everything that can be released.

use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;

use crate::deployment::ServiceChange;
use crate::description::Freeze;
use crate::engine::{
    Artifacts, Check, Context, Destination, Direction, HistoryEntry, Outcome, Promotion, ReleaseError,
    Served, Status, Verification,
};
use crate::permissions::Verb;
use crate::target::Kind;
use crate::watch::ServiceWatch;

/// What is released as a whole: an ECS service, an App Runner service, a site; or all functions that a command is about,
/// which are promoted together or not at all.
///
/// What is true is in AWS. Each verb can be killed at any call and run again. Which permissions a verb needs is said by
/// [`Kind`], without a client.
#[async_trait(?Send)]
pub trait Target {
    /// What the stacks call the services in it.
    fn services(&self) -> Vec<&str>;

    /// What it is.
    fn kind(&self) -> &'static Kind;

    /// Prepares a candidate. What serves is not touched.
    async fn start(&self, context: &Context<'_>, artifacts: &Artifacts)
    -> Result<Vec<Outcome>, ReleaseError>;

    /// Does what can be done to a candidate before it serves: a migration task runs to its end, smoke tests are asked.
    async fn verify(&self, context: &Context<'_>, ask: &dyn Ask) -> Result<Vec<Verification>, ReleaseError>;

    /// Has the candidate serve, and waits until it does. If it does not come up, what served before serves again.
    async fn promote(
        &self,
        context: &Context<'_>,
        promotion: &Promotion,
    ) -> Result<Vec<Outcome>, ReleaseError>;

    /// Has what served before serve again, or what is named.
    async fn rollback(
        &self,
        context: &Context<'_>,
        destination: &Destination,
    ) -> Result<Vec<Outcome>, ReleaseError>;

    /// Goes on with what was cut off.
    async fn resume(&self, context: &Context<'_>, direction: Direction)
    -> Result<Vec<Outcome>, ReleaseError>;

    /// What is true in AWS.
    async fn status(&self, context: &Context<'_>) -> Result<Vec<Status>, ReleaseError>;

    /// What serves, by the digest of its artefact.
    async fn served(&self, context: &Context<'_>) -> Result<Vec<Served>, ReleaseError>;

    /// What there is to go back to, service by service, newest first. Nothing where only what served before is known.
    async fn history(&self, _: &Context<'_>) -> Result<Vec<Vec<HistoryEntry>>, ReleaseError> {
        Ok(Vec::new())
    }

    /// Refuses a candidate of another release than the one that is wanted, by its id or its commit.
    async fn check_candidate(&self, context: &Context<'_>, wanted: &str) -> Result<(), ReleaseError> {
        for status in self.status(context).await? {
            if let Some(origin) = status.candidate_origin() {
                let (release, commit) = (&origin.release, &origin.commit);
                ReleaseError::unless_wanted(&status.service, wanted, release, commit, None)?;
            }
        }
        Ok(())
    }

    /// What must be known from before a rollback, to tell afterwards what it took back.
    async fn before_rollback(&self, context: &Context<'_>) -> Vec<Status> {
        // What cannot be read now cannot be released either: that is said by the release.
        self.status(context).await.unwrap_or_default()
    }

    /// How the release has changed its services after a verb, for GitHub's deployments.
    async fn changes(
        &self,
        context: &Context<'_>,
        verb: Verb,
        before: &[Status],
        end: End<'_>,
    ) -> Result<Vec<ServiceChange>, ReleaseError> {
        let is_failed = end.failure().is_some();
        let change_of = |after: &Status| match verb {
            // Without a candidate of its own, what is found is of a release before.
            Verb::Start if is_failed => None,
            Verb::Start | Verb::Verify => ServiceChange::of_candidate(after),
            Verb::Promote if is_failed => ServiceChange::of_candidate(after),
            Verb::Rollback => {
                let before = before.iter().find(|before| before.service == after.service)?;
                ServiceChange::of_rolled_back(before, after)
            }
            Verb::Promote | Verb::Resume | Verb::Status | Verb::History => ServiceChange::of_serving(after),
        };
        // Refused: nothing was done, but that a candidate holds was to be shown.
        if matches!(end, End::Refused(_)) && verb != Verb::Verify {
            return Ok(Vec::new());
        }
        Ok(self.status(context).await?.iter().filter_map(change_of).collect())
    }
}

/// A target of a command.
pub struct OpenTarget {
    /// The target.
    pub target: Box<dyn Target>,
    /// Which of the command's services are in it, by their positions there: two stacks may use the same name.
    pub services: Vec<usize>,
    /// What it is watched by, where its own verbs do not count calls.
    pub(crate) watch: Option<ServiceWatch>,
    /// Times in which it is not promoted.
    pub(crate) freezes: Vec<Freeze>,
}

/// Who is asked what a service answers: its smoke tests.
pub trait Ask {
    /// Asks a service, by its position among those of the command; within a target, among those of the target.
    fn ask(&self, service: usize) -> Pin<Box<dyn Future<Output = Vec<Check>> + '_>>;
}

impl OpenTarget {
    /// Asks the services of this target.
    pub(crate) fn asks<'a>(&'a self, ask: &'a dyn Ask) -> impl Ask + 'a {
        Within { ask, services: &self.services }
    }
}

/// Asks the services of one target.
struct Within<'a> {
    ask: &'a dyn Ask,
    services: &'a [usize],
}

impl Ask for Within<'_> {
    fn ask(&self, service: usize) -> Pin<Box<dyn Future<Output = Vec<Check>> + '_>> {
        self.ask.ask(self.services[service])
    }
}

/// How a verb ended, as far as it matters to who is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<'a> {
    /// As it should, or it pauses and is under way.
    Open,
    /// It was refused, and nothing was done.
    Refused(&'a str),
    /// It failed.
    Failed(&'a str),
}

impl<'a> End<'a> {
    /// Why it did not come to its end, if it did not.
    #[must_use]
    pub const fn failure(self) -> Option<&'a str> {
        match self {
            Self::Open => None,
            Self::Refused(why) | Self::Failed(why) => Some(why),
        }
    }
}
