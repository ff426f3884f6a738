//! Whether what is to be released is older than the version that serves.

use crate::engine::{Artifacts, Known, ReleaseError, is_same};
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::version_note::VersionNote;

/// Refuses a commit that was published before the version that serves, or is an ancestor of its commit.
pub(super) async fn check_age<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
    artifacts: &Artifacts,
) -> Result<(), ReleaseError> {
    let stable = session.read_alias(service, &service.stable_alias).await?;
    let serving = &stable.route.version;
    let versions = session.context.retry(|| session.api.versions(&service.function)).await;
    let versions = versions.map_err(ReleaseError::failed(&service.name))?;
    let number = |version: &str| version.parse::<u64>().unwrap_or(0);
    let noted = |version: &str| {
        let found = versions.iter().find(|it| it.version == version)?;
        VersionNote::read(&found.description).map(|note| note.commit)
    };
    // A record of a rollback has the commit of what was taken back.
    let brought =
        stable.serving_record().filter(|it| it.phase != crate::engine::Phase::RolledBack).map(|it| it.commit);
    let serving_commit = brought.filter(|commit| !commit.is_empty()).or_else(|| noted(serving));
    artifacts.check_age(&service.name, serving_commit.as_deref(), || {
        let is_before = versions.iter().any(|it| {
            let is_of_commit = VersionNote::read(&it.description)
                .is_some_and(|note| is_same(&note.commit, artifacts.commit.as_str()));
            is_of_commit && number(&it.version) < number(serving)
        });
        if is_before { Known::Before } else { Known::Nothing }
    })
}
