//! What time it is at AWS, from the `Date` of its answers.
//!
//! A `Date` has whole seconds, and an answer takes its time, so that each tells a span: AWS's clock was not before the
//! `Date` when the answer came, and not a second or more after it when the request was sent. What all answers agree on is
//! kept, counted from one moment of this process that no change of the machine's clock moves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// What the answers of a process have told of AWS's time. Clones share it.
#[derive(Clone, Debug)]
pub struct ServerTime {
    /// The moment that times are told for.
    anchor: Instant,
    told: Arc<Mutex<Option<Span>>>,
}

/// AWS's time at the anchor, since 1970: no less, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    least: Duration,
    most: Duration,
}

impl ServerTime {
    pub(super) fn new() -> Self {
        Self { anchor: Instant::now(), told: Arc::default() }
    }

    /// AWS's time at a moment, as near to a machine's as the answers allow: the machine's itself if they do not
    /// contradict it, or if there are none.
    #[must_use]
    pub fn correct(&self, machine: Duration, at: Instant) -> Duration {
        let told = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Span { least, most }) = told else { return machine };
        let since = at.saturating_duration_since(self.anchor);
        machine.clamp(least + since, most + since)
    }

    pub(super) fn note(&self, date: Duration, sent: Instant, received: Instant) {
        let since = |moment: Instant| moment.saturating_duration_since(self.anchor);
        let least = date.saturating_sub(since(received));
        let most = (date + Duration::from_secs(1)).saturating_sub(since(sent)).max(least);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let agreed = told.map(|told| Span { least: told.least.max(least), most: told.most.min(most) });
        // Servers that differ: the newest counts.
        *told = Some(agreed.filter(|it| it.least <= it.most).unwrap_or(Span { least, most }));
    }
}

/// Reads the date of an answer (RFC 9110, 6.6.1).
pub(super) fn read_date(text: &str) -> Option<Duration> {
    let date = DateTime::from_str(text, Format::HttpDate).ok()?;
    u64::try_from(date.secs()).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Duration = Duration::from_secs(1_800_000_000);

    #[test]
    fn a_clock_that_answers_do_not_contradict_is_right() {
        let time = ServerTime::new();
        let at = time.anchor + Duration::from_secs(10);
        assert_eq!(time.correct(Duration::ZERO, at), Duration::ZERO);
        // Sent at noon by AWS's clock, and answered within the same second.
        time.note(NOON, at, at + Duration::from_millis(300));
        let near = NOON + Duration::from_millis(500);
        assert_eq!(time.correct(near, at), near);
        let later = at + Duration::from_secs(60);
        assert_eq!(time.correct(near + Duration::from_secs(60), later), near + Duration::from_secs(60));
    }

    #[test]
    fn a_clock_that_is_off_is_put_right_whatever_it_says() {
        for minutes in [-60, -15, -4, 4, 15, 60] {
            let time = ServerTime::new();
            let at = time.anchor;
            time.note(NOON, at, at + Duration::from_millis(200));
            let machine = NOON.as_secs().saturating_add_signed(minutes * 60);
            let corrected = time.correct(Duration::from_secs(machine), at);
            let off = corrected.abs_diff(NOON);
            assert!(off <= Duration::from_secs(1), "{minutes}: {off:?}");
        }
    }

    #[test]
    fn answers_together_tell_more_than_each() {
        let time = ServerTime::new();
        let at = time.anchor;
        let second = Duration::from_secs(1);
        // The first took a second on its way; the next second began between the two.
        time.note(NOON, at, at + second);
        time.note(NOON + second, at + second, at + second);
        let span = time.told.lock().unwrap().unwrap();
        assert_eq!(span, Span { least: NOON, most: NOON + second });
        // A server whose clock is another one.
        time.note(NOON + second * 90, at, at);
        assert_eq!(time.told.lock().unwrap().unwrap().least, NOON + second * 90);
    }

    #[test]
    fn dates_are_read_as_http_writes_them() {
        assert_eq!(read_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(784_111_777)));
        assert_eq!(read_date("yesterday"), None);
    }
}
