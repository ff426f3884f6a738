//! The verbs for all functions that a command is about.

use std::fmt::Display;

use async_trait::async_trait;

use crate::aws::Connection;
use crate::deployment::ServiceChange;
use crate::engine::{
    Artifacts, Ask, Context, Destination, Direction, Done, End, HistoryEntry, Outcome, Promotion,
    ReleaseError, Served, Status, Target, Verification,
};
use crate::permissions::Verb;
use crate::target::lambda::KIND;
use crate::target::lambda::age::check_age;
use crate::target::lambda::changes;
use crate::target::lambda::served::served;
use crate::target::lambda::{
    Aws, Function, Package, Resumed, RolledBack, Session, Started, Verified, history, promote, resume,
    rollback, start, status, verify,
};
use crate::target::{Kind, Opening, TargetDescription};

/// Functions that are promoted together or not at all.
#[derive(Debug)]
struct FunctionGroup {
    api: Aws,
    connection: Connection,
    /// In the order in which they move.
    functions: Vec<Function>,
    /// `STACK/NAME` of each, by which a package may be for it.
    addresses: Vec<String>,
}

/// Opens the functions of a command.
pub(super) fn open(openings: &[Opening<'_>]) -> Result<Box<dyn Target>, String> {
    let (mut functions, mut addresses) = (Vec::new(), Vec::new());
    for opening in openings {
        if let TargetDescription::Lambda(lambda) = &opening.service.release.target {
            functions.push(Function::open(lambda, opening)?);
            addresses.push(opening.service.address());
        }
    }
    let connection = openings.first().expect("a target is opened for a service").connection.clone();
    Ok(Box::new(FunctionGroup { api: Aws::new(&connection), connection, functions, addresses }))
}

impl FunctionGroup {
    fn session<'a>(&'a self, context: &'a Context<'a>) -> Session<'a, Aws> {
        Session { api: &self.api, context }
    }

    /// Reads each function's package. A function is named by itself or by its address, `STACK/NAME`.
    async fn packages(&self, given: &[String]) -> Result<Vec<(Function, Package)>, ReleaseError> {
        let is_single = self.functions.len() == 1;
        let is_known = |name: &str| {
            let named = self.functions.iter().map(|function| &function.name).chain(&self.addresses);
            named.into_iter().any(|known| known == name)
        };
        let mut given_packages: Vec<(Option<&str>, &str)> = given
            .iter()
            .map(|text| match text.split_once('=') {
                Some((name, package)) if is_known(name) => (Some(name), package),
                _ => (None, text.as_str()),
            })
            .collect();
        let mut packages = Vec::new();
        for (function, address) in self.functions.iter().zip(&self.addresses) {
            let is_for = |(name, _): &(Option<&str>, &str)| match name {
                Some(name) => *name == function.name || name == address,
                None => is_single,
            };
            let Some(index) = given_packages.iter().position(is_for) else {
                let name = &function.name;
                return Err(ReleaseError::arguments(
                    format!("there is no package for service `{name}`"),
                    format!("give it with `--package {name}=ZIP`"),
                ));
            };
            let (_, package) = given_packages.remove(index);
            packages.push((function.clone(), Package::read(&self.connection, package).await?));
        }
        match given_packages.first() {
            Some((_, package)) => Err(ReleaseError::arguments(
                format!("package {package} is for none of the services"),
                "write `--package SERVICE=ZIP`, once for each service",
            )),
            None => Ok(packages),
        }
    }

    fn promoted(&self, versions: Vec<String>, through: impl Fn(&Function) -> String) -> Vec<Outcome> {
        let outcome = |(function, version): (&Function, String)| {
            let what = format!("version {version} serves{}", through(function));
            Outcome::changed(&function.name, Done::Promoted, what)
        };
        self.functions.iter().zip(versions).map(outcome).collect()
    }

    /// It has come to a share at which a person decides: all is as it should be.
    fn waiting(&self, waits: &ReleaseError) -> Outcome {
        let names: Vec<&str> = self.functions.iter().map(|function| function.name.as_str()).collect();
        let names = names.join(" ");
        let ways = format!("`release resume --judged {names}` goes on, `release rollback {names}` goes back");
        self.outcome(Done::Waiting, true, format!("{}: {ways}", waits.summary()))
    }

    /// An outcome of all functions together.
    fn outcome(&self, done: Done, changed: bool, message: impl Display) -> Outcome {
        let service = self.functions.first().map(|function| function.name.clone()).unwrap_or_default();
        Outcome { service, done, message: message.to_string(), changed, next: None }
    }
}

#[async_trait(?Send)]
impl Target for FunctionGroup {
    fn services(&self) -> Vec<&str> {
        self.functions.iter().map(|function| function.name.as_str()).collect()
    }

