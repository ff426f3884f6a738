//! A queue (SQS) with its dead-letter queue, and the function that takes its messages.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::lambda_service::{LambdaServiceConfig, Package, lambda_service};
//! use formwork_modules::queue::{QueueConfig, QueueConsumerConfig, queue, queue_consumer};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let orders = queue(stack, "orders", QueueConfig::new("shop-orders").visibility_seconds(180));
//! let config = LambdaServiceConfig::new("shop-worker", Package::zip("worker.zip")).policy(orders.receive_policy());
//! let worker = lambda_service(stack, "worker", config);
//! queue_consumer(stack, "worker", QueueConsumerConfig::new(&orders, &worker.function, 30));
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Not here: FIFO queues, whose order and grouping are a matter of their messages.

use std::fmt::Display;

use formwork::aws::lambda_event_source_mapping::ScalingConfig;
use formwork::{Expr, Map, Source, Stack, aws};

use crate::iam::{Policy, Statement};
use crate::lambda_service::Callee;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// How many times the time limit of its consumer a message should stay hidden: what AWS recommends, so that Lambda can try
/// again what it had no capacity for. It refuses less than once (AWS Lambda Developer Guide, "Creating and configuring an
/// Amazon SQS event source mapping").
const VISIBILITY_PER_TIMEOUT: u32 = 6;

/// What a queue is like. The defaults: messages are hidden for 180 s while somebody works on them, kept for 4 days, and
/// put aside after 5 attempts for 14 days.
#[derive(Clone, Debug)]
pub struct QueueConfig {
    queue_name: String,
    visibility_seconds: u32,
    keep_days: u32,
    dead_letters_after: Option<u32>,
    kms_key: Option<String>,
    event_rules: Vec<String>,
    tags: Map<String>,
}

impl QueueConfig {
    /// A standard queue by its name, encrypted with keys of SQS. Its dead-letter queue has `-dead-letters` behind the
    /// name.
    pub fn new(queue_name: impl Into<String>) -> Self {
        Self {
            queue_name: queue_name.into(),
            visibility_seconds: 180,
            keep_days: 4,
            dead_letters_after: Some(5),
            kms_key: None,
            event_rules: Vec::new(),
            tags: Map::new(),
        }
    }

    /// Hides a message for as long as AWS recommends where a function works on it that may take so many seconds.
    #[must_use]
    pub const fn hidden_for_function_of(self, timeout_seconds: u32) -> Self {
        self.visibility_seconds(timeout_seconds.saturating_mul(VISIBILITY_PER_TIMEOUT))
    }

    /// Hides a message for so many seconds while somebody works on it, 0 to 43200.
    #[must_use]
    pub const fn visibility_seconds(mut self, seconds: u32) -> Self {
        self.visibility_seconds = seconds;
        self
    }

    /// Keeps messages for so many days, 1 to 14.
    #[must_use]
    pub const fn keep_days(mut self, days: u32) -> Self {
        self.keep_days = days;
        self
    }

    /// Puts a message aside after so many attempts, 1 to 1000.
    #[must_use]
    pub const fn dead_letters_after(mut self, attempts: u32) -> Self {
        self.dead_letters_after = Some(attempts);
        self
    }

    /// Puts no message aside: it is tried until it is too old.
    #[must_use]
    pub const fn without_dead_letters(mut self) -> Self {
        self.dead_letters_after = None;
        self
    }

    /// Encrypts messages with a KMS key, by its ARN, instead of keys of SQS. Services that send, such as EventBridge, must
    /// be permitted by the key's own policy.
    #[must_use]
    pub fn kms_key(mut self, arn: impl Display) -> Self {
        self.kms_key = Some(arn.to_string());
        self
    }

    /// Lets a rule of EventBridge send to the queue, by the rule's ARN. Where the rule needs the queue's ARN itself, make
    /// that of the rule from its parts ([`rule_arn`](crate::schedule::rule_arn)).
    #[must_use]
    pub fn takes_events_of(mut self, rule_arn: impl Display) -> Self {
        self.event_rules.push(rule_arn.to_string());
        self
    }

    /// Adds tags to the queues.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a queue consists of.
#[derive(Clone, Debug)]
pub struct QueueParts {
    /// The queue.
    pub queue: aws::SqsQueueRef,
    /// Where messages are put aside, if they are.
    pub dead_letters: Option<aws::SqsQueueRef>,
    visibility_seconds: u32,
    kms_key: Option<String>,
}

impl QueueParts {
    /// Permits to send.
    #[must_use]
    pub fn send_policy(&self) -> Policy {
        send_policy(self.queue.arn()).merge(self.key_policy(&["kms:Decrypt", "kms:GenerateDataKey"]))
    }

    /// Permits to receive: what Lambda asks of the role of a function that a queue feeds.
    #[must_use]
    pub fn receive_policy(&self) -> Policy {
        receive_policy(self.queue.arn()).merge(self.key_policy(&["kms:Decrypt"]))
    }

