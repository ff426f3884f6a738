//! Whether a new version keeps to its limits, from the calls of each minute.
//!
//! Rates are computed here, from sums, so that what is missing can be told apart: CloudWatch files no Errors for a
//! minute without any, which is none, but no Invocations mean that nothing is known, which is only a pass where no calls
//! are asked for.
//! The newest minute is left out, since it is still being filled.

use std::fmt::Write as _;

use crate::description::Analysis;

const MINUTE: u64 = 60;

/// The calls of one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Minute {
    /// When it began, in seconds since 1970.
    pub start: u64,
    /// Calls of the version.
    pub invocations: Option<f64>,
    /// Those that failed in the function.
    pub errors: Option<f64>,
    /// Milliseconds of the slowest hundredth.
    pub p99_milliseconds: Option<f64>,
    /// Requests to the API's stage, whatever version answered.
    pub api_requests: Option<f64>,
    /// Those that were answered with 5xx.
    pub api_5xx: Option<f64>,
}

/// What the calls say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The limits were kept to; how well.
    Pass(String),
    /// A limit was passed; which, with the numbers.
    Breach(String),
    /// Too little is known; what there is.
    Inconclusive(String),
}

/// When a version is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When the version got its share, in seconds since 1970.
    pub since: u64,
    /// Now, in seconds since 1970.
    pub now: u64,
    /// How long it is to be judged at least.
    pub bake_seconds: u64,
}

impl Window {
    /// The first whole minute after the version got its share.
    #[must_use]
    pub const fn first_minute(&self) -> u64 {
        self.since.div_ceil(MINUTE) * MINUTE
    }

    /// The end of the last minute that counts: the one that runs and the newest whole one are left out.
    #[must_use]
    pub const fn end(&self) -> u64 {
        (self.now / MINUTE).saturating_sub(1) * MINUTE
    }

    /// Whether the time for the step is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.now >= self.since.saturating_add(self.bake_seconds)
    }
}

/// Judges the minutes of a window. A pass before the end of the bake is only inconclusive.
#[must_use]
pub fn analyze(limits: &Analysis, minutes: &[Minute], window: &Window) -> Verdict {
    let counts =
        |minute: &&Minute| minute.start >= window.first_minute() && minute.start + MINUTE <= window.end();
    let minutes: Vec<Minute> = minutes.iter().filter(counts).copied().collect();
    for limit in [Limit::Errors, Limit::Api, Limit::Slow] {
        if let Some(breach) = limit.breach_in_a_row(limits, &minutes) {
            return Verdict::Breach(breach);
        }
    }
    let calls: f64 = minutes.iter().filter_map(|minute| minute.invocations).sum();
    let errors: f64 = minutes.iter().filter(|it| it.invocations.is_some()).filter_map(|it| it.errors).sum();
    let enough = f64::from(limits.minimum_requests);
    if calls < enough {
        return Verdict::Inconclusive(format!(
            "{calls} calls of the new version in {} whole minutes, and {enough} are needed for a verdict",
            minutes.len()
        ));
    }
    if !window.is_over() {
        return Verdict::Inconclusive(format!("{errors} of {calls} calls failed so far"));
    }
    if calls == 0.0 {
        return Verdict::Pass(format!(
            "nobody called the new version in {} whole minutes, and nobody has to",
            minutes.len()
        ));
    }
    // The bake may be shorter than what makes a breach: then all of it counts.
    let rate = errors / calls * 100.0;
    if rate > limits.error_percent {
        return Verdict::Breach(format!(
            "{errors} of {calls} calls failed: {rate:.1}% over the whole bake, and {}% may",
            limits.error_percent
        ));
    }
    let slow: Vec<bool> = minutes.iter().filter_map(|minute| Limit::Slow.is_passed(limits, minute)).collect();
    if !slow.is_empty() && slow.iter().all(|slow| *slow) {
        return Verdict::Breach(Limit::Slow.described(limits, &minutes));
    }
    Verdict::Pass(format!("{errors} of {calls} calls failed: {rate:.1}%"))
}

