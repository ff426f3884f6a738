//! Whether a new version keeps to its limits, from the calls of each minute.
//!
//! Rates are computed here, from sums, so that what is missing can be told apart: CloudWatch files no Errors for a
//! minute without any, which is none, but no Invocations mean that nothing is known, which is only a pass where no calls
//! are asked for.
//! The newest minute is left out, since it is still being filled.

use std::fmt::Write as _;

use crate::description::Analysis;
use crate::target::lambda::beyond_doubt::is_beyond_doubt;
use crate::watch::Verdict;

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

    /// The minutes that count.
    fn counted(&self, minutes: &[Minute]) -> Vec<Minute> {
        let counts =
            |minute: &&Minute| minute.start >= self.first_minute() && minute.start + MINUTE <= self.end();
        minutes.iter().filter(counts).copied().collect()
    }

    /// Whether the time for the step is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.now >= self.since.saturating_add(self.bake_seconds)
    }
}

/// The calls that a verdict is made from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic<'a> {
    /// Those of the new version, or of all where it has all.
    pub new: &'a [Minute],
    /// Those of the old version in the same minutes; nothing where it has no calls any more.
    pub old: Option<&'a [Minute]>,
}

/// Whether a verdict needs the old version's calls: they are the yardstick, or most calls of the new one fail, and so may
/// everybody's.
#[must_use]
pub(super) fn needs_old_version(limits: &Analysis, new: &[Minute], window: &Window) -> bool {
    let total = Total::of(&window.counted(new));
    limits.points_over_old_version.is_some() || total.errors * 2.0 > total.calls
}

/// Judges the minutes of a window. A pass before the end of the bake is only inconclusive.
#[must_use]
pub fn analyze(limits: &Analysis, traffic: &Traffic<'_>, window: &Window) -> Verdict {
    let minutes = window.counted(traffic.new);
    let old = traffic.old.map(|old| window.counted(old));
    for limit in [Limit::Errors, Limit::Api, Limit::Slow] {
        if let Some(breach) = limit.breach_in_a_row(limits, &minutes) {
            return Verdict::Breach(breach);
        }
    }
    let total = Total::of(&minutes);
    let Total { calls, errors, rate } = total;
    let old_total = old.as_deref().map(Total::of);
    let old_rate = old_total.map_or(0.0, |old| old.rate);
    let beside = old_total.filter(|old| old.calls > 0.0).map_or_else(String::new, |old| {
        format!(", and {:.0} of {:.0} of the old version in the same minutes", old.errors, old.calls)
    });
    if is_beyond_doubt(calls, errors, limits.error_percent.max(old_rate)) {
        return Verdict::Breach(format!("{errors:.0} of {calls:.0} calls of the new version failed{beside}"));
    }
    if let (Some(points), Some(old)) = (limits.points_over_old_version, &old)
        && let Some(breach) = worse_in_a_row(limits, points, &minutes, old)
    {
        return Verdict::Breach(breach);
    }
    let enough = f64::from(limits.minimum_requests);
    if calls < enough {
        let failed =
            if errors > 0.0 { format!(", of which {errors:.0} failed{beside}") } else { String::new() };
        return Verdict::Inconclusive(format!(
            "{calls:.0} calls of the new version in {} whole minutes{failed}; {enough:.0} are needed for a verdict",
            minutes.len()
        ));
    }
    if !window.is_over() {
        return Verdict::Inconclusive(format!("{errors:.0} of {calls:.0} calls failed so far{beside}"));
    }
    if calls == 0.0 {
        return Verdict::Pass(format!(
            "nobody called the new version in {} whole minutes, and nobody has to",
            minutes.len()
        ));
    }
    // The bake may be shorter than what makes a breach: then all of it counts.
    if rate > limits.error_percent {
        return Verdict::Breach(format!(
            "{errors:.0} of {calls:.0} calls failed: {rate:.1}% over the whole bake, and {}% may",
            limits.error_percent
        ));
    }
    let slow: Vec<bool> = minutes.iter().filter_map(|minute| Limit::Slow.is_passed(limits, minute)).collect();
    if !slow.is_empty() && slow.iter().all(|slow| *slow) {
        return Verdict::Breach(Limit::Slow.described(limits, &minutes));
    }
    if let (Some(points), Some(old)) = (limits.points_over_old_version, old_total) {
        if old.calls < enough.max(1.0) {
            return Verdict::Inconclusive(format!(
                "{:.0} calls of the old version in the same minutes: too few to compare with",
                old.calls
            ));
        }
        if rate > old.rate + points {
            return Verdict::Breach(format!(
                "{rate:.1}% of the calls failed, and {:.1}% of the old version's in the same minutes: at most {points} points more may",
                old.rate
            ));
        }
    }
    Verdict::Pass(format!("{errors:.0} of {calls:.0} calls failed: {rate:.1}%{beside}"))
}

