//! Carries a verb out for all targets that a command is about, one after the other.

use crate::deployment::ServiceChange;
use crate::engine::{
    Artifacts, Ask, Check, Context, Destination, Direction, End, HistoryEntry, OpenTarget, Outcome,
    Promotion, ReleaseError, Status, Verification,
};
use crate::permissions::Verb;
use crate::target::SmokeTests;

/// One command: the targets that it is about, in their order.
pub struct Run<'a> {
    /// The targets.
    pub targets: &'a [OpenTarget],
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
        for opened in self.targets {
            self.tell(&opened.target.start(self.context, artifacts).await?);
        }
        Ok(())
    }

    /// Asks all candidates, up to the first target that does not answer.
    ///
    /// # Errors
    /// Fails without a candidate, and where AWS does not answer; a check that does not pass is part of the result.
    pub async fn verify(&self, ask: &dyn Ask) -> Result<Vec<Verification>, ReleaseError> {
        let mut all = Vec::new();
        for opened in self.targets {
            let found = opened.target.verify(self.context, &opened.asks(ask)).await?;
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
            for opened in self.targets {
                opened.target.check_candidate(self.context, wanted).await?;
            }
        }
        let mut promoted: Vec<&OpenTarget> = Vec::new();
        for opened in self.targets {
            let failure = match opened.target.promote(self.context, promotion).await {
                Ok(outcomes) => {
                    self.tell(&outcomes);
                    promoted.push(opened);
                    let Some(failure) = self.failed_smoke_test(opened, ask).await else { continue };
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
            for opened in promoted.iter().rev() {
                self.tell(&opened.target.rollback(self.context, &Destination::Previous).await?);
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
        for opened in self.targets {
            self.tell(&opened.target.rollback(self.context, destination).await?);
        }
        Ok(())
    }

    /// Goes on with what was cut off.
    ///
    /// # Errors
    /// Fails with the first target that could not.
    pub async fn resume(&self, direction: Direction) -> Result<(), ReleaseError> {
        for opened in self.targets {
            self.tell(&opened.target.resume(self.context, direction).await?);
        }
        Ok(())
    }

    /// What is true in AWS.
    ///
    /// # Errors
    /// Fails if AWS does not say.
    pub async fn status(&self) -> Result<Vec<Status>, ReleaseError> {
        let mut all = Vec::new();
        for opened in self.targets {
            all.extend(opened.target.status(self.context).await?);
        }
        Ok(all)
    }

    /// What there is to go back to, service by service.
    ///
    /// # Errors
    /// Fails if AWS does not say.
    pub async fn history(&self) -> Result<Vec<(usize, Vec<HistoryEntry>)>, ReleaseError> {
        let mut all = Vec::new();
        for opened in self.targets {
            let histories = opened.target.history(self.context).await?;
            all.extend(opened.services.iter().copied().zip(histories));
        }
        Ok(all)
    }

    /// What must be known of each target from before a rollback, to tell afterwards what it took back.
    pub async fn before_rollback(&self) -> Vec<Vec<Status>> {
        let mut all = Vec::new();
        for opened in self.targets {
            all.push(opened.target.before_rollback(self.context).await);
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
        before: &[Vec<Status>],
        end: End<'_>,
    ) -> Result<Vec<ServiceChange>, ReleaseError> {
        let mut all = Vec::new();
        for (position, opened) in self.targets.iter().enumerate() {
            let before = before.get(position).map_or(&[][..], Vec::as_slice);
            all.extend(opened.target.changes(self.context, verb, before, end).await?);
        }
        Ok(all)
    }

    async fn failed_smoke_test(&self, opened: &OpenTarget, ask: &dyn Ask) -> Option<String> {
        if self.context.is_dry_run() || opened.target.kind().smoke_tests == SmokeTests::OfCandidate {
            return None;
        }
        let asks = opened.asks(ask);
        for (position, service) in opened.target.services().into_iter().enumerate() {
            for check in asks.ask(position).await {
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
