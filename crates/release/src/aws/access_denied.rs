//! Missing permissions: which, on what, and what grants them.

use std::fmt::{Display, Formatter};

use formwork_core::Hint;

/// A permission that the caller does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessDenied {
    /// The action, such as `lambda:UpdateAlias`.
    pub action: String,
    /// The resource, as far as AWS names it, else as it was asked for.
    pub resource: String,
}

impl AccessDenied {
    /// Reads a refusal such as `User: … is not authorized to perform: ACTION on resource: ARN because …`. What the
    /// text does not say is taken from the call.
    #[must_use]
    pub fn read(message: &str, service: &str, operation: &str, subject: &str) -> Self {
        let after = |marker: &str| {
            let (_, rest) = message.split_once(marker)?;
            let word = rest.split_whitespace().next()?;
            Some(word.trim_end_matches(['.', ',']).to_owned())
        };
        Self {
            action: after("not authorized to perform: ").unwrap_or_else(|| format!("{service}:{operation}")),
            resource: after("on resource: ").unwrap_or_else(|| subject.to_owned()),
        }
    }

    /// Which function of `formwork_modules::github_oidc::permissions` makes the statement that grants it.
    #[must_use]
    pub fn statement(&self) -> &'static str {
        crate::target::statement(&self.action).unwrap_or("Policy::new().allow([action], [resource])")
    }

    /// What is not permitted.
    #[must_use]
    pub fn summary(&self) -> String {
        format!("{} on {} is not permitted", self.action, self.resource)
    }

    /// What grants it.
    #[must_use]
    pub fn hint(&self) -> Hint {
        Hint::new(format!(
            "the release role grants it with `{}` of github_oidc; apply the stack that has the role",
            self.statement()
        ))
    }
}

impl Display for AccessDenied {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.summary(), self.hint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_action_resource_and_statement() {
        let message = "User: arn:aws:sts::1:assumed-role/release/x is not authorized to perform: lambda:UpdateAlias on resource: arn:aws:lambda:eu-central-1:1:function:orders:live because no identity-based policy allows the lambda:UpdateAlias action";
        let denied = AccessDenied::read(message, "lambda", "UpdateAlias", "orders:live");
        assert_eq!(denied.action, "lambda:UpdateAlias");
        assert_eq!(denied.resource, "arn:aws:lambda:eu-central-1:1:function:orders:live");
        assert!(denied.to_string().contains("permissions::lambda_release"), "{denied}");
        let short = AccessDenied::read("Access denied", "cloudwatch", "GetMetricData", "orders");
        assert_eq!((short.action.as_str(), short.resource.as_str()), ("cloudwatch:GetMetricData", "orders"));
        assert!(short.to_string().contains("permissions::read_metrics"), "{short}");
    }
}
