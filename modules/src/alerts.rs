//! Who is notified of alarms: a topic with its e-mail subscriptions.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::alerts::{AlertsConfig, alerts};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let config = AlertsConfig::new("shop-alerts").emails(["ops@example.com"]);
//! let alerts = alerts(stack, "alerts", config);
//! stack.output("alerts", alerts.topic.arn());
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use formwork::{Source, Stack, aws};

use crate::iam::{Policy, Statement};
use crate::label::label;
use crate::mistakes::Mistakes;

/// Who is told, and by what topic. By default nobody yet.
#[derive(Clone, Debug)]
pub struct AlertsConfig {
    topic_name: String,
    emails: Vec<String>,
}

impl AlertsConfig {
    /// A topic by its name.
    pub fn new(topic_name: impl Into<String>) -> Self {
        Self { topic_name: topic_name.into(), emails: Vec::new() }
    }

    /// Tells these e-mail addresses. Each gets an e-mail once, and must confirm it.
    #[must_use]
    pub fn emails<E: Into<String>>(mut self, addresses: impl IntoIterator<Item = E>) -> Self {
        self.emails.extend(addresses.into_iter().map(Into::into));
        self
    }
}

/// What tells of alarms.
#[derive(Clone, Debug)]
pub struct AlertsParts {
    /// The topic that alarms publish to.
    pub topic: aws::SnsTopicRef,
}

/// Adds a topic that alarms of this account may publish to, and its subscriptions.
#[track_caller]
pub fn alerts(stack: &mut Stack, name: &str, config: AlertsConfig) -> AlertsParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let topic = stack.add("topic", aws::SnsTopic::new().name(config.topic_name));
    let account = stack.add("account", aws::data::CallerIdentity::new());
    let publish = Statement::allow(["sns:Publish"])
        .principal("Service", ["cloudwatch.amazonaws.com"])
        .on([topic.arn()])
        .condition("StringEquals", "aws:SourceAccount", [account.account_id()]);
    stack.add(
        "publish",
        aws::SnsTopicPolicy::new(aws::SnsTopicPolicyArgs {
            arn: topic.arn().into(),
            policy: Policy::new().with(publish).into(),
        }),
    );
    let mut mistakes = Mistakes::default();
    for email in &config.emails {
        if !email.contains('@') {
            let message = format!("`{email}` is not an e-mail address");
            mistakes.add(message, "write it as in `ops@example.com`");
        }
        // Named by the address: a subscription that is made again must be confirmed again.
        let subscription = aws::SnsTopicSubscription::new(aws::SnsTopicSubscriptionArgs {
            endpoint: email.into(),
            protocol: "email".into(),
            topic_arn: topic.arn().into(),
        });
        stack.add(&format!("email_{}", label(email)), subscription);
    }
    mistakes.report(stack, name, source);
    AlertsParts { topic }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn everybody_is_subscribed() {
        let document = document(|stack| {
            let config = AlertsConfig::new("shop-alerts").emails(["a@example.com", "b@example.com"]);
            alerts(stack, "alerts", config);
        });
        let subscriptions = &document["resource"]["aws_sns_topic_subscription"];
        assert_eq!(subscriptions["alerts_email_b_example_com"]["endpoint"], json!("b@example.com"));
        assert_eq!(
            subscriptions["alerts_email_b_example_com"]["topic_arn"],
            json!("${aws_sns_topic.alerts_topic.arn}")
        );
        let policy = document["resource"]["aws_sns_topic_policy"]["alerts_publish"]["policy"].to_string();
        assert!(policy.contains("data.aws_caller_identity.alerts_account.account_id"));
    }

    #[test]
    fn addresses_are_checked() {
        let found = diagnostics(|stack| {
            alerts(stack, "alerts", AlertsConfig::new("shop-alerts").emails(["ops"]));
        });
        assert_eq!(found, ["`ops` is not an e-mail address"]);
    }
}
