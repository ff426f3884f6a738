//! `status`: every alias with its versions, commits, since when and by whom.

use std::collections::BTreeSet;

use crate::cloud::{Alias, Cloud, Configuration};
use crate::release::version::VersionNote;
use crate::release::{Deployer, Phase, Record, Service, Stop, state};

/// A service as it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ServiceStatus {
    /// The service.
    pub service: String,
    /// The function.
    pub function: String,
    /// Where its release stands: `idle`, `started`, `verified`, `shifting`, `watching`, `promoted`, `rolled back`,
    /// `foreign weights`.
    pub state: &'static str,
    /// What is not as it should stay.
    pub warnings: Vec<String>,
    /// The aliases, those of the release first.
    pub aliases: Vec<AliasStatus>,
}

/// An alias as it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AliasStatus {
    /// The alias.
    pub alias: String,
    /// The versions that answer its calls, with their shares in per cent.
    pub versions: Vec<(String, u32)>,
    /// The commit of the first of them, if it is known.
    pub commit: Option<String>,
    /// The release that moved it last.
    pub release: Option<String>,
    /// How far that release is.
    pub phase: Option<Phase>,
    /// Since when, in seconds since 1970.
    pub since: Option<u64>,
    /// By whom.
    pub by: Option<String>,
    /// The version of before, that a rollback goes to.
    pub before: Option<String>,
}

/// Reads what is true of services.
///
/// # Errors
/// Fails where AWS does not answer, or an alias is missing.
pub async fn status<C: Cloud>(
    deployer: &Deployer<'_, C>,
    services: &[Service],
) -> Result<Vec<ServiceStatus>, Stop> {
    let mut all = Vec::new();
    for service in services {
        let failed = Stop::failed(&service.name);
        let aliases = deployer.patiently(|| deployer.cloud.aliases(&service.function)).await;
        let mut aliases = aliases.map_err(&failed)?;
        let versions = deployer.patiently(|| deployer.cloud.versions(&service.function)).await;
        let versions = versions.map_err(&failed)?;
        let rank = |alias: &Alias| {
            (alias.name != service.stable_alias, alias.name != service.candidate_alias, alias.name.clone())
        };
        aliases.sort_by_key(rank);
        all.push(ServiceStatus {
            service: service.name.clone(),
            function: service.function.clone(),
            state: state_of(service, &aliases)?,
            warnings: warnings(service, &aliases, &versions),
            aliases: aliases.iter().map(|alias| describe(alias, &versions)).collect(),
        });
    }
    Ok(all)
}

fn state_of(service: &Service, aliases: &[Alias]) -> Result<&'static str, Stop> {
    let find = |name: &str| {
        aliases.iter().find(|alias| alias.name == name).ok_or_else(|| {
            let known: Vec<&str> = aliases.iter().map(|alias| alias.name.as_str()).collect();
            Stop::refused(
                &service.name,
                format!("function {} has no alias `{name}`", service.function),
                format!("its aliases: {}; apply the stack that makes it", known.join(", ")),
            )
        })
    };
    Ok(state(find(&service.stable_alias)?, find(&service.candidate_alias)?).name())
}

fn describe(alias: &Alias, versions: &[Configuration]) -> AliasStatus {
    let record = Record::read(&alias.description);
    // A record is about the alias only as long as nobody moved it since.
    let current = record.filter(|record| alias.route.percent_of(&record.to) > 0);
    let serving = &alias.route.version;
    let note = versions.iter().find(|it| it.version == *serving);
    let note = note.and_then(|it| VersionNote::read(&it.description));
    let brought = current.as_ref().filter(|it| it.to == *serving && it.phase != Phase::RolledBack);
    let commit = brought.map(|it| it.commit.clone()).filter(|commit| !commit.is_empty());
    AliasStatus {
        alias: alias.name.clone(),
        versions: std::iter::once(serving)
            .chain(alias.route.weights.keys())
            .map(|version| (version.clone(), alias.route.percent_of(version)))
            .collect(),
        commit: commit.or(note.map(|note| note.commit)),
        release: current.as_ref().map(|record| record.release.clone()),
        phase: current.as_ref().map(|record| record.phase),
        since: current.as_ref().map(|record| record.at),
        by: current.as_ref().map(|record| record.by.clone()),
        before: current.and_then(|record| record.from),
    }
}

fn warnings(service: &Service, aliases: &[Alias], versions: &[Configuration]) -> Vec<String> {
    let known: BTreeSet<&str> = versions.iter().map(|version| version.version.as_str()).collect();
    let mut warnings = Vec::new();
    for alias in aliases {
        if !alias.route.is_whole() {
            warnings.push(format!(
                "alias `{}` is unfinished at {}: weights never go away by themselves",
                alias.name, alias.route
            ));
        }
        let record = Record::read(&alias.description);
        let before = record.filter(|it| it.phase != Phase::RolledBack).and_then(|record| record.from);
        if let Some(before) = before.filter(|before| !known.contains(before.as_str()))
            && alias.name == service.stable_alias
        {
            warnings.push(format!("version {before} is gone: `rollback` needs another one with --to"));
        }
    }
    warnings
}
