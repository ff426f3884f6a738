//! CloudWatch: the calls of each minute.
//!
//! Sums and percentiles are asked for as they are filed; rates are for [`analysis`](super::analysis) to compute.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy, StatusCode};

use crate::aws::{AccessDenied, AwsError, AwsErrorKind, failed};
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
    // The last that was said of each series. What is on several pages is partial until the last of them.
    let mut answered: BTreeMap<&str, StatusCode> = BTreeMap::new();
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
            if let Some(status) = result.status_code() {
                answered.insert(series.id, status.clone());
            }
            for (timestamp, value) in result.timestamps().iter().zip(result.values()) {
                let start = u64::try_from(timestamp.secs()).unwrap_or(0);
                let minute = minutes.entry(start).or_insert(Minute { start, ..Minute::default() });
                (series.store)(minute, *value);
            }
        }
        next = output.next_token().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    for series in queries.iter().filter_map(MetricDataQuery::id) {
        check_answered(query, series, answered.get(series))?;
    }
    Ok(minutes.into_values().collect())
}

/// Refuses a series that is not all there: its gaps are none of the service's (CloudWatch API Reference,
/// `MetricDataResult`).
fn check_answered(query: &TrafficQuery, series: &str, status: Option<&StatusCode>) -> Result<(), AwsError> {
    let (kind, message) = match status {
        Some(StatusCode::Complete) => return Ok(()),
        Some(StatusCode::Forbidden) => {
            let denied = AccessDenied {
                action: "cloudwatch:GetMetricData".to_owned(),
                resource: format!("series `{series}` of {}", query.function),
            };
            (AwsErrorKind::Denied(Box::new(denied)), "Forbidden".to_owned())
        }
        Some(status) => (AwsErrorKind::Unknown, format!("series `{series}` is {status}")),
        None => (AwsErrorKind::Unknown, format!("series `{series}` is not in the answer")),
    };
    Err(AwsError { operation: "GetMetricData", subject: query.function.clone(), kind, message })
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
