//! Alarms on the usual things, with the thresholds that their documentation suggests, each to be overridden.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::alarms::{Alarm, AlarmsConfig, alarms};
//! use formwork_modules::alerts::{AlertsConfig, alerts};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let alerts = alerts(stack, "alerts", AlertsConfig::new("shop-alerts").emails(["ops@example.com"]));
//! let config = AlarmsConfig::new("shop", alerts.topic.arn())
//!     .alarm("orders_errors", Alarm::lambda_errors("shop-orders").threshold(5.0))
//!     .alarm("api_5xx", Alarm::api_5xx("shop", "live"));
//! alarms(stack, "alarms", config);
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use formwork::aws::cloudwatch_metric_alarm::{Metric, MetricArgs, MetricQuery};
use formwork::{Expr, Source, Stack, aws};
use indexmap::IndexMap;

use crate::mistakes::Mistakes;

/// The alarms of a system: how their names begin, and whom they tell. By default there is none yet.
#[derive(Clone, Debug)]
pub struct AlarmsConfig {
    prefix: String,
    topic_arn: Expr<String>,
    alarms: Vec<(String, Alarm)>,
}

impl AlarmsConfig {
    /// Alarms whose names begin with a prefix, such as that of the system, and that tell a topic, by its ARN.
    pub fn new(prefix: impl Into<String>, topic_arn: Expr<String>) -> Self {
        Self { prefix: prefix.into(), topic_arn, alarms: Vec::new() }
    }

    /// Adds an alarm under a logical name, which with hyphens is also behind the prefix of the alarm's own name.
    #[must_use]
    pub fn alarm(mut self, name: impl Into<String>, alarm: Alarm) -> Self {
        self.alarms.push((name.into(), alarm));
        self
    }
}

/// The alarms that were added.
#[derive(Clone, Debug)]
pub struct AlarmsParts {
    /// The alarms by their logical names, in the order of the configuration.
    pub alarms: IndexMap<String, aws::CloudwatchMetricAlarmRef>,
}

/// Adds alarms. Periods that CloudWatch would refuse are reported at the caller's line.
#[track_caller]
pub fn alarms(stack: &mut Stack, name: &str, config: AlarmsConfig) -> AlarmsParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let AlarmsConfig { prefix, topic_arn, alarms } = config;
    let mut added = IndexMap::new();
    for (name, alarm) in alarms {
        alarm.mistakes().report(stack, &name, source);
        let resource = aws::CloudwatchMetricAlarm::new(format!("{prefix}-{}", name.replace('_', "-")))
            .alarm_description(&alarm.description)
            .comparison_operator(alarm.comparison)
            .threshold(alarm.threshold)
            .evaluation_periods(alarm.periods)
            // What is not called reports nothing, which is no reason to wake anybody.
            .treat_missing_data("notBreaching")
            .alarm_actions([topic_arn.clone()])
            .ok_actions([topic_arn.clone()]);
        let reference = stack.add(&name, alarm.measure(resource));
        added.insert(name, reference);
    }
    AlarmsParts { alarms: added }
}

/// A metric, and when it is alarming.
#[derive(Clone, Debug)]
pub struct Alarm {
    description: String,
    namespace: &'static str,
    metric: &'static str,
    /// What the metric is a part of: then the alarm is about per cent.
    whole: Option<&'static str>,
    dimensions: Vec<(String, String)>,
    statistic: Statistic,
    comparison: &'static str,
    threshold: f64,
    period_seconds: u32,
    periods: u32,
}