    /// What senders and receivers need of a key of one's own (Amazon SQS Developer Guide, "Key management").
    fn key_policy(&self, actions: &[&str]) -> Policy {
        match &self.kms_key {
            Some(key) => Policy::new().allow(actions, [key]),
            None => Policy::new(),
        }
    }
}

/// Permits to send to the queue of this ARN, if it is encrypted with keys of SQS.
#[must_use]
pub fn send_policy(queue_arn: Expr<String>) -> Policy {
    Policy::new().allow(["sqs:GetQueueUrl", "sqs:SendMessage"], [queue_arn])
}

/// Permits to receive from the queue of this ARN, if it is encrypted with keys of SQS.
#[must_use]
pub fn receive_policy(queue_arn: Expr<String>) -> Policy {
    Policy::new().allow(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], [queue_arn])
}

/// Adds a queue. What is wrong with its figures is reported at the caller's line.
#[track_caller]
pub fn queue(stack: &mut Stack, name: &str, config: QueueConfig) -> QueueParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let dead_letters = config.dead_letters_after.map(|_| {
        // As long as SQS keeps anything: somebody has to look at them first.
        let resource = resource(&config, "-dead-letters").message_retention_seconds(seconds(14));
        let dead_letters = stack.add("dead_letters", resource);
        tls_only(stack, "dead_letters", &dead_letters, &[]);
        dead_letters
    });
    let mut queue = resource(&config, "")
        .message_retention_seconds(seconds(config.keep_days))
        .visibility_timeout_seconds(config.visibility_seconds)
        // Long polling: fewer empty answers to pay for.
        .receive_wait_time_seconds(20);
    if let (Some(dead_letters), Some(attempts)) = (&dead_letters, config.dead_letters_after) {
        let redrive =
            serde_json::json!({"deadLetterTargetArn": dead_letters.arn(), "maxReceiveCount": attempts});
        queue = queue.redrive_policy(redrive);
    }
    let queue = stack.add("queue", queue);
    tls_only(stack, "queue", &queue, &config.event_rules);
    if let Some(dead_letters) = &dead_letters {
        // Nobody else's messages are put aside here, and those that are can go back to their queue.
        let allowed = serde_json::json!({"redrivePermission": "byQueue", "sourceQueueArns": [queue.arn()]});
        stack.add(
            "dead_letters",
            aws::SqsQueueRedriveAllowPolicy::new(aws::SqsQueueRedriveAllowPolicyArgs {
                queue_url: dead_letters.id().into(),
                redrive_allow_policy: allowed.into(),
            }),
        );
    }
    let QueueConfig { visibility_seconds, kms_key, .. } = config;
    QueueParts { queue, dead_letters, visibility_seconds, kms_key }
}

const fn seconds(days: u32) -> u32 {
    // Days that are too many are reported; they must not end the program before.
    days.saturating_mul(24 * 60 * 60)
}

fn resource(config: &QueueConfig, suffix: &str) -> aws::SqsQueue {
    let queue = aws::SqsQueue::new().name(format!("{}{suffix}", config.queue_name)).tags(tags(&config.tags));
    match &config.kms_key {
        Some(key) => queue.kms_master_key_id(key),
        None => queue.sqs_managed_sse_enabled(true),
    }
}

/// Refuses what does not come through TLS, and lets rules of EventBridge send.
fn tls_only(stack: &mut Stack, name: &str, queue: &aws::SqsQueueRef, event_rules: &[String]) {
    let deny = Statement::deny(["sqs:*"]).sid("TlsOnly").any_principal().on([queue.arn()]).condition(
        "Bool",
        "aws:SecureTransport",
        ["false"],
    );
    let mut policy = Policy::new().with(deny);
    if !event_rules.is_empty() {
        let send = Statement::allow(["sqs:SendMessage"])
            .sid("Events")
            .principal("Service", ["events.amazonaws.com"])
            .on([queue.arn()])
            .condition("ArnEquals", "aws:SourceArn", event_rules);
        policy = policy.with(send);
    }
    stack.add(
        name,
        aws::SqsQueuePolicy::new(aws::SqsQueuePolicyArgs {
            policy: policy.into(),
            queue_url: queue.id().into(),
        }),
    );
}

/// A function, or an alias of it, that takes a queue's messages. The defaults: 10 at once, no limit to how many copies
/// of the function work.
#[derive(Clone, Debug)]
pub struct QueueConsumerConfig {
    queue_arn: Expr<String>,
    visibility_seconds: Option<u32>,
    callee: Callee,
    timeout_seconds: u32,
    batch_size: u32,
    batching_window_seconds: u32,
    most_at_once: Option<u32>,
    tags: Map<String>,
}

impl QueueConsumerConfig {
    /// A consumer of a queue, with the time limit of its function in seconds.
    pub fn new(queue: &QueueParts, callee: impl Into<Callee>, timeout_seconds: u32) -> Self {
        let visibility = Some(queue.visibility_seconds);
        Self { visibility_seconds: visibility, ..Self::of(queue.queue.arn(), callee, timeout_seconds) }
    }

