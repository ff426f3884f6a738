//! `permissions`: what the `GITHUB_TOKEN` of a job may do.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// The permissions of one job; what is not named is not permitted (GitHub Docs, "Workflow syntax", `permissions`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// What is rendered of a permission: how much, and what for.
#[derive(Serialize)]
struct Grant {
    access: Access,
    why: &'static str,
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let grant =
            |(scope, access): (&Scope, &Access)| (*scope, Grant { access: *access, why: scope.why(*access) });
        serializer.collect_map(self.grants.iter().map(grant))
    }
}

impl Scope {
    /// What a job needs the permission for; nothing where everybody knows.
    const fn why(self, access: Access) -> &'static str {
        match (self, access) {
            (Self::Contents, Access::Read) => "",
            (Self::Actions, Access::Read) => "to find runs and their artifacts",
            (Self::Actions, Access::Write) => "to start and stop runs",
            (Self::Checks, Access::Read) => "to see results on commits",
            (Self::Checks, Access::Write) => "to put results on commits",
            (Self::Contents, Access::Write) => "to write releases, files or events of the repository",
            (Self::Deployments, Access::Read) => "to see what was deployed",
            (Self::Deployments, Access::Write) => "to say what was deployed",
            (Self::IdToken, _) => "to assume a role by OIDC",
            (Self::Issues, Access::Read) => "to read issues",
            (Self::Issues, Access::Write) => "to open an issue",
            (Self::Packages, Access::Read) => "to read images",
            (Self::Packages, Access::Write) => "to push images",
            (Self::PullRequests, Access::Read) => "to find the pull request of a commit",
            (Self::PullRequests, Access::Write) => "to comment",
            (Self::SecurityEvents, _) => "to hand results to code scanning",
            (Self::Statuses, Access::Read) => "to see the status of commits",
            (Self::Statuses, Access::Write) => "to set the status of commits",
        }
    }
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
