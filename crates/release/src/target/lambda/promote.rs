//! `promote`: the stable aliases move to the new versions, step by step, judged at each; or they all go back.

use crate::description::Step;
use crate::engine::{CurrentStep, Phase, Promotion, ReleaseError};
use crate::target::lambda::alias::{Alias, Route};
use crate::target::lambda::alias_move::AliasMove;
use crate::target::lambda::api::{LambdaApi, Provisioned};
use crate::target::lambda::bake::{bake, check_quiet, check_readable};
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::plan;
use crate::target::lambda::plan::{Next, Release};
use crate::target::lambda::record::Record;
use crate::target::lambda::state::{State, state};

/// A service on its way.
pub(crate) struct Rollout<'a> {
    pub(crate) service: &'a Function,
    /// The stable alias as it is now.
    pub(crate) stable: Alias,
    pub(crate) release: Release,
    /// The share that the new version has.
    pub(crate) percent: u32,
    /// Since when, in seconds since 1970 as AWS counts them.
    pub(crate) since: u64,
}

/// Promotes services as one. What is done already is not done again, so that this also resumes.
///
/// # Errors
/// Fails without having moved anything, or says which aliases moved and where they point now.
pub async fn promote<C: LambdaApi>(
    session: &Session<'_, C>,
    services: &[Function],
    promotion: &Promotion,
) -> Result<Vec<String>, ReleaseError> {
    let looked = session.context.look_past_refusals(async || {
        let (rollouts, went_back) = load(session, services, promotion).await?;
        match (rollouts.is_empty(), went_back) {
            (true, None) => Err(nothing()),
            (true, Some((service, release))) => Err(was_rolled_back(&service, &release)),
            (false, went_back) => Ok((rollouts, went_back)),
        }
    });
    let (mut rollouts, went_back) = looked.await?;
    let Some(first) = rollouts.first() else { return Err(nothing()) };
    if let Some((service, release)) = went_back {
        // A crash in the middle of going back: it is finished here, and never turned around.
        return Err(go_back(session, &mut rollouts, was_rolled_back(&service, &release)).await);
    }
    let steps = first.service.shifting.steps();
    let least = rollouts.iter().map(|it| it.percent).min().unwrap_or(0);
    let mut current_step = promotion.current_step;
    if least == 0 && !session.context.is_dry_run() {
        check_quiet(session, &rollouts).await?;
        if steps.iter().any(|step| step.bake_seconds > 0) {
            check_readable(session, &rollouts).await?;
        }
    }
    for step in plan::remaining(&steps, least) {
        if let Err(cause) = move_all(session, &mut rollouts, &steps, step).await {
            return Err(go_back(session, &mut rollouts, cause).await);
        }
        let step_passed =
            std::mem::replace(&mut current_step, CurrentStep::Analyzed) == CurrentStep::TakenAsPassed;
        if step_passed || session.context.is_dry_run() {
            continue;
        }
        if step.bake_seconds > 0 {
            match bake(session, &rollouts, step).await {
                Ok(()) => {}
                Err(paused @ ReleaseError::Paused { .. }) => return Err(paused),
                Err(cause) => return Err(go_back(session, &mut rollouts, cause).await),
            }
        }
        wait_for_person(&rollouts, step)?;
    }
    if let Some(cause) = undone(session, &rollouts).await? {
        return Err(go_back(session, &mut rollouts, cause).await);
    }
    settle(session, &mut rollouts).await?;
    Ok(rollouts.into_iter().map(|it| it.release.to).collect())
}

type Loaded<'a> = (Vec<Rollout<'a>>, Option<(String, Release)>);

