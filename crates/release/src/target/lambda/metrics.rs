//! CloudWatch: the calls of each minute, and alarms that ring.
//!
//! Sums and percentiles are asked for as they are filed; rates are for [`analysis`](super::analysis) to compute.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    AlarmType, Dimension, Metric, MetricDataQuery, MetricStat, ScanBy, StateValue,
};

use crate::aws::{AwsError, failed};
use crate::target::lambda::analysis::Minute;
use crate::target::lambda::api::TrafficQuery;

const PERIOD: i32 = 60;

/// A series that is asked for, and where its values go.
struct Series {
    id: &'static str,
    namespace: &'static str,
    metric: &'static str,
    statistic: &'static str,
    store: fn(&mut Minute, f64),
}

/// Series of a function: AWS Lambda Developer Guide, "Types of metrics for Lambda functions".
const OF_FUNCTION: [Series; 3] = [
    Series {
        id: "invocations",
        namespace: "AWS/Lambda",
        metric: "Invocations",
        statistic: "Sum",
        store: |minute, value| minute.invocations = Some(value),
    },
    Series {
        id: "errors",
        namespace: "AWS/Lambda",
        metric: "Errors",
        statistic: "Sum",
        store: |minute, value| minute.errors = Some(value),
    },
    Series {
        id: "p99",
        namespace: "AWS/Lambda",
        metric: "Duration",
        statistic: "p99",
        store: |minute, value| minute.p99_milliseconds = Some(value),
    },
];

/// Series of a stage: API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics".
const OF_API: [Series; 2] = [
    Series {
        id: "requests",
        namespace: "AWS/ApiGateway",
        metric: "Count",
        statistic: "SampleCount",
        store: |minute, value| minute.api_requests = Some(value),
    },
    Series {
        id: "answers5xx",
        namespace: "AWS/ApiGateway",
        metric: "5XXError",
        statistic: "Sum",
        store: |minute, value| minute.api_5xx = Some(value),
    },
];

/// The calls of each minute.
pub(crate) async fn traffic(client: &Client, query: &TrafficQuery) -> Result<Vec<Minute>, AwsError> {
    let mut dimensions = vec![
        dimension("FunctionName", &query.function),
        dimension("Resource", &format!("{}:{}", query.function, query.alias)),
    ];
    dimensions.extend(query.version.iter().map(|version| dimension("ExecutedVersion", version)));
    let mut queries: Vec<MetricDataQuery> =
        OF_FUNCTION.iter().map(|series| series.query(&dimensions)).collect();
    if let Some((api, stage)) = &query.api {
        let dimensions = [dimension("ApiName", api), dimension("Stage", stage)];
        queries.extend(OF_API.iter().map(|series| series.query(&dimensions)));
    }
    let mut minutes: BTreeMap<u64, Minute> = BTreeMap::new();
    let mut next = None;
    loop {
        let call = client
            .get_metric_data()
            .set_metric_data_queries(Some(queries.clone()))
            .start_time(moment(query.from))
            .end_time(moment(query.until))
            .scan_by(ScanBy::TimestampAscending)
            .set_next_token(next)
            .send()
            .await;
        let output = call.map_err(failed("cloudwatch", "GetMetricData", query.function.as_str()))?;
        for result in output.metric_data_results() {
            let Some(series) =
                OF_FUNCTION.iter().chain(&OF_API).find(|series| result.id() == Some(series.id))
            else {
                continue;
            };
            for (timestamp, value) in result.timestamps().iter().zip(result.values()) {
                let start = u64::try_from(timestamp.secs()).unwrap_or(0);
                let minute = minutes.entry(start).or_insert(Minute { start, ..Minute::default() });
                (series.store)(minute, *value);
            }
        }
        next = output.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(minutes.into_values().collect());
        }
    }
}

/// Those of the alarms that ring. An alarm that does not exist cannot ring, and is a failure.
pub(crate) async fn ringing(client: &Client, alarms: &[String]) -> Result<Vec<String>, AwsError> {
    let call = client
        .describe_alarms()
        .set_alarm_names(Some(alarms.to_vec()))
        .alarm_types(AlarmType::MetricAlarm)
        .alarm_types(AlarmType::CompositeAlarm)
        .send()
        .await;
    let output = call.map_err(failed("cloudwatch", "DescribeAlarms", alarms.join(", ")))?;
    let metric = output.metric_alarms().iter().map(|alarm| (alarm.alarm_name(), alarm.state_value()));
    let composite = output.composite_alarms().iter().map(|alarm| (alarm.alarm_name(), alarm.state_value()));
    let states: BTreeMap<&str, Option<&StateValue>> =
        metric.chain(composite).filter_map(|(name, state)| Some((name?, state))).collect();
    if let Some(missing) = alarms.iter().find(|alarm| !states.contains_key(alarm.as_str())) {
        return Err(AwsError {
            operation: "DescribeAlarms",
            subject: missing.clone(),
            kind: crate::aws::AwsErrorKind::Missing,
            message: "a release is judged by this alarm".to_owned(),
        });
    }
    let rings = |(_, state): &(&str, Option<&StateValue>)| *state == Some(&StateValue::Alarm);
    Ok(states.into_iter().filter(rings).map(|(name, _)| name.to_owned()).collect())
}

impl Series {
    fn query(&self, dimensions: &[Dimension]) -> MetricDataQuery {
        let metric = Metric::builder()
            .namespace(self.namespace)
            .metric_name(self.metric)
            .set_dimensions(Some(dimensions.to_vec()))
            .build();
        let statistic = MetricStat::builder().metric(metric).period(PERIOD).stat(self.statistic).build();
        MetricDataQuery::builder().id(self.id).metric_stat(statistic).return_data(true).build()
    }
}

fn dimension(name: &str, value: &str) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

fn moment(seconds: u64) -> DateTime {
    DateTime::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))
}
