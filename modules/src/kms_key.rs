//! A key of KMS: turned over every year, and named by an alias.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::kms_key::{KmsKeyConfig, kms_key};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let key = kms_key(stack, "key", KmsKeyConfig::new("shop", "Encrypts the orders", "123456789012"));
//! stack.output("key_arn", key.key.arn());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! What is encrypted with a key that is gone is lost. So a key that is destroyed can be restored for 30 days, and a plan
//! that would destroy one is refused unless the key is [removable](KmsKeyConfig::removable). Its alias is free again at once:
//! in a second life another key has it.

use std::fmt::Display;

use formwork::{Lifecycle, Map, Resource, Source, Stack, aws};

use crate::iam::{Policy, Statement, partition};
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// A key. The defaults: turned over every year, 30 days in which a deleted key can be restored, used as IAM permits it in
/// the account.
#[derive(Clone, Debug)]
pub struct KmsKeyConfig {
    alias: String,
    description: String,
    account_id: String,
    region: String,
    services: Vec<String>,
    restore_days: u32,
    is_removable: bool,
    tags: Map<String>,
}

impl KmsKeyConfig {
    /// A key by the name of its alias, without `alias/`; what it is for; and the account that it belongs to, as text that
    /// may hold an expression.
    pub fn new(alias: impl Into<String>, description: impl Into<String>, account_id: impl Display) -> Self {
        Self {
            alias: alias.into(),
            description: description.into(),
            account_id: account_id.to_string(),
            region: String::new(),
            services: Vec::new(),
            restore_days: 30,
            is_removable: false,
            tags: Map::new(),
        }
    }

    /// Names the region, where it is in China or in GovCloud: ARNs begin otherwise there.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Lets a service, such as `events.amazonaws.com`, use the key for what is of this account.
    #[must_use]
    pub fn used_by(mut self, service: impl Into<String>) -> Self {
        self.services.push(service.into());
        self
    }

    /// Chooses for how many days a deleted key can be restored, 7 to 30.
    #[must_use]
    pub const fn restore_days(mut self, days: u32) -> Self {
        self.restore_days = days;
        self
    }

    /// Lets a plan destroy the key.
    #[must_use]
    pub const fn removable(mut self) -> Self {
        self.is_removable = true;
        self
    }

    /// Adds tags.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }

    fn policy(&self) -> Policy {
        let account = &self.account_id;
        let root = format!("arn:{}:iam::{account}:root", partition(&self.region));
        let own = Statement::allow(["kms:*"]).sid("Account").principal("AWS", [root]).on(["*"]);
        let mut policy = Policy::new().with(own);
        if !self.services.is_empty() {
            let uses = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"];
            let services = Statement::allow(uses)
                .sid("Services")
                .principal("Service", &self.services)
                .on(["*"])
                .condition("StringEquals", "aws:SourceAccount", [account]);
            policy = policy.with(services);
        }
        policy
    }
}

/// What was added.
#[derive(Clone, Debug)]
pub struct KmsKeyParts {
    /// The key.
    pub key: aws::KmsKeyRef,
    /// The alias by which people find it.
    pub alias: aws::KmsAliasRef,
}

/// Adds a key and its alias.
#[track_caller]
pub fn kms_key(stack: &mut Stack, name: &str, config: KmsKeyConfig) -> KmsKeyParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let mut key = aws::KmsKey::new()
        .description(&config.description)
        .enable_key_rotation(true)
        .deletion_window_in_days(config.restore_days)
        .policy(config.policy())
        .tags(tags(&config.tags));
    if !config.is_removable {
        key = key.lifecycle(Lifecycle::new().prevent_destroy(true));
    }
    let key = stack.add("key", key);
    let alias = aws::KmsAlias::new(key.key_id()).name(format!("alias/{}", config.alias));
    KmsKeyParts { alias: stack.add("alias", alias), key }
}

/// What KMS would refuse, and what to do instead (AWS KMS API Reference, `CreateAlias` and `ScheduleKeyDeletion`).
fn mistakes(config: &KmsKeyConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte);
    let is_name = (1..=250).contains(&config.alias.len()) && config.alias.bytes().all(is_allowed);
    if !is_name || config.alias.starts_with("aws/") || config.alias.starts_with("alias/") {
        let hint = "it has up to 250 letters, digits and `/_-`, begins with neither `aws/` nor `alias/`";
        mistakes.add(format!("KMS refuses the alias `{}`", config.alias), hint);
    }
    if !(7..=30).contains(&config.restore_days) {
        let message = format!("KMS does not keep deleted keys for {} days", config.restore_days);
        mistakes.add(message, "choose 7 to 30");
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn a_key_is_turned_over_and_kept() {
        let document = document(|stack| {
            let config = KmsKeyConfig::new("shop", "Orders", "123456789012").used_by("events.amazonaws.com");
            kms_key(stack, "key", config);
            kms_key(stack, "other", KmsKeyConfig::new("other", "Other", "123456789012").removable());
        });
        let key = &document["resource"]["aws_kms_key"]["key_key"];
        assert_eq!(
            (&key["enable_key_rotation"], &key["deletion_window_in_days"]),
            (&json!(true), &json!(30))
        );
        assert_eq!(key["lifecycle"], json!({"prevent_destroy": true}));
        assert!(key["policy"].to_string().contains("aws:SourceAccount"));
        let other = &document["resource"]["aws_kms_key"]["other_key"];
        assert!(!other["policy"].to_string().contains("Services"));
        assert_eq!(other.get("lifecycle"), None);
        assert_eq!(document["resource"]["aws_kms_alias"]["key_alias"]["name"], "alias/shop");
    }

    #[test]
    fn what_kms_would_refuse_is_reported() {
        let found = diagnostics(|stack| {
            kms_key(stack, "key", KmsKeyConfig::new("alias/shop", "", "1").restore_days(3));
        });
        assert_eq!(
            found,
            ["KMS refuses the alias `alias/shop`", "KMS does not keep deleted keys for 3 days"]
        );
    }
}
