//! `verify`: whether the candidates do what they should. What is asked of them is the caller's: smoke tests, gates.

use crate::engine::{Check, Phase, ReleaseError};
use crate::target::lambda::alias::{Alias, Route};
use crate::target::lambda::alias_move::AliasMove;
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::record::Record;
use crate::target::lambda::start::ready;
use crate::target::lambda::state::{State, state};

/// What was found out about a candidate.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// The service.
    pub service: String,
    /// The release.
    pub release: String,
    /// The version that was tested.
    pub version: String,
    /// What was asked of it.
    pub checks: Vec<Check>,
}

impl Verified {
    /// Whether everything passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.failure.is_none())
    }
}

/// Asks all candidates, and records that they passed if all of them did. The stable aliases are not touched.
///
/// # Errors
/// Fails without a candidate, and where AWS does not answer; a check that does not pass is part of the result.
pub async fn verify<C: LambdaApi>(
    session: &Session<'_, C>,
    services: &[Function],
    mut ask: impl AsyncFnMut(&Function, &Record) -> Vec<Check>,
) -> Result<Vec<Verified>, ReleaseError> {
    let mut found = Vec::new();
    for service in services {
        let (candidate, record) =
            session.context.look_past_refusals(async || candidate(session, service).await).await?;
        found.push((service, candidate, record));
    }
    if let Some(((first, _, one), (other, _, another))) =
        found.first().zip(found.iter().find(|(_, _, record)| record.release != found[0].2.release))
    {
        return Err(ReleaseError::refused(
            &other.name,
            format!("release {} is not that of {}, which is {}", another.release, first.name, one.release),
            "services that are promoted as one are started as one",
        ));
    }
    let mut verified = Vec::new();
    for (service, _, record) in &found {
        ready(session, service, Some(&record.to)).await?;
        let mut checks = vec![quiet(session, service).await?];
        checks.extend(ask(service, record).await);
        verified.push(Verified {
            service: service.name.clone(),
            release: record.release.clone(),
            version: record.to.clone(),
            checks,
        });
    }
    if verified.iter().all(Verified::passed) {
        for (service, candidate, record) in &found {
            let now = session.context.now();
            let mut passed = record.clone();
            (passed.phase, passed.at) = (Phase::Verified, now);
            passed.by.clone_from(&session.context.by);
            if record.phase == Phase::Started {
                let route = Route::to(&record.to);
                session.move_alias(&AliasMove { service, read: candidate, route, record: passed }).await?;
            }
        }
    }
    Ok(verified)
}

/// The candidate alias, and what a record says of its version.
async fn candidate<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
) -> Result<(Alias, Record), ReleaseError> {
    let (stable, candidate) = session.read_aliases(service).await?;
    match state(&stable, &candidate) {
        State::Started(record) | State::Verified(record) => Ok((candidate, record)),
        // The same pipeline again: what serves already is asked again, and nothing is recorded.
        State::Shifting { record, .. } | State::Watching(record) | State::Promoted(record) => {
            Ok((candidate, record))
        }
        other => Err(ReleaseError::refused(
            &service.name,
            format!("there is no candidate to verify: the release is {}", other.name()),
            format!("`release start {}` makes one", service.name),
        )),
    }
}

/// An alarm that rings before anything was moved would be a breach at the first step.
async fn quiet<C: LambdaApi>(session: &Session<'_, C>, service: &Function) -> Result<Check, ReleaseError> {
    let alarms = &service.analysis.alarms;
    let name = match alarms.len() {
        0 => return Ok(Check { name: "the version is active".to_owned(), failure: None }),
        _ => format!("no alarm rings: {}", alarms.join(", ")),
    };
    let ringing = session.context.retry(|| session.api.ringing(alarms)).await;
    let ringing = ringing.map_err(ReleaseError::failed(&service.name))?;
    let failure = (!ringing.is_empty()).then(|| format!("{} rings", ringing.join(" and ")));
    Ok(Check { name, failure })
}
