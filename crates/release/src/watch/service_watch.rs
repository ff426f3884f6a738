//! Watches a service of which no calls are counted: its alarms and numbers, before it moves and after.

use aws_sdk_cloudwatch::Client;

use crate::aws::Connection;
use crate::description::{Analysis, Release, WithoutVerdict};
use crate::engine::{Context, ReleaseError};
use crate::watch::{
    AlarmState, Silence, Subject, Verdict, WebMetrics, alarm_breach, alarm_states, check_before,
};

/// What a service is watched by.
#[derive(Clone, Debug)]
pub(crate) struct ServiceWatch {
    service: String,
    client: Client,
    analysis: Analysis,
    metrics: WebMetrics,
    /// For how long it is watched once it serves, in seconds.
    seconds: u64,
}

impl ServiceWatch {
    /// Watches a service by what its stack says; nothing if that is nothing.
    pub(crate) fn of(name: &str, release: &Release, connection: &Connection) -> Option<Self> {
        let analysis = &release.analysis;
        let is_watched = !analysis.alarms.is_empty() || !analysis.metrics.is_empty();
        is_watched.then(|| Self {
            service: name.to_owned(),
            client: Client::new(&connection.config),
            analysis: analysis.clone(),
            metrics: WebMetrics::default(),
            seconds: release.shifting.steps().iter().map(|step| step.bake_seconds).max().unwrap_or(0),
        })
    }

    /// Looks before anything moves: what is wrong already is no fault of the new version.
    pub(crate) async fn before(&self, context: &Context<'_>, version: &str) -> Result<(), ReleaseError> {
        let subject = Subject { version, since: context.now() };
        let states = context
            .retry_for(&self.service, || async { alarm_states(&self.client, &self.analysis.alarms).await })
            .await?;
        let numbers = self.metrics.ask(&self.analysis.metrics, &subject).await;
        check_before(&self.service, &names(&states, AlarmState::Rings), numbers)
    }

    /// Watches what serves since a time, until it is over.
    ///
    /// # Errors
    /// A breach is one of the service; without a verdict it pauses, or is as a breach where the stack says so.
    pub(crate) async fn after(
        &self,
        context: &Context<'_>,
        version: &str,
        since: u64,
    ) -> Result<(), ReleaseError> {
        let mut told = String::new();
        let mut silent_since = None;
        loop {
            let now = context.now();
            let is_over = now >= since.saturating_add(self.seconds);
            let reason = match self.look(&Subject { version, since }).await {
                Ok(Verdict::Pass(_)) if is_over => return Ok(()),
                Ok(Verdict::Breach(reason)) => return Err(self.breached(reason)),
                Ok(Verdict::Pass(reason) | Verdict::Inconclusive(reason)) => {
                    silent_since = None;
                    reason
                }
                Err(Silence { reason, may_pass }) => {
                    let since = *silent_since.get_or_insert(now);
                    let outage = u64::from(self.analysis.metrics_outage_minutes) * 60;
                    if !may_pass || now.saturating_sub(since) >= outage {
                        return Err(self.without_verdict(reason));
                    }
                    reason
                }
            };
            let cap = u64::from(self.analysis.longest_bake_minutes) * 60;
            if now >= since.saturating_add(cap.max(self.seconds)) && is_over {
                return Err(self.without_verdict(reason));
            }
            if reason != told {
                context.journal.note(&format!("{}: {reason}", self.service));
                told = reason;
            }
            context.sleep(context.timing.analysis).await;
        }
    }

    async fn look(&self, subject: &Subject<'_>) -> Result<Verdict, Silence> {
        let states = alarm_states(&self.client, &self.analysis.alarms).await;
        if let Ok(states) = &states
            && let Some(breach) = alarm_breach(&names(states, AlarmState::Rings))
        {
            return Ok(Verdict::Breach(breach));
        }
        let numbers = self.metrics.ask(&self.analysis.metrics, subject).await;
        if let Ok(breach @ Verdict::Breach(_)) = numbers {
            return Ok(breach);
        }
        let states = states.map_err(|failure| Silence::of(&failure))?;
        let numbers = numbers?;
        let silent = names(&states, AlarmState::NoData);
        if !silent.is_empty() {
            return Ok(Verdict::Inconclusive(format!(
                "alarm {} has no data; where that is well, let it treat missing data as notBreaching",
                silent.join(" and ")
            )));
        }
        Ok(match numbers {
            Verdict::Pass(numbers) if numbers.is_empty() => Verdict::Pass("no alarm rings".to_owned()),
            other => other,
        })
    }

    fn breached(&self, reason: String) -> ReleaseError {
        ReleaseError::Breached { service: self.service.clone(), reason }
    }

    fn without_verdict(&self, reason: String) -> ReleaseError {
        match self.analysis.without_verdict {
            WithoutVerdict::Pause => {
                ReleaseError::Paused { service: self.service.clone(), percent: 100, reason }
            }
            WithoutVerdict::RollBack => self.breached(format!("there is no verdict: {reason}")),
        }
    }
}

fn names(states: &std::collections::BTreeMap<String, AlarmState>, wanted: AlarmState) -> Vec<&str> {
    states.iter().filter(|(_, state)| **state == wanted).map(|(name, _)| name.as_str()).collect()
}
