//! Repeating calls: which, how often, with which pauses.

use std::time::Duration;

use crate::cloud::{Cloud, Failure, FailureKind};
use crate::release::{Deployer, Timing};

/// The pauses of one undertaking.
pub(crate) struct Patience {
    timing: Timing,
    attempts: u32,
    waited_for_others: Duration,
}

impl Patience {
    pub(crate) const fn new(timing: Timing) -> Self {
        Self { timing, attempts: 0, waited_for_others: Duration::ZERO }
    }

    /// How long to wait before another attempt; none if there should be no other.
    pub(crate) fn pause_after(&mut self, kind: &FailureKind) -> Option<Duration> {
        let pause = self.timing.pause * 2_u32.saturating_pow(self.attempts.min(16));
        let pause = pause.min(self.timing.longest_pause);
        self.attempts += 1;
        if *kind == FailureKind::Busy {
            self.waited_for_others += pause;
            return (self.waited_for_others <= self.timing.busy).then_some(pause);
        }
        (self.attempts < self.timing.attempts).then_some(pause)
    }
}

impl<C: Cloud> Deployer<'_, C> {
    /// Makes a call until it succeeds, fails for good, or was made often enough. For calls that do no harm twice.
    pub(crate) async fn patiently<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        mut call: impl FnMut() -> F,
    ) -> Result<T, Failure> {
        let mut patience = Patience::new(self.timing);
        loop {
            let failure = match call().await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            if !failure.is_passing() {
                return Err(failure);
            }
            let Some(pause) = patience.pause_after(&failure.kind) else { return Err(failure) };
            self.cloud.sleep(pause).await;
        }
    }
}
