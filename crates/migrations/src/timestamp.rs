//! Timestamps to the second, as RFC 3339 writes them.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A moment, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(jiff::Timestamp);

/// A text that is not a timestamp.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{text}` is not a moment like 2026-03-01T12:00:00Z, or a day like 2026-03-01")]
pub struct TimestampError {
    text: String,
}

impl Timestamp {
    /// The present.
    #[must_use]
    pub fn now() -> Self {
        Self::to_the_second(jiff::Timestamp::now()).expect("the present has a whole second before it")
    }

    /// Reads `2026-03-01T12:00:00Z`, with any offset and with or without fractions, or a day, which means its begin.
    ///
    /// # Errors
    /// Fails if the text is neither.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let timestamp = match text.parse::<jiff::Timestamp>() {
            Ok(timestamp) => Some(timestamp),
            // `Date` itself takes a date and a time, too, whose offset it would drop.
            Err(_) if text.len() == "2026-03-01".len() => text
                .parse::<Date>()
                .and_then(|day| TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight())))
                .ok(),
            Err(_) => None,
        };
        timestamp.and_then(Self::to_the_second).ok_or_else(|| TimestampError { text: text.to_owned() })
    }

    fn to_the_second(timestamp: jiff::Timestamp) -> Option<Self> {
        let seconds = i64::try_from(timestamp.as_nanosecond().div_euclid(1_000_000_000)).ok()?;
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// Some hours later.
    #[must_use]
    pub fn plus_hours(self, hours: u32) -> Self {
        let duration = SignedDuration::from_hours(i64::from(hours));
        Self(self.0.saturating_add(duration).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Hours from another moment to this one, rounded down.
    #[must_use]
    pub fn hours_since(self, other: Self) -> i64 {
        self.0.duration_since(other.0).as_secs().div_euclid(3600)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_and_written() {
        for text in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2026-12-31T00:00:01Z"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Timestamp::parse("2026-03-01T02:30:00.5+02:00").unwrap().to_string(),
            "2026-03-01T00:30:00Z"
        );
        assert_eq!(Timestamp::parse("2026-03-01").unwrap().to_string(), "2026-03-01T00:00:00Z");
        for wrong in ["", "2026-13-01", "2026-03-01T25:00:00Z", "2026-03-01T12:00:00", "tomorrow"] {
            assert!(Timestamp::parse(wrong).is_err(), "{wrong}");
        }
    }
}