/// What is limited.
#[derive(Clone, Copy)]
enum Limit {
    Errors,
    Api,
    Slow,
}

impl Limit {
    /// Whether a minute passed the limit; nothing if it has no data for it.
    fn is_passed(self, limits: &Analysis, minute: &Minute) -> Option<bool> {
        let over = |part: Option<f64>, whole: f64| part.unwrap_or(0.0) / whole * 100.0 > limits.error_percent;
        match self {
            Self::Errors => minute.invocations.filter(|it| *it > 0.0).map(|calls| over(minute.errors, calls)),
            Self::Api => minute.api_requests.filter(|it| *it > 0.0).map(|calls| over(minute.api_5xx, calls)),
            Self::Slow => {
                let limit = f64::from(limits.p99_milliseconds?);
                minute.p99_milliseconds.map(|p99| p99 > limit)
            }
        }
    }

    /// The breach, if the newest minutes with data all passed the limit and are as many as it takes, with enough
    /// calls among them.
    fn breach_in_a_row(self, limits: &Analysis, minutes: &[Minute]) -> Option<String> {
        let known: Vec<Minute> =
            minutes.iter().filter(|minute| self.is_passed(limits, minute).is_some()).copied().collect();
        let row = usize::try_from(limits.breach_minutes).unwrap_or(usize::MAX).max(1);
        let newest = known.len().checked_sub(row).map(|first| &known[first..])?;
        let all_passed = newest.iter().all(|minute| self.is_passed(limits, minute) == Some(true));
        let calls: f64 = newest
            .iter()
            .filter_map(|minute| match self {
                Self::Api => minute.api_requests,
                Self::Errors | Self::Slow => minute.invocations,
            })
            .sum();
        let enough = calls >= f64::from(limits.minimum_requests);
        (all_passed && enough).then(|| self.described(limits, newest))
    }

