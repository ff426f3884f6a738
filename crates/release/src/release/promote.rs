//! `promote`: the stable aliases move to the new versions, step by step, judged at each; or they all go back.

use crate::cloud::{Alias, Cloud, Provisioned, Reality, Route, TrafficQuery};
use crate::description::Step;
use crate::judge::{Verdict, Window, judge};
use crate::release::movement::Move;
pub use crate::release::plan::Candidates;
use crate::release::plan::{self, Next, Release};
use crate::release::{Deployer, Phase, Record, Service, State, Stop, state};

/// What a promotion is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The release, by its name or commit, if it must be this one.
    pub wanted: Option<String>,
    /// Which candidates may be promoted.
    pub candidates: Candidates,
    /// Whether steps wait for a verdict.
    pub judging: Judging,
}

/// Whether a step waits for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judging {
    /// Each does.
    EachStep,
    /// The one that the release is at was judged by a person; the next ones wait.
    AfterThisStep,
}

/// A service on its way.
pub(crate) struct Passenger<'a> {
    pub(crate) service: &'a Service,
    /// The stable alias as it is now.
    pub(crate) stable: Alias,
    pub(crate) release: Release,
    /// The share that the new version has.
    percent: u32,
    /// Since when.
    since: u64,
}

/// Promotes services as one. What is done already is not done again, so that this also resumes.
///
/// # Errors
/// Fails without having moved anything, or says which aliases moved and what became of them.
pub async fn promote<C: Cloud>(
    deployer: &Deployer<'_, C>,
    services: &[Service],
    promotion: &Promotion,
) -> Result<Vec<String>, Stop> {
    let looked = deployer.look_past_refusals(async || {
        let (passengers, went_back) = board(deployer, services, promotion).await?;
        match (passengers.is_empty(), went_back) {
            (true, None) => Err(nothing()),
            (true, Some((service, release))) => Err(was_taken_back(&service, &release)),
            (false, went_back) => Ok((passengers, went_back)),
        }
    });
    let (mut passengers, went_back) = looked.await?;
    let Some(first) = passengers.first() else { return Err(nothing()) };
    if let Some((service, release)) = went_back {
        // A crash in the middle of going back: it is finished here, and never turned around.
        return Err(go_back(deployer, &mut passengers, was_taken_back(&service, &release)).await);
    }
    let steps = first.service.shifting.steps();
    let least = passengers.iter().map(|it| it.percent).min().unwrap_or(0);
    let mut judging = promotion.judging;
    for step in plan::remaining(&steps, least) {
        if let Err(cause) = move_all(deployer, &mut passengers, &steps, step).await {
            return Err(go_back(deployer, &mut passengers, cause).await);
        }
        let judged = std::mem::replace(&mut judging, Judging::EachStep) == Judging::AfterThisStep;
        if step.bake_seconds == 0 || judged || deployer.cloud.reality() == Reality::Rehearsed {
            continue;
        }
        match bake(deployer, &passengers, step).await {
            Ok(()) => {}
            Err(paused @ Stop::Paused { .. }) => return Err(paused),
            Err(cause) => return Err(go_back(deployer, &mut passengers, cause).await),
        }
    }
    if let Some(cause) = undone(deployer, &passengers).await? {
        return Err(go_back(deployer, &mut passengers, cause).await);
    }
    settle(deployer, &mut passengers).await?;
    Ok(passengers.into_iter().map(|it| it.release.to).collect())
}

type Board<'a> = (Vec<Passenger<'a>>, Option<(String, Release)>);

/// Reads where each service stands, and refuses what must not begin. The second part is a service that went back.
async fn board<'a, C: Cloud>(
    deployer: &Deployer<'_, C>,
    services: &'a [Service],
    promotion: &Promotion,
) -> Result<Board<'a>, Stop> {
    let mut passengers: Vec<Passenger<'a>> = Vec::new();
    let mut went_back = None;
    for service in services {
        let (stable, candidate) = deployer.read_aliases(service).await?;
        let current = state(&stable, &candidate);
        if current == State::Foreign {
            return Err(deployer.foreign(service, &stable).await?);
        }
        let next = plan::next(service, &current, &stable, promotion.candidates)?;
        let (release, percent, since) = match next {
            Next::Begin(release) => (release, 0, 0),
            Next::Continue { release, percent, since } => (release, percent, since),
            Next::Done(release) => {
                // Judged once more with those that are not done, from when it was settled and not from 1970.
                let now = deployer.cloud.now();
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
            Stop::unless_wanted(&service.name, wanted, &release.id, &release.commit, Some(&what))?;
        }
        passengers.push(Passenger { service, stable, release, percent, since });
    }
    agree(&passengers)?;
    if went_back.is_none() {
        plan::refuse_half_way(passengers.iter().map(|it| (it.service, &it.stable)))?;
    }
    for it in passengers.iter().filter(|it| it.percent == 0 && it.service.shifting.is_weighted()) {
        refuse_provisioned(deployer, it.service).await?;
    }
    Ok((passengers, went_back))
}

