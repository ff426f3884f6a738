//! `resume`: what a release that was cut off needs next, from what is true in AWS.

use crate::cloud::Cloud;
use crate::release::promote::Judging;
use crate::release::{
    Candidates, Deployer, Destination, Promotion, RolledBack, Service, State, Stop, promote, rollback, state,
};

/// Which way to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the new version, judging as before.
    Forward,
    /// Towards the new version; the step that it is at was judged by a person.
    ForwardAsJudged,
    /// To the version of before.
    Back,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// The new versions serve now.
    Promoted(Vec<String>),
    /// The versions of before serve now.
    RolledBack(Vec<RolledBack>),
    /// A rollback had been cut off, and is finished now. Why.
    TakenBack(Stop),
    /// Nothing was cut off. What comes next, if anything.
    Nothing(Option<&'static str>),
}

/// Goes on where a release was cut off.
///
/// # Errors
/// Fails as promotions and rollbacks do.
pub async fn resume<C: Cloud>(
    deployer: &Deployer<'_, C>,
    services: &[Service],
    way: Way,
) -> Result<Resumed, Stop> {
    if way == Way::Back {
        return rollback(deployer, services, &Destination::Before).await.map(Resumed::RolledBack);
    }
    let is_idle = |seen: &Result<Vec<State>, Stop>| seen.as_ref().is_ok_and(|states| !is_cut_off(states));
    let states = deployer.look(is_idle, async || states(deployer, services).await).await?;
    if !is_cut_off(&states) {
        return Ok(Resumed::Nothing(next_verb(&states)));
    }
    let judging = match way {
        Way::ForwardAsJudged => Judging::AfterThisStep,
        Way::Forward | Way::Back => Judging::EachStep,
    };
    // Where one service moved, somebody had decided that the untested ones of the same release may.
    let promotion = Promotion { wanted: None, candidates: Candidates::AsStarted, judging };
    let is_going_back = states.iter().any(|state| matches!(state, State::RolledBack(_)));
    match promote(deployer, services, &promotion).await {
        Ok(versions) => Ok(Resumed::Promoted(versions)),
        Err(stop @ (Stop::TakenBack { .. } | Stop::Refused { .. })) if is_going_back => {
            Ok(Resumed::TakenBack(stop))
        }
        Err(stop) => Err(stop),
    }
}

/// Where each service stands.
async fn states<C: Cloud>(deployer: &Deployer<'_, C>, services: &[Service]) -> Result<Vec<State>, Stop> {
    let mut states = Vec::new();
    for service in services {
        let (stable, candidate) = deployer.read_aliases(service).await?;
        let current = state(&stable, &candidate);
        if current == State::Foreign {
            return Err(deployer.foreign(service, &stable).await?);
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
    let is_behind: fn(&State) -> bool =
        |state| matches!(state, State::Started(_) | State::Verified(_) | State::RolledBack(_));
    releases(is_promoted).any(|promoted| releases(is_behind).any(|behind| behind == promoted))
}

fn next_verb(states: &[State]) -> Option<&'static str> {
    if states.iter().any(|state| matches!(state, State::Started(_))) {
        return Some("verify");
    }
    states.iter().any(|state| matches!(state, State::Verified(_))).then_some("promote")
}
