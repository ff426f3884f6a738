//! `start`: a package becomes a version, and the candidate alias points at it. The stable alias is not touched.
//!
//! Done again with the same package and commit it comes to the same end: nothing is uploaded that is there, the same
//! code gives the same version, and the same version moves no alias.

use std::fmt::Write as _;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cloud::{Alias, Cloud, Configuration, FailureKind, Provisioned, Readiness, Reality};
use crate::journal::Entry;
use crate::release::movement::Move;
use crate::release::patience::Patience;
use crate::release::version::VersionNote;
use crate::release::{Deployer, Package, Phase, Record, Service, State, Stop, plan, state};

/// How often an upload is made again because another deployer's came between it and its publication.
const ROUNDS: u32 = 5;

/// A commit, as git names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
    /// Reads 7 to 64 hexadecimal digits. Anything else is not a commit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hexadecimal && (7..=64).contains(&text.len())).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The digits, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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
pub async fn start<C: Cloud>(
    deployer: &Deployer<'_, C>,
    packages: &[(Service, Package)],
    commit: &Commit,
) -> Result<Vec<Started>, Stop> {
    let (before, id) = deployer.look_past_refusals(async || look(deployer, packages, commit).await).await?;
    let mut versions = Vec::new();
    for (service, package) in packages {
        versions.push(bring(deployer, service, package, &id, commit).await?);
    }
    let mut started = Vec::new();
    for (((service, _), (stable, candidate)), version) in packages.iter().zip(&before).zip(versions) {
        point_candidate(deployer, service, stable, candidate, &version, &id, commit).await?;
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
async fn look<C: Cloud>(
    deployer: &Deployer<'_, C>,
    packages: &[(Service, Package)],
    commit: &Commit,
) -> Result<(Vec<(Alias, Alias)>, String), Stop> {
    let mut before = Vec::new();
    for (service, _) in packages {
        before.push(deployer.read_aliases(service).await?);
    }
    let id = release_id(packages, commit, &before);
    for ((service, _), (stable, candidate)) in packages.iter().zip(&before) {
        refuse_if_unfinished(deployer, service, stable, candidate, &id).await?;
    }
    plan::refuse_half_way(packages.iter().zip(&before).map(|((service, _), (stable, _))| (service, stable)))?;
    Ok((before, id))
}

/// The release's name: the same for the same packages and commit, until that release was taken back.
fn release_id(packages: &[(Service, Package)], commit: &Commit, before: &[(Alias, Alias)]) -> String {
    let mut hash = Sha256::new();
    for (service, package) in packages {
        hash.update(format!("{}\n{}\n", service.function, package.sha256()));
    }
    hash.update(commit.as_str());
    let base = hash.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let taken_back = before.iter().filter_map(|(stable, _)| {
        let record = Record::read(&stable.description)?;
        let rest = record.release.strip_prefix(&base)?.to_owned();
        (record.phase == Phase::RolledBack).then(|| attempt(&rest))
    });
    match taken_back.max() {
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

async fn refuse_if_unfinished<C: Cloud>(
    deployer: &Deployer<'_, C>,
    service: &Service,
    stable: &Alias,
    candidate: &Alias,
    id: &str,
) -> Result<(), Stop> {
    let name = &service.name;
    match state(stable, candidate) {
        State::Shifting { record, .. } | State::Watching(record) if record.release != id => {
            Err(Stop::refused(
                name,
                format!(
                    "release {} is under way: alias `{}` is at {}",
                    record.release, service.stable_alias, stable.route
                ),
                format!("`release resume {name}` finishes it, `release rollback {name}` takes it back"),
            ))
        }
        State::Foreign => Err(deployer.foreign(service, stable).await?),
        _ => Ok(()),
    }
}

impl<C: Cloud> Deployer<'_, C> {
    /// The refusal of foreign weights, with what AWS says of provisioned concurrency, which makes such weights.
    pub(crate) async fn foreign(&self, service: &Service, stable: &Alias) -> Result<Stop, Stop> {
        let call = || self.cloud.provisioned(&service.function, &service.stable_alias);
        let provisioned = self.patiently(call).await.map_err(Stop::failed(&service.name))?;
        Ok(match provisioned {
            Some(Provisioned::InProgress) => Stop::refused(
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
async fn bring<C: Cloud>(
    deployer: &Deployer<'_, C>,
    service: &Service,
    package: &Package,
    id: &str,
    commit: &Commit,
) -> Result<Configuration, Stop> {
    let failed = Stop::failed(&service.name);
    let note = VersionNote { release: id.to_owned(), commit: commit.as_str().to_owned() }.text();
    for _ in 0..ROUNDS {
        if !upload(deployer, service, package, id).await? {
            continue;
        }
        let publish = || deployer.cloud.publish(&service.function, package.sha256(), &note);
        match deployer.patiently(publish).await {
            Ok(version) if version.code_sha256 == package.sha256() => {
                let version = ready(deployer, service, Some(&version.version)).await?;
                tell(deployer, service, id, "PublishVersion", &json!(null), &json!(version.version));
                return Ok(version);
            }
            Ok(_) => {}
            // Other code than ours, or a change of the settings that runs.
            Err(failure) if matches!(failure.kind, FailureKind::Refused | FailureKind::Stale) => {
                let latest = ready(deployer, service, None).await?;
                if latest.code_sha256 == package.sha256() && failure.kind == FailureKind::Refused {
                    return Err(failed(failure));
                }
            }
            Err(failure) => return Err(failed(failure)),
        }
        deployer.cloud.sleep(deployer.timing.longest_pause).await;
    }
    Err(Stop::refused(
        &service.name,
        format!(
            "other deployers keep uploading code to {} before this package is published",
            service.function
        ),
        "let one deployer at a time start releases of a service; nothing was moved",
    ))
}

/// Makes the package the function's code. Whether it is, for somebody else may have uploaded at the same time.
async fn upload<C: Cloud>(
    deployer: &Deployer<'_, C>,
    service: &Service,
    package: &Package,
    id: &str,
) -> Result<bool, Stop> {
    let mut patience = Patience::new(deployer.timing);
    loop {
        // Read before each attempt: an upload whose answer was lost is under way, or done, and not made again.
        let before = ready(deployer, service, None).await?;
        if before.code_sha256 == package.sha256() {
            return Ok(true);
        }
        let outcome = deployer.cloud.update_code(&service.function, &before.revision_id, package).await;
        let failure = match outcome {
            Ok(uploaded) => {
                let (before, after) = (json!(before.code_sha256), json!(uploaded.code_sha256));
                tell(deployer, service, id, "UpdateFunctionCode", &before, &after);
                break;
            }
            // Ours, whose answer was lost, or somebody else's: the SHA-256 tells.
            Err(failure) if failure.kind == FailureKind::Stale => break,
            Err(failure) => failure,
        };
        let pause = if failure.is_passing() { patience.pause_after(&failure.kind) } else { None };
        let Some(pause) = pause else { return Err(Stop::failed(&service.name)(failure)) };
        deployer.cloud.sleep(pause).await;
    }
    if deployer.cloud.reality() == Reality::Rehearsed {
        return Ok(true);
    }
    Ok(ready(deployer, service, None).await?.code_sha256 == package.sha256())
}

/// The function or a version, as soon as it is ready.
pub(crate) async fn ready<C: Cloud>(
    deployer: &Deployer<'_, C>,
    service: &Service,
    version: Option<&str>,
) -> Result<Configuration, Stop> {
    let deadline = deployer.cloud.now() + deployer.timing.update.as_secs();
    let mut pause = deployer.timing.pause;
    let mut looks = 1;
    loop {
        let call = || deployer.cloud.configuration(&service.function, version);
        let configuration = match deployer.patiently(call).await {
            Ok(configuration) => configuration,
            // A version that was just published may not be seen everywhere yet.
            Err(failure)
                if failure.kind == FailureKind::Missing
                    && version.is_some()
                    && looks < deployer.timing.attempts =>
            {
                looks += 1;
                deployer.cloud.sleep(pause).await;
                pause = (pause * 2).min(deployer.timing.longest_pause);
                continue;
            }
            Err(failure) => return Err(Stop::failed(&service.name)(failure)),
        };
        let what = format!("{}:{}", service.function, version.unwrap_or("$LATEST"));
        match &configuration.readiness {
            Readiness::Ready => return Ok(configuration),
            Readiness::Failed(reason) => {
                return Err(Stop::refused(
                    &service.name,
                    format!("{what} cannot be used: {reason}"),
                    "correct the package or the function's settings, and start again; nothing was moved",
                ));
            }
            Readiness::Pending if deployer.cloud.now() >= deadline => {
                return Err(Stop::refused(
                    &service.name,
                    format!("{what} is still being updated after {} s", deployer.timing.update.as_secs()),
                    "start again later: what is done is not done twice",
                ));
            }
            Readiness::Pending => deployer.cloud.sleep(pause).await,
        }
        pause = (pause * 2).min(deployer.timing.longest_pause);
    }
}

async fn point_candidate<C: Cloud>(
    deployer: &Deployer<'_, C>,
    service: &Service,
    stable: &Alias,
    candidate: &Alias,
    version: &Configuration,
    id: &str,
    commit: &Commit,
) -> Result<(), Stop> {
    let known = Record::read(&candidate.description);
    let is_there = candidate.route == crate::cloud::Route::to(&version.version)
        && known.is_some_and(|record| record.release == id && record.to == version.version);
    if is_there {
        return Ok(());
    }
    let record = Record::new(id, Phase::Started, &version.version, deployer.cloud.now(), &deployer.by)
        .from(&stable.route.version)
        .commit(commit.as_str());
    let route = crate::cloud::Route::to(&version.version);
    deployer.move_alias(&Move { service, read: candidate, route, record }).await.map(drop)
}

fn tell<C: Cloud>(
    deployer: &Deployer<'_, C>,
    service: &Service,
    id: &str,
    action: &str,
    before: &serde_json::Value,
    after: &serde_json::Value,
) {
    deployer.journal.write(&Entry {
        at: deployer.cloud.now(),
        release: id,
        service: &service.name,
        action,
        subject: &service.function,
        before: before.clone(),
        after: after.clone(),
        outcome: match deployer.cloud.reality() {
            Reality::Real => "done",
            Reality::Rehearsed => "rehearsed",
        },
        by: &deployer.by,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_hexadecimal() {
        assert_eq!(Commit::parse("4F2A9C1").unwrap().as_str(), "4f2a9c1");
        for text in ["", "4f2a9c", "main", "4f2a9c1 ", &"0".repeat(65)] {
            assert_eq!(Commit::parse(text), None, "{text}");
        }
    }
}
