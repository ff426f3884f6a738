//! When few calls are enough: failures that a version within its limits would hardly ever show.

/// How unlikely failures must be of a version that just keeps to its limit. With 5 % allowed, 3 of 3 are (1 in 8 000), and
/// 2 of 2 are not (1 in 400).
const CHANCE: f64 = 0.001;
/// Fewer failures may be one caller's.
const FEWEST: f64 = 3.0;

/// Whether so many failures are no chance, where `percent` of the calls may fail: most calls failed, and a version that
/// keeps to the limit would show as many less than once in a thousand times. The upper tail of the binomial distribution is
/// at most exp(-n·D(k/n‖p)) (Chernoff's bound with the relative entropy D), which errs towards doubt.
pub(super) fn is_beyond_doubt(calls: f64, errors: f64, percent: f64) -> bool {
    let (share, allowed) = (errors / calls, (percent / 100.0).max(f64::EPSILON));
    if errors < FEWEST || share <= 0.5 || share <= allowed {
        return false;
    }
    let succeeded = if share < 1.0 { (1.0 - share) * ((1.0 - share) / (1.0 - allowed)).ln() } else { 0.0 };
    let entropy = share * (share / allowed).ln() + succeeded;
    (-calls * entropy).exp() < CHANCE
}

#[cfg(test)]
mod tests {
    use super::is_beyond_doubt;

    #[test]
    fn most_of_few_calls_must_fail_and_more_than_the_limit_explains() {
        for (calls, errors, percent) in
            [(9.0, 9.0, 5.0), (3.0, 3.0, 5.0), (8.0, 6.0, 5.0), (10.0, 10.0, 50.0)]
        {
            assert!(is_beyond_doubt(calls, errors, percent), "{errors} of {calls} at {percent} %");
        }
        for (calls, errors, percent) in [
            // Two may be one caller who tries again.
            (2.0, 2.0, 5.0),
            (1.0, 1.0, 0.0),
            // Half is not most.
            (8.0, 4.0, 5.0),
            (19.0, 9.0, 5.0),
            // What the limit allows happens.
            (9.0, 9.0, 50.0),
            (9.0, 9.0, 100.0),
            (0.0, 0.0, 5.0),
        ] {
            assert!(!is_beyond_doubt(calls, errors, percent), "{errors} of {calls} at {percent} %");
        }
        // Many calls are no trouble for the numbers.
        assert!(is_beyond_doubt(1_000_000.0, 900_000.0, 60.0));
    }
}
