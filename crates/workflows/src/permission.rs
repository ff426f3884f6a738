//! `permissions`: what the `GITHUB_TOKEN` of a job may do.

use std::collections::BTreeMap;

use serde::Serialize;

/// The permissions of one job; what is not named is not permitted (GitHub Docs, "Workflow syntax", `permissions`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Permissions {
    grants: BTreeMap<Scope, Access>,
}

/// What is permitted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Runs and artifacts.
    Actions,
    /// Results on commits.
    Checks,
    /// The repository's files, releases, and `repository_dispatch`.
    Contents,
    /// Deployments.
    Deployments,
    /// A token that says who the job is, for OIDC.
    IdToken,
    /// Issues.
    Issues,
    /// Packages and images.
    Packages,
    /// Pull requests and what is said about them.
    PullRequests,
    /// Results of code scanning.
    SecurityEvents,
    /// The status of commits.
    Statuses,
}

/// How much is permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// To read.
    Read,
    /// To read and write.
    Write,
}

impl Permissions {
    /// Permits nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Permits to read the repository, as a checkout must.
    #[must_use]
    pub fn read_contents() -> Self {
        Self::none().read(Scope::Contents)
    }

    /// Permits to read.
    #[must_use]
    pub fn read(mut self, scope: Scope) -> Self {
        self.grants.entry(scope).or_insert(Access::Read);
        self
    }

    /// Permits to write.
    #[must_use]
    pub fn write(mut self, scope: Scope) -> Self {
        self.grants.insert(scope, Access::Write);
        self
    }

    /// What a scope is permitted.
    #[must_use]
    pub fn access(&self, scope: Scope) -> Option<Access> {
        self.grants.get(&scope).copied()
    }
}
