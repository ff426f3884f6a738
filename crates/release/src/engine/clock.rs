//! The clock of releases.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::aws::ServerTime;

/// Time as releases see it. Simulations have one of their own.
pub trait Clock {
    /// The time since 1970.
    fn now(&self) -> Duration;

    /// The time since 1970 as the machine has it, where that is another clock.
    fn of_machine(&self) -> Duration {
        self.now()
    }

    /// Waits for a time of this clock.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + '_>>;
}

/// The clock of the system. Tests let it run faster, so that minutes of baking take moments.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
    epoch: Duration,
    speed: u32,
}

impl SystemClock {
    /// The clock as it is.
    #[must_use]
    pub fn new() -> Self {
        Self::faster(1)
    }

    /// A clock that is right now and runs faster from now on.
    #[must_use]
    pub fn faster(speed: u32) -> Self {
        // A clock before 1970 is wrong in any case.
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), epoch, speed: speed.max(1) }
    }

    /// The same clock, wrong by so many seconds: what a machine's may be.
    #[must_use]
    pub fn off_by(mut self, seconds: i64) -> Self {
        self.epoch = Duration::from_secs(self.epoch.as_secs().saturating_add_signed(seconds));
        self
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.epoch + self.started.elapsed() * self.speed
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(tokio::time::sleep(duration / self.speed))
    }
}

/// AWS's time. The machine's clock counts until AWS has answered, and as long as the answers do not contradict it.
#[derive(Clone, Debug)]
pub struct AwsClock {
    machine: SystemClock,
    time: ServerTime,
}

impl AwsClock {
    /// The clock of a machine, put right by what AWS's answers tell. One that runs faster is for emulators, whose answers
    /// do not: it counts as it is.
    #[must_use]
    pub const fn new(machine: SystemClock, time: ServerTime) -> Self {
        Self { machine, time }
    }
}

impl Clock for AwsClock {
    fn now(&self) -> Duration {
        let machine = self.machine.now();
        if self.machine.speed == 1 { self.time.correct(machine, Instant::now()) } else { machine }
    }

    fn of_machine(&self) -> Duration {
        self.machine.now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        self.machine.sleep(duration)
    }
}

/// A time in UTC, such as `2026-11-21 13:37:00Z`, from seconds since 1970. The SDK knows dates, and so no other library
/// is needed for one format.
#[must_use]
pub fn show_time(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|it| DateTime::from_secs(it).fmt(Format::DateTime).ok());
    time.map_or_else(|| seconds.to_string(), |text| text.replacen('T', " ", 1))
}

#[cfg(test)]
mod tests {
    use super::show_time;

    #[test]
    fn times_are_dates_in_utc() {
        assert_eq!(show_time(0), "1970-01-01 00:00:00Z");
        assert_eq!(show_time(951_782_399), "2000-02-28 23:59:59Z");
        assert_eq!(show_time(951_782_400), "2000-02-29 00:00:00Z");
        assert_eq!(show_time(4_107_542_400), "2100-03-01 00:00:00Z");
    }
}
