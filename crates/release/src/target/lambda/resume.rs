//! `resume`: what a release that was cut off needs next, from what is true in AWS.

use crate::engine::{Candidates, Destination, Direction, Promotion, ReleaseError};
use crate::permissions::Verb;
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::promote::promote;
use crate::target::lambda::rollback::{RolledBack, rollback};
use crate::target::lambda::state::{State, state};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// The new versions serve now.
    Promoted(Vec<String>),
    /// The versions of before serve now.
    RolledBack(Vec<RolledBack>),
    /// A rollback had been cut off, and is finished now. Why.
    FinishedRollback(ReleaseError),
    /// Nothing was cut off. What comes next, if anything.
    Nothing(Option<Verb>),
}

/// Goes on where a release was cut off.
///
/// # Errors
/// Fails as promotions and rollbacks do.
pub async fn resume<C: LambdaApi>(
    session: &Session<'_, C>,
    services: &[Function],
    direction: Direction,
) -> Result<Resumed, ReleaseError> {
    let Direction::Forward(current_step) = direction else {
        return rollback(session, services, &Destination::Previous).await.map(Resumed::RolledBack);
    };
    let is_idle =
        |seen: &Result<Vec<State>, ReleaseError>| seen.as_ref().is_ok_and(|states| !is_cut_off(states));
    let states = session.context.look(is_idle, async || states(session, services).await).await?;
    if !is_cut_off(&states) {
        return Ok(Resumed::Nothing(next_verb(&states)));
    }
    // Where one service moved, somebody had decided that the untested ones of the same release may.
    let promotion = Promotion { wanted: None, candidates: Candidates::AsStarted, current_step };
    let is_going_back = states.iter().any(|state| matches!(state, State::RolledBack(_)));
    match promote(session, services, &promotion).await {
        Ok(versions) => Ok(Resumed::Promoted(versions)),
        Err(error @ (ReleaseError::RolledBack { .. } | ReleaseError::Refused { .. })) if is_going_back => {
            Ok(Resumed::FinishedRollback(error))
        }
        Err(error) => Err(error),
    }
}

/// Where each service stands.
async fn states<C: LambdaApi>(
    session: &Session<'_, C>,
    services: &[Function],
) -> Result<Vec<State>, ReleaseError> {
    let mut states = Vec::new();
    for service in services {
        let (stable, candidate) = session.read_aliases(service).await?;
        let current = state(&stable, &candidate);
        if current == State::Foreign {
            return Err(session.foreign(service, &stable).await?);
        }
        states.push(current);
    }
    Ok(states)
}

/// Whether an alias is between two versions, or some services of a release moved and others did not.
fn is_cut_off(states: &[State]) -> bool {
    if states.iter().any(State::is_unfinished) {
        return true;
    }
    let releases = |wanted: fn(&State) -> bool| {
        states
            .iter()
            .filter(move |state| wanted(state))
            .filter_map(State::record)
            .map(|it| it.release.as_str())
    };
    let is_promoted: fn(&State) -> bool = |state| matches!(state, State::Promoted(_));
    let is_behind: fn(&State) -> bool = |state| {
        matches!(state, State::Started(_) | State::Verified(_) | State::RolledBack(_) | State::MovedAway(_))
    };
    releases(is_promoted).any(|promoted| releases(is_behind).any(|behind| behind == promoted))
}

fn next_verb(states: &[State]) -> Option<Verb> {
    if states.iter().any(|state| matches!(state, State::Started(_))) {
        return Some(Verb::Verify);
    }
    states.iter().any(|state| matches!(state, State::Verified(_))).then_some(Verb::Promote)
}
