//! The parts of the system that are deployed on their own.

/// What a deployment releases.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The function behind the API, whose candidate the API has a stage for.
    Backend,
    /// The function that takes no requests.
    Worker,
    /// The container.
    Frontend,
}

impl Part {
    /// The folder of its source.
    pub(super) const fn folder(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Worker => "worker",
            Self::Frontend => "frontend",
        }
    }

    /// The name that the stacks describe its release under.
    pub(super) const fn service(self) -> &'static str {
        match self {
            Self::Backend => "api",
            Self::Worker => "worker",
            Self::Frontend => "frontend",
        }
    }

    /// The id of a job, in the document's form: `build`, `deploy-dev`, `deploy-worker-dev`.
    pub(super) fn job(self, verb: &str, environment: Option<&str>) -> String {
        let worker = if self == Self::Worker { "-worker" } else { "" };
        let environment = environment.map(|environment| format!("-{environment}")).unwrap_or_default();
        format!("{verb}{worker}{environment}")
    }
}