/// Reads where each service stands, and refuses what must not begin. The second part is a service that went back.
async fn load<'a, C: LambdaApi>(
    session: &Session<'_, C>,
    services: &'a [Function],
    promotion: &Promotion,
) -> Result<Loaded<'a>, ReleaseError> {
    let mut rollouts: Vec<Rollout<'a>> = Vec::new();
    let mut went_back = None;
    for service in services {
        let (stable, candidate) = session.read_aliases(service).await?;
        let current = state(&stable, &candidate);
        if current == State::Foreign {
            return Err(session.foreign(service, &stable).await?);
        }
        let next = plan::next(service, &current, &stable, promotion.candidates)?;
        let (release, percent, since) = match next {
            Next::Begin(release) => (release, 0, 0),
            Next::Continue { release, percent, since } => (release, percent, since),
            Next::Done(release) => {
                // Judged once more with those that are not done, from when it was settled and not from 1970.
                let now = session.context.now();
                let settled = Record::read(&stable.description).map_or(now, |record| record.at);
                (release, 100, settled)
            }
            Next::WentBack(release) => {
                went_back = Some((service.name.clone(), release));
                continue;
            }
        };
        if let Some(wanted) = &promotion.wanted {
            let what = format!("version {}", release.to);
            ReleaseError::unless_wanted(&service.name, wanted, &release.id, &release.commit, Some(&what))?;
        }
        rollouts.push(Rollout { service, stable, release, percent, since });
    }
    agree(&rollouts)?;
    if went_back.is_none() {
        plan::refuse_half_way(rollouts.iter().map(|it| (it.service, &it.stable)))?;
    }
    for it in rollouts.iter().filter(|it| it.percent == 0 && it.service.shifting.is_weighted()) {
        refuse_provisioned(session, it.service).await?;
    }
    Ok((rollouts, went_back))
}

