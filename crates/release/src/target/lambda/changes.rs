//! How releases have changed functions, for GitHub's deployments.

use crate::deployment::{Progress, ServiceChange};
use crate::engine::ReleaseError;
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::state::{State, state};

/// Reads the changes of functions. A function that no release is about has none.
///
/// # Errors
/// Fails where AWS does not answer.
pub(super) async fn changes<C: LambdaApi>(
    session: &Session<'_, C>,
    functions: &[Function],
) -> Result<Vec<ServiceChange>, ReleaseError> {
    let mut changes = Vec::new();
    for function in functions {
        let (stable, candidate) = session.read_aliases(function).await?;
        changes.extend(change(function, &state(&stable, &candidate), &stable.route.version));
    }
    Ok(changes)
}

fn change(function: &Function, state: &State, serving: &str) -> Option<ServiceChange> {
    let record = state.record()?;
    let progress = match state {
        State::Promoted(_) => Progress::Serving,
        State::RolledBack(_) | State::MovedAway(_) => Progress::RolledBack,
        _ => Progress::InProgress,
    };
    let name = match state {
        State::Shifting { percent, .. } => format!("shifting, {percent}%"),
        _ => state.name().to_owned(),
    };
    Some(ServiceChange {
        service: function.name.clone(),
        release: record.release.clone(),
        commit: record.commit.clone(),
        state: name,
        before: record.from.clone().unwrap_or_else(|| serving.to_owned()),
        after: record.to.clone(),
        progress,
    })
}
