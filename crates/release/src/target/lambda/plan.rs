//! What a verb does in a state: decisions without calls.

use crate::description::Step;
use crate::engine::{Candidates, Phase, ReleaseError};
use crate::target::lambda::alias::Alias;
use crate::target::lambda::function::Function;
use crate::target::lambda::record::Record;
use crate::target::lambda::state::State;

/// How a promotion goes on from a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// From the first step.
    Begin(Release),
    /// From a share that the new version has since a time.
    Continue { release: Release, percent: u32, since: u64 },
    /// It is done.
    Done(Release),
    /// Another service of the same release went back, or this one did: nothing goes forward any more.
    WentBack(Release),
}

/// A release of one service, as its records tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) id: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) commit: String,
}

impl Release {
    fn of(record: &Record, from: &str) -> Self {
        Self {
            id: record.release.clone(),
            from: from.to_owned(),
            to: record.to.clone(),
            commit: record.commit.clone(),
        }
    }

    /// A record of a phase of it.
    pub(crate) fn record(&self, phase: Phase, at: u64, by: &str) -> Record {
        Record::new(&self.id, phase, &self.to, at, by).from(&self.from).commit(&self.commit)
    }

    /// A record that it was taken back.
    pub(crate) fn rolled_back(&self, at: u64, by: &str) -> Record {
        Record::new(&self.id, Phase::RolledBack, &self.from, at, by).from(&self.to).commit(&self.commit)
    }
}

/// How a promotion goes on.
pub(crate) fn next(
    service: &Function,
    state: &State,
    stable: &Alias,
    candidates: Candidates,
) -> Result<Next, ReleaseError> {
    let name = &service.name;
    let serving = &stable.route.version;
    let origin = |record: &Record| record.from.clone().unwrap_or_else(|| serving.clone());
    match state {
        State::Verified(record) => Ok(Next::Begin(Release::of(record, serving))),
        State::Started(record) if candidates == Candidates::AsStarted => {
            Ok(Next::Begin(Release::of(record, serving)))
        }
        State::Started(record) => Err(ReleaseError::refused(
            name,
            format!("version {} of release {} is not verified", record.to, record.release),
            format!("`release verify {name}` first"),
        )),
        State::Shifting { record, percent } => Ok(Next::Continue {
            release: Release::of(record, &origin(record)),
            percent: *percent,
            since: record.at,
        }),
        State::Watching(record) => Ok(Next::Continue {
            release: Release::of(record, &origin(record)),
            percent: 100,
            since: record.at,
        }),
        State::Promoted(record) => Ok(Next::Done(Release::of(record, &origin(record)))),
        State::RolledBack(record) => Ok(Next::WentBack(Release::of(record, &origin(record)))),
        State::MovedAway(record) => Err(ReleaseError::refused(
            name,
            format!(
                "release {} was taken back by hand: somebody moved alias `{}` from version {} to {serving}",
                record.release, service.stable_alias, record.to
            ),
            format!("`release start {name}` makes another attempt"),
        )),
        State::Idle => Err(ReleaseError::refused(
            name,
            format!("alias `{}` does not point at a version that a release started", service.candidate_alias),
            format!("`release start {name}` first; `release status {name}` shows the aliases"),
        )),
        State::Foreign => Err(foreign(service, stable)),
    }
}

/// The refusal of weights that no release gave.
pub(crate) fn foreign(service: &Function, stable: &Alias) -> ReleaseError {
    let name = &service.name;
    ReleaseError::refused(
        name,
        format!("alias `{}` has weights that no release gave it: {}", service.stable_alias, stable.route),
        format!(
            "provisioned concurrency on its way shows such weights, and they go away; else `release rollback {name}` gives version {} all calls again",
            stable.route.version
        ),
    )
}

/// The refusal to begin where a rollback of several services took back only some of them.
pub(crate) fn refuse_half_way<'a>(
    services: impl Iterator<Item = (&'a Function, &'a Alias)> + Clone,
) -> Result<(), ReleaseError> {
    let records = services.filter_map(|(service, stable)| {
        let record = stable.serving_record()?;
        stable.route.is_whole().then_some((service, record))
    });
    let is_back = |record: &Record| record.phase == Phase::RolledBack;
    for (service, record) in records.clone().filter(|(_, record)| !is_back(record)) {
        if let Some((other, _)) = records.clone().find(|(_, it)| is_back(it) && it.release == record.release)
        {
            return Err(ReleaseError::refused(
                &service.name,
                format!("release {} was taken back of {}, and not of this", record.release, other.name),
                format!("`release rollback {} {}` finishes it", other.name, service.name),
            ));
        }
    }
    Ok(())
}

/// The steps that are still to be made of a release whose new version has a share.
pub(crate) fn remaining(steps: &[Step], percent: u32) -> Vec<Step> {
    steps.iter().copied().filter(|step| step.percent >= percent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_goes_on_at_the_step_that_it_was_at() {
        let steps = [10, 50, 100].map(|percent| Step { percent, bake_seconds: 60 });
        let shares = |percent| remaining(&steps, percent).iter().map(|it| it.percent).collect::<Vec<_>>();
        assert_eq!(shares(0), [10, 50, 100]);
        assert_eq!(shares(10), [10, 50, 100]);
        // The settings changed since: the share is kept at least.
        assert_eq!(shares(30), [50, 100]);
        assert_eq!(shares(100), [100]);
    }
}
