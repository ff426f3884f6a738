//! `history`: the published versions, what each was published for, and which aliases point at it.

use crate::cloud::Cloud;
use crate::release::version::VersionNote;
use crate::release::{Deployer, Service, Stop};

/// A published version.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HistoryEntry {
    /// The version.
    pub version: String,
    /// The release that published it, unless it was Terraform or a person.
    pub release: Option<String>,
    /// The commit that it was made from.
    pub commit: Option<String>,
    /// When it was published, as AWS writes it.
    pub published: String,
    /// The SHA-256 of its package, in base64.
    pub code_sha256: String,
    /// The aliases that point at it, also with a part of their calls.
    pub aliases: Vec<String>,
}

/// Reads the versions of a service, newest first.
///
/// # Errors
/// Fails where AWS does not answer.
pub async fn history<C: Cloud>(
    deployer: &Deployer<'_, C>,
    service: &Service,
) -> Result<Vec<HistoryEntry>, Stop> {
    let failed = Stop::failed(&service.name);
    let aliases = deployer.patiently(|| deployer.cloud.aliases(&service.function)).await.map_err(&failed)?;
    let versions =
        deployer.patiently(|| deployer.cloud.versions(&service.function)).await.map_err(&failed)?;
    let entry = |version: crate::cloud::Configuration| {
        let note = VersionNote::read(&version.description);
        let points = |alias: &&crate::cloud::Alias| alias.route.percent_of(&version.version) > 0;
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