/// Calls of several minutes together.
#[derive(Clone, Copy)]
struct Total {
    calls: f64,
    errors: f64,
    /// Per cent.
    rate: f64,
}

impl Total {
    fn of(minutes: &[Minute]) -> Self {
        // From a positive zero: an empty sum is a negative one, and shown as such.
        let calls = minutes.iter().filter_map(|minute| minute.invocations).fold(0.0, |sum, it| sum + it);
        let known = minutes.iter().filter(|minute| minute.invocations.is_some());
        let errors = known.filter_map(|minute| minute.errors).fold(0.0, |sum, it| sum + it);
        Self { calls, errors, rate: if calls > 0.0 { errors / calls * 100.0 } else { 0.0 } }
    }
}

/// The breach, if the newest minutes in which both versions were called were all worse than the old version's by more than
/// it may be, and are as many as it takes, with enough calls among them.
fn worse_in_a_row(limits: &Analysis, points: f64, new: &[Minute], old: &[Minute]) -> Option<String> {
    let both: Vec<(Total, Total)> = new
        .iter()
        .filter_map(|minute| {
            let old = old.iter().find(|old| old.start == minute.start)?;
            Some((Total::of(&[*minute]), Total::of(&[*old])))
        })
        .filter(|(new, old)| new.calls > 0.0 && old.calls > 0.0)
        .collect();
    let row = usize::try_from(limits.breach_minutes).unwrap_or(usize::MAX).max(1);
    let newest = both.len().checked_sub(row).map(|first| &both[first..])?;
    let calls: f64 = newest.iter().map(|(new, _)| new.calls).sum();
    let is_worse = newest.iter().all(|(new, old)| new.rate > old.rate + points);
    if !is_worse || calls < f64::from(limits.minimum_requests) {
        return None;
    }
    let mut text =
        format!("over {points} points more calls failed than of the old version for {row} minutes:");
    for (new, old) in newest {
        let _ = write!(text, " {:.1}%/{:.1}%", new.rate, old.rate);
    }
    Some(text)
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
                Self::Errors => {
                    write!(text, " {:.0}/{:.0}", number(minute.errors), number(minute.invocations))
                }
                Self::Api => {
                    write!(text, " {:.0}/{:.0}", number(minute.api_5xx), number(minute.api_requests))
                }
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

    fn judge(limits: &Analysis, new: &[Minute], window: &Window) -> Verdict {
        analyze(limits, &Traffic { new, old: None }, window)
    }

    fn verdict(calls: &[(Option<f64>, Option<f64>)]) -> Verdict {
        judge(&Analysis::default(), &minutes(calls), &window(calls.len() as u64))
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
        assert!(matches!(verdict(&[(Some(2.0), Some(1.0)); 5]), Verdict::Inconclusive(_)));
    }

    #[test]
    fn where_no_calls_are_asked_for_silence_passes_when_the_bake_is_over_and_failures_do_not() {
        let limits = Analysis::default().minimum_requests(0);
        let silence = minutes(&[(None, None); 5]);
        assert!(matches!(judge(&limits, &silence, &window(5)), Verdict::Pass(_)));
        let early = Window { bake_seconds: 10 * MINUTE, ..window(5) };
        assert!(matches!(judge(&limits, &silence, &early), Verdict::Inconclusive(_)));
        let failing = minutes(&[(None, None), (Some(1.0), Some(1.0))]);
        assert!(matches!(judge(&limits, &failing, &window(2)), Verdict::Breach(_)));
    }

    #[test]
    fn the_newest_minute_and_the_one_of_the_move_are_left_out() {
        let calls = minutes(&[(Some(100.0), None), (Some(100.0), None), (Some(100.0), Some(100.0))]);
        let window = Window { since: START, now: START + 3 * MINUTE + 10, bake_seconds: 0 };
        assert!(matches!(judge(&Analysis::default(), &calls, &window), Verdict::Pass(_)));
        let calls = minutes(&[(Some(100.0), Some(100.0)), (Some(100.0), None), (Some(1.0), None)]);
        let window = Window { since: START + 1, now: START + 3 * MINUTE + 10, bake_seconds: 0 };
        assert!(matches!(judge(&Analysis::default(), &calls, &window), Verdict::Pass(_)));
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
        let Verdict::Breach(reason) = judge(&Analysis::default(), &slow, &window(5)) else { panic!() };
        assert!(reason.contains("p99 was over 2000 ms"), "{reason}");
        let patient = judge(&Analysis::default().any_duration(), &slow, &window(5));
        assert!(matches!(patient, Verdict::Pass(_)), "{patient:?}");
        let gateway: Vec<Minute> = minutes(&[(Some(100.0), None); 5])
            .into_iter()
            .map(|minute| Minute { api_requests: Some(100.0), api_5xx: Some(50.0), ..minute })
            .collect();
        let Verdict::Breach(reason) = judge(&Analysis::default(), &gateway, &window(5)) else { panic!() };
        assert!(reason.contains("API Gateway's answers were 5xx"), "{reason}");
    }

    /// Nine calls in an hour, all of which failed, and what the old version did in the same minutes.
    fn nine(errors: f64, old: &[(Option<f64>, Option<f64>)]) -> Verdict {
        let new = minutes(&[(Some(errors.max(9.0) / 9.0), Some(errors / 9.0)); 9]);
        let old = minutes(old);
        let early = Window { bake_seconds: 3600, ..window(9) };
        analyze(&Analysis::default(), &Traffic { new: &new, old: Some(&old) }, &early)
    }

    #[test]
    fn few_calls_that_all_fail_are_a_breach_unless_everybodys_do() {
        let Verdict::Breach(reason) = nine(9.0, &[(Some(10.0), None); 9]) else { panic!() };
        assert_eq!(
            reason,
            "9 of 9 calls of the new version failed, and 0 of 90 of the old version in the same minutes"
        );
        assert!(matches!(nine(9.0, &[]), Verdict::Breach(_)));
        // What both versions rest on is down: that is no reason to go back, and errors are named.
        let Verdict::Inconclusive(reason) = nine(9.0, &[(Some(10.0), Some(10.0)); 9]) else { panic!() };
        assert!(
            reason.contains("9 calls of the new version in 9 whole minutes, of which 9 failed"),
            "{reason}"
        );
        let Verdict::Inconclusive(reason) = nine(3.0, &[(Some(10.0), None); 9]) else { panic!() };
        assert!(reason.contains("of which 3 failed, and 0 of 90 of the old version"), "{reason}");
    }

    fn compared(new: (f64, f64), old: (f64, f64), minutes_of_bake: u64) -> Verdict {
        let limits = Analysis { error_percent: 50.0, ..Analysis::default() }.compared_with_old_version(2.0);
        let of = |(calls, errors): (f64, f64)| minutes(&[(Some(calls), Some(errors)); 6]);
        let traffic = Traffic { new: &of(new), old: Some(&of(old)) };
        analyze(&limits, &traffic, &Window { bake_seconds: minutes_of_bake * MINUTE, ..window(6) })
    }

    #[test]
    fn where_the_old_version_is_the_yardstick_its_own_failures_are_allowed() {
        // Both fail at 10 %.
        assert!(matches!(compared((100.0, 10.0), (900.0, 90.0), 6), Verdict::Pass(_)));
        assert!(matches!(compared((100.0, 12.0), (900.0, 90.0), 6), Verdict::Pass(_)));
        // Both are within 50 %, and the new one is worse: at once, since it was for five minutes.
        let Verdict::Breach(reason) = compared((100.0, 8.0), (900.0, 9.0), 60) else { panic!() };
        assert!(
            reason.contains("over 2 points more calls failed than of the old version for 5 minutes"),
            "{reason}"
        );
        assert!(reason.ends_with(" 8.0%/1.0%"), "{reason}");
        // Nobody to compare with is no pass.
        assert!(matches!(compared((100.0, 0.0), (0.0, 0.0), 6), Verdict::Inconclusive(_)));
    }
}