    fn kind(&self) -> &'static Kind {
        &KIND
    }

    async fn start(
        &self,
        context: &Context<'_>,
        artifacts: &Artifacts,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let packages = self.packages(&artifacts.packages).await?;
        for function in &self.functions {
            check_age(&self.session(context), function, artifacts).await?;
        }
        for (function, package) in &packages {
            artifacts.check_digest(&function.name, Some(package.sha256()))?;
        }
        let started = start(&self.session(context), &packages, &artifacts.commit).await?;
        let outcome = |Started { service, release, version, serving }: Started| Outcome {
            message: format!(
                "release {release} of {service}: the candidate is version {version}, version {serving} serves"
            ),
            service,
            done: Done::Started,
            changed: true,
            next: Some(Verb::Verify),
        };
        Ok(started.into_iter().map(outcome).collect())
    }

    async fn verify(&self, context: &Context<'_>, ask: &dyn Ask) -> Result<Vec<Verification>, ReleaseError> {
        let asked = async |function: &Function, _: &_| {
            let position = self.functions.iter().position(|other| std::ptr::eq(other, function));
            ask.ask(position.expect("it is one of them")).await
        };
        let verified = verify(&self.session(context), &self.functions, asked).await?;
        let verification = |Verified { service, release, version, checks }: Verified| Verification {
            outcome: Outcome {
                message: format!("version {version} of {service} for release {release}"),
                service,
                done: Done::Verified,
                changed: true,
                next: None,
            },
            checks,
        };
        Ok(verified.into_iter().map(verification).collect())
    }

    async fn promote(
        &self,
        context: &Context<'_>,
        promotion: &Promotion,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let versions = match promote(&self.session(context), &self.functions, promotion).await {
            Err(waits @ ReleaseError::Waits { .. }) => return Ok(vec![self.waiting(&waits)]),
            promoted => promoted?,
        };
        Ok(self.promoted(versions, |function| format!(" through `{}`", function.stable_alias)))
    }

    async fn rollback(
        &self,
        context: &Context<'_>,
        destination: &Destination,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let back = rollback(&self.session(context), &self.functions, destination).await?;
        Ok(back.iter().map(rolled_back).collect())
    }

    async fn resume(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let resumed = match resume(&self.session(context), &self.functions, direction).await {
            Err(waits @ ReleaseError::Waits { .. }) => return Ok(vec![self.waiting(&waits)]),
            resumed => resumed?,
        };
        Ok(match resumed {
            Resumed::Promoted(versions) => self.promoted(versions, |_| String::new()),
            Resumed::RolledBack(back) => back.iter().map(rolled_back).collect(),
            Resumed::FinishedRollback(error) => {
                vec![self.outcome(Done::Finished, true, format!("a rollback: {error}"))]
            }
            Resumed::Nothing(next) => {
                vec![Outcome { next, ..self.outcome(Done::Resumed, false, "nothing was cut off") }]
            }
        })
    }

    async fn status(&self, context: &Context<'_>) -> Result<Vec<Status>, ReleaseError> {
        status(&self.session(context), &self.functions).await
    }

    async fn served(&self, context: &Context<'_>) -> Result<Vec<Served>, ReleaseError> {
        let mut all = Vec::new();
        for function in &self.functions {
            all.push(served(&self.session(context), function).await?);
        }
        Ok(all)
    }

    async fn history(&self, context: &Context<'_>) -> Result<Vec<Vec<HistoryEntry>>, ReleaseError> {
        let mut all = Vec::new();
        for function in &self.functions {
            all.push(history(&self.session(context), function).await?);
        }
        Ok(all)
    }

    async fn check_candidate(&self, _: &Context<'_>, _: &str) -> Result<(), ReleaseError> {
        // A promotion does, with what it has read of the aliases.
        Ok(())
    }

    async fn before_rollback(&self, _: &Context<'_>) -> Vec<Status> {
        // The records tell what was taken back.
        Vec::new()
    }

    async fn changes(
        &self,
        context: &Context<'_>,
        verb: Verb,
        _: &[Status],
        end: End<'_>,
    ) -> Result<Vec<ServiceChange>, ReleaseError> {
        // A release that did not start has nothing to tell: what is true then is of the one before.
        if matches!(end, End::Refused(_)) || (verb == Verb::Start && end.failure().is_some()) {
            return Ok(Vec::new());
        }
        changes::changes(&self.session(context), &self.functions).await
    }
}

fn rolled_back(back: &RolledBack) -> Outcome {
    let RolledBack { service, from, to, moved } = back;
    if *moved {
        Outcome::changed(service, Done::RolledBack, format!("from {from} to version {to}"))
    } else {
        Outcome::unchanged(service, Done::RolledBack, format!("version {to} serves already"))
    }
}
