//! `start`: a package becomes a version, and the candidate alias points at it. The stable alias is not touched.
//!
//! Done again with the same package and commit it comes to the same end: nothing is uploaded that is there, the same
//! code gives the same version, and the same version moves no alias.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::aws::AwsErrorKind;
use crate::engine::{Action, Commit, Phase, ReleaseError, Retry, hexadecimal};
use crate::target::lambda::alias::{Alias, Route};
use crate::target::lambda::alias_move::AliasMove;
use crate::target::lambda::api::{Configuration, LambdaApi, Provisioned, Readiness};
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::package::Package;
use crate::target::lambda::plan;
use crate::target::lambda::record::Record;
use crate::target::lambda::state::{State, moved_away, state};
use crate::target::lambda::version_note::VersionNote;

/// How often an upload is made again because another release's came between it and its publication.
const ROUNDS: u32 = 5;

/// A service whose candidate alias points at the new version.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Started {
    /// The service.
    pub service: String,
    /// The release. Services that start together have the same.
    pub release: String,
    /// The new version.
    pub version: String,
    /// The version that serves.
    pub serving: String,
}

/// Uploads, publishes, and points candidate aliases at the new versions, all or none of them: the aliases move only
/// after every service has its version.
///
/// # Errors
/// Fails where a release is under way, and where AWS does not do what is asked.
pub async fn start<C: LambdaApi>(
    session: &Session<'_, C>,
    packages: &[(Function, Package)],
    commit: &Commit,
) -> Result<Vec<Started>, ReleaseError> {
    let (before, id) =
        session.context.look_past_refusals(async || look(session, packages, commit).await).await?;
    let mut versions = Vec::new();
    for (service, package) in packages {
        versions.push(upload_and_publish(session, service, package, &id, commit).await?);
    }
    let mut started = Vec::new();
    for (((service, _), (stable, candidate)), version) in packages.iter().zip(&before).zip(versions) {
        point_candidate(session, service, stable, candidate, &version, &id, commit).await?;
        started.push(Started {
            service: service.name.clone(),
            release: id.clone(),
            version: version.version,
            serving: stable.route.version.clone(),
        });
    }
    Ok(started)
}

/// The aliases of all services, stable and candidate, and the release's name, unless something else is under way.
async fn look<C: LambdaApi>(
    session: &Session<'_, C>,
    packages: &[(Function, Package)],
    commit: &Commit,
) -> Result<(Vec<(Alias, Alias)>, String), ReleaseError> {
    let mut before = Vec::new();
    for (service, _) in packages {
        before.push(session.read_aliases(service).await?);
    }
    let id = release_id(packages, commit, &before);
    for ((service, _), (stable, candidate)) in packages.iter().zip(&before) {
        refuse_if_unfinished(session, service, stable, candidate, &id).await?;
    }
    plan::refuse_half_way(packages.iter().zip(&before).map(|((service, _), (stable, _))| (service, stable)))?;
    Ok((before, id))
}

/// The release's name: the same for the same packages and commit, until that release was taken back.
fn release_id(packages: &[(Function, Package)], commit: &Commit, before: &[(Alias, Alias)]) -> String {
    let mut hash = Sha256::new();
    for (service, package) in packages {
        hash.update(format!("{}\n{}\n", service.function, package.sha256()));
    }
    hash.update(commit.as_str());
    let base = hexadecimal(&hash.finalize()[..6]);
    let rolled_back = before.iter().filter_map(|(stable, _)| {
        let record = Record::read(&stable.description)?;
        let rest = record.release.strip_prefix(&base)?.to_owned();
        (record.phase == Phase::RolledBack || moved_away(stable).is_some()).then(|| attempt(&rest))
    });
    match rolled_back.max() {
        Some(attempt) => format!("{base}-{}", attempt + 1),
        // A release that goes on after a first attempt keeps its name.
        None => before
            .iter()
            .filter_map(|(_, candidate)| Record::read(&candidate.description))
            .map(|record| record.release)
            .find(|release| release.starts_with(&base))
            .unwrap_or(base),
    }
}

fn attempt(rest: &str) -> u32 {
    rest.strip_prefix('-').and_then(|number| number.parse().ok()).unwrap_or(1)
}

async fn refuse_if_unfinished<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    stable: &Alias,
    candidate: &Alias,
    id: &str,
) -> Result<(), ReleaseError> {
    let name = &service.name;
    match state(stable, candidate) {
        State::Shifting { record, .. } | State::Watching(record) if record.release != id => {
            Err(ReleaseError::refused(
                name,
                format!(
                    "release {} is under way: alias `{}` is at {}",
                    record.release, service.stable_alias, stable.route
                ),
                format!("`release resume {name}` finishes it, `release rollback {name}` takes it back"),
            ))
        }
        State::Foreign => Err(session.foreign(service, stable).await?),
        _ => Ok(()),
    }
}

impl<C: LambdaApi> Session<'_, C> {
    /// The refusal of foreign weights, with what AWS says of provisioned concurrency, which makes such weights.
    pub(crate) async fn foreign(
        &self,
        service: &Function,
        stable: &Alias,
    ) -> Result<ReleaseError, ReleaseError> {
        let call = || self.api.provisioned(&service.function, &service.stable_alias);
        let provisioned = self.context.retry(call).await.map_err(ReleaseError::failed(&service.name))?;
        Ok(match provisioned {
            Some(Provisioned::InProgress) => ReleaseError::refused(
                &service.name,
                format!(
                    "provisioned concurrency of alias `{}` is on its way, and AWS shifts calls by itself: {}",
                    service.stable_alias, stable.route
                ),
                "wait until it is ready; `release status` shows the weights",
            ),
            _ => plan::foreign(service, stable),
        })
    }
}