    /// A consumer of a queue that another stack made, by its ARN.
    pub fn of(queue_arn: Expr<String>, callee: impl Into<Callee>, timeout_seconds: u32) -> Self {
        Self {
            queue_arn,
            visibility_seconds: None,
            callee: callee.into(),
            timeout_seconds,
            batch_size: 10,
            batching_window_seconds: 0,
            most_at_once: None,
            tags: Map::new(),
        }
    }

    /// Takes so many messages at once, 1 to 10, or up to 10000 with a [`batching window`](Self::batching_window_seconds).
    #[must_use]
    pub const fn batch_size(mut self, messages: u32) -> Self {
        self.batch_size = messages;
        self
    }

    /// Waits up to so many seconds, 0 to 300, for a batch to fill.
    #[must_use]
    pub const fn batching_window_seconds(mut self, seconds: u32) -> Self {
        self.batching_window_seconds = seconds;
        self
    }

    /// Lets at most so many copies of the function work on the queue, 2 to 1000.
    #[must_use]
    pub const fn most_at_once(mut self, copies: u32) -> Self {
        self.most_at_once = Some(copies);
        self
    }

    /// Adds tags to what connects the two.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What connects a queue with a function.
#[derive(Clone, Debug)]
pub struct QueueConsumerParts {
    /// The mapping by which Lambda reads the queue.
    pub mapping: aws::LambdaEventSourceMappingRef,
}

/// Connects a queue with the function that takes its messages. A batch may fail in part: the function names the messages
/// that failed, and only they come again.
#[track_caller]
pub fn queue_consumer(stack: &mut Stack, name: &str, config: QueueConsumerConfig) -> QueueConsumerParts {
    let source = Source::here();
    consumer_mistakes(&config).report(stack, name, source);
    let mut mapping = aws::LambdaEventSourceMapping::new(config.callee.arn())
        .event_source_arn(config.queue_arn)
        .batch_size(config.batch_size)
        .function_response_types(["ReportBatchItemFailures"])
        .tags(tags(&config.tags));
    if config.batching_window_seconds > 0 {
        mapping = mapping.maximum_batching_window_in_seconds(config.batching_window_seconds);
    }
    let scaling = config.most_at_once.map(|copies| ScalingConfig::new().maximum_concurrency(copies));
    QueueConsumerParts { mapping: stack.add(name, mapping.scaling_config(scaling)) }
}

/// Amazon SQS Developer Guide, "Amazon SQS message quotas".
fn mistakes(config: &QueueConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    // The dead-letter queue's name has 13 characters more.
    if !(1..=67).contains(&config.queue_name.len()) || !config.queue_name.bytes().all(is_letter) {
        let message = format!("`{}` is not a name for a queue", config.queue_name);
        mistakes.add(message, "a name has 1 to 67 letters, digits, hyphens and underscores");
    }
    if config.visibility_seconds > 43_200 {
        let message = format!("SQS does not hide messages for {} s", config.visibility_seconds);
        mistakes.add(message, "choose 0 to 43200");
    }
    if !(1..=14).contains(&config.keep_days) {
        let message = format!("SQS does not keep messages for {} days", config.keep_days);
        mistakes.add(message, "choose 1 to 14");
    }
    if config.dead_letters_after.is_some_and(|attempts| !(1..=1000).contains(&attempts)) {
        let message = "messages are put aside after 1 to 1000 attempts".to_owned();
        mistakes.add(message, "5 gives a function that was deployed broken a chance");
    }
    mistakes
}

fn consumer_mistakes(consumer: &QueueConsumerConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let least = consumer.timeout_seconds.saturating_mul(VISIBILITY_PER_TIMEOUT);
    if let Some(visibility) = consumer.visibility_seconds.filter(|visibility| *visibility < least) {
        let message = format!(
            "messages are hidden for {visibility} s, and their function may take {} s: they might come twice",
            consumer.timeout_seconds
        );
        mistakes.add(message, format!("hide them for {least} s or longer with `visibility_seconds`"));
    }
    // AWS Lambda API Reference, `CreateEventSourceMapping`.
    let (most, hint) = match consumer.batching_window_seconds {
        0 => (10, "choose 1 to 10, or wait for more with `batching_window_seconds`"),
        _ => (10_000, "choose 1 to 10000"),
    };
    if !(1..=most).contains(&consumer.batch_size) {
        let message = format!("a batch of {} messages is not what SQS gives", consumer.batch_size);
        mistakes.add(message, hint);
    }
    if consumer.batching_window_seconds > 300 {
        let message = format!("Lambda does not wait {} s for a batch", consumer.batching_window_seconds);
        mistakes.add(message, "choose 0 to 300");
    }
    if consumer.most_at_once.is_some_and(|copies| !(2..=1000).contains(&copies)) {
        let message = "a queue feeds 2 to 1000 copies of a function".to_owned();
        mistakes.add(message, "leave `most_at_once` away for no limit");
    }
    mistakes
}

#[cfg(test)]
mod tests;
