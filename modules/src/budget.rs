//! A budget: who is told when an account, or a part of it, costs more than it should.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::budget::{BudgetConfig, budget};
//!
//! let mut app = App::new();
//! let stack = app.stack("account");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let config = BudgetConfig::monthly("shop", 200).email("ops@example.com");
//! let budget = budget(stack, "budget", config);
//! stack.output("budget", budget.budget.name());
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use formwork::aws::budgets_budget::{CostFilter, Notification, NotificationArgs};
use formwork::{Expr, Map, Source, Stack, aws};

use crate::mistakes::Mistakes;
use crate::tags::tags;

/// A budget of a month. The defaults: those who are told hear of 80 and 100 % that were spent, and of 100 % that the month
/// is expected to cost.
#[derive(Clone, Debug)]
pub struct BudgetConfig {
    budget_name: String,
    dollars: u32,
    percents: Vec<u32>,
    emails: Vec<String>,
    topics: Vec<Expr<String>>,
    tag: Option<(String, String)>,
    tags: Map<String>,
}

impl BudgetConfig {
    /// A budget by its name and the US dollars that a month may cost.
    pub fn monthly(budget_name: impl Into<String>, dollars: u32) -> Self {
        Self {
            budget_name: budget_name.into(),
            dollars,
            percents: vec![80, 100],
            emails: Vec::new(),
            topics: Vec::new(),
            tag: None,
            tags: Map::new(),
        }
    }

    /// Tells an e-mail address.
    #[must_use]
    pub fn email(mut self, address: impl Into<String>) -> Self {
        self.emails.push(address.into());
        self
    }

    /// Tells a topic, by its ARN. Its policy has to let `budgets.amazonaws.com` publish.
    #[must_use]
    pub fn topic(mut self, arn: Expr<String>) -> Self {
        self.topics.push(arn);
        self
    }

    /// Chooses at how many percent of what may be spent it is told.
    #[must_use]
    pub fn at_percents(mut self, percents: impl IntoIterator<Item = u32>) -> Self {
        self.percents = percents.into_iter().collect();
        self
    }

    /// Counts only what has a tag, which must be activated for cost allocation.
    #[must_use]
    pub fn only_tagged(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tag = Some((key.into(), value.into()));
        self
    }

    /// Adds tags to the budget itself.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What was added.
#[derive(Clone, Debug)]
pub struct BudgetParts {
    /// The budget.
    pub budget: aws::BudgetsBudgetRef,
}

/// Adds a budget.
#[track_caller]
pub fn budget(stack: &mut Stack, name: &str, config: BudgetConfig) -> BudgetParts {
    mistakes(&config).report(stack, name, Source::here());
    let mut budget = aws::BudgetsBudget::new(aws::BudgetsBudgetArgs {
        budget_type: "COST".into(),
        time_unit: "MONTHLY".into(),
    })
    .name(&config.budget_name)
    .limit_amount(config.dollars.to_string())
    .limit_unit("USD")
    .tags(tags(&config.tags));
    if let Some((key, value)) = &config.tag {
        // Cost Explorer writes tags of users so (AWS Cost Management User Guide, "Filtering").
        budget = budget.cost_filter(CostFilter::new("TagKeyValue", [format!("user:{key}${value}")]));
    }
    let spent = config.percents.iter().map(|percent| (*percent, "ACTUAL"));
    for (percent, kind) in spent.chain([(100, "FORECASTED")]) {
        let mut notification = Notification::new(NotificationArgs {
            comparison_operator: "GREATER_THAN".into(),
            notification_type: kind.into(),
            threshold: percent.into(),
            threshold_type: "PERCENTAGE".into(),
        });
        if !config.emails.is_empty() {
            notification = notification.subscriber_email_addresses(&config.emails);
        }
        if !config.topics.is_empty() {
            notification = notification.subscriber_sns_topic_arns(&config.topics);
        }
        budget = budget.notification(notification);
    }
    BudgetParts { budget: stack.add(name, budget) }
}

/// What AWS Budgets would refuse, and what to do instead (AWS Billing and Cost Management API Reference, `CreateBudget` and
/// `CreateNotification`).
fn mistakes(config: &BudgetConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let name = &config.budget_name;
    if !(1..=100).contains(&name.len()) || name.contains([':', '\\']) || name.contains("/action/") {
        let hint = "it has up to 100 characters, and neither `:`, `\\` nor `/action/`";
        mistakes.add(format!("AWS Budgets refuses the name `{name}`"), hint);
    }
    if config.dollars == 0 {
        mistakes.add("a budget of 0 dollars is always spent", "name what a month may cost");
    }
    if config.emails.is_empty() && config.topics.is_empty() {
        mistakes.add(format!("the budget `{name}` tells nobody"), "add an `email` or a `topic`");
    }
    if config.emails.len() > 10 || config.topics.len() > 1 || config.percents.len() > 4 {
        let hint = "there are up to 10 addresses, one topic, and four percentages beside the forecast";
        mistakes.add(format!("the budget `{name}` tells more than AWS Budgets does"), hint);
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn those_who_should_know_are_told() {
        let document = document(|stack| {
            let config = BudgetConfig::monthly("shop", 200)
                .email("ops@example.com")
                .at_percents([50, 90])
                .only_tagged("System", "shop");
            budget(stack, "budget", config);
        });
        let budget = &document["resource"]["aws_budgets_budget"]["budget"];
        assert_eq!((&budget["limit_amount"], &budget["limit_unit"]), (&json!("200"), &json!("USD")));
        let notifications = budget["notification"].as_array().unwrap();
        let kinds: Vec<_> =
            notifications.iter().map(|one| (&one["threshold"], &one["notification_type"])).collect();
        let expected = [
            (&json!(50), &json!("ACTUAL")),
            (&json!(90), &json!("ACTUAL")),
            (&json!(100), &json!("FORECASTED")),
        ];
        assert_eq!(kinds, expected);
        assert!(budget["cost_filter"].to_string().contains("user:System$shop"), "{budget}");
    }

    #[test]
    fn what_budgets_would_refuse_is_reported() {
        let found = diagnostics(|stack| {
            budget(stack, "budget", BudgetConfig::monthly("a:b", 0));
        });
        assert_eq!(
            found,
            [
                "AWS Budgets refuses the name `a:b`",
                "a budget of 0 dollars is always spent",
                "the budget `a:b` tells nobody",
            ]
        );
    }
}
