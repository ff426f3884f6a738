//! GitHub Actions in AWS without stored keys: the OIDC provider, and roles that one repository's jobs may assume.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::github_oidc::{
//!     GithubOidcConfig, Repository, RoleConfig, Subject, SubjectForm, github_oidc, permissions, role,
//! };
//! use formwork_modules::state_backend::StateBackendConfig;
//!
//! let state = StateBackendConfig::new("acme-terraform-state", "eu-central-1");
//! let repository = Repository::new("acme", "orders", SubjectForm::Both { owner_id: 1, repository_id: 2 });
//!
//! let mut app = App::new();
//! let stack = app.stack("bootstrap");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let account = stack.add("current", aws::data::CallerIdentity::new()).account_id();
//! let function = format!("arn:aws:lambda:eu-central-1:{account}:function:orders-dev-api");
//!
//! let github = github_oidc(stack, "github", GithubOidcConfig::new());
//! let release = role(
//!     stack,
//!     "release",
//!     RoleConfig::new("orders-dev-release", &github.provider_arn, repository, Subject::Environment("dev".into()))
//!         .policy("lambda", permissions::lambda_release([function]))
//!         .policy("state", state.read_policy(["dev/terraform.tfstate"])),
//! );
//! stack.output("release_role_arn", release.role.arn());
//!
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Policies name their actions in full: an action with `*`, or one that changes things on every resource, is reported.
//!
//! Not here: the workflow. Its job needs `permissions: id-token: write`, and `environment: dev` for a role whose
//! subject is that environment; branches are then restricted by the environment's branch policy (see
//! [`repository`](crate::repository)).

pub mod permissions;
mod report;
mod review;
mod role;
mod subject;

use formwork::aws::{self, IamOpenidConnectProviderRef};
use formwork::{Lifecycle, Resource, Stack};

pub use role::{RoleConfig, RoleParts, role};
pub use subject::{Repository, Subject, SubjectForm};

/// The host that signs GitHub's tokens, as condition keys begin with it.
const ISSUER: &str = "token.actions.githubusercontent.com";

/// What `aws-actions/configure-aws-credentials` asks GitHub to make the token for.
const AUDIENCE: &str = "sts.amazonaws.com";

/// The configuration of [`github_oidc`].
#[derive(Clone, Debug)]
pub struct GithubOidcConfig {
    existing: Option<String>,
}

impl GithubOidcConfig {
    /// Makes the provider. An account has at most one for GitHub, so one stack of the account does this.
    #[must_use]
    pub const fn new() -> Self {
        Self { existing: None }
    }

    /// Takes the provider that the account has already, by its ARN.
    #[must_use]
    pub fn existing(arn: impl ToString) -> Self {
        Self { existing: Some(arn.to_string()) }
    }
}

impl Default for GithubOidcConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// What [`github_oidc`] made or found.
#[derive(Clone, Debug)]
pub struct GithubOidcParts {
    /// The provider's ARN, as text that may hold an expression.
    pub provider_arn: String,
    /// The provider, if it was made here.
    pub provider: Option<IamOpenidConnectProviderRef>,
}

/// Adds the provider, unless the account has it already. No plan may destroy it: every role would stop working.
#[track_caller]
pub fn github_oidc(stack: &mut Stack, name: &str, config: GithubOidcConfig) -> GithubOidcParts {
    if let Some(provider_arn) = config.existing {
        return GithubOidcParts { provider_arn, provider: None };
    }
    // No thumbprint: AWS trusts GitHub's certificate authority (IAM User Guide, "Create an OpenID Connect identity
    // provider in IAM").
    let provider = aws::IamOpenidConnectProvider::new([AUDIENCE], format!("https://{ISSUER}"))
        .lifecycle(Lifecycle::new().prevent_destroy(true));
    let provider = stack.add(name, provider);
    GithubOidcParts { provider_arn: provider.arn().to_string(), provider: Some(provider) }
}

#[cfg(test)]
mod tests {
    use formwork::App;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_provider_is_made_once_or_found() {
        let mut app = App::new();
        let stack = app.stack("bootstrap");
        let made = github_oidc(stack, "github", GithubOidcConfig::new());
        assert!(made.provider.is_some());
        let found =
            github_oidc(stack, "github", GithubOidcConfig::existing("arn:aws:iam::1:oidc-provider/x"));
        assert_eq!(found.provider_arn, "arn:aws:iam::1:oidc-provider/x");
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        let json = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        assert_eq!(
            json["resource"]["aws_iam_openid_connect_provider"],
            json!({"github": {
                "client_id_list": ["sts.amazonaws.com"],
                "url": "https://token.actions.githubusercontent.com",
                "lifecycle": {"prevent_destroy": true},
            }})
        );
    }
}
