//! Why a release does not go on.

use formwork_core::Hint;

use crate::aws::AwsError;
use crate::engine::Commit;

/// Why a release does not go on. What is true in AWS then is told by `release status`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// What was given on the command line does not fit the services.
    #[error("{message}{hint}")]
    Arguments {
        /// What does not fit.
        message: String,
        /// What to give instead.
        hint: Hint,
    },
    /// A package, an image or a folder is not what the target takes.
    #[error("{message}{hint}")]
    Artifact {
        /// What is wrong with it.
        message: String,
        /// What to do instead.
        hint: Hint,
    },
    /// It must not be done as things are, and nothing was.
    #[error("{service}: {message}{hint}")]
    Refused {
        /// The service.
        service: String,
        /// Why.
        message: String,
        /// What to do instead.
        hint: Hint,
    },
    /// A call failed, also when it was repeated.
    #[error("{service}: {failure}")]
    Failed {
        /// The service.
        service: String,
        /// The call and its failure.
        failure: AwsError,
    },
    /// Somebody else moved something in the meantime. It was left as they made it.
    #[error(
        "{}{}",
        self.summary(),
        Hint::new("find out who did, and why; then `release rollback` or `release start` again")
    )]
    Interfered {
        /// The service.
        service: String,
        /// What was moved, such as ``alias `live` ``.
        subject: String,
        /// Where it was to point.
        intended: String,
        /// Where it points.
        found: String,
        /// Who did it, as far as a record says.
        by: String,
    },
    /// A limit was passed, and what served before serves again.
    #[error("{}", self.summary())]
    Breached {
        /// The service that passed the limit.
        service: String,
        /// Which limit, with the numbers.
        reason: String,
    },
    /// There is no verdict within the time for it. What serves keeps its share.
    #[error(
        "{}{}",
        self.summary(),
        Hint::new(
            "`release resume` goes on judging, `release resume --judged` goes on without a verdict, `release rollback` goes back"
        )
    )]
    Paused {
        /// The service without a verdict.
        service: String,
        /// The share of the new version.
        percent: u32,
        /// Why there is none.
        reason: String,
    },
    /// It has come to a share at which a person decides.
    #[error("{}", self.summary())]
    Waits {
        /// The service.
        service: String,
        /// The share of the new version.
        percent: u32,
    },
    /// One of several services could not be promoted; the others went back.
    #[error("{cause}\n  so {} went back", names.join(" and "))]
    RolledBack {
        /// Why.
        cause: Box<Self>,
        /// The services that went back.
        names: Vec<String>,
    },
    /// A service could not be taken back: two versions may serve.
    #[error(
        "{cause}\n  and {} could not be taken back: {failure}{}",
        names.join(" and "),
        Hint::new(format!("`release rollback {}` as soon as AWS answers", names.join(" ")))
    )]
    RollbackFailed {
        /// Why it was to go back.
        cause: Box<Self>,
        /// The services that did not.
        names: Vec<String>,
        /// Why the first of them did not.
        failure: Box<Self>,
    },
}

impl ReleaseError {
    /// Whether it was refused or left alone, so that nothing was done.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Arguments { .. } | Self::Artifact { .. } | Self::Refused { .. } | Self::Interfered { .. }
        )
    }

    /// What went wrong, without what to do about it.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Arguments { message, .. } | Self::Artifact { message, .. } => message.clone(),
            Self::Refused { service, message, .. } => format!("{service}: {message}"),
            Self::Failed { service, failure } => format!("{service}: {}", failure.summary()),
            Self::Interfered { service, subject, intended, found, by } => {
                format!("{service}: {subject} was to go to {intended}, but somebody moved it to {found}{by}")
            }
            Self::Breached { service, reason } => format!("{service}: {reason}; rolled back"),
            Self::Paused { service, percent, reason } => format!("{service}: paused at {percent}%: {reason}"),
            Self::Waits { service, percent } => {
                format!("{service}: waits at {percent}% for a person, as its stack says")
            }
            Self::RolledBack { cause, names } => {
                format!("{}\n  so {} went back", cause.summary(), names.join(" and "))
            }
            Self::RollbackFailed { cause, names, failure } => format!(
                "{}\n  and {} could not be taken back: {}",
                cause.summary(),
                names.join(" and "),
                failure.summary()
            ),
        }
    }

    pub(crate) fn refused(service: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused { service: service.to_owned(), message: message.into(), hint: Hint::new(hint) }
    }

    pub(crate) fn arguments(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Arguments { message: message.into(), hint: Hint::new(hint) }
    }

    pub(crate) fn artifact(message: impl Into<String>, hint: Hint) -> Self {
        Self::Artifact { message: message.into(), hint }
    }

    /// Refuses a candidate of another release than the one that was asked for by its id, or by the beginning of its
    /// commit. `what` is the candidate, such as `version 7`, if it has a name.
    pub(crate) fn unless_wanted(
        service: &str,
        wanted: &str,
        release: &str,
        commit: &str,
        what: Option<&str>,
    ) -> Result<(), Self> {
        if release == wanted || (wanted.len() >= Commit::SHORTEST && commit.starts_with(wanted)) {
            return Ok(());
        }
        let what = what.map(|what| format!("{what} ")).unwrap_or_default();
        Err(Self::refused(
            service,
            format!(
                "the candidate is {what}of release {release}, commit {commit}, and not what was asked for"
            ),
            format!("somebody started another release since; `release start {service}` again"),
        ))
    }

    pub(crate) fn failed(service: &str) -> impl Fn(AwsError) -> Self {
        move |failure| Self::Failed { service: service.to_owned(), failure }
    }
}
