//! Times in which nothing is promoted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::Mistake;

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;
const WEEK: u64 = 7 * DAY;
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A time in which nothing is promoted, once or every week, in UTC. Rollbacks are never frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// When it begins: `2026-12-23`, `2026-12-23T16:00Z`, or every week, `fri 16:00`.
    pub from: String,
    /// When it is over, in the same way.
    pub until: String,
    /// Why, for who is refused.
    pub reason: String,
}

/// When a freeze begins or ends, in seconds: since 1970, or since Monday, 0:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Once(u64),
    Weekly(u64),
}

impl Freeze {
    /// Whether a time, in seconds since 1970, is in it. What cannot be read is a mistake, and freezes nothing.
    #[must_use]
    pub fn holds(&self, now: u64) -> bool {
        match (moment(&self.from), moment(&self.until)) {
            (Some(Moment::Once(from)), Some(Moment::Once(until))) => (from..until).contains(&now),
            (Some(Moment::Weekly(from)), Some(Moment::Weekly(until))) => {
                // 1970 began on a Thursday.
                let now = (now + 3 * DAY) % WEEK;
                if from < until { (from..until).contains(&now) } else { now >= from || now < until }
            }
            _ => false,
        }
    }

    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let message = match (moment(&self.from), moment(&self.until)) {
            (None, _) => format!("a freeze cannot begin at `{}`", self.from),
            (_, None) => format!("a freeze cannot end at `{}`", self.until),
            (Some(Moment::Once(from)), Some(Moment::Once(until))) if from >= until => {
                format!("a freeze from {} is over at {}, before it began", self.from, self.until)
            }
            (Some(Moment::Weekly(_)), Some(Moment::Once(_)))
            | (Some(Moment::Once(_)), Some(Moment::Weekly(_))) => {
                format!("a freeze from `{}` until `{}` is neither once nor weekly", self.from, self.until)
            }
            _ => return Vec::new(),
        };
        let hint = "write days and times of UTC, such as `2026-12-23` and `2027-01-02T06:00Z`, or `fri 16:00` and `mon 06:00`";
        vec![Mistake::new(message, hint)]
    }
}

fn moment(text: &str) -> Option<Moment> {
    if let Some((day, time)) = text.split_once(' ') {
        let day = WEEKDAYS.iter().position(|name| name.eq_ignore_ascii_case(day))?;
        return Some(Moment::Weekly(u64::try_from(day).ok()? * DAY + time_of_day(time)?));
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, time_of_day(time.strip_suffix('Z')?)?),
        None => (text, 0),
    };
    Some(Moment::Once(days_since_1970(date)? * DAY + time))
}

/// Seconds of `16:00` or `16:00:30`.
fn time_of_day(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let mut part = |limit: u64| two_digits(parts.next()?).filter(|number| *number < limit);
    let (hour, minute) = (part(24)?, part(60)?);
    let second = match text.len() {
        5 => 0,
        8 => part(60)?,
        _ => return None,
    };
    Some(hour * 60 * MINUTE + minute * MINUTE + second)
}

fn two_digits(text: &str) -> Option<u64> {
    let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Days of `2026-12-23`, from 1970 to 9999.
fn days_since_1970(text: &str) -> Option<u64> {
    let year_text = text.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let rest = text.get(4..)?.strip_prefix('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (year_text.parse::<u64>().ok()?, two_digits(month)?, two_digits(day)?);
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = |month: u64| match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if year < 1970 || !(1..=12).contains(&month) || day == 0 || day > length(month) {
        return None;
    }
    let years: u64 = (1970..year).map(|year| 365 + u64::from(is_leap(year))).sum();
    let months: u64 = (1..month).map(length).sum();
    Some(years + months + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn freeze(from: &str, until: &str) -> Freeze {
        Freeze { from: from.into(), until: until.into(), reason: "holidays".into() }
    }

    #[test]
    fn days_and_weeks_are_those_of_the_calendar() {
        assert_eq!(moment("2000-02-29"), Some(Moment::Once(951_782_400)));
        assert_eq!(moment("2100-03-01T00:00:01Z"), Some(Moment::Once(4_107_542_401)));
        // Monday, 2026-11-30, 07:45.
        let now = 1_796_024_700;
        assert!(freeze("2026-11-30T07:45Z", "2026-12-01").holds(now));
        assert!(!freeze("2026-11-30T07:46Z", "2026-12-01").holds(now));
        assert!(freeze("mon 07:00", "mon 08:00").holds(now));
        assert!(freeze("fri 16:00", "mon 08:00").holds(now));
        assert!(!freeze("fri 16:00", "mon 07:45").holds(now));
    }

    #[test]
    fn what_is_no_time_is_said() {
        assert_eq!(freeze("Fri 16:00", "mon 06:00").mistakes(), []);
        for (from, until) in [
            ("2026-02-29", "2026-03-01"),
            ("2026-12-23", "2026-12-23"),
            ("2026-12-23", "mon 06:00"),
            ("friday 16:00", "mon 06:00"),
            ("fri 24:00", "mon 06:00"),
            ("fri 16", "mon 06:00"),
            ("2026-12-23T16:00", "2027-01-01"),
            ("", "2027-01-01"),
            ("2026-1-1", "2027-01-01"),
        ] {
            assert_eq!(freeze(from, until).mistakes().len(), 1, "{from} {until}");
            assert!(!freeze(from, until).holds(1_796_024_700), "{from} {until}");
        }
    }
}
