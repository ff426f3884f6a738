//! What starts a function without a request: the time, or an event of AWS (an EventBridge rule and its target).
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::lambda_service::{LambdaServiceConfig, Package, lambda_service};
//! use formwork_modules::schedule::{ScheduleConfig, schedule};
//! use formwork::serde_json::json;
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let sweep = lambda_service(stack, "sweep", LambdaServiceConfig::new("shop-sweep", Package::zip("sweep.zip")));
//! schedule(stack, "nightly", ScheduleConfig::at("shop-nightly", "cron(0 3 * * ? *)", &sweep.function));
//! let uploads = json!({"source": ["aws.s3"], "detail-type": ["Object Created"]});
//! schedule(stack, "uploads", ScheduleConfig::on_event("shop-uploads", uploads, &sweep.function));
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Not here: event buses of one's own, and targets other than functions.

use std::fmt::Display;

use formwork::aws::cloudwatch_event_target::{DeadLetterConfig, RetryPolicy};
use formwork::{Expr, Map, Source, Stack, Value, aws};
use serde_json::Value as Json;

use crate::iam::partition;
use crate::lambda_service::Callee;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// When a function is started, and what becomes of an event that it does not take. The defaults: EventBridge tries
/// again for 24 hours, 185 times at most, and then forgets the event.
#[derive(Clone, Debug)]
pub struct ScheduleConfig {
    rule_name: String,
    when: When,
    callee: Callee,
    description: Option<String>,
    input: Option<Json>,
    retries: Option<(u32, u32)>,
    dead_letter_arn: Option<Expr<String>>,
    enabled: bool,
    tags: Map<String>,
}

#[derive(Clone, Debug)]
enum When {
    Time(String),
    Event(Json),
}

impl ScheduleConfig {
    /// Starts a function, or an alias of it, at times: `rate(1 minute)`, or `cron(…)` with six fields, in UTC.
    pub fn at(
        rule_name: impl Into<String>,
        expression: impl Into<String>,
        callee: impl Into<Callee>,
    ) -> Self {
        Self::new(rule_name.into(), When::Time(expression.into()), callee.into())
    }

    /// Starts a function, or an alias of it, with each event of the account's default bus that fits a pattern, such as
    /// `{"source": ["aws.s3"]}`.
    pub fn on_event(rule_name: impl Into<String>, pattern: Json, callee: impl Into<Callee>) -> Self {
        Self::new(rule_name.into(), When::Event(pattern), callee.into())
    }

    /// Says what it is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Gives the function this document instead of the event.
    #[must_use]
    pub fn input(mut self, input: Json) -> Self {
        self.input = Some(input);
        self
    }

    /// Tries again so many times, 0 to 185, and for so many seconds, 60 to 86400, when the function cannot be started.
    #[must_use]
    pub const fn retries(mut self, attempts: u32, seconds: u32) -> Self {
        self.retries = Some((attempts, seconds));
        self
    }

    /// Keeps events that could not be delivered in a queue, by its ARN. The queue must let the rule send
    /// ([`QueueConfig::takes_events_of`](crate::queue::QueueConfig::takes_events_of)), by an ARN that is made from its parts,
    /// since the queue comes first ([`rule_arn`]).
    #[must_use]
    pub fn dead_letters(mut self, queue_arn: Expr<String>) -> Self {
        self.dead_letter_arn = Some(queue_arn);
        self
    }

    /// Makes the rule, but does not let it start anything.
    #[must_use]
    pub const fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// Adds tags to the rule.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }

    fn new(rule_name: String, when: When, callee: Callee) -> Self {
        Self {
            rule_name,
            when,
            callee,
            description: None,
            input: None,
            retries: None,
            dead_letter_arn: None,
            enabled: true,
            tags: Map::new(),
        }
    }
}

/// The ARN of a rule of the default bus, made from its parts: for what must know the rule before it is there, such as the
/// queue that its events are kept in.
#[must_use]
pub fn rule_arn(region: &str, account_id: impl Display, rule_name: &str) -> String {
    format!("arn:{}:events:{region}:{account_id}:rule/{rule_name}", partition(region))
}

/// What a schedule consists of.
#[derive(Clone, Debug)]
pub struct ScheduleParts {
    /// The rule.
    pub rule: aws::CloudwatchEventRuleRef,
    /// Its target.
    pub target: aws::CloudwatchEventTargetRef,
}