#[derive(Clone, Copy, Debug)]
enum Statistic {
    Plain(&'static str),
    Percentile(&'static str),
}

/// The seconds of a day.
const DAY: u32 = 24 * 60 * 60;

const ABOVE: &str = "GreaterThanThreshold";
const BELOW: &str = "LessThanThreshold";

impl Alarm {
    /// Errors of a Lambda function: any in 5 minutes.
    #[must_use]
    pub fn lambda_errors(function_name: &str) -> Self {
        Self::new("AWS/Lambda", "Errors", format!("{function_name} fails"))
            .dimension("FunctionName", function_name)
            .statistic(Statistic::Plain("Sum"))
            .threshold(0.0)
    }

    /// Calls of a Lambda function that were refused for want of concurrency: any in 5 minutes.
    #[must_use]
    pub fn lambda_throttles(function_name: &str) -> Self {
        Self::new("AWS/Lambda", "Throttles", format!("{function_name} is throttled"))
            .dimension("FunctionName", function_name)
            .statistic(Statistic::Plain("Sum"))
            .threshold(0.0)
    }

    /// Answers of an API's stage with a status from 500 on: more than 5 % of 5 minutes' requests. API Gateway files
    /// metrics under the API's name (API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics"); the
    /// average of this one is a rate.
    #[must_use]
    pub fn api_5xx(api_name: &str, stage: &str) -> Self {
        Self::new("AWS/ApiGateway", "5XXError", format!("{api_name} {stage} answers with errors"))
            .dimension("ApiName", api_name)
            .dimension("Stage", stage)
            .threshold(0.05)
    }

    /// The time that 99 of 100 answers of an API's stage stay under: more than 2 s in two periods of 5 minutes.
    #[must_use]
    pub fn api_latency(api_name: &str, stage: &str) -> Self {
        Self::new("AWS/ApiGateway", "Latency", format!("{api_name} {stage} is slow"))
            .dimension("ApiName", api_name)
            .dimension("Stage", stage)
            .statistic(Statistic::Percentile("p99"))
            .threshold(2000.0)
            .periods(2)
    }

    /// Calls of a Lambda function that fail: more than 5 % in each of 5 minutes.
    #[must_use]
    pub fn lambda_error_rate(function_name: &str) -> Self {
        Self::new("AWS/Lambda", "Errors", format!("{function_name} fails too often"))
            .dimension("FunctionName", function_name)
            .share_of("Invocations")
    }

    /// Answers of a REST API's stage with a status from 500 on: more than 5 % in each of 5 minutes.
    #[must_use]
    pub fn api_error_rate(api_name: &str, stage: &str) -> Self {
        Self::new("AWS/ApiGateway", "5XXError", format!("{api_name} {stage} answers with errors too often"))
            .dimension("ApiName", api_name)
            .dimension("Stage", stage)
            .share_of("Count")
    }

    /// Answers of an HTTP API with a status from 500 on: more than 5 % in each of 5 minutes. API Gateway files these
    /// metrics under the API's id (API Gateway Developer Guide, "Work with metrics for HTTP APIs").
    #[must_use]
    pub fn http_api_error_rate(api_name: &str, api_id: &Expr<String>) -> Self {
        Self::new("AWS/ApiGateway", "5xx", format!("{api_name} answers with errors too often"))
            .dimension("ApiId", &api_id.to_string())
            .share_of("Count")
    }

    /// Messages that wait in a queue: more than 1000 in each of 10 minutes.
    #[must_use]
    pub fn queue_depth(queue_name: &str) -> Self {
        Self::queue(queue_name, "is not worked off").threshold(1000.0).period_seconds(60).periods(10)
    }

    /// Messages that were put aside: any. The queue is that of the dead letters.
    #[must_use]
    pub fn dead_letters(queue_name: &str) -> Self {
        Self::queue(queue_name, "holds messages that nobody could work on")
    }

    /// The processor of a database: over 80 % in three periods of 5 minutes.
    #[must_use]
    pub fn database_cpu(identifier: &str) -> Self {
        Self::database(identifier, "CPUUtilization", "is busy").threshold(80.0).periods(3)
    }

    /// The free storage of a database, in bytes: under 2 GiB.
    #[must_use]
    pub fn database_storage(identifier: &str) -> Self {
        let two_gib = 2.0 * 1024.0 * 1024.0 * 1024.0;
        Self::database(identifier, "FreeStorageSpace", "runs out of storage").below(two_gib)
    }

    /// The connections of a database: over 64, that is four fifths of what the smallest instance class takes (Amazon
    /// RDS User Guide, "Quotas and constraints": `max_connections` follows from the memory).
    #[must_use]
    pub fn database_connections(identifier: &str) -> Self {
        Self::database(identifier, "DatabaseConnections", "runs out of connections").threshold(64.0)
    }

    /// The memory of a cache node: over 80 % in two periods of 5 minutes. ElastiCache files metrics under the node's
    /// identifier.
    #[must_use]
    pub fn cache_memory(node_id: &str) -> Self {
        Self::new("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", format!("{node_id} runs out of memory"))
            .dimension("CacheClusterId", node_id)
            .threshold(80.0)
            .periods(2)
    }

    /// What a cache node throws out for want of memory: any in 5 minutes.
    #[must_use]
    pub fn cache_evictions(node_id: &str) -> Self {
        Self::new("AWS/ElastiCache", "Evictions", format!("{node_id} evicts"))
            .dimension("CacheClusterId", node_id)
            .statistic(Statistic::Plain("Sum"))
            .threshold(0.0)
    }

    /// Watches one alias of a Lambda function only.
    #[must_use]
    pub fn alias(self, function_name: &str, alias: &str) -> Self {
        self.dimension("Resource", &format!("{function_name}:{alias}"))
    }

    /// Chooses the value above which (for free storage: below which) it is alarming.
    #[must_use]
    pub const fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Chooses the length of a period in seconds: 10, 20, 30 or a multiple of 60.
    #[must_use]
    pub const fn period_seconds(mut self, seconds: u32) -> Self {
        self.period_seconds = seconds;
        self
    }

    /// Chooses how many periods in a row must be alarming: a day together at most, or a week with periods of an hour or
    /// longer.
    #[must_use]
    pub const fn periods(mut self, periods: u32) -> Self {
        self.periods = periods;
        self
    }

    fn new(namespace: &'static str, metric: &'static str, description: String) -> Self {
        Self {
            description,
            namespace,
            metric,
            whole: None,
            dimensions: Vec::new(),
            statistic: Statistic::Plain("Average"),
            comparison: ABOVE,
            threshold: 0.0,
            period_seconds: 300,
            periods: 1,
        }
    }

    fn database(identifier: &str, metric: &'static str, description: &str) -> Self {
        Self::new("AWS/RDS", metric, format!("{identifier} {description}"))
            .dimension("DBInstanceIdentifier", identifier)
    }

    fn queue(queue_name: &str, description: &str) -> Self {
        Self::new("AWS/SQS", "ApproximateNumberOfMessagesVisible", format!("{queue_name} {description}"))
            .dimension("QueueName", queue_name)
            .statistic(Statistic::Plain("Maximum"))
    }

    /// Counts the metric in per cent of another one of the same thing, minute by minute: more than 5 for 5 minutes.
    const fn share_of(mut self, whole: &'static str) -> Self {
        self.whole = Some(whole);
        self.statistic = Statistic::Plain("Sum");
        self.threshold(5.0).period_seconds(60).periods(5)
    }

    /// What CloudWatch would refuse, and what to do instead (CloudWatch API Reference, `PutMetricAlarm`).
    fn mistakes(&self) -> Mistakes {
        let mut mistakes = Mistakes::default();
        let Self { period_seconds, periods, .. } = self;
        let is_period = matches!(period_seconds, 10 | 20 | 30)
            || (*period_seconds > 0 && period_seconds.is_multiple_of(60));
        if !is_period {
            let message = format!("CloudWatch has no periods of {period_seconds} s");
            mistakes.add(message, "choose 10, 20, 30 or a multiple of 60");
        }
        let longest = if *period_seconds < 3600 { DAY } else { 7 * DAY };
        if *periods == 0 || period_seconds.saturating_mul(*periods) > longest {
            let message = format!("CloudWatch does not look at {periods} periods of {period_seconds} s");
            let hint = "choose 1 period or more, together a day at most, or a week with periods of an hour or longer";
            mistakes.add(message, hint);
        }
        mistakes
    }

    /// Says what an alarm measures.
    fn measure(self, resource: aws::CloudwatchMetricAlarm) -> aws::CloudwatchMetricAlarm {
        let Some(whole) = self.whole else {
            let resource = resource
                .namespace(self.namespace)
                .metric_name(self.metric)
                .dimensions(self.dimensions)
                .period(self.period_seconds);
            return match self.statistic {
                Statistic::Plain(statistic) => resource.statistic(statistic),
                Statistic::Percentile(percentile) => resource.extended_statistic(percentile),
            };
        };
        let query = |id: &str, name: &str| {
            let metric = Metric::new(MetricArgs {
                metric_name: name.into(),
                period: self.period_seconds.into(),
                stat: "Sum".into(),
            })
            .namespace(self.namespace)
            .dimensions(self.dimensions.clone());
            MetricQuery::new(id).metric(metric)
        };
        // Where nothing failed, there is no metric of failures.
        let share = MetricQuery::new("share")
            .expression("100 * FILL(part, 0) / whole")
            .label(format!("{} in % of {whole}", self.metric))
            .return_data(true);
        resource
            .metric_query(share)
            .metric_query(query("part", self.metric))
            .metric_query(query("whole", whole))
    }

    fn dimension(mut self, name: &str, value: &str) -> Self {
        self.dimensions.push((name.to_owned(), value.to_owned()));
        self
    }

    const fn statistic(mut self, statistic: Statistic) -> Self {
        self.statistic = statistic;
        self
    }

    const fn below(mut self, threshold: f64) -> Self {
        self.comparison = BELOW;
        self.threshold = threshold;
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{diagnostics, document};

    fn built(alarm: Alarm) -> Value {
        let mut document = document(|stack| {
            let topic = stack.add("topic", aws::SnsTopic::new());
            let config = AlarmsConfig::new("shop", topic.arn()).alarm("alarm", alarm);
            alarms(stack, "the", config);
        });
        document["resource"]["aws_cloudwatch_metric_alarm"]["the_alarm"].take()
    }

    #[test]
    fn an_alarm_tells_the_topic() {
        let alarm = built(Alarm::lambda_errors("shop-orders").alias("shop-orders", "live").threshold(5.0));
        assert_eq!(alarm["alarm_name"], json!("shop-alarm"));
        assert_eq!(alarm["alarm_actions"], json!(["${aws_sns_topic.topic.arn}"]));
        assert_eq!(alarm["ok_actions"], json!(["${aws_sns_topic.topic.arn}"]));
        assert_eq!(
            alarm["dimensions"],
            json!({"FunctionName": "shop-orders", "Resource": "shop-orders:live"})
        );
        assert_eq!((&alarm["threshold"], &alarm["statistic"]), (&json!(5.0), &json!("Sum")));
    }

    #[test]
    fn a_rate_is_computed_of_two_metrics() {
        let alarm = built(Alarm::api_error_rate("shop", "v1"));
        assert_eq!((alarm.get("metric_name"), alarm.get("period")), (None, None));
        assert_eq!((&alarm["threshold"], &alarm["evaluation_periods"]), (&json!(5.0), &json!(5)));
        let queries = alarm["metric_query"].as_array().unwrap();
        assert_eq!(queries[0]["expression"], json!("100 * FILL(part, 0) / whole"));
        assert_eq!(queries[0]["return_data"], json!(true));
        let metrics: Vec<&Value> = queries[1..].iter().map(|query| &query["metric"]["metric_name"]).collect();
        assert_eq!(metrics, ["5XXError", "Count"]);
        assert_eq!(queries[2]["metric"]["dimensions"], json!({"ApiName": "shop", "Stage": "v1"}));
    }

    #[test]
    fn metrics_are_filed_as_aws_files_them() {
        let api = built(Alarm::api_latency("shop", "live"));
        assert_eq!(api["dimensions"], json!({"ApiName": "shop", "Stage": "live"}));
        assert_eq!((&api["extended_statistic"], api.get("statistic")), (&json!("p99"), None));
        let storage = built(Alarm::database_storage("shop"));
        assert_eq!(storage["comparison_operator"], json!("LessThanThreshold"));
        assert_eq!(storage["threshold"], json!(2_147_483_648.0));
        let metrics = [
            (Alarm::lambda_throttles("f"), "AWS/Lambda", "Throttles", "FunctionName"),
            (Alarm::api_5xx("a", "s"), "AWS/ApiGateway", "5XXError", "ApiName"),
            (Alarm::database_cpu("d"), "AWS/RDS", "CPUUtilization", "DBInstanceIdentifier"),
            (Alarm::database_connections("d"), "AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier"),
            (
                Alarm::cache_memory("c-001"),
                "AWS/ElastiCache",
                "DatabaseMemoryUsagePercentage",
                "CacheClusterId",
            ),
            (Alarm::queue_depth("q"), "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
            (Alarm::dead_letters("q"), "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
            (Alarm::cache_evictions("c-001"), "AWS/ElastiCache", "Evictions", "CacheClusterId"),
        ];
        for (alarm, namespace, metric, dimension) in metrics {
            let alarm = built(alarm.period_seconds(60).periods(5));
            assert_eq!((&alarm["namespace"], &alarm["metric_name"]), (&json!(namespace), &json!(metric)));
            assert!(alarm["dimensions"].get(dimension).is_some(), "{metric}");
            assert_eq!((&alarm["period"], &alarm["evaluation_periods"]), (&json!(60), &json!(5)));
        }
    }

    #[test]
    fn periods_are_those_that_cloudwatch_has() {
        let found = |seconds: u32, periods: u32| {
            diagnostics(|stack| {
                let topic = stack.add("topic", aws::SnsTopic::new());
                let alarm = Alarm::lambda_errors("f").period_seconds(seconds).periods(periods);
                let config = AlarmsConfig::new("shop", topic.arn()).alarm("alarm", alarm);
                alarms(stack, "the", config);
            })
        };
        assert_eq!(found(60, 1440), [""; 0]);
        assert_eq!(found(3600, 168), [""; 0]);
        assert_eq!(found(90, 1), ["CloudWatch has no periods of 90 s"]);
        assert_eq!(found(60, 1441), ["CloudWatch does not look at 1441 periods of 60 s"]);
        assert_eq!(found(300, 0), ["CloudWatch does not look at 0 periods of 300 s"]);
    }
}
