//! Repeating calls: which, how often, with which pauses.

use std::time::Duration;

use crate::aws::{AwsError, AwsErrorKind};
use crate::duration::show_duration;
use crate::engine::{Context, ReleaseError, Timing};

/// How often it is looked before it is concluded that nothing is to be done, or may be.
const LOOKS: u32 = 4;

/// By how much the machine's clock may differ from AWS's without a word: answers take some of it.
const CLOCK_NOTED: Duration = Duration::from_secs(5);
/// By how much it may differ at all: a request must reach AWS within five minutes of the time in its signature (AWS
/// General Reference, "Signature Version 4").
const CLOCK_TOLERATED: Duration = Duration::from_secs(300);

/// The pauses of one undertaking.
pub(crate) struct Retry {
    timing: Timing,
    attempts: u32,
    waited_for_others: Duration,
}

impl Retry {
    pub(crate) const fn new(timing: Timing) -> Self {
        Self { timing, attempts: 0, waited_for_others: Duration::ZERO }
    }

    /// How long to wait before another attempt; none if there should be no other.
    pub(crate) fn pause_after(&mut self, kind: &AwsErrorKind) -> Option<Duration> {
        let pause = self.timing.pause * 2_u32.saturating_pow(self.attempts.min(16));
        let pause = pause.min(self.timing.longest_pause);
        self.attempts += 1;
        if *kind == AwsErrorKind::Busy {
            self.waited_for_others += pause;
            return (self.waited_for_others <= self.timing.busy).then_some(pause);
        }
        (self.attempts < self.timing.attempts).then_some(pause)
    }
}

impl Context<'_> {
    /// Looks until there is something to do, or it was looked often enough. Reads may lag behind writes: a move that
    /// rests on an old one is refused for its revision, but what is not done nothing guards.
    pub(crate) async fn look<T>(
        &self,
        is_idle: impl Fn(&Result<T, ReleaseError>) -> bool,
        mut look: impl AsyncFnMut() -> Result<T, ReleaseError>,
    ) -> Result<T, ReleaseError> {
        let mut pause = self.timing.pause;
        for _ in 1..LOOKS {
            let seen = look().await;
            if !is_idle(&seen) {
                return seen;
            }
            self.sleep(pause).await;
            pause = (pause * 2).min(self.timing.longest_pause);
        }
        look().await
    }

    /// Looks until nothing refuses it, or it was looked often enough.
    pub(crate) async fn look_past_refusals<T>(
        &self,
        look: impl AsyncFnMut() -> Result<T, ReleaseError>,
    ) -> Result<T, ReleaseError> {
        self.look(|seen| matches!(seen, Err(ReleaseError::Refused { .. })), look).await
    }

    /// Makes a call until it succeeds, fails for good, or was made often enough. For reads: whoever reads finds out whether
    /// the clock is right.
    pub(crate) async fn retry<T, F: Future<Output = Result<T, AwsError>>>(
        &self,
        call: impl FnMut() -> F,
    ) -> Result<T, AwsError> {
        let value = self.repeat(call).await?;
        self.check_clock()?;
        Ok(value)
    }

    /// The same for writes that do no harm twice.
    pub(crate) async fn repeat<T, F: Future<Output = Result<T, AwsError>>>(
        &self,
        mut call: impl FnMut() -> F,
    ) -> Result<T, AwsError> {
        let mut retry = Retry::new(self.timing);
        loop {
            let failure = match call().await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            if !failure.is_passing() {
                return Err(failure);
            }
            let Some(pause) = retry.pause_after(&failure.kind) else { return Err(failure) };
            self.sleep(pause).await;
        }
    }

    /// Compares the machine's clock with AWS's, after an answer: every verb reads before it writes, so that with a clock
    /// that is too wrong nothing is moved.
    fn check_clock(&self) -> Result<(), AwsError> {
        let (machine, aws) = (self.clock.of_machine(), self.clock.now());
        let off = machine.abs_diff(aws);
        if off <= CLOCK_NOTED {
            return Ok(());
        }
        let way = if machine < aws { "behind" } else { "ahead of" };
        let off_by = show_duration(Duration::from_secs(off.as_secs()));
        let said = format!("the clock of this machine is {off_by} {way} AWS's");
        if off > CLOCK_TOLERATED {
            let limit = show_duration(CLOCK_TOLERATED);
            return Err(AwsError {
                operation: "Date",
                subject: "AWS's answer".to_owned(),
                kind: AwsErrorKind::ClockOff,
                message: format!("{said}, and a signature is good for {limit}"),
            });
        }
        self.journal.note_once("clock", &format!("{said}: AWS's counts"));
        Ok(())
    }

    /// The same on behalf of a service.
    pub(crate) async fn retry_for<T, F: Future<Output = Result<T, AwsError>>>(
        &self,
        service: &str,
        call: impl FnMut() -> F,
    ) -> Result<T, ReleaseError> {
        self.retry(call).await.map_err(ReleaseError::failed(service))
    }
}