/// Adds a rule, its target and the permission that it needs. What is wrong is reported at the caller's line.
#[track_caller]
pub fn schedule(stack: &mut Stack, name: &str, config: ScheduleConfig) -> ScheduleParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let state = if config.enabled { "ENABLED" } else { "DISABLED" };
    let mut rule =
        aws::CloudwatchEventRule::new().name(&config.rule_name).state(state).tags(tags(&config.tags));
    rule = match &config.when {
        When::Time(expression) => rule.schedule_expression(expression),
        When::Event(pattern) => rule.event_pattern(Value::<String>::from(pattern)),
    };
    let rule = stack.add("rule", rule.description(config.description.as_ref()));
    let permission = config.callee.permission("events.amazonaws.com", rule.arn());
    stack.add(&format!("rule_{}", config.callee.name()), permission);
    let retries = |(attempts, seconds)| {
        RetryPolicy::new().maximum_retry_attempts(attempts).maximum_event_age_in_seconds(seconds)
    };
    let target = aws::CloudwatchEventTarget::new(aws::CloudwatchEventTargetArgs {
        arn: config.callee.arn().into(),
        rule: rule.name().into(),
    })
    .input(config.input.as_ref().map(Value::<String>::from))
    .retry_policy(config.retries.map(retries))
    .dead_letter_config(config.dead_letter_arn.as_ref().map(|arn| DeadLetterConfig::new().arn(arn)));
    ScheduleParts { target: stack.add("target", target), rule }
}

/// What is wrong with a configuration, and what to do instead (Amazon EventBridge User Guide, "Creating a rule that runs
/// on a schedule", "Event retry policy and using dead-letter queues").
fn mistakes(config: &ScheduleConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if !(1..=64).contains(&config.rule_name.len()) || !config.rule_name.bytes().all(is_letter) {
        let hint = "a name has 1 to 64 letters, digits, `.`, `-` and `_`";
        mistakes.add(format!("EventBridge refuses the rule name `{}`", config.rule_name), hint);
    }
    match &config.when {
        When::Time(expression) => {
            if let Some(hint) = time_mistake(expression) {
                mistakes.add(format!("`{expression}` is not a schedule"), hint);
            }
        }
        When::Event(pattern) => {
            if pattern.as_object().is_none_or(serde_json::Map::is_empty) {
                let message = "the pattern would fit every event, or none".to_owned();
                mistakes.add(message, "name a `source` at least, as in `{\"source\": [\"aws.s3\"]}`");
            } else if let Some(field) = field_mistake(pattern) {
                let message = format!("EventBridge refuses the pattern at `{field}`");
                mistakes.add(
                    message,
                    "a field is a list of what it may be, or an object of fields; neither is empty",
                );
            }
        }
    }
    if let Some((attempts, seconds)) = config.retries
        && (attempts > 185 || !(60..=86_400).contains(&seconds))
    {
        let message = format!("EventBridge does not try {attempts} times within {seconds} s");
        mistakes.add(message, "choose 0 to 185 times, and 60 to 86400 s");
    }
    mistakes
}

/// The path to a field that is neither a list nor an object, or an empty one (Amazon EventBridge User Guide, "Creating
/// Amazon EventBridge event patterns").
fn field_mistake(pattern: &Json) -> Option<String> {
    let fields = pattern.as_object()?;
    fields.iter().find_map(|(name, value)| match value {
        Json::Array(values) if !values.is_empty() => None,
        Json::Object(fields) if !fields.is_empty() => {
            field_mistake(value).map(|inner| format!("{name}.{inner}"))
        }
        _ => Some(name.clone()),
    })
}

