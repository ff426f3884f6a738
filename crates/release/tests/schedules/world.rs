//! A simulated AWS that many actors share, call by call: what each of them sees of it, when, and what goes wrong.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use formwork_release::aws::{AwsError, AwsErrorKind};
use formwork_release::engine::{Clock, Context as Release, ExecutionMode, Journal, Timing};
use formwork_release::target::lambda::{
    Alias, Configuration, LambdaApi, Minute, Package, Provisioned, Readiness, Route, Source, TrafficQuery,
};

use crate::fake_aws::model::{AliasState, AliasUpdate, Model, Refusal, VersionState};

/// When simulations begin, in seconds since 1970.
const START: u64 = 1_800_000_000;

/// A generator of numbers that look random: the same seed, the same schedule (Marsaglia's xorshift64*).
pub(crate) struct Dice(Cell<u64>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    pub(crate) fn roll(&self, sides: usize) -> usize {
        let mut number = self.0.get();
        number ^= number >> 12;
        number ^= number << 25;
        number ^= number >> 27;
        self.0.set(number);
        (number.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    pub(crate) fn percent(&self, chance: usize) -> bool {
        self.roll(100) < chance
    }
}

/// What all actors share.
pub(crate) struct World {
    pub(crate) model: RefCell<Model>,
    pub(crate) dice: Dice,
    /// Milliseconds since the start.
    pub(crate) now: Cell<u64>,
    /// Writes that their senders gave up on, and that arrive later.
    pub(crate) late: RefCell<Vec<(String, String, AliasUpdate)>>,
    /// How often, in per cent, a call goes wrong.
    pub(crate) trouble: Cell<usize>,
    /// SHA-256 of packages whose code fails.
    pub(crate) bad: Vec<String>,
    pub(crate) metrics_fail: bool,
}

/// One actor's way to the cloud.
pub(crate) struct Actor {
    pub(crate) world: Rc<World>,
    pub(crate) wake_at: Rc<Cell<u64>>,
}

/// Gives the turn to another actor, until a time.
pub(crate) struct Turn<'a> {
    actor: &'a Actor,
    until: u64,
    given: bool,
}

impl Future for Turn<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.given && self.actor.world.now.get() >= self.until {
            return Poll::Ready(());
        }
        self.given = true;
        self.actor.wake_at.set(self.until);
        Poll::Pending
    }
}

/// What happens to a call on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    RequestLost,
    ReplyLost,
    Late,
    Twice,
    Throttled,
}

impl Actor {
    pub(crate) fn turn(&self, milliseconds: u64) -> Turn<'_> {
        Turn { actor: self, until: self.world.now.get() + milliseconds, given: false }
    }

    /// What a release of this actor is given.
    pub(crate) fn release<'a>(&'a self, journal: &'a Journal, by: String) -> Release<'a> {
        Release { clock: self, journal, by, mode: ExecutionMode::Live, timing: Timing::default() }
    }

    fn fate(&self) -> Fate {
        if !self.world.dice.percent(self.world.trouble.get()) {
            return Fate::Arrives;
        }
        [Fate::RequestLost, Fate::ReplyLost, Fate::Late, Fate::Twice, Fate::Throttled]
            [self.world.dice.roll(5)]
    }

    /// Makes a call: others have their turns before it arrives, and before its answer does.
    async fn call<T>(
        &self,
        operation: &'static str,
        mut work: impl FnMut(&mut Model) -> Result<T, Refusal>,
    ) -> Result<T, AwsError> {
        let fate = self.fate();
        self.turn(1).await;
        let lost = |kind| AwsError { operation, subject: "simulated".into(), kind, message: "lost".into() };
        let answer = match fate {
            Fate::RequestLost | Fate::Late => Err(lost(AwsErrorKind::Unknown)),
            Fate::Throttled => Err(lost(AwsErrorKind::Throttled)),
            Fate::ReplyLost => {
                let _ = work(&mut self.world.model.borrow_mut());
                Err(lost(AwsErrorKind::Unknown))
            }
            Fate::Twice => {
                let _ = work(&mut self.world.model.borrow_mut());
                work(&mut self.world.model.borrow_mut()).map_err(|it| failure(operation, it))
            }
            Fate::Arrives => work(&mut self.world.model.borrow_mut()).map_err(|it| failure(operation, it)),
        };
        self.turn(1).await;
        answer
    }
}

fn failure(operation: &'static str, refusal: Refusal) -> AwsError {
    let kind = match refusal.status {
        404 => AwsErrorKind::Missing,
        409 => AwsErrorKind::Busy,
        412 => AwsErrorKind::Stale,
        _ => AwsErrorKind::Refused,
    };
    AwsError { operation, subject: "simulated".into(), kind, message: refusal.message }
}

pub(crate) fn alias_of(function: &str, name: &str, state: &AliasState) -> Alias {
    Alias {
        function: function.into(),
        name: name.into(),
        route: Route::from_shares(&state.version, &state.weights),
        description: state.description.clone(),
        revision_id: state.revision.clone(),
    }
}

