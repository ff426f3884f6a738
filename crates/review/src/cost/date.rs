//! The date of a price: a month, or a day.
//!
//! A sheet only shows it, so its form is checked and nothing is computed with it. A library such as `jiff` knows days and
//! no months, and would cost a clean build of `synth`, which needs none of this, 7 seconds of processor time.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A month or a day, such as `2026-01` and `2026-01-31`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Date(String);

/// A text that is no date.
#[derive(Debug, Error)]
#[error("`{0}` is not a month such as 2026-01, and not a day such as 2026-01-31")]
pub struct NoDate(String);

impl TryFrom<String> for Date {
    type Error = NoDate;

    fn try_from(text: String) -> Result<Self, NoDate> {
        let parts: Vec<&str> = text.split('-').collect();
        let is = |part: &str, length: usize, limit: u32| {
            part.len() == length
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse().is_ok_and(|number: u32| (1..=limit).contains(&number))
        };
        let is_date = match parts[..] {
            [year, month] => is(year, 4, 9999) && is(month, 2, 12),
            [year, month, day] => is(year, 4, 9999) && is(month, 2, 12) && is(day, 2, 31),
            _ => false,
        };
        if is_date { Ok(Self(text)) } else { Err(NoDate(text)) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_month_or_a_day() {
        let is_date = |text: &str| Date::try_from(text.to_owned()).is_ok();
        assert!(is_date("2026-01") && is_date("2026-12-31"));
        for wrong in ["", "2026", "26-01", "2026-13", "2026-1", "2026-01-32", "2026-01-01-01", "+026-01"] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }
}