fn time_mistake(expression: &str) -> Option<&'static str> {
    let inside = |kind: &str| expression.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inside("rate") {
        let (count, unit) = rate.split_once(' ').unwrap_or((rate, ""));
        let is_unit = |one: &str, many: &str| match count {
            "1" => unit == one,
            _ => unit == many,
        };
        let is_rate = count.parse::<u32>().is_ok_and(|count| count > 0)
            && (is_unit("minute", "minutes") || is_unit("hour", "hours") || is_unit("day", "days"));
        return (!is_rate)
            .then_some("a rate reads `rate(1 minute)` or `rate(5 hours)`: `minute`, `hour` or `day`");
    }
    let Some(fields) = inside("cron") else {
        return Some("a schedule is `rate(5 minutes)` or `cron(0 3 * * ? *)`");
    };
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let [_, _, day, _, weekday, _] = fields.as_slice() else {
        return Some("cron has six fields: minutes, hours, day of month, month, day of week, year");
    };
    let questions = [day, weekday].into_iter().filter(|field| **field == "?").count();
    (questions != 1).then_some("one of day of month and day of week, and only one, is `?`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lambda_service::{LambdaServiceConfig, Package, lambda_service};
    use crate::queue::{QueueConfig, queue};
    use crate::testing::{diagnostics, document};

    fn add(
        stack: &mut Stack,
        config: impl Fn(&aws::LambdaFunctionRef, &aws::LambdaAliasRef) -> ScheduleConfig,
    ) {
        let service = LambdaServiceConfig::new("shop-sweep", Package::zip("sweep.zip")).stable_alias("live");
        let service = lambda_service(stack, "sweep", service);
        let config = config(&service.function, &service.aliases["live"]);
        schedule(stack, "sweeping", config);
    }

    #[test]
    fn time_starts_an_alias() {
        let document = document(|stack| {
            add(stack, |_, live| ScheduleConfig::at("shop-sweep", "rate(1 minute)", live).retries(2, 60));
        });
        let resources = &document["resource"];
        let rule = &resources["aws_cloudwatch_event_rule"]["sweeping_rule"];
        assert_eq!(rule["schedule_expression"], json!("rate(1 minute)"));
        let target = &resources["aws_cloudwatch_event_target"]["sweeping_target"];
        assert_eq!(target["arn"], json!("${aws_lambda_alias.sweep_live.arn}"));
        assert_eq!(target["retry_policy"]["maximum_retry_attempts"], json!(2));
        let permission = &resources["aws_lambda_permission"]["sweeping_rule_sweep_live"];
        assert_eq!(permission["principal"], json!("events.amazonaws.com"));
        assert_eq!(permission["source_arn"], json!("${aws_cloudwatch_event_rule.sweeping_rule.arn}"));
    }

    #[test]
    fn events_start_a_function() {
        let document = document(|stack| {
            let pattern = json!({"source": ["aws.s3"], "detail": {"bucket": {"name": ["b"]}}});
            add(stack, |function, _| {
                ScheduleConfig::on_event("shop-uploads", pattern.clone(), function).disabled()
            });
        });
        let rule = &document["resource"]["aws_cloudwatch_event_rule"]["sweeping_rule"];
        assert_eq!(rule["state"], json!("DISABLED"));
        assert_eq!(
            rule["event_pattern"],
            json!(r#"{"detail":{"bucket":{"name":["b"]}},"source":["aws.s3"]}"#)
        );
    }

    #[test]
    fn what_cannot_be_delivered_is_kept() {
        let document = document(|stack| {
            let account = stack.add("current", aws::data::CallerIdentity::new()).account_id();
            let rule = rule_arn("eu-central-1", &account, "shop-sweep");
            let kept = queue(stack, "kept", QueueConfig::new("shop-kept").takes_events_of(rule));
            add(stack, |_, live| {
                ScheduleConfig::at("shop-sweep", "rate(1 minute)", live).dead_letters(kept.queue.arn())
            });
        });
        let resources = &document["resource"];
        let target = &resources["aws_cloudwatch_event_target"]["sweeping_target"];
        assert_eq!(target["dead_letter_config"]["arn"], json!("${aws_sqs_queue.kept_queue.arn}"));
        let policy = resources["aws_sqs_queue_policy"]["kept_queue"]["policy"].as_str().unwrap();
        assert!(policy.contains("account_id}:rule/shop-sweep"), "{policy}");
    }

    #[test]
    fn schedules_are_read() {
        for good in ["rate(1 minute)", "rate(5 hours)", "cron(0 3 * * ? *)", "cron(0/15 8-18 ? * MON-FRI *)"]
        {
            assert_eq!(time_mistake(good), None, "{good}");
        }
        for bad in
            ["rate(1 minutes)", "rate(0 days)", "rate(5)", "cron(0 3 * * *)", "cron(0 3 * * * *)", "daily"]
        {
            assert!(time_mistake(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn fields_of_a_pattern_are_lists() {
        assert_eq!(field_mistake(&json!({"source": ["aws.s3"], "detail": {"a": [{"prefix": "b"}]}})), None);
        let wrong = |pattern: Json| field_mistake(&pattern);
        assert_eq!(wrong(json!({"source": "aws.s3"})).as_deref(), Some("source"));
        assert_eq!(wrong(json!({"detail": {"a": {"b": []}}})).as_deref(), Some("detail.a.b"));
        assert_eq!(wrong(json!({"detail": {}})).as_deref(), Some("detail"));
        let found = diagnostics(|stack| {
            add(stack, |function, _| {
                ScheduleConfig::on_event("all uploads", json!({"source": "aws.s3"}), function)
            });
        });
        assert_eq!(
            found,
            [
                "EventBridge refuses the rule name `all uploads`",
                "EventBridge refuses the pattern at `source`"
            ]
        );
    }

    #[test]
    fn what_eventbridge_refuses_is_reported() {
        let found = diagnostics(|stack| {
            add(stack, |function, _| ScheduleConfig::on_event("all", json!({}), function).retries(200, 60));
        });
        assert_eq!(
            found,
            ["the pattern would fit every event, or none", "EventBridge does not try 200 times within 60 s"]
        );
    }
}
