//! `history`: the published versions, what each was published for, and which aliases point at it.

use crate::engine::{HistoryEntry, ReleaseError};
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::version_note::VersionNote;

/// Reads the versions of a service, newest first.
///
/// # Errors
/// Fails where AWS does not answer.
pub async fn history<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
) -> Result<Vec<HistoryEntry>, ReleaseError> {
    let failed = ReleaseError::failed(&service.name);
    let aliases = session.context.retry(|| session.api.aliases(&service.function)).await.map_err(&failed)?;
    let versions =
        session.context.retry(|| session.api.versions(&service.function)).await.map_err(&failed)?;
    let entry = |version: crate::target::lambda::api::Configuration| {
        let note = VersionNote::read(&version.description);
        let points =
            |alias: &&crate::target::lambda::alias::Alias| alias.route.percent_of(&version.version) > 0;
        HistoryEntry {
            aliases: aliases.iter().filter(points).map(|alias| alias.name.clone()).collect(),
            release: note.as_ref().map(|note| note.release.clone()),
            commit: note.map(|note| note.commit),
            published: version.modified,
            code_sha256: version.code_sha256,
            version: version.version,
        }
    };
    Ok(versions.into_iter().rev().map(entry).collect())
}
