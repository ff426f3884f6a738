//! Alarms on the usual things, with the thresholds that their documentation suggests, each to be overridden.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::alarms::{Alarm, Alarms};
//! use formwork_modules::alerts::alerts;
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let topic = alerts(stack, "alerts", "shop-alerts", ["ops@example.com"]);
//! let alarms = Alarms::new("shop", topic.arn());
//! alarms.add(stack, "orders_errors", Alarm::lambda_errors("shop-orders").threshold(5.0));
//! alarms.add(stack, "api_5xx", Alarm::api_5xx("shop", "live"));
//! assert!(app.finish().findings.is_empty());
//! ```

use formwork::{Expr, Stack, aws};

/// What alarms have in common: the beginning of their names, and the topic that they tell.
#[derive(Clone, Debug)]
pub struct Alarms {
    prefix: String,
    topic_arn: Expr<String>,
}

impl Alarms {
    /// Alarms whose names begin with a prefix, such as that of the system.
    pub fn new(prefix: impl Into<String>, topic_arn: Expr<String>) -> Self {
        Self { prefix: prefix.into(), topic_arn }
    }

    /// Adds an alarm under a logical name, which with hyphens is also behind the prefix of the alarm's own name.
    #[track_caller]
    pub fn add(&self, stack: &mut Stack, name: &str, alarm: Alarm) -> aws::CloudwatchMetricAlarmRef {
        let mut resource =
            aws::CloudwatchMetricAlarm::new(format!("{}-{}", self.prefix, name.replace('_', "-")))
                .alarm_description(alarm.description)
                .namespace(alarm.namespace)
                .metric_name(alarm.metric)
                .dimensions(alarm.dimensions)
                .comparison_operator(alarm.comparison)
                .threshold(alarm.threshold)
                .period(alarm.period_seconds)
                .evaluation_periods(alarm.periods)
                // What is not called reports nothing, which is no reason to wake anybody.
                .treat_missing_data("notBreaching")
                .alarm_actions([&self.topic_arn].map(Clone::clone))
                .ok_actions([&self.topic_arn].map(Clone::clone));
        resource = match alarm.statistic {
            Statistic::Plain(statistic) => resource.statistic(statistic),
            Statistic::Percentile(percentile) => resource.extended_statistic(percentile),
        };
        stack.add(name, resource)
    }
}

/// A metric, and when it is alarming.
#[derive(Clone, Debug)]
pub struct Alarm {
    description: String,
    namespace: &'static str,
    metric: &'static str,
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

    /// Chooses the length of a period in seconds: 10, 30 or a multiple of 60.
    #[must_use]
    pub const fn period_seconds(mut self, seconds: u32) -> Self {
        self.period_seconds = seconds;
        self
    }

    /// Chooses how many periods in a row must be alarming.
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
            dimensions: Vec::new(),
            statistic: Statistic::Plain("Average"),
            comparison: ABOVE,
            threshold: 0.0,
            period_seconds: 300,
            periods: 1,
        }
    }

    fn database(identifier: &str, metric: &'static str, complaint: &str) -> Self {
        Self::new("AWS/RDS", metric, format!("{identifier} {complaint}"))
            .dimension("DBInstanceIdentifier", identifier)
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
    use crate::testing::document;

    fn built(alarm: Alarm) -> Value {
        let mut document = document(|stack| {
            let topic = stack.add("topic", aws::SnsTopic::new());
            Alarms::new("shop", topic.arn()).add(stack, "the_alarm", alarm);
        });
        document["resource"]["aws_cloudwatch_metric_alarm"]["the_alarm"].take()
    }

    #[test]
    fn an_alarm_tells_the_topic() {
        let alarm = built(Alarm::lambda_errors("shop-orders").alias("shop-orders", "live").threshold(5.0));
        assert_eq!(alarm["alarm_name"], json!("shop-the-alarm"));
        assert_eq!(alarm["alarm_actions"], json!(["${aws_sns_topic.topic.arn}"]));
        assert_eq!(alarm["ok_actions"], json!(["${aws_sns_topic.topic.arn}"]));
        assert_eq!(
            alarm["dimensions"],
            json!({"FunctionName": "shop-orders", "Resource": "shop-orders:live"})
        );
        assert_eq!((&alarm["threshold"], &alarm["statistic"]), (&json!(5.0), &json!("Sum")));
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
            (Alarm::cache_evictions("c-001"), "AWS/ElastiCache", "Evictions", "CacheClusterId"),
        ];
        for (alarm, namespace, metric, dimension) in metrics {
            let alarm = built(alarm.period_seconds(60).periods(5));
            assert_eq!((&alarm["namespace"], &alarm["metric_name"]), (&json!(namespace), &json!(metric)));
            assert!(alarm["dimensions"].get(dimension).is_some(), "{metric}");
            assert_eq!((&alarm["period"], &alarm["evaluation_periods"]), (&json!(60), &json!(5)));
        }
    }
}
