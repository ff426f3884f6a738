//! Who hears of alarms: a topic with its e-mail subscriptions.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::alerts::alerts;
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let topic = alerts(stack, "alerts", "shop-alerts", ["ops@example.com"]);
//! stack.output("alerts", topic.arn());
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use formwork::{Source, Stack, aws};

use crate::iam::{Policy, Statement};
use crate::label::label;
use crate::mistakes::Mistakes;

/// Adds a topic that alarms of this account may publish to. Everybody named gets an e-mail once, and must confirm it.
#[track_caller]
pub fn alerts<E: Into<String>>(
    stack: &mut Stack,
    name: &str,
    topic_name: &str,
    emails: impl IntoIterator<Item = E>,
) -> aws::SnsTopicRef {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let topic = stack.add("topic", aws::SnsTopic::new().name(topic_name));
    let account = stack.add("account", aws::data::CallerIdentity::new());
    let publish = Statement::allow(["sns:Publish"])
        .principal("Service", ["cloudwatch.amazonaws.com"])
        .on([topic.arn()])
        .condition("StringEquals", "aws:SourceAccount", [account.account_id()]);
    stack.add("publish", aws::SnsTopicPolicy::new(topic.arn(), Policy::new().with(publish)));
    let mut mistakes = Mistakes::default();
    for email in emails.into_iter().map(Into::into) {
        if !email.contains('@') {
            let message = format!("`{email}` is not an e-mail address");
            mistakes.add(message, "write it as in `ops@example.com`");
        }
        // Named by the address: a subscription that is made again must be confirmed again.
        let subscription = aws::SnsTopicSubscription::new(&email, "email", topic.arn());
        stack.add(&format!("email_{}", label(&email)), subscription);
    }
    mistakes.report(stack, name, source);
    topic
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn everybody_is_subscribed() {
        let document = document(|stack| {
            alerts(stack, "alerts", "shop-alerts", ["a@example.com", "b@example.com"]);
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
            alerts(stack, "alerts", "shop-alerts", ["ops"]);
        });
        assert_eq!(found, ["`ops` is not an e-mail address"]);
    }
}
