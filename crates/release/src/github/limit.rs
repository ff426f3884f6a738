//! GitHub's rate limits, and how long they ask to wait.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

/// What GitHub asks to wait for a secondary limit that names no time: "at least one minute" (GitHub's docs, "Rate
/// limits for the REST API").
const SECONDARY: Duration = Duration::from_secs(60);

/// How long an answer asks to wait before the same request is sent again; nothing if the answer is not about a limit.
/// A request over a limit was not carried out, be it a read or a write.
///
/// The rules are those of "Rate limits for the REST API": `retry-after` first, then `x-ratelimit-reset` if
/// `x-ratelimit-remaining` is 0, else a minute.
pub(super) fn wait(status: StatusCode, headers: &HeaderMap, body: &str, now: u64) -> Option<Duration> {
    if !matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS) {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    if number("x-ratelimit-remaining") == Some(0) {
        // A second more, for the part of a second that the header leaves out.
        let seconds = number("x-ratelimit-reset").map_or(60, |reset| reset.saturating_sub(now) + 1);
        return Some(Duration::from_secs(seconds));
    }
    let is_limit = status == StatusCode::TOO_MANY_REQUESTS || body.contains("rate limit");
    is_limit.then_some(SECONDARY)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, StatusCode};

    use crate::github::limit::wait;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn limits_say_how_long_to_wait_and_other_refusals_do_not() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let forbidden = StatusCode::FORBIDDEN;
        let exhausted = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "130")]);
        assert_eq!(wait(forbidden, &headers(&[("retry-after", "7")]), "", 100), seconds(7));
        assert_eq!(wait(forbidden, &exhausted, "", 100), seconds(31));
        assert_eq!(wait(forbidden, &exhausted, "", 200), seconds(1));
        let secondary = "You have exceeded a secondary rate limit.";
        assert_eq!(
            wait(forbidden, &headers(&[("x-ratelimit-remaining", "12")]), secondary, 100),
            seconds(60)
        );
        assert_eq!(wait(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new(), "", 100), seconds(60));
        assert_eq!(wait(forbidden, &HeaderMap::new(), "Resource not accessible by integration", 100), None);
        assert_eq!(wait(StatusCode::NOT_FOUND, &exhausted, "", 100), None);
    }
}
