//! Alarms of CloudWatch.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};

use crate::aws::{AwsError, AwsErrorKind, failed};

/// How many alarms may be named in one call (CloudWatch API Reference, `DescribeAlarms`).
const ALARMS: usize = 100;

/// What an alarm says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AlarmState {
    /// All is well.
    Quiet,
    /// It rings.
    Rings,
    /// It has too little data to say.
    NoData,
}

/// What alarms say, by their names. An alarm that does not exist cannot ring, and is a failure.
pub(crate) async fn alarm_states(
    client: &Client,
    alarms: &[String],
) -> Result<BTreeMap<String, AlarmState>, AwsError> {
    let mut states = BTreeMap::new();
    for named in alarms.chunks(ALARMS) {
        let mut pages = client
            .describe_alarms()
            .set_alarm_names(Some(named.to_vec()))
            .alarm_types(AlarmType::MetricAlarm)
            .alarm_types(AlarmType::CompositeAlarm)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("cloudwatch", "DescribeAlarms", named.join(", ")))?;
            let metric = page.metric_alarms().iter().map(|alarm| (alarm.alarm_name(), alarm.state_value()));
            let composite =
                page.composite_alarms().iter().map(|alarm| (alarm.alarm_name(), alarm.state_value()));
            let state = |state: Option<&StateValue>| match state {
                Some(StateValue::Ok) => AlarmState::Quiet,
                Some(StateValue::Alarm) => AlarmState::Rings,
                _ => AlarmState::NoData,
            };
            states
                .extend(metric.chain(composite).filter_map(|(name, it)| Some((name?.to_owned(), state(it)))));
        }
    }
    match alarms.iter().find(|alarm| !states.contains_key(alarm.as_str())) {
        None => Ok(states),
        Some(missing) => Err(AwsError {
            operation: "DescribeAlarms",
            subject: missing.clone(),
            kind: AwsErrorKind::Missing,
            message: "a release is judged by this alarm".to_owned(),
        }),
    }
}
