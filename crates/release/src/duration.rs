//! Lengths of time as people write them: `10s`, `500ms`, `5m`.
//!
//! Read here and not by a library: those take much more, such as `1 month` and sums, and a limit that is written wrong
//! must be said and not be guessed.

use std::time::Duration;

/// A text that is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a length of time; write a whole number and a unit, such as `500ms`, `10s`, `5m` or `1h`"
)]
pub struct ParseDurationError {
    /// What was written.
    pub text: String,
}

/// Reads a whole number with a unit: `ms`, `s`, `m` or `h`. A number alone counts seconds.
///
/// # Errors
/// Fails for anything else, and for more than a `u64` of milliseconds.
pub fn parse_duration(text: &str) -> Result<Duration, ParseDurationError> {
    let wrong = || ParseDurationError { text: text.to_owned() };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let factor = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(factor).map(Duration::from_millis).ok_or_else(wrong)
}

/// Shows a length of time as [`parse_duration`] reads it, in the largest unit that is exact down to milliseconds.
#[must_use]
pub fn show_duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0 => "0s".to_owned(),
        it if it % 3_600_000 == 0 => format!("{}h", it / 3_600_000),
        it if it % 60_000 == 0 => format!("{}m", it / 60_000),
        it if it % 1_000 == 0 => format!("{}s", it / 1_000),
        it => format!("{it}ms"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::duration::{parse_duration, show_duration};

    #[test]
    fn lengths_of_time_are_read_and_shown() {
        for (text, milliseconds) in
            [("500ms", 500), ("10s", 10_000), ("5m", 300_000), ("1h", 3_600_000), ("0s", 0)]
        {
            let duration = Duration::from_millis(milliseconds);
            assert_eq!(parse_duration(text), Ok(duration));
            assert_eq!(show_duration(duration), text);
        }
        assert_eq!(parse_duration("5"), Ok(Duration::from_secs(5)));
        for wrong in ["", "s", "-1s", "1.5s", "5 s", "3d", "99999999999999999999s", "18446744073709551615h"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
