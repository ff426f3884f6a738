//! Alarms, logs and trails.

use crate::cost::count::part::{Counted, Subject, assumed, fixed, unknown};

/// An alarm is paid by the metrics it watches; an expression over metrics is none.
pub(super) fn alarm(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    if arguments.number("period")?.is_some_and(|seconds| seconds < 60.0) {
        return Err("nothing is known of the price of an alarm of less than a minute".to_owned());
    }
    let queries = arguments.blocks("metric_query")?;
    let metrics = queries.iter().filter(|query| query.given("metric").is_some()).count().max(1) as f64;
    // The two bounds of what is expected are metrics as well.
    let bounds = if arguments.given("threshold_metric_id").is_some() { 2.0 } else { 0.0 };
    Ok(vec![fixed("metrics of the alarm", "cloudwatch_alarm_metric", metrics + bounds)])
}

pub(super) fn log_group(subject: &Subject<'_>) -> Counted {
    match subject.arguments.text("log_group_class")? {
        None | Some("STANDARD") => Ok(vec![assumed("logs taken in", "cloudwatch_log_gb", 1.0, &["log_gb"])]),
        Some(class) => Err(format!("nothing is known of the price of logs of class {class}")),
    }
}

/// What flow logs deliver to a group of logs is paid with that group.
pub(super) fn flow_log(subject: &Subject<'_>) -> Counted {
    match subject.arguments.text("log_destination_type")? {
        None | Some("cloud-watch-logs") => Ok(Vec::new()),
        Some(other) => Err(format!("nothing is known of the price of flow logs to {other}")),
    }
}

/// The first copy of management events is free in each region of an account; which trail makes it, no stack knows.
pub(super) fn trail(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let assumptions = &["cloudtrail_events_100000", "cloudtrail_paid_share"];
    let what = "management events, free for an account's first trail";
    let mut parts = vec![assumed(what, "cloudtrail_events_100000", 1.0, assumptions)];
    let selectors =
        [arguments.blocks("event_selector")?, arguments.blocks("advanced_event_selector")?].concat();
    if !selectors.is_empty() {
        parts.push(unknown("nothing is known of how many events its selectors add"));
    }
    if !arguments.blocks("insight_selector")?.is_empty() {
        parts.push(unknown("nothing is known of the price of its insights"));
    }
    Ok(parts)
}