/// Services that go as one are of one release and shift in the same way.
fn agree(rollouts: &[Rollout<'_>]) -> Result<(), ReleaseError> {
    let Some((first, rest)) = rollouts.split_first() else { return Ok(()) };
    for other in rest {
        if other.release.id != first.release.id {
            return Err(ReleaseError::refused(
                &other.service.name,
                format!(
                    "release {} is not that of {}, which is {}",
                    other.release.id, first.service.name, first.release.id
                ),
                "services that are promoted as one are started as one",
            ));
        }
        if other.service.shifting.steps() != first.service.shifting.steps() {
            return Err(ReleaseError::refused(
                &other.service.name,
                format!("its requests do not shift as those of {} do", first.service.name),
                "give services that release as one the same shifting",
            ));
        }
    }
    Ok(())
}

/// Weights and provisioned concurrency exclude each other (Lambda Developer Guide, "Configuring provisioned
/// concurrency").
async fn refuse_provisioned<C: LambdaApi>(
    session: &Session<'_, C>,
    service: &Function,
) -> Result<(), ReleaseError> {
    let call = || session.api.provisioned(&service.function, &service.stable_alias);
    let provisioned: Option<Provisioned> =
        session.context.retry(call).await.map_err(ReleaseError::failed(&service.name))?;
    if provisioned.is_none() {
        return Ok(());
    }
    Err(ReleaseError::refused(
        &service.name,
        format!("alias `{}` has provisioned concurrency, which excludes weights", service.stable_alias),
        "use `Shifting::AllAtOnce` for it: AWS then moves the calls as the concurrency is provisioned",
    ))
}

/// Gives the new versions of all services the share of a step, in the order of the services.
async fn move_all<C: LambdaApi>(
    session: &Session<'_, C>,
    rollouts: &mut [Rollout<'_>],
    steps: &[Step],
    step: Step,
) -> Result<(), ReleaseError> {
    let is_alone = rollouts.len() == 1;
    for it in rollouts.iter_mut().filter(|it| it.percent < step.percent) {
        let (route, phase) = match step.percent {
            // Services that go as one are only settled when all of them are there: until then nobody else begins.
            100 if step.bake_seconds > 0 || !is_alone => (Route::to(&it.release.to), Phase::Watching),
            100 => (Route::to(&it.release.to), Phase::Promoted),
            percent => (Route::shared(&it.release.from, &it.release.to, percent), Phase::Shifting),
        };
        let now = session.context.now();
        let record = it.release.record(phase, now, &session.context.by);
        it.stable =
            session.move_alias(&AliasMove { service: it.service, read: &it.stable, route, record }).await?;
        // Another run of the same release may be further on: then this one follows it.
        it.percent = it.stable.route.percent_of(&it.release.to).max(step.percent);
        // What is judged begins when AWS had moved it, and not when it was asked to.
        let moved = session.context.now().max(now);
        it.since = match Record::read(&it.stable.description) {
            Some(record) if record.at != now => record.at,
            _ => moved,
        };
        let number = steps.iter().position(|other| other == &step).map_or(0, |index| index + 1);
        session.context.journal.note(&format!(
            "{}: version {} has {}% of the calls (step {number} of {})",
            it.service.name,
            it.release.to,
            it.percent,
            steps.len()
        ));
    }
    Ok(())
}

/// Whether one of several services was taken back while the others moved. Whoever took it back saw nothing to take
/// back of those.
async fn undone<C: LambdaApi>(
    session: &Session<'_, C>,
    rollouts: &[Rollout<'_>],
) -> Result<Option<ReleaseError>, ReleaseError> {
    if rollouts.len() < 2 || session.context.is_dry_run() {
        return Ok(None);
    }
    for it in rollouts {
        let stable = session.read_alias(it.service, &it.service.stable_alias).await?;
        let record = Record::read(&stable.description).filter(|record| record.release == it.release.id);
        if record.is_some_and(|record| record.phase == Phase::RolledBack) {
            return Ok(Some(was_rolled_back(&it.service.name, &it.release)));
        }
    }
    Ok(None)
}

/// Stops at a share at which a person decides.
fn wait_for_person(rollouts: &[Rollout<'_>], step: Step) -> Result<(), ReleaseError> {
    match rollouts.iter().find(|it| it.service.pause_at.contains(&step.percent)) {
        Some(it) => Err(ReleaseError::Waits { service: it.service.name.clone(), percent: step.percent }),
        None => Ok(()),
    }
}

/// Ends the watching of versions that have all calls.
async fn settle<C: LambdaApi>(
    session: &Session<'_, C>,
    rollouts: &mut [Rollout<'_>],
) -> Result<(), ReleaseError> {
    for it in rollouts {
        let is_watched =
            Record::read(&it.stable.description).is_some_and(|record| record.phase == Phase::Watching);
        if is_watched {
            let record = it.release.record(Phase::Promoted, session.context.now(), &session.context.by);
            let route = Route::to(&it.release.to);
            let step = AliasMove { service: it.service, read: &it.stable, route, record };
            it.stable = session.move_alias(&step).await?;
        }
    }
    Ok(())
}

/// Takes back every service that got a share, and returns the result.
async fn go_back<C: LambdaApi>(
    session: &Session<'_, C>,
    rollouts: &mut [Rollout<'_>],
    cause: ReleaseError,
) -> ReleaseError {
    let untouched = match &cause {
        ReleaseError::Interfered { service, .. } => Some(service.clone()),
        _ => None,
    };
    let (mut back, mut stuck) = (Vec::new(), Vec::new());
    let mut failure = None;
    let moved = rollouts.iter_mut().filter(|it| Some(&it.service.name) != untouched.as_ref());
    for it in moved {
        let route = Route::to(&it.release.from);
        let record = it.release.rolled_back(session.context.now(), &session.context.by);
        // A move whose answer was lost may have come through: what is there counts, not what was known.
        let read = match session.read_alias(it.service, &it.service.stable_alias).await {
            Ok(read) => read,
            Err(error) => {
                stuck.push(it.service.name.clone());
                failure.get_or_insert(error);
                continue;
            }
        };
        let is_ours = Record::read(&read.description)
            .is_some_and(|record| record.release == it.release.id && record.phase != Phase::RolledBack);
        if !is_ours {
            continue;
        }
        match session.move_alias(&AliasMove { service: it.service, read: &read, route, record }).await {
            Ok(_) => back.push(it.service.name.clone()),
            Err(error) => {
                stuck.push(it.service.name.clone());
                failure.get_or_insert(error);
            }
        }
    }
    match failure {
        Some(failure) => {
            ReleaseError::RollbackFailed { cause: Box::new(cause), names: stuck, failure: Box::new(failure) }
        }
        None if back.is_empty() || matches!(cause, ReleaseError::Breached { .. }) => cause,
        None => ReleaseError::RolledBack { cause: Box::new(cause), names: back },
    }
}

fn was_rolled_back(service: &str, release: &Release) -> ReleaseError {
    ReleaseError::refused(
        service,
        format!("release {} was taken back: version {} serves", release.id, release.from),
        format!("`release start {service}` makes another attempt"),
    )
}

fn nothing() -> ReleaseError {
    ReleaseError::refused("release", "no service was named", "name the services to promote")
}
