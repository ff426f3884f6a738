//! The verbs for what is no function: ECS services, App Runner services, static sites.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use formwork_release::release::{Commit, Stop};
use formwork_release::smoke::{Inputs, Output, Suite};
use formwork_release::target::{Done, Injection, Material, Operator, Promotable, Standing, TargetService};
use formwork_release::web::WebClient;

use crate::Program;
use crate::release::deployment::{Told, standings};
use crate::release::place::ChangeArgs;
use crate::release::services::{Described, ServiceArgs};
use crate::release::verify::ask;
use crate::runner::assignment;
use crate::{UsageError, Verdict, print};

/// What an image and its container get.
#[derive(Debug, clap::Args)]
pub(crate) struct MaterialArgs {
    /// The image of a container; of several services, one for each
    #[arg(long, value_name = "[SERVICE=]URI")]
    image: Vec<String>,
    /// A variable of the container; without `=` its value comes from the environment
    #[arg(long, value_name = "NAME[=VALUE]", requires = "image")]
    env: Vec<String>,
    /// A variable of the container whose value is a secret or a parameter, by its ARN
    #[arg(long, value_name = "NAME=ARN", requires = "image", value_parser = assignment)]
    secret: Vec<(String, String)>,
}

impl MaterialArgs {
    fn injection(&self) -> Result<Injection, UsageError> {
        let mut environment = BTreeMap::new();
        for text in &self.env {
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, value.to_owned()),
                None => (
                    text.as_str(),
                    std::env::var(text).map_err(|_| {
                        UsageError(format!(
                            "{text} is not in the environment\n  hint: set it, or write `--env {text}=…`"
                        ))
                    })?,
                ),
            };
            environment.insert(name.to_owned(), value);
        }
        Ok(Injection { environment, secrets: self.secret.iter().cloned().collect() })
    }
}

/// A service with what its stack says of it.
type Opened = (Described, TargetService);

