//! The same artefact from one environment to the next: what serves there, by its digest, and for how long.

use std::time::Duration;

use crate::duration::show_duration;
use crate::engine::{Artifacts, ReleaseError};

/// What serves somewhere, by the digest of its artefact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// What the stack calls the service.
    pub service: String,
    /// The SHA-256 of the package, of the image or of all files, as the target writes it; nothing where only a name is known
    /// that may come to mean something else.
    pub digest: Option<String>,
    /// Since when, in seconds since 1970, if a release has noted it.
    pub since: Option<u64>,
    /// Why it may yet be taken back, if it may.
    pub unsettled: Option<String>,
}

impl Served {
    /// Refuses what is still judged, what is not known by its digest, and what has not served for long enough.
    ///
    /// # Errors
    /// Says why.
    pub fn check(&self, now: u64, soak: Duration) -> Result<(), ReleaseError> {
        let refused = |message: String, hint: &str| Err(ReleaseError::refused(&self.service, message, hint));
        if let Some(why) = &self.unsettled {
            return refused(format!("its release is not over: {why}"), "promote it to the end first");
        }
        if self.digest.is_none() {
            return refused(
                "what serves is not named by a digest, and may come to mean something else".to_owned(),
                "release images as `NAME@sha256:…`",
            );
        }
        if soak.is_zero() {
            return Ok(());
        }
        let Some(since) = self.since else {
            return refused(
                format!("it is not known since when it serves, and it has to for {}", show_duration(soak)),
                "a release notes that; what Terraform or a person brought is released anew",
            );
        };
        let served = Duration::from_secs(now.saturating_sub(since));
        if served >= soak {
            return Ok(());
        }
        refused(
            format!("it serves for {}, and has to for {}", show_duration(served), show_duration(soak)),
            "wait; the same command goes on then",
        )
    }
}

impl Artifacts {
    /// Refuses an artefact that is another one than what serves where it must come from.
    pub(crate) fn check_digest(&self, service: &str, digest: Option<&str>) -> Result<(), ReleaseError> {
        let Some(origin) = &self.origin else { return Ok(()) };
        let same_name = origin.iter().find(|served| served.service == service);
        let Some(served) = same_name.or(origin.first().filter(|_| origin.len() == 1)) else {
            return Err(ReleaseError::refused(
                service,
                "none of what serves there is of this name",
                "name the service that it comes from with `--from`",
            ));
        };
        if digest.is_some() && digest == served.digest.as_deref() {
            return Ok(());
        }
        let shown = |digest: Option<&str>| digest.unwrap_or("without a digest").to_owned();
        Err(ReleaseError::refused(
            service,
            format!(
                "this is {}, and {} serves {}",
                shown(digest),
                served.service,
                shown(served.digest.as_deref())
            ),
            "give the artefact that was verified there, and not one that was built anew",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Commit, Injection, Older};

    fn served() -> Served {
        Served { service: "api".into(), digest: Some("abc=".into()), since: Some(1000), unsettled: None }
    }

    #[test]
    fn what_goes_on_was_judged_and_has_soaked() {
        let hour = Duration::from_secs(3600);
        assert_eq!(served().check(4600, hour), Ok(()));
        for (served, said) in [
            (Served { since: Some(1001), ..served() }, "serves for 3599s, and has to for 1h"),
            (Served { since: None, ..served() }, "not known since when"),
            (Served { digest: None, ..served() }, "not named by a digest"),
            (Served { unsettled: Some("two versions serve".into()), ..served() }, "two versions serve"),
        ] {
            let refused = served.check(4600, hour).unwrap_err().to_string();
            assert!(refused.contains(said), "{refused}");
        }
    }

    #[test]
    fn another_artefact_is_refused() {
        let artifacts = |origin| Artifacts {
            images: Vec::new(),
            packages: Vec::new(),
            commit: Commit::parse("4f2a9c1").unwrap(),
            injection: Injection::default(),
            older: Older::Released,
            origin,
        };
        assert_eq!(artifacts(None).check_digest("api", None), Ok(()));
        assert_eq!(artifacts(Some(vec![served()])).check_digest("api", Some("abc=")), Ok(()));
        // The only one there may be called otherwise here.
        assert_eq!(artifacts(Some(vec![served()])).check_digest("web", Some("abc=")), Ok(()));
        for digest in [Some("def="), None] {
            let refused = artifacts(Some(vec![served()])).check_digest("api", digest).unwrap_err();
            assert!(refused.to_string().contains("and api serves abc="), "{refused}");
        }
        let unnamed = Served { digest: None, ..served() };
        assert!(artifacts(Some(vec![unnamed])).check_digest("api", None).is_err());
    }
}
