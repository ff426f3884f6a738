//! What a `provider` block says that matters here: the region, the account and the default tags.

use crate::value::{Object, Value};

/// The account of everything, unless `allowed_account_ids` names another. It is the one of AWS's own examples.
pub(crate) const ACCOUNT: &str = "123456789012";

/// The account of what goes to an emulator, which has a cloud of its own.
const EMULATED: &str = "000000000000";

/// A configured provider.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// The region for what names none.
    pub(crate) region: String,
    /// The account's twelve digits: the first that the provider allows, or all zeros behind endpoints of one's own.
    pub(crate) account: String,
    /// The tags that every object gets.
    pub(crate) default_tags: Object,
    /// The owner of repositories, for GitHub.
    pub(crate) owner: String,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            account: ACCOUNT.to_owned(),
            default_tags: Object::new(),
            owner: "octo-org".to_owned(),
        }
    }
}

impl Configuration {
    /// Reads a `provider` block; what is not known yet counts as absent.
    pub(crate) fn read(config: &Value) -> Self {
        let text = |path: &str| config.at(path).into_iter().find_map(Value::text).map(str::to_owned);
        let accounts = config.at("allowed_account_ids");
        let account = accounts.into_iter().flat_map(Value::elements).find_map(Value::text).map(str::to_owned);
        let is_emulated = config.at("endpoints").into_iter().any(|block| !block.elements().is_empty());
        let account = account.or_else(|| is_emulated.then(|| EMULATED.to_owned()));
        let default = Self::default();
        let tags = config.at("default_tags.tags").into_iter().find_map(Value::object).cloned();
        Self {
            region: text("region").unwrap_or(default.region),
            account: account.unwrap_or(default.account),
            default_tags: tags.unwrap_or_default(),
            owner: text("owner").unwrap_or(default.owner),
        }
    }

    /// The partition of the region.
    pub(crate) fn partition(&self) -> &'static str {
        partition(&self.region)
    }

    /// The domain of the partition's endpoints.
    pub(crate) fn dns_suffix(&self) -> &'static str {
        if self.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
    }
}

/// The partition that a region is in, by the prefixes of the AWS General Reference.
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_emulator_is_an_account_of_its_own() {
        let account = |provider| Configuration::read(&Value::from_json(provider)).account;
        assert_eq!(account(json!({"region": "us-east-1"})), ACCOUNT);
        assert_eq!(account(json!({"endpoints": []})), ACCOUNT);
        assert_eq!(account(json!({"endpoints": [{"sqs": "http://localhost:4566"}]})), EMULATED);
        assert_eq!(account(json!({"endpoints": [{"sqs": "x"}], "allowed_account_ids": ["1"]})), "1");
    }
}
