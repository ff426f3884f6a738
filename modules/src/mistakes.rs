//! What is wrong with a module's configuration, and how that is reported.

use formwork::{Source, Stack};

use crate::private_bucket::bucket_name_mistake;

/// The days that CloudWatch Logs keeps logs for (CloudWatch Logs API Reference, `PutRetentionPolicy`).
const LOG_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Mistakes in the order in which they were found, each with what to do instead.
#[derive(Debug, Default)]
pub(crate) struct Mistakes(Vec<(String, String)>);

impl Mistakes {
    /// Adds a mistake, and what to do instead.
    pub(crate) fn add(&mut self, message: impl Into<String>, hint: impl Into<String>) {
        self.0.push((message.into(), hint.into()));
    }

    /// Adds a mistake that is the same as one before only once.
    pub(crate) fn add_once(&mut self, message: impl Into<String>, hint: impl Into<String>) {
        let message = message.into();
        if !self.0.iter().any(|(known, _)| *known == message) {
            self.add(message, hint);
        }
    }

    /// How many there are.
    #[cfg(test)]
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks for how many days logs are kept.
    pub(crate) fn log_days(&mut self, days: u32) {
        if !LOG_DAYS.contains(&days) {
            let offered = LOG_DAYS.map(|days| days.to_string()).join(", ");
            self.add(
                format!("CloudWatch Logs does not keep logs for {days} days"),
                format!("choose {offered}"),
            );
        }
    }

    /// Checks the name of a role (IAM API Reference, `CreateRole`).
    pub(crate) fn role_name(&mut self, name: &str) {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        if !(1..=64).contains(&name.len()) || !name.bytes().all(is_allowed) {
            let hint = "it has 1 to 64 letters, digits and characters of `_+=,.@-`";
            self.add(format!("IAM refuses the role name `{name}`"), hint);
        }
    }

    /// Checks the name of a bucket.
    pub(crate) fn bucket_name(&mut self, name: &str) {
        if let Some(rule) = bucket_name_mistake(name) {
            self.add(format!("S3 refuses the bucket name `{name}`"), rule);
        }
    }

    /// Checks the name of a table (DynamoDB Developer Guide, "Naming rules").
    pub(crate) fn table_name(&mut self, name: &str) {
        self.name_in_dynamodb("table", name);
    }

    /// Checks the name of an index of a table, for which the rules are the same.
    pub(crate) fn index_name(&mut self, name: &str) {
        self.name_in_dynamodb("index", name);
    }

    fn name_in_dynamodb(&mut self, kind: &str, name: &str) {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if !(3..=255).contains(&name.len()) || !name.bytes().all(is_allowed) {
            let hint = "it has 3 to 255 letters, digits, `_`, `-` and `.`";
            self.add(format!("DynamoDB refuses the {kind} name `{name}`"), hint);
        }
    }

    /// Reports them of the module `name`, which was called at `source`.
    pub(crate) fn report(self, stack: &mut Stack, name: &str, source: Source) {
        for (message, hint) in self.0 {
            let diagnostic = stack.diagnostic(message).at(format!("module {name}")).source(source).hint(hint);
            stack.report(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::reported;

    #[test]
    fn mistakes_are_told_with_their_address_and_a_hint() {
        let found = reported(|stack| {
            let mut mistakes = Mistakes::default();
            mistakes.log_days(10);
            mistakes.add_once("twice", "once");
            mistakes.add_once("twice", "once");
            mistakes.role_name("no spaces");
            mistakes.table_name("it");
            mistakes.report(stack, "shop", Source::here());
        });
        let addresses: Vec<_> = found.iter().map(|diagnostic| diagnostic.address.as_deref()).collect();
        assert_eq!(addresses, [Some("module shop"); 4]);
        let messages: Vec<_> = found.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "CloudWatch Logs does not keep logs for 10 days",
                "twice",
                "IAM refuses the role name `no spaces`",
                "DynamoDB refuses the table name `it`",
            ]
        );
        assert!(
            found.iter().all(|diagnostic| diagnostic.hint.text().is_some() && !diagnostic.sources.is_empty())
        );
    }
}
