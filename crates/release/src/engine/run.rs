//! Carries a verb out for all targets that a command is about, one after the other.

use std::collections::BTreeMap;

use crate::deployment::ServiceChange;
use crate::engine::{
    Artifacts, Ask, Check, Context, Destination, Direction, End, HistoryEntry, Outcome, Promotion,
    ReleaseError, Status, Target, Verification,
};
use crate::permissions::Verb;
use crate::target::SmokeTests;

/// One command: the targets that it is about, in their order.
pub struct Run<'a> {
    /// The targets.
    pub targets: &'a [Box<dyn Target>],
    /// Who releases, when, and how.
    pub context: &'a Context<'a>,
    /// Who sees what is done as it is done.
    pub observer: &'a dyn Observer,
}

/// Who sees what is done as it is done.
pub trait Observer {
    /// Something was done to a service, or nothing had to be.
    fn done(&self, outcome: &Outcome);

    /// Something was asked of a service.
    fn checked(&self, check: &Check);

    /// Something went wrong, and what was promoted goes back.
    fn failed(&self, failure: &str);
}

impl Run<'_> {
    /// Prepares candidates.
    ///
    /// # Errors
    /// Fails with the first target that could not.
    pub async fn start(&self, artifacts: &Artifacts) -> Result<(), ReleaseError> {
        for target in self.targets {
            self.tell(&target.start(self.context, artifacts).await?);
        }
        Ok(())
    }

    /// Asks all candidates, up to the first target that does not answer.
    ///
    /// # Errors
    /// Fails without a candidate, and where AWS does not answer; a check that does not pass is part of the result.
    pub async fn verify(&self, ask: &dyn Ask) -> Result<Vec<Verification>, ReleaseError> {
        let mut all = Vec::new();
        for target in self.targets {
            let found = target.verify(self.context, ask).await?;
            found.iter().flat_map(|it| &it.checks).for_each(|check| self.observer.checked(check));
            if found.iter().all(Verification::passed) {
                found.iter().for_each(|it| self.observer.done(&it.outcome));
            }
            all.extend(found);
        }
        Ok(all)
    }

    /// Promotes the targets one after the other. Where smoke tests can only be run once a service serves, they are then;
    /// if one fails, or a later target does not come up, all that were promoted go back. Gives back why, if they did.
    ///
    /// # Errors
    /// Fails as the first target does, and where something could not go back.
    pub async fn promote(
        &self,
        promotion: &Promotion,
        ask: &dyn Ask,
    ) -> Result<Option<String>, ReleaseError> {
        if let Some(wanted) = &promotion.wanted {
            for target in self.targets {
                target.check_candidate(self.context, wanted).await?;
            }
        }
        let mut promoted: Vec<&dyn Target> = Vec::new();
        for target in self.targets {
            let failure = match target.promote(self.context, promotion).await {
                Ok(outcomes) => {
                    self.tell(&outcomes);
                    promoted.push(target.as_ref());
                    let Some(failure) = self.failed_smoke_test(target.as_ref(), ask).await else { continue };
                    self.observer.failed(&failure);
                    failure
                }
                // Nothing else was done, and nothing else is to be taken back.
                Err(error) if promoted.is_empty() => return Err(error),
                Err(error) => {
                    self.observer.failed(&error.to_string());
                    error.summary()
                }
            };
            for target in promoted.iter().rev() {
                self.tell(&target.rollback(self.context, &Destination::Previous).await?);
            }
            return Ok(Some(failure));
        }
        Ok(None)
    }

    /// Has what served before serve again, or what is named.
    ///
    /// # Errors
    /// Fails with the first target that could not.
    pub async fn rollback(&self, destination: &Destination) -> Result<(), ReleaseError> {
        for target in self.targets {
            self.tell(&target.rollback(self.context, destination).await?);
        }
        Ok(())
    }

    /// Goes on with what was cut off.
    ///
    /// # Errors
    /// Fails with the first target that could not.
    pub async fn resume(&self, direction: Direction) -> Result<(), ReleaseError> {
        for target in self.targets {
            self.tell(&target.resume(self.context, direction).await?);
        }
        Ok(())
    }

    /// What is true in AWS.
    ///
    /// # Errors
    /// Fails if AWS does not say.
    pub async fn status(&self) -> Result<Vec<Status>, ReleaseError> {
        let mut all = Vec::new();
        for target in self.targets {
            all.extend(target.status(self.context).await?);
        }
        Ok(all)
    }

    /// What there is to go back to, by service.
    ///
    /// # Errors
    /// Fails if AWS does not say.
    pub async fn history(&self) -> Result<BTreeMap<String, Vec<HistoryEntry>>, ReleaseError> {
        let mut all = BTreeMap::new();
        for target in self.targets {
            all.extend(target.history(self.context).await?);
        }
        Ok(all)
    }

    /// What must be known from before a rollback, to tell afterwards what it took back.
    pub async fn before_rollback(&self) -> Vec<Status> {
        let mut all = Vec::new();
        for target in self.targets {
            all.extend(target.before_rollback(self.context).await);
        }
        all
    }

    /// How the releases have changed their services after a verb, for GitHub's deployments.
    ///
    /// # Errors
    /// Fails if AWS does not say.
    pub async fn changes(
        &self,
        verb: Verb,
        before: &[Status],
        end: End<'_>,
    ) -> Result<Vec<ServiceChange>, ReleaseError> {
        let mut all = Vec::new();
        for target in self.targets {
            all.extend(target.changes(self.context, verb, before, end).await?);
        }
        Ok(all)
    }

    async fn failed_smoke_test(&self, target: &dyn Target, ask: &dyn Ask) -> Option<String> {
        if self.context.is_dry_run() || target.kind().smoke_tests == SmokeTests::OfCandidate {
            return None;
        }
        for service in target.services() {
            for check in ask.ask(service).await {
                if let Some(failure) = check.failure() {
                    return Some(format!("{service}: {failure}"));
                }
                self.observer.checked(&check);
            }
        }
        None
    }

    fn tell(&self, outcomes: &[Outcome]) {
        outcomes.iter().for_each(|outcome| self.observer.done(outcome));
    }
}
