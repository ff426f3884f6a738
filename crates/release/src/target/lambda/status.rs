//! `status`: every alias with its versions, commits, since when and by whom.

use std::collections::BTreeSet;

use crate::engine::{AliasStatus, Phase, ReleaseError, Serving, Status, UnderWay};
use crate::target::lambda::alias::Alias;
use crate::target::lambda::api::{Configuration, LambdaApi};
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::record::Record;
use crate::target::lambda::state::{State, moved_away, state};
use crate::target::lambda::version_note::VersionNote;

/// Reads what is true of services.
///
/// # Errors
/// Fails where AWS does not answer, or an alias is missing.
pub async fn status<C: LambdaApi>(
    session: &Session<'_, C>,
    services: &[Function],
) -> Result<Vec<Status>, ReleaseError> {
    let mut all = Vec::new();
    for service in services {
        let failed = ReleaseError::failed(&service.name);
        let aliases = session.context.retry(|| session.api.aliases(&service.function)).await;
        let mut aliases = aliases.map_err(&failed)?;
        let versions = session.context.retry(|| session.api.versions(&service.function)).await;
        let versions = versions.map_err(&failed)?;
        let rank = |alias: &Alias| {
            (alias.name != service.stable_alias, alias.name != service.candidate_alias, alias.name.clone())
        };
        aliases.sort_by_key(rank);
        let state = state_of(service, &aliases)?;
        all.push(Status {
            service: service.name.clone(),
            state: state.name().to_owned(),
            under_way: under_way(service, &state),
            warnings: warnings(service, &aliases, &versions),
            serving: Serving::Aliases {
                function: service.function.clone(),
                aliases: aliases.iter().map(|alias| describe(alias, &versions)).collect(),
            },
        });
    }
    Ok(all)
}

/// What is on its way: a share, or all calls of a version that is still judged.
fn under_way(service: &Function, state: &State) -> Option<UnderWay> {
    let mut is_waiting = false;
    let (what, record) = match state {
        State::Shifting { record, percent } => {
            is_waiting = service.pause_at.contains(percent);
            let old = record.from.as_deref().unwrap_or("before");
            (format!("version {} has {percent}% of the calls, version {old} the rest", record.to), record)
        }
        State::Watching(record) => {
            (format!("version {} has all calls, and nothing has judged it yet", record.to), record)
        }
        _ => return None,
    };
    let bake = service.shifting.steps().iter().map(|step| step.bake_seconds).max().unwrap_or(0);
    let longest = bake.max(u64::from(service.analysis.longest_bake_minutes) * 60);
    // A person takes the time that a person takes.
    let cap = if is_waiting { u64::MAX } else { longest };
    Some(UnderWay { what, since: Some(record.at), cap })
}

fn state_of(service: &Function, aliases: &[Alias]) -> Result<State, ReleaseError> {
    let find = |name: &str| {
        aliases.iter().find(|alias| alias.name == name).ok_or_else(|| {
            let known: Vec<&str> = aliases.iter().map(|alias| alias.name.as_str()).collect();
            ReleaseError::refused(
                &service.name,
                format!("function {} has no alias `{name}`", service.function),
                format!("its aliases: {}; apply the stack that makes it", known.join(", ")),
            )
        })
    };
    Ok(state(find(&service.stable_alias)?, find(&service.candidate_alias)?))
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

fn warnings(service: &Function, aliases: &[Alias], versions: &[Configuration]) -> Vec<String> {
    let known: BTreeSet<&str> = versions.iter().map(|version| version.version.as_str()).collect();
    let mut warnings = Vec::new();
    for alias in aliases {
        if !alias.route.is_whole() {
            warnings.push(format!(
                "alias `{}` is unfinished at {}: weights never go away by themselves",
                alias.name, alias.route
            ));
        }
        if let Some(record) = moved_away(alias).filter(|_| alias.name == service.stable_alias) {
            warnings.push(format!(
                "somebody moved alias `{}` by hand to {}, from version {} of release {}: nothing goes forward before another `release start`",
                alias.name, alias.route, record.to, record.release
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
