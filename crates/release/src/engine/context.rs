//! Who releases, by which clock, with which retries, and whether writes are real.

use std::time::Duration;

use serde_json::Value;

use crate::aws::AwsError;
use crate::engine::{Clock, Entry, Journal, ReleaseError};

/// What every verb is given, whatever the target.
pub struct Context<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// Where actions are told.
    pub journal: &'a Journal,
    /// Who releases, for the records.
    pub by: String,
    /// Whether writes are real.
    pub mode: ExecutionMode,
    /// How long to wait for what.
    pub timing: Timing,
}

/// Whether writes are real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionMode {
    /// They are.
    Live,
    /// They are only said: everything is read, and nothing is written.
    DryRun,
}

/// How often calls are repeated, and how long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How often a call is made that is throttled, or that gets no answer.
    pub attempts: u32,
    /// How long another change to the same thing is waited for.
    pub busy: Duration,
    /// The first pause between attempts; each further one is twice as long.
    pub pause: Duration,
    /// The longest pause between attempts.
    pub longest_pause: Duration,
    /// How long a function may take to be ready after an upload. A first one in a VPC takes a minute or two.
    pub update: Duration,
    /// How often metrics are asked for while a step bakes.
    pub analysis: Duration,
    /// How long to wait between two looks at a service that comes up.
    pub interval: Duration,
    /// How long a service may take to come up.
    pub limit: Duration,
}

impl Default for Timing {
    /// Eight attempts within some ten seconds, five minutes for updates, metrics twice a minute, a quarter of an hour
    /// for a service to come up.
    fn default() -> Self {
        Self {
            attempts: 8,
            busy: Duration::from_secs(300),
            pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(4),
            update: Duration::from_secs(300),
            analysis: Duration::from_secs(30),
            interval: Duration::from_secs(5),
            limit: Duration::from_secs(900),
        }
    }
}

/// An action for the journal.
pub(crate) struct Action<'a> {
    pub(crate) release: &'a str,
    pub(crate) service: &'a str,
    pub(crate) action: &'a str,
    pub(crate) subject: String,
    pub(crate) before: Value,
    pub(crate) after: Value,
}

impl Context<'_> {
    /// Seconds since 1970.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.clock.now().as_secs()
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_dry_run(&self) -> bool {
        self.mode == ExecutionMode::DryRun
    }

    pub(crate) async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    /// Makes a change that does no harm if it is made twice, and journals it. In a dry run it is only journaled.
    pub(crate) async fn change<T, F: Future<Output = Result<T, AwsError>>>(
        &self,
        action: Action<'_>,
        call: impl FnMut() -> F,
    ) -> Result<Option<T>, ReleaseError> {
        if self.is_dry_run() {
            self.write_done(&action);
            return Ok(None);
        }
        let result = self.repeat(call).await.map_err(ReleaseError::failed(action.service));
        match &result {
            Ok(_) => self.write_done(&action),
            Err(error) => self.write(&action, &error.to_string()),
        }
        result.map(Some)
    }

    /// Journals that an action was done, or would be.
    pub(crate) fn write_done(&self, action: &Action<'_>) {
        let outcome = match self.mode {
            ExecutionMode::Live => "done",
            ExecutionMode::DryRun => "rehearsed",
        };
        self.write(action, outcome);
    }

    pub(crate) fn write(&self, action: &Action<'_>, outcome: &str) {
        self.journal.write(&Entry {
            at: self.now(),
            release: action.release,
            service: action.service,
            action: action.action,
            subject: &action.subject,
            before: action.before.clone(),
            after: action.after.clone(),
            outcome,
            by: &self.by,
        });
    }

    /// When the wait for a service that begins to come up now ends.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline_after(self.timing.limit)
    }

    /// When a wait of some length that begins now ends.
    pub(crate) fn deadline_after(&self, limit: Duration) -> Duration {
        self.clock.now() + limit
    }

    /// Waits before another look; there is none after the deadline.
    pub(crate) async fn wait(&self, deadline: Duration) -> bool {
        if self.clock.now() + self.timing.interval >= deadline {
            return false;
        }
        self.sleep(self.timing.interval).await;
        true
    }
}
