//! A step of a promotion is watched until there is a verdict, or there can be none.
//!
//! No verdict is made of missing data: CloudWatch that does not answer, or answers for some of what was asked, says
//! nothing about the version.

use std::collections::BTreeMap;

use crate::aws::AwsError;
use crate::description::{Step, WithoutVerdict};
use crate::engine::ReleaseError;
use crate::target::lambda::analysis::{Traffic, Window, analyze, needs_old_version};
use crate::target::lambda::api::{LambdaApi, TrafficQuery};
use crate::target::lambda::function::Session;
use crate::target::lambda::promote::Rollout;
use crate::watch::{Silence, Subject, Verdict, WebMetrics, alarm_breach, check_before};

/// Looks before anything moves at what would take the release back at once: alarms that ring already, numbers that are over
/// their limits.
pub(super) async fn check_quiet<C: LambdaApi>(
    session: &Session<'_, C>,
    rollouts: &[Rollout<'_>],
) -> Result<(), ReleaseError> {
    let metrics = WebMetrics::default();
    for it in rollouts {
        let ringing = session.context.retry(|| ringing(session, it)).await;
        let ringing = ringing.map_err(ReleaseError::failed(&it.service.name))?;
        let subject = Subject { version: &it.release.to, since: session.context.now() };
        let numbers = metrics.ask(&it.service.analysis.metrics, &subject).await;
        check_before(&it.service.name, &ringing, numbers)?;
    }
    Ok(())
}

/// Asks for calls once before anything moves: what may not be read would leave a step without a verdict half-way.
pub(super) async fn check_readable<C: LambdaApi>(
    session: &Session<'_, C>,
    rollouts: &[Rollout<'_>],
) -> Result<(), ReleaseError> {
    for it in rollouts {
        let now = session.context.now();
        let before = Window { since: now.saturating_sub(300), now, bake_seconds: 0 };
        let query = query(it, None, &before);
        match session.context.retry(|| session.api.traffic(&query)).await {
            Ok(_) => {}
            // What may pass is waited for once there is something to judge.
            Err(failure) if failure.is_passing() => {}
            Err(failure) => return Err(ReleaseError::failed(&it.service.name)(failure)),
        }
    }
    Ok(())
}

/// Judges all services until each passes. A breach of one is a breach of all.
pub(super) async fn bake<C: LambdaApi>(
    session: &Session<'_, C>,
    rollouts: &[Rollout<'_>],
    step: Step,
) -> Result<(), ReleaseError> {
    let metrics = WebMetrics::default();
    // Since when there is no answer about a service.
    let mut silent: BTreeMap<&str, u64> = BTreeMap::new();
    loop {
        let mut open = None;
        for it in rollouts {
            let name = it.service.name.as_str();
            match observe(session, it, step, &metrics).await {
                Ok(Verdict::Pass(_)) => drop(silent.remove(name)),
                Ok(Verdict::Breach(reason)) => {
                    return Err(ReleaseError::Breached { service: name.to_owned(), reason });
                }
                Ok(Verdict::Inconclusive(reason)) => {
                    silent.remove(name);
                    open = Some((it, reason));
                }
                Err(Silence { reason, may_pass }) => {
                    let now = session.context.now();
                    let since = *silent.entry(name).or_insert(now);
                    let limit = u64::from(it.service.analysis.metrics_outage_minutes) * 60;
                    if now.saturating_sub(since) >= limit || !may_pass {
                        return Err(without_verdict(it, reason));
                    }
                    open = Some((it, reason));
                }
            }
        }
        let Some((it, reason)) = open else { return Ok(()) };
        let cap = u64::from(it.service.analysis.longest_bake_minutes) * 60;
        if session.context.now() >= it.since + cap.max(step.bake_seconds) {
            return Err(without_verdict(it, reason));
        }
        session.context.journal.note(&format!("{}: {reason}", it.service.name));
        session.context.sleep(session.context.timing.analysis).await;
    }
}

/// What becomes of a release without a verdict: it pauses, or goes back where the stack says so.
fn without_verdict(it: &Rollout<'_>, reason: String) -> ReleaseError {
    let service = it.service.name.clone();
    match it.service.analysis.without_verdict {
        WithoutVerdict::Pause => ReleaseError::Paused { service, percent: it.percent, reason },
        WithoutVerdict::RollBack => ReleaseError::Breached {
            service,
            reason: format!("there is no verdict at {}%: {reason}", it.percent),
        },
    }
}

/// Asks once how a service is. A breach that one source shows counts, whether the others answer or not.
async fn observe<C: LambdaApi>(
    session: &Session<'_, C>,
    it: &Rollout<'_>,
    step: Step,
    metrics: &WebMetrics,
) -> Result<Verdict, Silence> {
    let ringing = ringing(session, it).await;
    if let Ok(ringing) = &ringing
        && let Some(breach) = alarm_breach(ringing)
    {
        return Ok(Verdict::Breach(breach));
    }
    let verdict = judge_calls(session, it, step).await;
    if let Ok(breach @ Verdict::Breach(_)) = verdict {
        return Ok(breach);
    }
    let subject = Subject { version: &it.release.to, since: it.since };
    let numbers = metrics.ask(&it.service.analysis.metrics, &subject).await;
    if let Ok(breach @ Verdict::Breach(_)) = numbers {
        return Ok(breach);
    }
    ringing.map_err(|failure| Silence::of(&failure))?;
    let verdict = verdict.map_err(|failure| Silence::of(&failure))?;
    numbers?;
    Ok(verdict)
}

async fn judge_calls<C: LambdaApi>(
    session: &Session<'_, C>,
    it: &Rollout<'_>,
    step: Step,
) -> Result<Verdict, AwsError> {
    let analysis = &it.service.analysis;
    let window = Window { since: it.since, now: session.context.now(), bake_seconds: step.bake_seconds };
    if window.end() <= window.first_minute() {
        return Ok(Verdict::Inconclusive("no whole minute has passed yet".to_owned()));
    }
    let is_shared = step.percent < 100;
    let new = session.api.traffic(&query(it, is_shared.then_some(&it.release.to), &window)).await?;
    let mut old = None;
    if is_shared && needs_old_version(analysis, &new, &window) {
        let query = TrafficQuery { api: None, ..query(it, Some(&it.release.from), &window) };
        old = Some(session.api.traffic(&query).await?);
    }
    Ok(analyze(analysis, &Traffic { new: &new, old: old.as_deref() }, &window))
}

/// Those of the service's alarms that ring.
async fn ringing<C: LambdaApi>(session: &Session<'_, C>, it: &Rollout<'_>) -> Result<Vec<String>, AwsError> {
    let alarms = &it.service.analysis.alarms;
    if alarms.is_empty() { Ok(Vec::new()) } else { session.api.ringing(alarms).await }
}

fn query(it: &Rollout<'_>, version: Option<&String>, window: &Window) -> TrafficQuery {
    TrafficQuery {
        function: it.service.function.clone(),
        alias: it.service.stable_alias.clone(),
        version: version.cloned(),
        api: it.service.api.clone(),
        from: window.first_minute(),
        until: window.end(),
    }
}
