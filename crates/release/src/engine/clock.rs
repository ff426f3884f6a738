//! Time, as releases see it.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time as releases see it. Simulations have one of their own.
pub trait Clock {
    /// The time since 1970.
    fn now(&self) -> Duration;

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
