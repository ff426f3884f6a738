//! Whether what is to be released is older than the version that serves.

use tokio::sync::OnceCell;

use crate::engine::{Artifacts, Known, Phase, ReleaseError, is_same};
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
    // They are only asked for where the record does not name the commit, or git does not know it.
    let read = OnceCell::new();
    let versions = async || {
        let call = || session.api.versions(&service.function);
        let list = async || session.context.retry(call).await.map_err(ReleaseError::failed(&service.name));
        read.get_or_try_init(list).await
    };
    let number = |version: &str| version.parse::<u64>().unwrap_or(0);
    // A record of a rollback has the commit of what was taken back.
    let brought = stable.serving_record().filter(|it| it.phase != Phase::RolledBack).map(|it| it.commit);
    let serving_commit = match brought.filter(|commit| !commit.is_empty()) {
        Some(commit) => Some(commit),
        None => versions()
            .await?
            .iter()
            .find(|it| it.version == *serving)
            .and_then(|it| VersionNote::read(&it.description))
            .map(|note| note.commit),
    };
    let known = async || {
        let is_before = versions().await?.iter().any(|it| {
            let is_of_commit = VersionNote::read(&it.description)
                .is_some_and(|note| is_same(&note.commit, artifacts.commit.as_str()));
            is_of_commit && number(&it.version) < number(serving)
        });
        Ok(if is_before { Known::Before } else { Known::Nothing })
    };
    artifacts.check_age(&service.name, serving_commit.as_deref(), known).await
}
