//! Which package serves, and since when.

use crate::engine::{Phase, ReleaseError, Served};
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};

/// Reads what serves.
pub(super) async fn served<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
) -> Result<Served, ReleaseError> {
    let stable = session.read_alias(service, &service.stable_alias).await?;
    let version = &stable.route.version;
    let record = stable.serving_record();
    let is_watched = record.as_ref().is_some_and(|record| record.phase == Phase::Watching);
    let unsettled = match (stable.route.is_whole(), is_watched) {
        (false, _) => Some(format!("alias `{}` is at {}", stable.name, stable.route)),
        (true, true) => Some(format!("version {version} is still judged")),
        (true, false) => None,
    };
    let call = || session.api.configuration(&service.function, Some(version));
    let found = session.context.retry(call).await.map_err(ReleaseError::failed(&service.name))?;
    Ok(Served {
        service: service.name.clone(),
        digest: Some(found.code_sha256).filter(|digest| !digest.is_empty()),
        since: record.map(|record| record.at),
        unsettled,
    })
}
