//! Who releases, with what patience, and whether writes are real.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::cloud::{Failure, FailureKind, Reality};
use crate::journal::{Entry, Journal};
use crate::release::Stop;

/// How often a call is made that is throttled or gets no answer.
const ATTEMPTS: u32 = 6;
/// How often something that failed is said on the way to the limit of patience.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Who releases.
pub struct Operator<'a> {
    /// The connection to AWS.
    pub config: &'a SdkConfig,
    /// Where actions are told.
    pub journal: &'a Journal,
    /// Who it is, for the records.
    pub by: String,
    /// Whether writes are real.
    pub reality: Reality,
    /// How long to wait between two looks at something that takes its time.
    pub interval: Duration,
    /// How long a service may take to come up.
    pub limit: Duration,
}

/// An action for the journal.
pub(super) struct Action<'a> {
    pub(super) release: &'a str,
    pub(super) service: &'a str,
    pub(super) action: &'a str,
    pub(super) subject: &'a str,
    pub(super) before: Value,
    pub(super) after: Value,
}

impl Operator<'_> {
    /// Makes a call until it succeeds or fails for good. For calls that do no harm twice.
    pub(super) async fn patiently<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        service: &str,
        mut call: impl FnMut() -> F,
    ) -> Result<T, Stop> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match call().await {
                Err(failure) if failure.is_passing() => {
                    sleep(pause).await;
                    pause *= 2;
                }
                result => return result.map_err(Stop::failed(service)),
            }
        }
        call().await.map_err(Stop::failed(service))
    }

    /// Makes a change that does no harm if it is made twice, and journals it. In a rehearsal it is only journaled.
    pub(super) async fn change<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        action: Action<'_>,
        call: impl FnMut() -> F,
    ) -> Result<Option<T>, Stop> {
        if self.reality == Reality::Rehearsed {
            self.write(&action, "rehearsed");
            return Ok(None);
        }
        let result = self.patiently(action.service, call).await;
        match &result {
            Ok(_) => self.write(&action, "done"),
            Err(stop) => self.write(&action, &stop.to_string()),
        }
        result.map(Some)
    }

    pub(super) fn write(&self, action: &Action<'_>, outcome: &str) {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        self.journal.write(&Entry {
            at,
            release: action.release,
            service: action.service,
            action: action.action,
            subject: action.subject,
            before: action.before.clone(),
            after: action.after.clone(),
            outcome,
            by: &self.by,
        });
    }

    /// When the patience with something that begins now ends.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.limit
    }

    /// Waits before another look; there is none after the deadline.
    pub(super) async fn wait(&self, deadline: Instant) -> bool {
        if Instant::now() + self.interval >= deadline {
            return false;
        }
        sleep(self.interval).await;
        true
    }
}

/// Something that AWS should have told and did not.
pub(super) fn missing(operation: &'static str, subject: &str, what: &str) -> Failure {
    Failure {
        operation,
        subject: subject.to_owned(),
        kind: FailureKind::Missing,
        message: format!("the answer has no {what}"),
    }
}