fn configuration_of(found: VersionState) -> Configuration {
    Configuration {
        version: if found.number == 0 { "$LATEST".into() } else { found.number.to_string() },
        code_sha256: found.code_sha256,
        description: found.description,
        revision_id: found.revision,
        readiness: if found.pending > 0 { Readiness::Pending } else { Readiness::Ready },
        modified: String::new(),
    }
}

impl LambdaApi for Actor {
    async fn alias(&self, function: &str, alias: &str) -> Result<Alias, AwsError> {
        let found = self.call("GetAlias", |model| model.alias(function, alias)).await?;
        // Reads may be a little behind what was written.
        if self.world.dice.percent(self.world.trouble.get()) {
            let model = self.world.model.borrow();
            let last = model.written.iter().rev().find(|it| it.function == function && it.alias == alias);
            if let Some(written) = last {
                return Ok(alias_of(function, alias, &written.before));
            }
        }
        Ok(alias_of(function, alias, &found))
    }

    async fn update_alias(&self, read: &Alias, route: &Route, description: &str) -> Result<Alias, AwsError> {
        let weights =
            route.weights.iter().map(|(version, weight)| (version.clone(), f64::from(*weight) / 1000.0));
        let update = AliasUpdate {
            version: Some(route.version.clone()),
            weights: Some(weights.collect()),
            description: Some(description.into()),
            revision: Some(read.revision_id.clone()),
        };
        let (function, name) = (read.function.clone(), read.name.clone());
        let result = self.call("UpdateAlias", |model| model.update_alias(&function, &name, &update)).await;
        if result.as_ref().is_err_and(|it| it.kind == AwsErrorKind::Unknown) && self.world.dice.percent(50) {
            self.world.late.borrow_mut().push((function.clone(), name.clone(), update));
        }
        result.map(|state| alias_of(&function, &name, &state))
    }

    async fn aliases(&self, function: &str) -> Result<Vec<Alias>, AwsError> {
        let all = self.call("ListAliases", |model| Ok(model.function(function)?.aliases.clone())).await?;
        Ok(all.iter().map(|(name, state)| alias_of(function, name, state)).collect())
    }

    async fn versions(&self, function: &str) -> Result<Vec<Configuration>, AwsError> {
        let all = self
            .call("ListVersionsByFunction", |model| Ok(model.function(function)?.versions.clone()))
            .await?;
        Ok(all.into_iter().map(configuration_of).collect())
    }

    async fn configuration(&self, function: &str, version: Option<&str>) -> Result<Configuration, AwsError> {
        self.call("GetFunctionConfiguration", |model| model.configuration(function, version))
            .await
            .map(configuration_of)
    }

    async fn update_code(
        &self,
        function: &str,
        revision_id: &str,
        package: &Package,
    ) -> Result<Configuration, AwsError> {
        let Source::Bytes(package) = package.source() else { unreachable!("the simulation has no S3") };
        self.call("UpdateFunctionCode", |model| model.update_code(function, Some(revision_id), package))
            .await
            .map(configuration_of)
    }

    async fn publish(&self, function: &str, sha256: &str, note: &str) -> Result<Configuration, AwsError> {
        self.call("PublishVersion", |model| model.publish(function, Some(sha256), None, note))
            .await
            .map(configuration_of)
    }

    async fn provisioned(&self, _: &str, _: &str) -> Result<Option<Provisioned>, AwsError> {
        self.turn(1).await;
        Ok(None)
    }

    async fn traffic(&self, query: &TrafficQuery) -> Result<Vec<Minute>, AwsError> {
        let model = &self.world.model;
        let version = query.version.clone();
        let bad = self.call("GetMetricData", |_| Ok(())).await.map(|()| {
            let mut model = model.borrow_mut();
            let serving = version.unwrap_or_else(|| {
                model.alias(&query.function, &query.alias).map(|it| it.version).unwrap_or_default()
            });
            let found = model.version(&query.function, &serving);
            found.is_ok_and(|found| self.world.bad.contains(&found.code_sha256))
        })?;
        if self.world.metrics_fail {
            return Err(AwsError {
                operation: "GetMetricData",
                subject: query.function.clone(),
                kind: AwsErrorKind::Unknown,
                message: "no answer".into(),
            });
        }
        let errors = if bad { 50.0 } else { 0.0 };
        let minute = |start| Minute {
            start,
            invocations: Some(100.0),
            errors: Some(errors),
            p99_milliseconds: Some(20.0),
            ..Minute::default()
        };
        Ok((query.from..query.until).step_by(60).map(minute).collect())
    }

    async fn ringing(&self, _: &[String]) -> Result<Vec<String>, AwsError> {
        Ok(Vec::new())
    }
}

impl Clock for Actor {
    fn now(&self) -> Duration {
        Duration::from_secs(START) + Duration::from_millis(self.world.now.get())
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        // The turn is taken when the sleep is awaited, as with any other call.
        Box::pin(async move { self.turn(duration.as_millis() as u64 + 1).await })
    }
}
