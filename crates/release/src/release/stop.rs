//! Why a release does not go on.

use crate::cloud::{Failure, Route};

/// Why a release does not go on. What is true in AWS then is told by `release status`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// It must not be done as things are, and nothing was.
    #[error("{service}: {message}\n  hint: {hint}")]
    Refused {
        /// The service.
        service: String,
        /// Why.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// A call failed, also when it was repeated.
    #[error("{service}: {failure}")]
    Failed {
        /// The service.
        service: String,
        /// The call and its failure.
        failure: Failure,
    },
    /// Somebody else moved an alias in the meantime. It was left as they made it.
    #[error(
        "{service}: alias `{alias}` was to go to {intended}, but somebody moved it to {found}{by}\n  hint: find out who did, and why; then `release rollback` or `release start` again"
    )]
    Interfered {
        /// The service.
        service: String,
        /// The alias.
        alias: String,
        /// Where it was to point.
        intended: Route,
        /// Where it points.
        found: Route,
        /// Who did it, as far as a record says.
        by: String,
    },
    /// A limit was passed, and the stable aliases went back.
    #[error("{service}: {reason}; rolled back")]
    Breached {
        /// The service that passed the limit.
        service: String,
        /// Which limit, with the numbers.
        reason: String,
    },
    /// There is no verdict within the time for it. The stable alias keeps its weights.
    #[error(
        "{service}: paused at {percent}%: {reason}\n  hint: `release resume` goes on judging, `release resume --judged` goes on without a verdict, `release rollback` goes back"
    )]
    Paused {
        /// The service without a verdict.
        service: String,
        /// The share of the new version.
        percent: u32,
        /// Why there is none.
        reason: String,
    },
    /// One of several services could not be promoted; the others went back.
    #[error("{cause}\n  so {} went back", names.join(" and "))]
    TakenBack {
        /// Why.
        cause: Box<Self>,
        /// The services that went back.
        names: Vec<String>,
    },
    /// A service could not be taken back: two versions may serve.
    #[error(
        "{cause}\n  and {} could not be taken back: {failure}\n  hint: `release rollback {}` as soon as AWS answers", names.join(" and "), names.join(" ")
    )]
    Stuck {
        /// Why it was to go back.
        cause: Box<Self>,
        /// The services that did not.
        names: Vec<String>,
        /// Why the first of them did not.
        failure: Box<Self>,
    },
}

impl Stop {
    pub(crate) fn refused(service: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused { service: service.to_owned(), message: message.into(), hint: hint.into() }
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
        if release == wanted || (!wanted.is_empty() && commit.starts_with(wanted)) {
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

    pub(crate) fn failed(service: &str) -> impl Fn(Failure) -> Self {
        move |failure| Self::Failed { service: service.to_owned(), failure }
    }
}
