//! Whether a commit is older than the one that serves: an old run that is run again would take back what came since.

use crate::engine::{Artifacts, ReleaseError, short_commit};

/// What becomes of a commit that is older than the one that serves.
#[derive(Clone, Copy, Debug)]
pub enum Older {
    /// It is refused.
    Refused {
        /// Whether the first commit is an ancestor of the second, if that is known here.
        is_ancestor: fn(&str, &str) -> Option<bool>,
    },
    /// Somebody means it.
    Released,
}

/// What AWS says of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was released before the one that serves.
    Before,
    /// Nothing.
    Nothing,
}

impl Artifacts {
    /// Refuses a commit that is older than the one that serves. What AWS says is asked for where git does not know.
    pub(crate) async fn check_age(
        &self,
        service: &str,
        serving: Option<&str>,
        known: impl AsyncFnOnce() -> Result<Known, ReleaseError>,
    ) -> Result<(), ReleaseError> {
        let Older::Refused { is_ancestor } = self.older else { return Ok(()) };
        let commit = self.commit.as_str();
        let Some(serving) = serving.filter(|serving| !is_same(serving, commit)) else { return Ok(()) };
        let is_older = match is_ancestor(commit, serving) {
            Some(is_ancestor) => is_ancestor,
            None => known().await? == Known::Before,
        };
        if !is_older {
            return Ok(());
        }
        Err(ReleaseError::refused(
            service,
            format!("commit {} is older than {}, which serves", short_commit(commit), short_commit(serving)),
            format!(
                "is this an old run that was run again? `release rollback {service}` goes back; `--older` releases it all the same"
            ),
        ))
    }
}

/// Whether two names are of one commit: one may be the beginning of the other.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && (one.starts_with(other) || other.starts_with(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_on;
    use crate::engine::{Commit, Injection};

    fn check(older: Older, serving: Option<&str>, known: Known) -> Result<(), String> {
        let commit = Commit::parse("aaaaaaa1").unwrap();
        let injection = Injection::default();
        let artifacts =
            Artifacts { images: Vec::new(), packages: Vec::new(), commit, injection, older, origin: None };
        let checked = block_on(artifacts.check_age("orders", serving, async || Ok(known))).unwrap();
        checked.map_err(|error| error.to_string())
    }

    #[test]
    fn an_older_commit_is_refused_unless_somebody_means_it() {
        let asked = |is_ancestor| Older::Refused { is_ancestor };
        let (yes, no, nobody_knows) =
            (asked(|_, _| Some(true)), asked(|_, _| Some(false)), asked(|_, _| None));
        let refused = check(yes, Some("bbbbbbb2"), Known::Nothing).unwrap_err();
        assert!(refused.contains("commit aaaaaaa1 is older than bbbbbbb2, which serves"), "{refused}");
        assert!(refused.contains("--older"), "{refused}");
        assert!(check(nobody_knows, Some("bbbbbbb2"), Known::Before).is_err());
        for (older, serving, known) in [
            (Older::Released, Some("bbbbbbb2"), Known::Before),
            // What git says counts: the commit was released and taken back, and others came after it.
            (no, Some("bbbbbbb2"), Known::Before),
            (nobody_knows, Some("bbbbbbb2"), Known::Nothing),
            (yes, None, Known::Before),
            // The same commit again.
            (yes, Some("aaaaaaa1ffff"), Known::Before),
            (yes, Some("aaaaaaa"), Known::Before),
        ] {
            assert_eq!(check(older, serving, known), Ok(()), "{older:?} {serving:?} {known:?}");
        }
    }
}