    fn described(self, limits: &Analysis, minutes: &[Minute]) -> String {
        let mut text = match self {
            Self::Errors => format!("more than {}% of the calls failed", limits.error_percent),
            Self::Api => format!("more than {}% of API Gateway's answers were 5xx", limits.error_percent),
            Self::Slow => format!("p99 was over {} ms", limits.p99_milliseconds.unwrap_or_default()),
        };
        let _ = write!(text, " for {} minutes:", minutes.len());
        for minute in minutes {
            let number = |value: Option<f64>| value.unwrap_or(0.0);
            let _ = match self {
                Self::Errors => write!(text, " {}/{}", number(minute.errors), number(minute.invocations)),
                Self::Api => write!(text, " {}/{}", number(minute.api_5xx), number(minute.api_requests)),
                Self::Slow => write!(text, " {:.0} ms", number(minute.p99_milliseconds)),
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 600;

    fn minutes(calls: &[(Option<f64>, Option<f64>)]) -> Vec<Minute> {
        (0..)
            .zip(calls)
            .map(|(index, (invocations, errors))| Minute {
                start: START + index * MINUTE,
                invocations: *invocations,
                errors: *errors,
                ..Minute::default()
            })
            .collect()
    }

    /// A window that all minutes given count in, whose bake is over.
    fn window(minutes: u64) -> Window {
        Window { since: START, now: START + (minutes + 1) * MINUTE, bake_seconds: minutes * MINUTE }
    }

    fn verdict(calls: &[(Option<f64>, Option<f64>)]) -> Verdict {
        analyze(&Analysis::default(), &minutes(calls), &window(calls.len() as u64))
    }

    #[test]
    fn errors_over_the_limit_for_five_minutes_are_a_breach_with_the_numbers() {
        let Verdict::Breach(reason) = verdict(&[(Some(100.0), Some(6.0)); 5]) else { panic!() };
        assert!(reason.contains("more than 5% of the calls failed for 5 minutes: 6/100"), "{reason}");
        let exactly = verdict(&[(Some(100.0), Some(5.0)); 5]);
        assert!(matches!(exactly, Verdict::Pass(_)), "{exactly:?}");
    }

    #[test]
    fn one_bad_minute_is_not_a_breach() {
        let mut calls = [(Some(1000.0), Some(0.0)); 6];
        calls[2] = (Some(100.0), Some(60.0));
        assert!(matches!(verdict(&calls), Verdict::Pass(_)), "{:?}", verdict(&calls));
    }

    #[test]
    fn missing_errors_are_none_and_missing_calls_are_no_verdict() {
        assert!(matches!(verdict(&[(Some(30.0), None); 3]), Verdict::Pass(_)));
        assert!(matches!(verdict(&[(None, None); 5]), Verdict::Inconclusive(_)));
        assert!(matches!(verdict(&[(None, Some(5.0)); 5]), Verdict::Inconclusive(_)));
        assert!(matches!(verdict(&[(Some(2.0), Some(2.0)); 5]), Verdict::Inconclusive(_)));
    }

    #[test]
    fn where_no_calls_are_asked_for_silence_passes_when_the_bake_is_over_and_failures_do_not() {
        let limits = Analysis::default().minimum_requests(0);
        let silence = minutes(&[(None, None); 5]);
        assert!(matches!(analyze(&limits, &silence, &window(5)), Verdict::Pass(_)));
        let early = Window { bake_seconds: 10 * MINUTE, ..window(5) };
        assert!(matches!(analyze(&limits, &silence, &early), Verdict::Inconclusive(_)));
        let failing = minutes(&[(None, None), (Some(1.0), Some(1.0))]);
        assert!(matches!(analyze(&limits, &failing, &window(2)), Verdict::Breach(_)));
    }

    #[test]
    fn the_newest_minute_and_the_one_of_the_move_are_left_out() {
        let calls = minutes(&[(Some(100.0), None), (Some(100.0), None), (Some(100.0), Some(100.0))]);
        let window = Window { since: START, now: START + 3 * MINUTE + 10, bake_seconds: 0 };
        assert!(matches!(analyze(&Analysis::default(), &calls, &window), Verdict::Pass(_)));
        let calls = minutes(&[(Some(100.0), Some(100.0)), (Some(100.0), None), (Some(1.0), None)]);
        let window = Window { since: START + 1, now: START + 3 * MINUTE + 10, bake_seconds: 0 };
        assert!(matches!(analyze(&Analysis::default(), &calls, &window), Verdict::Pass(_)));
    }

    #[test]
    fn a_short_bake_counts_as_a_whole() {
        let Verdict::Breach(reason) = verdict(&[(Some(100.0), Some(40.0)), (Some(100.0), None)]) else {
            panic!()
        };
        assert!(reason.contains("20.0% over the whole bake"), "{reason}");
    }

    #[test]
    fn slowness_and_the_api_count_too() {
        let slow: Vec<Minute> = minutes(&[(Some(100.0), None); 5])
            .into_iter()
            .map(|minute| Minute { p99_milliseconds: Some(2001.0), ..minute })
            .collect();
        let Verdict::Breach(reason) = analyze(&Analysis::default(), &slow, &window(5)) else { panic!() };
        assert!(reason.contains("p99 was over 2000 ms"), "{reason}");
        let patient = analyze(&Analysis::default().any_duration(), &slow, &window(5));
        assert!(matches!(patient, Verdict::Pass(_)), "{patient:?}");
        let gateway: Vec<Minute> = minutes(&[(Some(100.0), None); 5])
            .into_iter()
            .map(|minute| Minute { api_requests: Some(100.0), api_5xx: Some(50.0), ..minute })
            .collect();
        let Verdict::Breach(reason) = analyze(&Analysis::default(), &gateway, &window(5)) else { panic!() };
        assert!(reason.contains("API Gateway's answers were 5xx"), "{reason}");
    }
}