/// Services that go as one are of one release and shift in the same way.
fn agree(passengers: &[Passenger<'_>]) -> Result<(), Stop> {
    let Some((first, rest)) = passengers.split_first() else { return Ok(()) };
    for other in rest {
        if other.release.id != first.release.id {
            return Err(Stop::refused(
                &other.service.name,
                format!(
                    "release {} is not that of {}, which is {}",
                    other.release.id, first.service.name, first.release.id
                ),
                "services that are promoted as one are started as one",
            ));
        }
        if other.service.shifting.steps() != first.service.shifting.steps() {
            return Err(Stop::refused(
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
async fn refuse_provisioned<C: Cloud>(deployer: &Deployer<'_, C>, service: &Service) -> Result<(), Stop> {
    let call = || deployer.cloud.provisioned(&service.function, &service.stable_alias);
    let provisioned: Option<Provisioned> =
        deployer.patiently(call).await.map_err(Stop::failed(&service.name))?;
    if provisioned.is_none() {
        return Ok(());
    }
    Err(Stop::refused(
        &service.name,
        format!("alias `{}` has provisioned concurrency, which excludes weights", service.stable_alias),
        "use `Shifting::AllAtOnce` for it: AWS then moves the calls as the concurrency is provisioned",
    ))
}

/// Gives the new versions of all services the share of a step, in the order of the services.
async fn move_all<C: Cloud>(
    deployer: &Deployer<'_, C>,
    passengers: &mut [Passenger<'_>],
    steps: &[Step],
    step: Step,
) -> Result<(), Stop> {
    let is_alone = passengers.len() == 1;
    for it in passengers.iter_mut().filter(|it| it.percent < step.percent) {
        let (route, phase) = match step.percent {
            // Services that go as one are only settled when all of them are there: until then nobody else begins.
            100 if step.bake_seconds > 0 || !is_alone => (Route::to(&it.release.to), Phase::Watching),
            100 => (Route::to(&it.release.to), Phase::Promoted),
            percent => (Route::shared(&it.release.from, &it.release.to, percent), Phase::Shifting),
        };
        let now = deployer.cloud.now();
        let record = it.release.record(phase, now, &deployer.by);
        it.stable =
            deployer.move_alias(&Move { service: it.service, read: &it.stable, route, record }).await?;
        // Another run of the same release may be further on: then this one follows it.
        it.percent = it.stable.route.percent_of(&it.release.to).max(step.percent);
        it.since = Record::read(&it.stable.description).map_or(now, |record| record.at);
        let number = steps.iter().position(|other| other == &step).map_or(0, |index| index + 1);
        deployer.journal.note(&format!(
            "{}: version {} has {}% of the calls (step {number} of {})",
            it.service.name,
            it.release.to,
            it.percent,
            steps.len()
        ));
    }
    Ok(())
}

/// Judges all services until each passes. A breach of one is a breach of all.
async fn bake<C: Cloud>(
    deployer: &Deployer<'_, C>,
    passengers: &[Passenger<'_>],
    step: Step,
) -> Result<(), Stop> {
    let mut silent_since = None;
    loop {
        let mut open = None;
        for it in passengers {
            match observe(deployer, it, step).await {
                Ok(verdict) => {
                    silent_since = None;
                    match verdict {
                        Verdict::Pass(_) => {}
                        Verdict::Breach(reason) => {
                            let service = it.service.name.clone();
                            return Err(Stop::Breached { service, reason });
                        }
                        Verdict::Inconclusive(reason) => open = Some((it, reason)),
                    }
                }
                Err(failure) => {
                    let now = deployer.cloud.now();
                    let since = *silent_since.get_or_insert(now);
                    let reason = format!("CloudWatch does not answer: {failure}");
                    let limit = u64::from(it.service.judgement.metrics_outage_minutes) * 60;
                    if now.saturating_sub(since) >= limit || !failure.is_passing() {
                        return Err(paused(it, reason));
                    }
                    open = Some((it, reason));
                }
            }
        }
        let Some((it, reason)) = open else { return Ok(()) };
        let cap = u64::from(it.service.judgement.longest_bake_minutes) * 60;
        if deployer.cloud.now() >= it.since + cap.max(step.bake_seconds) {
            return Err(paused(it, reason));
        }
        deployer.journal.note(&format!("{}: {reason}", it.service.name));
        deployer.cloud.sleep(deployer.timing.judging).await;
    }
}

fn paused(it: &Passenger<'_>, reason: String) -> Stop {
    Stop::Paused { service: it.service.name.clone(), percent: it.percent, reason }
}

/// Asks CloudWatch once how a service is.
async fn observe<C: Cloud>(
    deployer: &Deployer<'_, C>,
    it: &Passenger<'_>,
    step: Step,
) -> Result<Verdict, crate::cloud::Failure> {
    let judgement = &it.service.judgement;
    if !judgement.alarms.is_empty() {
        let ringing = deployer.cloud.ringing(&judgement.alarms).await?;
        if !ringing.is_empty() {
            return Ok(Verdict::Breach(format!("alarm {} rings", ringing.join(" and "))));
        }
    }
    let window = Window { since: it.since, now: deployer.cloud.now(), bake_seconds: step.bake_seconds };
    if window.end() <= window.first_minute() {
        return Ok(Verdict::Inconclusive("no whole minute has passed yet".to_owned()));
    }
    let query = TrafficQuery {
        function: it.service.function.clone(),
        alias: it.service.stable_alias.clone(),
        version: (step.percent < 100).then(|| it.release.to.clone()),
        api: it.service.api.clone(),
        from: window.first_minute(),
        until: window.end(),
    };
    let minutes = deployer.cloud.traffic(&query).await?;
    Ok(judge(judgement, &minutes, &window))
}

/// Whether one of several services was taken back while the others moved. Whoever took it back saw nothing to take
/// back of those.
async fn undone<C: Cloud>(
    deployer: &Deployer<'_, C>,
    passengers: &[Passenger<'_>],
) -> Result<Option<Stop>, Stop> {
    if passengers.len() < 2 || deployer.cloud.reality() == Reality::Rehearsed {
        return Ok(None);
    }
    for it in passengers {
        let stable = deployer.read_alias(it.service, &it.service.stable_alias).await?;
        let record = Record::read(&stable.description).filter(|record| record.release == it.release.id);
        if record.is_some_and(|record| record.phase == Phase::RolledBack) {
            return Ok(Some(was_taken_back(&it.service.name, &it.release)));
        }
    }
    Ok(None)
}

/// Ends the watching of versions that have all calls.
async fn settle<C: Cloud>(deployer: &Deployer<'_, C>, passengers: &mut [Passenger<'_>]) -> Result<(), Stop> {
    for it in passengers {
        let is_watched =
            Record::read(&it.stable.description).is_some_and(|record| record.phase == Phase::Watching);
        if is_watched {
            let record = it.release.record(Phase::Promoted, deployer.cloud.now(), &deployer.by);
            let route = Route::to(&it.release.to);
            let step = Move { service: it.service, read: &it.stable, route, record };
            it.stable = deployer.move_alias(&step).await?;
        }
    }
    Ok(())
}

/// Takes back every service that got a share, and says what came of it.
async fn go_back<C: Cloud>(
    deployer: &Deployer<'_, C>,
    passengers: &mut [Passenger<'_>],
    cause: Stop,
) -> Stop {
    let untouched = match &cause {
        Stop::Interfered { service, .. } => Some(service.clone()),
        _ => None,
    };
    let (mut back, mut stuck) = (Vec::new(), Vec::new());
    let mut failure = None;
    let moved = passengers.iter_mut().filter(|it| Some(&it.service.name) != untouched.as_ref());
    for it in moved {
        let route = Route::to(&it.release.from);
        let record = it.release.taken_back(deployer.cloud.now(), &deployer.by);
        // A move whose answer was lost may have come through: what is there counts, not what was known.
        let read = match deployer.read_alias(it.service, &it.service.stable_alias).await {
            Ok(read) => read,
            Err(stop) => {
                stuck.push(it.service.name.clone());
                failure.get_or_insert(stop);
                continue;
            }
        };
        let is_ours = Record::read(&read.description)
            .is_some_and(|record| record.release == it.release.id && record.phase != Phase::RolledBack);
        if !is_ours {
            continue;
        }
        match deployer.move_alias(&Move { service: it.service, read: &read, route, record }).await {
            Ok(_) => back.push(it.service.name.clone()),
            Err(stop) => {
                stuck.push(it.service.name.clone());
                failure.get_or_insert(stop);
            }
        }
    }
    match failure {
        Some(failure) => Stop::Stuck { cause: Box::new(cause), names: stuck, failure: Box::new(failure) },
        None if back.is_empty() || matches!(cause, Stop::Breached { .. }) => cause,
        None => Stop::TakenBack { cause: Box::new(cause), names: back },
    }
}

fn was_taken_back(service: &str, release: &Release) -> Stop {
    Stop::refused(
        service,
        format!("release {} was taken back: version {} serves", release.id, release.from),
        format!("`release start {service}` makes another attempt"),
    )
}

fn nothing() -> Stop {
    Stop::refused("release", "no service was named", "name the services to promote")
}