/// Does something with each service.
fn each(
    opened: &[Opened],
    change: &ChangeArgs,
    verb: &'static str,
    told: Told,
    work: impl AsyncFn(&TargetService, &Operator<'_>) -> Result<Done, Stop>,
) -> anyhow::Result<Verdict> {
    let all: Vec<&TargetService> = opened.iter().map(|(_, service)| service).collect();
    change.with_targets(&all, told, async |operator| {
        for service in &all {
            tell(change, verb, &work(service, operator).await?);
        }
        Ok(None)
    })?;
    Ok(Verdict::Good)
}

pub(crate) fn start(
    opened: &[Opened],
    material: &MaterialArgs,
    packages: &[String],
    commit: &Commit,
    change: &ChangeArgs,
) -> anyhow::Result<Verdict> {
    let injection = material.injection()?;
    let of = |given: &[String], name: &str| -> Option<String> {
        let own = given.iter().find_map(|text| text.strip_prefix(name)?.strip_prefix('='));
        own.or_else(|| given.first().filter(|_| given.len() == 1).map(String::as_str)).map(ToOwned::to_owned)
    };
    each(opened, change, "Started", Told::Start, async |service, operator| {
        let material = Material {
            image: of(&material.image, &service.name),
            folder: of(packages, &service.name).map(PathBuf::from),
            commit: commit.as_str().to_owned(),
            injection: injection.clone(),
        };
        service.start(operator, &material).await
    })
}

pub(crate) fn verify(opened: &[Opened], change: &ChangeArgs) -> anyhow::Result<Verdict> {
    each(opened, change, "Verified", Told::Verification, async |service, operator| {
        service.verify(operator).await
    })
}

/// Promotes the services one after the other. There is nothing to ask before they serve, so their smoke tests run
/// once they do; if one fails, or a later service does not come up, all that were promoted go back.
pub(crate) fn promote(
    opened: &[Opened],
    services: &ServiceArgs,
    which: Promotable,
    wanted: Option<&str>,
    change: &ChangeArgs,
) -> anyhow::Result<Verdict> {
    let mut suites = Vec::new();
    for (described, _) in opened {
        let of_service = described.release.smoke.iter().map(|file| Suite::read(file.as_ref()));
        suites.push(of_service.collect::<Result<Vec<_>, _>>()?);
    }
    let output = |value: &String| Output { value: value.as_str().into(), sensitive: false };
    let inputs = Inputs {
        outputs: services.outputs().map(|(name, value)| (name.clone(), output(value))).collect(),
        // What is not text cannot be a value of a variable.
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        ..Inputs::default()
    };
    let all: Vec<&TargetService> = opened.iter().map(|(_, service)| service).collect();
    let failed = change.with_targets(&all, Told::Promotion, async |operator| {
        if let Some(wanted) = wanted {
            for service in &all {
                service.expect_release(operator, wanted).await?;
            }
        }
        let mut promoted: Vec<&TargetService> = Vec::new();
        for ((_, service), suites) in opened.iter().zip(&suites) {
            let failure = match service.promote(operator, which).await {
                Ok(done) => {
                    tell(change, "Promoted", &done);
                    promoted.push(service);
                    match change.is_rehearsal() {
                        true => None,
                        false => {
                            failed_smoke(suites, &inputs).await?.map(|it| format!("{}: {it}", service.name))
                        }
                    }
                }
                // Nothing was done, and nothing is to be taken back.
                Err(stop @ Stop::Refused { .. }) if promoted.is_empty() => return Err(stop.into()),
                Err(stop) => Some(stop.to_string()),
            };
            let Some(failure) = failure else { continue };
            print::error(&failure);
            for service in promoted.iter().rev() {
                tell(change, "Rolled back", &service.rollback(operator, None).await?);
            }
            return Ok(Some(failure));
        }
        Ok(None)
    })?;
    Ok(if failed.is_some() { Verdict::Bad } else { Verdict::Good })
}

async fn failed_smoke(suites: &[Suite], inputs: &Inputs) -> anyhow::Result<Option<String>> {
    let client = WebClient::new()?;
    for suite in suites {
        for check in ask(suite, inputs, &client).await {
            match &check.failure {
                None => print::done("  passed", &check.name),
                Some(failure) => return Ok(Some(format!("{}: {failure}", check.name))),
            }
        }
    }
    Ok(None)
}

pub(crate) fn rollback(opened: &[Opened], to: Option<&str>, change: &ChangeArgs) -> anyhow::Result<Verdict> {
    each(opened, change, "Rolled back", Told::Rollback, async |service, operator| {
        service.rollback(operator, to).await
    })
}

pub(crate) fn resume(opened: &[Opened], back: bool, change: &ChangeArgs) -> anyhow::Result<Verdict> {
    match back {
        true => rollback(opened, None, change),
        false => each(opened, change, "Resumed", Told::Resumption, async |service, operator| {
            service.resume(operator).await
        }),
    }
}

/// Takes the services that are no functions out of those that are described, and tells how they stand.
pub(crate) fn status(
    services: &ServiceArgs,
    described: &mut Vec<Described>,
    program: &Program,
) -> anyhow::Result<Option<Vec<Standing>>> {
    let (functions, others): (Vec<_>, Vec<_>) =
        std::mem::take(described).into_iter().partition(Described::is_function);
    *described = functions;
    let Some(others) = services.resolve_targets(program, &others)? else { return Ok(None) };
    if others.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let others: Vec<&TargetService> = others.iter().collect();
    let standings = ChangeArgs::reading()
        .with_operator(async |operator| standings(operator, &others).await.map_err(Into::into))?;
    Ok(Some(standings))
}

pub(crate) fn write_standing(standing: &Standing, out: &mut impl Write) -> std::io::Result<()> {
    let commit =
        standing.commit.as_deref().map(|commit| format!(" commit {}", commit.get(..12).unwrap_or(commit)));
    let Standing { service, kind, state, serving, .. } = standing;
    writeln!(out, "{service} ({kind}): {state}\n  serving          {serving}{}", commit.unwrap_or_default())?;
    if let Some(candidate) = &standing.candidate {
        let verified = if standing.verified { "verified" } else { "not verified" };
        writeln!(out, "  candidate        {candidate}, {verified}")?;
    }
    if let Some(before) = &standing.before {
        writeln!(out, "  before           {before}")?;
    }
    standing.warnings.iter().for_each(|warning| print::warning(&format!("{service}: {warning}")));
    Ok(())
}

fn tell(change: &ChangeArgs, verb: &'static str, done: &Done) {
    let text = format!("{}: {}", done.service, done.what);
    match done.changed {
        true => print::done(&change.verb(verb), &text),
        false => print::note(&text),
    }
}
