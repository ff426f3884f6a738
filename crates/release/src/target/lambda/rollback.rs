//! `rollback`: one write per service, whatever state things are in.

use crate::aws::AwsErrorKind;
use crate::engine::{Destination, Phase, ReleaseError};
use crate::target::lambda::alias::{Alias, Route};
use crate::target::lambda::alias_move::AliasMove;
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::record::Record;

/// How often a rollback is decided anew because the release that it ends moved on in the meantime.
const ROUNDS: u32 = 5;

/// What became of a service.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RolledBack {
    /// The service.
    pub service: String,
    /// What served.
    pub from: String,
    /// What serves.
    pub to: String,
    /// Whether the alias had to be moved.
    pub moved: bool,
}

/// What a rollback does to one alias.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Decision {
    Move { to: String, from: String, release: String, commit: String },
    Nothing,
}

/// Takes services back. All of them are looked at before the first one moves; one that fails keeps no other from going
/// back.
///
/// # Errors
/// Fails before anything moved if a version is not known or gone, else with the first service that did not move.
pub async fn rollback<C: LambdaApi>(
    session: &Session<'_, C>,
    services: &[Function],
    destination: &Destination,
) -> Result<Vec<RolledBack>, ReleaseError> {
    // That nothing is to be taken back is concluded only after several looks.
    let is_idle = |seen: &Result<Vec<Decided<'_>>, ReleaseError>| match seen {
        Ok(decided) => decided.iter().all(|(_, _, decision)| *decision == Decision::Nothing),
        Err(error) => matches!(error, ReleaseError::Refused { .. }),
    };
    let decided =
        session.context.look(is_idle, async || decide_all(session, services, destination).await).await?;
    let (mut done, mut failed) = (Vec::new(), None);
    for (service, stable, decision) in decided {
        match carry_out(session, service, stable, decision, destination).await {
            Ok(outcome) => done.push(outcome),
            Err(error) => {
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(done), Err)
}

type Decided<'a> = (&'a Function, Alias, Decision);

/// Reads all services, and decides what a rollback does to each.
async fn decide_all<'a, C: LambdaApi>(
    session: &Session<'_, C>,
    services: &'a [Function],
    destination: &Destination,
) -> Result<Vec<Decided<'a>>, ReleaseError> {
    let mut read = Vec::new();
    for service in services {
        read.push((service, session.read_alias(service, &service.stable_alias).await?));
    }
    // A release that is under way is what is taken back: services that it has not reached stay as they are.
    let under_way = read.iter().find_map(|(_, stable)| {
        let record = Record::read(&stable.description)?;
        matches!(record.phase, Phase::Shifting | Phase::Watching).then_some(record.release)
    });
    let has_weights = read.iter().any(|(_, stable)| !stable.route.is_whole());
    let mut decided = Vec::new();
    for (service, stable) in read {
        let is_reached = match &under_way {
            _ if !stable.route.is_whole() => true,
            Some(release) => {
                Record::read(&stable.description).is_some_and(|record| record.release == *release)
            }
            // Weights of somebody else go away although nothing is known of the services beside them.
            None => !has_weights || stable.serving_record().is_some(),
        };
        let decision = match destination {
            Destination::Previous if !is_reached => Decision::Nothing,
            _ => decide(session, service, &stable, destination).await?,
        };
        decided.push((service, stable, decision));
    }
    Ok(decided)
}

async fn carry_out<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    mut stable: Alias,
    mut decision: Decision,
    destination: &Destination,
) -> Result<RolledBack, ReleaseError> {
    let before = stable.route.to_string();
    let outcome = |to: &str, moved| RolledBack {
        service: service.name.clone(),
        from: before.clone(),
        to: to.to_owned(),
        moved,
    };
    for round in 1.. {
        let Decision::Move { to, from, release, commit } = &decision else { break };
        let now = session.context.now();
        let record =
            Record::new(release, Phase::RolledBack, to, now, &session.context.by).from(from).commit(commit);
        let step = AliasMove { service, read: &stable, route: Route::to(to), record };
        match session.move_alias(&step).await {
            Ok(_) => return Ok(outcome(to, true)),
            Err(error @ ReleaseError::Interfered { .. }) => {
                let found = session.read_alias(service, &service.stable_alias).await?;
                let is_same =
                    Record::read(&found.description).is_some_and(|record| record.release == *release);
                if !is_same || round >= ROUNDS {
                    return Err(error);
                }
                // The release went on while it was to be taken back.
                decision = decide(session, service, &found, destination).await?;
                stable = found;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome(&stable.route.version, false))
}

async fn decide<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    stable: &Alias,
    destination: &Destination,
) -> Result<Decision, ReleaseError> {
    let serving = &stable.route.version;
    let (release, commit) = Record::read(&stable.description)
        .map_or_else(|| ("none".to_owned(), String::new()), |it| (it.release, it.commit));
    let moved = |to: &str, from: &str| Decision::Move {
        to: to.to_owned(),
        from: from.to_owned(),
        release: release.clone(),
        commit: commit.clone(),
    };
    match destination {
        Destination::Named(version) if version == serving && stable.route.is_whole() => Ok(Decision::Nothing),
        Destination::Named(version) => {
            check_version(session, service, version).await?;
            Ok(moved(version, serving))
        }
        Destination::Previous if !stable.route.is_whole() => {
            // Whoever gave the weights, the version that has the rest of the calls served before.
            let other = stable.route.weights.keys().next().map_or(serving, |version| version);
            Ok(moved(serving, other))
        }
        Destination::Previous => match stable.serving_record() {
            Some(record) if record.phase == Phase::RolledBack => Ok(Decision::Nothing),
            Some(Record { phase: Phase::Promoted | Phase::Watching, from: Some(from), .. }) => {
                check_version(session, service, &from).await?;
                Ok(moved(&from, serving))
            }
            _ => nothing_known(session, service, stable).await,
        },
    }
}

/// Without a record of how the serving version came there, only a person knows where to go back to; but what is only
/// a candidate has moved nothing yet.
async fn nothing_known<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    stable: &Alias,
) -> Result<Decision, ReleaseError> {
    let candidate = session.read_alias(service, &service.candidate_alias).await?;
    let is_before = |record: Record| record.from.as_ref() == Some(&stable.route.version);
    if Record::read(&candidate.description).is_some_and(is_before) {
        return Ok(Decision::Nothing);
    }
    Err(ReleaseError::refused(
        &service.name,
        format!(
            "no release is known that brought version {} to alias `{}`",
            stable.route.version, service.stable_alias
        ),
        format!("name the version with --to: there are {}", known_versions(session, service).await?),
    ))
}

/// Says that a version is gone before anything is done.
async fn check_version<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    version: &str,
) -> Result<(), ReleaseError> {
    let call = || session.configuration(&service.function, Some(version));
    match session.context.retry(call).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.kind == AwsErrorKind::Missing => Err(ReleaseError::refused(
            &service.name,
            format!("version {version} of {} is gone, or never was", service.function),
            format!("choose with --to: there are {}", known_versions(session, service).await?),
        )),
        Err(failure) => Err(ReleaseError::failed(&service.name)(failure)),
    }
}

async fn known_versions<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
) -> Result<String, ReleaseError> {
    let versions = session.context.retry(|| session.api.versions(&service.function)).await;
    let versions = versions.map_err(ReleaseError::failed(&service.name))?;
    let newest: Vec<String> = versions.into_iter().rev().take(10).map(|it| it.version).collect();
    Ok(if newest.is_empty() { "none".to_owned() } else { newest.join(", ") })
}
