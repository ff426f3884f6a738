//! Moving an alias so that no update is lost: each move names the revision that was read, and what a doubtful answer
//! means is found out by reading again.
//!
//! A refusal for the sake of the revision (412) does not prove that nothing was written: the answer to an earlier
//! attempt may have been lost. So the alias is read again. As intended: it was written. As before: try again. Anything
//! else is somebody else's doing, and is left alone.

use serde_json::{Value, json};

use crate::aws::{AwsError, AwsErrorKind};
use crate::engine::{Action, ReleaseError, Retry};
use crate::target::lambda::alias::{Alias, Route};
use crate::target::lambda::api::LambdaApi;
use crate::target::lambda::function::{Function, Session};
use crate::target::lambda::record::Record;

/// Where an alias is to go, and what it is to record.
pub(crate) struct AliasMove<'a> {
    pub(crate) service: &'a Function,
    /// The alias as it was read.
    pub(crate) read: &'a Alias,
    pub(crate) route: Route,
    pub(crate) record: Record,
}

impl AliasMove<'_> {
    /// What a final failure means. The alias was read: what is missing is a version.
    fn failed(&self, failure: AwsError) -> ReleaseError {
        let Self { service, route, .. } = self;
        if failure.kind != AwsErrorKind::Missing {
            return ReleaseError::failed(&service.name)(failure);
        }
        ReleaseError::refused(
            &service.name,
            format!("a version that alias `{}` was to go to is gone: {route}", self.read.name),
            format!("somebody deleted it; `release start {}` publishes it anew", service.name),
        )
    }
}

impl<C: LambdaApi> Session<'_, C> {
    /// Moves an alias, and gives it back as it is then.
    pub(crate) async fn move_alias(&self, step: &AliasMove<'_>) -> Result<Alias, ReleaseError> {
        let description = step.record.text();
        let mut read = step.read.clone();
        let mut retry = Retry::new(self.context.timing);
        loop {
            let failure = match self.update_alias(&read, &step.route, &description).await {
                Ok(alias) => {
                    self.context.write_done(&action(step, &read, &step.route));
                    return Ok(alias);
                }
                Err(failure) => failure,
            };
            let Some(pause) = self.pause_for(step, &read, &failure, &mut retry) else {
                return Err(step.failed(failure));
            };
            self.context.sleep(pause).await;
            if failure.was_not_carried_out() {
                continue;
            }
            let found = self.read_alias(step.service, &step.read.name).await?;
            if is_as_intended(&found, step) {
                self.context.write(&action(step, &read, &found.route), "found done");
                return Ok(found);
            }
            if !is_as_before(&found, step.read) {
                return Err(self.interfered(step, &read, found));
            }
            read = found;
        }
    }

    /// Reads the stable alias of a service and the candidate's, in this order.
    pub(crate) async fn read_aliases(&self, service: &Function) -> Result<(Alias, Alias), ReleaseError> {
        let stable = self.read_alias(service, &service.stable_alias).await?;
        Ok((stable, self.read_alias(service, &service.candidate_alias).await?))
    }

    /// Reads an alias of a service.
    pub(crate) async fn read_alias(&self, service: &Function, alias: &str) -> Result<Alias, ReleaseError> {
        let call = || self.api.alias(&service.function, alias);
        self.context.retry(call).await.map_err(ReleaseError::failed(&service.name))
    }

    /// The pause after a failure, or none if it is final; then the journal says so.
    fn pause_for(
        &self,
        step: &AliasMove<'_>,
        read: &Alias,
        failure: &AwsError,
        retry: &mut Retry,
    ) -> Option<std::time::Duration> {
        let may_pass = failure.is_passing() || !failure.was_not_carried_out();
        let pause = may_pass.then(|| retry.pause_after(&failure.kind)).flatten();
        if pause.is_none() {
            self.context.write(&action(step, read, &step.route), &failure.to_string());
        }
        pause
    }

    fn interfered(&self, step: &AliasMove<'_>, read: &Alias, found: Alias) -> ReleaseError {
        self.context.write(&action(step, read, &found.route), "somebody else moved it");
        let by = Record::read(&found.description).map_or_else(String::new, |record| {
            format!(" ({} {}, by {})", record.release, record.phase.name(), record.by)
        });
        ReleaseError::Interfered {
            service: step.service.name.clone(),
            subject: format!("alias `{}`", found.name),
            intended: step.route.to_string(),
            found: found.route.to_string(),
            by,
        }
    }
}

fn action<'a>(step: &'a AliasMove<'_>, before: &Alias, after: &Route) -> Action<'a> {
    let mut journaled = shown(after);
    journaled["phase"] = json!(step.record.phase);
    Action {
        release: &step.record.release,
        service: &step.service.name,
        action: "UpdateAlias",
        subject: format!("{}:{}", before.function, before.name),
        before: shown(&before.route),
        after: journaled,
    }
}

fn shown(route: &Route) -> Value {
    let shares: serde_json::Map<String, Value> =
        route.weights.keys().map(|version| (version.clone(), json!(route.percent_of(version)))).collect();
    json!({ "version": route.version, "percent_of_others": shares })
}

/// Whether an alias is where a move was to bring it, or further on the same way. Who brought it there does not matter,
/// as long as it was for the same release: two runs of it come to the same end.
fn is_as_intended(found: &Alias, step: &AliasMove<'_>) -> bool {
    let intended = &step.record;
    Record::read(&found.description).is_some_and(|record| {
        record.release == intended.release
            && record.to == intended.to
            && record.phase.reaches(intended.phase)
            && found.route.percent_of(&intended.to) >= step.route.percent_of(&intended.to)
    })
}

/// Whether nobody moved an alias since it was read. A person may have changed a description that is no record.
fn is_as_before(found: &Alias, read: &Alias) -> bool {
    found.route == read.route && Record::read(&found.description) == Record::read(&read.description)
}
