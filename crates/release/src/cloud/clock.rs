//! Time, as releases see it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A clock. Tests let it run faster, so that minutes of baking take moments.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    epoch: Duration,
    speed: u32,
}

impl Clock {
    /// The clock of the system.
    #[must_use]
    pub fn system() -> Self {
        Self::faster(1)
    }

    /// A clock that is right now and runs faster from now on.
    #[must_use]
    pub fn faster(speed: u32) -> Self {
        // A clock before 1970 is wrong in any case.
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), epoch, speed: speed.max(1) }
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn now(&self) -> u64 {
        (self.epoch + self.started.elapsed() * self.speed).as_secs()
    }

    /// Waits for a time of this clock.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / self.speed).await;
    }
}
