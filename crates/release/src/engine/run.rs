//! Carries a verb out for all targets that a command is about, one after the other.

use std::cell::RefCell;
use std::time::Duration;

use serde::Serialize;

use crate::deployment::ServiceChange;
use crate::engine::{
    Artifacts, Ask, Check, Context, CurrentStep, Destination, Direction, End, Freezes, HistoryEntry,
    OnCancel, OpenTarget, Outcome, Promotion, ReleaseError, Served, Status, Verification,
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
    /// Which targets this command has promoted, by their positions, while it is not over.
    promoted: RefCell<Vec<usize>>,
}

/// Something that has been under way for longer than it may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// Which target, by its position.
    #[serde(skip)]
    target: usize,
    /// What the stack calls the service.
    pub service: String,
    /// What serves meanwhile.
    pub what: String,
    /// For how long, in seconds.
    pub seconds: u64,
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

impl<'a> Run<'a> {
    /// A command that has done nothing yet.
    #[must_use]
    pub fn new(targets: &'a [OpenTarget], context: &'a Context<'a>, observer: &'a dyn Observer) -> Self {
        Self { targets, context, observer, promoted: RefCell::default() }
    }

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
        freezes: Freezes,
        ask: &dyn Ask,
    ) -> Result<Option<String>, ReleaseError> {
        if freezes == Freezes::Kept {
            self.check_freezes()?;
        }
        if let Some(wanted) = &promotion.wanted {
            for opened in self.targets {
                opened.target.check_candidate(self.context, wanted).await?;
            }
        }
        for (position, opened) in self.targets.iter().enumerate() {
            let failure = match self.promote_one(opened, promotion).await {
                Ok(outcomes) => {
                    self.promoted.borrow_mut().push(position);
                    self.tell(&outcomes);
                    let failure = match self.failed_smoke_test(opened, ask).await {
                        Some(failure) => Some(failure),
                        None => self.watch(opened).await?,
                    };
                    let Some(failure) = failure else { continue };
                    self.observer.failed(&failure);
                    failure
                }
                // Nothing else was done, and nothing else is to be taken back.
                Err(error) if self.promoted.borrow().is_empty() => return Err(error),
                Err(error) => {
                    self.observer.failed(&error.to_string());
                    error.summary()
                }
            };
            self.take_back_promoted().await?;
            return Ok(Some(failure));
        }
        self.promoted.borrow_mut().clear();
        Ok(None)
    }

    /// What is under way where a command was cancelled, target by target. With [`OnCancel::RollBack`] it goes back, and what
    /// this command has promoted with it.
    ///
    /// # Errors
    /// Fails if AWS does not say, and where something could not go back.
    pub async fn cancelled(&self, on_cancel: OnCancel) -> Result<Vec<Status>, ReleaseError> {
        let mut all = Vec::new();
        for (position, opened) in self.targets.iter().enumerate() {
            // A call that was on its way when the command was cancelled may still arrive.
            let is_idle = |seen: &Result<Vec<Status>, ReleaseError>| {
                seen.as_ref().is_ok_and(|found| found.iter().all(|status| status.under_way.is_none()))
            };
            let look = async || opened.target.status(self.context).await;
            let mut found = self.context.look(is_idle, look).await?;
            let is_under_way = found.iter().any(|status| status.under_way.is_some());
            let is_promoted = self.promoted.borrow().contains(&position);
            if on_cancel == OnCancel::RollBack && (is_under_way || is_promoted) {
                self.go_back(opened).await?;
                found = opened.target.status(self.context).await?;
            }
            all.extend(found);
        }
        Ok(all)
    }

    /// What has been under way for longer than it may, with for how many seconds.
    ///
    /// # Errors
    /// Fails if AWS does not say.
    pub async fn overdue(&self) -> Result<Vec<Overdue>, ReleaseError> {
        let mut all = Vec::new();
        for (position, opened) in self.targets.iter().enumerate() {
            for status in opened.target.status(self.context).await? {
                let Some(under_way) = status.under_way else { continue };
                if let Some(seconds) = under_way.overdue(self.context.now()) {
                    let service = status.service;
                    all.push(Overdue { target: position, service, what: under_way.what, seconds });
                }
            }
        }
        Ok(all)
    }

    /// Takes targets back that are overdue. One that fails keeps no other from going back.
    ///
    /// # Errors
    /// Fails with the first that did not go back.
    pub async fn take_back(&self, overdue: &[Overdue]) -> Result<(), ReleaseError> {
        let mut positions: Vec<usize> = overdue.iter().map(|it| it.target).collect();
        positions.dedup();
        let mut failed = None;
        for position in positions {
            if let Err(error) = self.go_back(&self.targets[position]).await {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn take_back_promoted(&self) -> Result<(), ReleaseError> {
        loop {
            let Some(position) = self.promoted.borrow().last().copied() else { return Ok(()) };
            self.go_back(&self.targets[position]).await?;
            self.promoted.borrow_mut().pop();
        }
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
            // Whether it was watched to the end before it was cut off, nobody knows.
            if direction == Direction::Forward(CurrentStep::Analyzed)
                && let Some(failure) = self.watch(opened).await?
            {
                self.observer.failed(&failure);
                self.go_back(opened).await?;
                let service = opened.target.services().join(" and ");
                return Err(ReleaseError::Breached { service, reason: failure });
            }
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

    /// What serves, by the digests of its artefacts, if all of it has for long enough.
    ///
    /// # Errors
    /// Fails if AWS does not say, and where something has not.
    pub async fn served(&self, soak: Duration) -> Result<Vec<Served>, ReleaseError> {
        let mut all = Vec::new();
        for opened in self.targets {
            let served = opened.target.served(self.context).await?;
            served.iter().try_for_each(|it| it.check(self.context.now(), soak))?;
            all.extend(served);
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

    fn check_freezes(&self) -> Result<(), ReleaseError> {
        let now = self.context.now();
        for opened in self.targets {
            if let Some(freeze) = opened.freezes.iter().find(|freeze| freeze.holds(now)) {
                return Err(ReleaseError::refused(
                    &opened.target.services().join(" and "),
                    format!(
                        "nothing is promoted from {} until {}: {}",
                        freeze.from, freeze.until, freeze.reason
                    ),
                    "wait, or say with `--despite-freeze` that this is meant; `rollback` is never frozen",
                ));
            }
        }
        Ok(())
    }

    /// Promotes a target, unless what it is watched by says that something is wrong already.
    async fn promote_one(
        &self,
        opened: &OpenTarget,
        promotion: &Promotion,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        if let Some(watch) = opened.watch.as_ref().filter(|_| !self.context.is_dry_run()) {
            let status = opened.target.status(self.context).await?;
            let candidate = status.iter().find_map(Status::candidate).unwrap_or_default();
            watch.before(self.context, candidate).await?;
        }
        opened.target.promote(self.context, promotion).await
    }

    /// Watches what serves for as long as its stack says; why it is to go back, if it is.
    async fn watch(&self, opened: &OpenTarget) -> Result<Option<String>, ReleaseError> {
        let Some(watch) = opened.watch.as_ref().filter(|_| !self.context.is_dry_run()) else {
            return Ok(None);
        };
        let since = self.context.now();
        let status = opened.target.status(self.context).await?;
        let serving = status.iter().find_map(Status::serving).unwrap_or_default();
        match watch.after(self.context, serving, since).await {
            Ok(()) => Ok(None),
            Err(ReleaseError::Breached { service, reason }) => Ok(Some(format!("{service}: {reason}"))),
            Err(error) => Err(error),
        }
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

    /// Has what served before serve again in a target.
    async fn go_back(&self, opened: &OpenTarget) -> Result<(), ReleaseError> {
        self.tell(&opened.target.rollback(self.context, &Destination::Previous).await?);
        Ok(())
    }

    fn tell(&self, outcomes: &[Outcome]) {
        outcomes.iter().for_each(|outcome| self.observer.done(outcome));
    }
}
