//! A bus of EventBridge for the events of one system, and who may send to it.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::event_bus::{EventBusConfig, event_bus};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let bus = event_bus(stack, "events", EventBusConfig::new("shop").archive_days(30));
//! stack.output("bus", bus.bus.name());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Whoever sends is permitted [`EventBusParts::send_policy`]. The archive keeps what was sent, to be replayed.

use formwork::{Map, Source, Stack, aws};

use crate::iam::{Policy, Statement};
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// What a bus is like. The defaults: nothing is kept, and only the account itself sends.
#[derive(Clone, Debug)]
pub struct EventBusConfig {
    bus_name: String,
    archive_days: Option<u32>,
    senders: Vec<String>,
    tags: Map<String>,
}

impl EventBusConfig {
    /// A bus by its name.
    pub fn new(bus_name: impl Into<String>) -> Self {
        Self { bus_name: bus_name.into(), archive_days: None, senders: Vec::new(), tags: Map::new() }
    }

    /// Keeps events for so many days, to be replayed; 0 keeps them for ever.
    #[must_use]
    pub const fn archive_days(mut self, days: u32) -> Self {
        self.archive_days = Some(days);
        self
    }

    /// Lets another account send, by its twelve digits.
    #[must_use]
    pub fn allow_account(mut self, account_id: impl Into<String>) -> Self {
        self.senders.push(account_id.into());
        self
    }

    /// Adds tags to the bus.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a bus consists of.
#[derive(Clone, Debug)]
pub struct EventBusParts {
    /// The bus.
    pub bus: aws::CloudwatchEventBusRef,
    /// What keeps its events, if they are kept.
    pub archive: Option<aws::CloudwatchEventArchiveRef>,
}

impl EventBusParts {
    /// Permits to send to the bus.
    #[must_use]
    pub fn send_policy(&self) -> Policy {
        Policy::new().allow(["events:PutEvents"], [self.bus.arn()])
    }
}

/// Adds a bus.
#[track_caller]
pub fn event_bus(stack: &mut Stack, name: &str, config: EventBusConfig) -> EventBusParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let bus = stack.add("bus", aws::CloudwatchEventBus::new(&config.bus_name).tags(tags(&config.tags)));
    let archive = config.archive_days.map(|days| {
        let archive = aws::CloudwatchEventArchive::new(aws::CloudwatchEventArchiveArgs {
            event_source_arn: bus.arn().into(),
            name: config.bus_name.as_str().into(),
        });
        stack.add("archive", archive.retention_days(days))
    });
    if !config.senders.is_empty() {
        let statement = Statement::allow(["events:PutEvents"])
            .sid("Senders")
            .principal("AWS", &config.senders)
            .on([bus.arn()]);
        let policy = aws::CloudwatchEventBusPolicy::new(Policy::new().with(statement));
        stack.add("senders", policy.event_bus_name(bus.name()));
    }
    EventBusParts { bus, archive }
}

/// What EventBridge would refuse, and what to do instead (Amazon EventBridge API Reference, `CreateEventBus` and
/// `CreateArchive`).
fn mistakes(config: &EventBusConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    // An archive has the name of the bus, and a shorter one.
    let longest = if config.archive_days.is_some() { 48 } else { 256 };
    let is_name = (1..=longest).contains(&config.bus_name.len()) && config.bus_name.bytes().all(is_allowed);
    if !is_name || config.bus_name == "default" {
        let hint = format!("it has up to {longest} letters, digits and `._-`, and is not `default`");
        mistakes.add(format!("EventBridge refuses the bus name `{}`", config.bus_name), hint);
    }
    for account in &config.senders {
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            mistakes.add(format!("`{account}` is not an account"), "an account is twelve digits");
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn a_bus_is_sent_to_by_those_who_may() {
        let document = document(|stack| {
            let config = EventBusConfig::new("shop").archive_days(7).allow_account("210987654321");
            let bus = event_bus(stack, "events", config);
            stack.add("send", aws::IamPolicy::new(bus.send_policy()));
        });
        let resources = &document["resource"];
        assert_eq!(resources["aws_cloudwatch_event_bus"]["events_bus"], json!({"name": "shop"}));
        assert_eq!(resources["aws_cloudwatch_event_archive"]["events_archive"]["retention_days"], 7);
        let policy = resources["aws_cloudwatch_event_bus_policy"]["events_senders"]["policy"].to_string();
        assert!(policy.contains("210987654321"), "{policy}");
    }

    #[test]
    fn what_eventbridge_would_refuse_is_reported() {
        let found = diagnostics(|stack| {
            event_bus(stack, "events", EventBusConfig::new("default").allow_account("1"));
        });
        assert_eq!(found, ["EventBridge refuses the bus name `default`", "`1` is not an account"]);
    }
}
