//! What is true of releases of functions, for GitHub to be told.

use crate::deployment::{Fact, Progress};
use crate::engine::ReleaseError;
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::state::{State, state};

/// Reads what is true of functions. A function that no release is about has nothing to tell.
///
/// # Errors
/// Fails where AWS does not answer.
pub(super) async fn facts<C: LambdaApi>(
    session: &Session<'_, C>,
    functions: &[Function],
) -> Result<Vec<Fact>, ReleaseError> {
    let mut facts = Vec::new();
    for function in functions {
        let (stable, candidate) = session.read_aliases(function).await?;
        facts.extend(fact(function, &state(&stable, &candidate), &stable.route.version));
    }
    Ok(facts)
}

fn fact(function: &Function, state: &State, serving: &str) -> Option<Fact> {
    let record = state.record()?;
    let progress = match state {
        State::Promoted(_) => Progress::Serving,
        State::RolledBack(_) => Progress::RolledBack,
        _ => Progress::InProgress,
    };
    let name = match state {
        State::Shifting { percent, .. } => format!("shifting, {percent}%"),
        _ => state.name().to_owned(),
    };
    Some(Fact {
        service: function.name.clone(),
        release: record.release.clone(),
        commit: record.commit.clone(),
        state: name,
        before: record.from.clone().unwrap_or_else(|| serving.to_owned()),
        after: record.to.clone(),
        progress,
    })
}