/// Uploads the package unless it is there, and publishes it.
async fn upload_and_publish<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    package: &Package,
    id: &str,
    commit: &Commit,
) -> Result<Configuration, ReleaseError> {
    let failed = ReleaseError::failed(&service.name);
    let note = VersionNote { release: id.to_owned(), commit: commit.as_str().to_owned() }.text();
    for _ in 0..ROUNDS {
        if !upload(session, service, package, id).await? {
            continue;
        }
        let publish = || session.publish(&service.function, package.sha256(), &note);
        match session.context.repeat(publish).await {
            Ok(version) if version.code_sha256 == package.sha256() => {
                let version = ready(session, service, Some(&version.version)).await?;
                session.context.write_done(&Action {
                    release: id,
                    service: &service.name,
                    action: "PublishVersion",
                    subject: service.function.clone(),
                    before: json!(null),
                    after: json!(version.version),
                });
                return Ok(version);
            }
            Ok(_) => {}
            // Other code than ours, or a change of the settings that runs.
            Err(failure) if matches!(failure.kind, AwsErrorKind::Refused | AwsErrorKind::Stale) => {
                let latest = ready(session, service, None).await?;
                if latest.code_sha256 == package.sha256() && failure.kind == AwsErrorKind::Refused {
                    return Err(failed(failure));
                }
            }
            Err(failure) => return Err(failed(failure)),
        }
        session.context.sleep(session.context.timing.longest_pause).await;
    }
    Err(ReleaseError::refused(
        &service.name,
        format!(
            "other deployers keep uploading code to {} before this package is published",
            service.function
        ),
        "let one deployer at a time start releases of a service; nothing was moved",
    ))
}

/// Makes the package the function's code. Whether it is, for somebody else may have uploaded at the same time.
async fn upload<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    package: &Package,
    id: &str,
) -> Result<bool, ReleaseError> {
    let mut retry = Retry::new(session.context.timing);
    loop {
        // Read before each attempt: an upload whose answer was lost is under way, or done, and not made again.
        let before = ready(session, service, None).await?;
        if before.code_sha256 == package.sha256() {
            return Ok(true);
        }
        let outcome = session.update_code(&service.function, &before.revision_id, package).await;
        let failure = match outcome {
            Ok(uploaded) => {
                session.context.write_done(&Action {
                    release: id,
                    service: &service.name,
                    action: "UpdateFunctionCode",
                    subject: service.function.clone(),
                    before: json!(before.code_sha256),
                    after: json!(uploaded.code_sha256),
                });
                break;
            }
            // Ours, whose answer was lost, or somebody else's: the SHA-256 tells.
            Err(failure) if failure.kind == AwsErrorKind::Stale => break,
            Err(failure) => failure,
        };
        let pause = if failure.is_passing() { retry.pause_after(&failure.kind) } else { None };
        let Some(pause) = pause else { return Err(ReleaseError::failed(&service.name)(failure)) };
        session.context.sleep(pause).await;
    }
    if session.context.is_dry_run() {
        return Ok(true);
    }
    Ok(ready(session, service, None).await?.code_sha256 == package.sha256())
}

/// The function or a version, as soon as it is ready.
pub(crate) async fn ready<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    version: Option<&str>,
) -> Result<Configuration, ReleaseError> {
    let deadline = session.context.now() + session.context.timing.update.as_secs();
    let mut pause = session.context.timing.pause;
    let mut looks = 1;
    loop {
        let call = || session.configuration(&service.function, version);
        let configuration = match session.context.retry(call).await {
            Ok(configuration) => configuration,
            // A version that was just published may not be seen everywhere yet.
            Err(failure)
                if failure.kind == AwsErrorKind::Missing
                    && version.is_some()
                    && looks < session.context.timing.attempts =>
            {
                looks += 1;
                session.context.sleep(pause).await;
                pause = (pause * 2).min(session.context.timing.longest_pause);
                continue;
            }
            Err(failure) => return Err(ReleaseError::failed(&service.name)(failure)),
        };
        let what = format!("{}:{}", service.function, version.unwrap_or("$LATEST"));
        match &configuration.readiness {
            Readiness::Ready => return Ok(configuration),
            Readiness::Failed(reason) => {
                return Err(ReleaseError::refused(
                    &service.name,
                    format!("{what} cannot be used: {reason}"),
                    "correct the package or the function's settings, and start again; nothing was moved",
                ));
            }
            Readiness::Pending if session.context.now() >= deadline => {
                return Err(ReleaseError::refused(
                    &service.name,
                    format!(
                        "{what} is still being updated after {} s",
                        session.context.timing.update.as_secs()
                    ),
                    "start again later: what is done is not done twice",
                ));
            }
            Readiness::Pending => session.context.sleep(pause).await,
        }
        pause = (pause * 2).min(session.context.timing.longest_pause);
    }
}

async fn point_candidate<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    stable: &Alias,
    candidate: &Alias,
    version: &Configuration,
    id: &str,
    commit: &Commit,
) -> Result<(), ReleaseError> {
    let is_there = candidate.route == Route::to(&version.version)
        && candidate.serving_record().is_some_and(|record| record.release == id);
    if is_there {
        return Ok(());
    }
    let record =
        Record::new(id, Phase::Started, &version.version, session.context.now(), &session.context.by)
            .from(&stable.route.version)
            .commit(commit.as_str());
    let route = Route::to(&version.version);
    session.move_alias(&AliasMove { service, read: candidate, route, record }).await.map(drop)
}
