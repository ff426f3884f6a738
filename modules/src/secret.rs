//! Secrets in Secrets Manager whose values Terraform never sees: it makes the place, somebody else fills it.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::secret::{SecretConfig, secret};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let smtp = secret(stack, "smtp", SecretConfig::new("/shop/dev/smtp", "SMTP credentials"));
//! stack.output("smtp_secret_arn", smtp.secret.arn());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! A person or a pipeline writes the value, as in
//! `aws secretsmanager put-secret-value --secret-id /shop/dev/smtp --secret-string file://smtp.json`. There is no method
//! for a value here: Terraform would keep it in its state.
//!
//! Refer to secrets by their whole ARNs. A name that ends with a hyphen and six characters looks like the end of an ARN,
//! and is not found by a part of one (AWS Secrets Manager API Reference, `CreateSecret`).

use formwork::{Map, Source, Stack, aws};

use crate::mistakes::Mistakes;
use crate::tags::tags;

/// A secret without its value. The defaults: encrypted with the key that AWS keeps for Secrets Manager, deleted for
/// good 30 days after its deletion.
#[derive(Clone, Debug)]
pub struct SecretConfig {
    path: String,
    description: String,
    recovery_days: u32,
    kms_key: Option<String>,
    tags: Map<String>,
}

impl SecretConfig {
    /// A secret by its name, usually a path such as `/shop/dev/database`, and what it is for.
    pub fn new(path: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            description: description.into(),
            recovery_days: 30,
            kms_key: None,
            tags: Map::new(),
        }
    }

    /// Chooses the days in which a deleted secret can be restored, 7 to 30, or 0 for none. Until they are over its name
    /// is taken.
    #[must_use]
    pub const fn recovery_days(mut self, days: u32) -> Self {
        self.recovery_days = days;
        self
    }

    /// Encrypts with a KMS key, by its ARN.
    #[must_use]
    pub fn kms_key(mut self, arn: impl Into<String>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }

    /// Adds tags.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What was added.
#[derive(Clone, Debug)]
pub struct SecretParts {
    /// The secret.
    pub secret: aws::SecretsmanagerSecretRef,
}

/// Adds a secret without a value.
#[track_caller]
pub fn secret(stack: &mut Stack, name: &str, config: SecretConfig) -> SecretParts {
    let source = Source::here();
    mistakes(&config).report(stack, name, source);
    let resource = aws::SecretsmanagerSecret::new()
        .name(config.path)
        .description(config.description)
        .recovery_window_in_days(config.recovery_days)
        .tags(tags(&config.tags));
    let resource = match config.kms_key {
        Some(key) => resource.kms_key_id(key),
        None => resource,
    };
    SecretParts { secret: stack.add(name, resource) }
}

/// What Secrets Manager would refuse, and what to do instead (AWS Secrets Manager API Reference, `CreateSecret` and
/// `DeleteSecret`).
fn mistakes(config: &SecretConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    if !(1..=512).contains(&config.path.len()) || !config.path.bytes().all(is_allowed) {
        let hint = "a name has 1 to 512 letters, digits and `/_+=.@-`";
        mistakes.add(format!("Secrets Manager refuses the name `{}`", config.path), hint);
    }
    if config.recovery_days != 0 && !(7..=30).contains(&config.recovery_days) {
        let message =
            format!("a recovery of {} days is not what Secrets Manager offers", config.recovery_days);
        mistakes.add(message, "choose 7 to 30 days, or 0 for none");
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn a_secret_has_no_value() {
        let document = document(|stack| {
            secret(stack, "smtp", SecretConfig::new("/shop/dev/smtp", "SMTP credentials").recovery_days(7));
        });
        let resources = document["resource"].as_object().unwrap();
        assert_eq!(resources.keys().collect::<Vec<_>>(), ["aws_secretsmanager_secret"]);
        assert_eq!(
            resources["aws_secretsmanager_secret"]["smtp"],
            json!({
                "name": "/shop/dev/smtp", "description": "SMTP credentials", "recovery_window_in_days": 7,
            })
        );
    }

    #[test]
    fn what_secrets_manager_would_refuse_is_reported() {
        let found = diagnostics(|stack| {
            secret(stack, "a", SecretConfig::new("shop smtp", "").recovery_days(3));
        });
        assert_eq!(
            found,
            [
                "Secrets Manager refuses the name `shop smtp`",
                "a recovery of 3 days is not what Secrets Manager offers",
            ]
        );
    }
}
