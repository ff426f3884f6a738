//! `release start`: candidates from packages and images.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use formwork_core::Hint;
use formwork_release::engine::{Artifacts, Commit, Injection, Older};
use formwork_release::parse_duration;
use formwork_release::permissions::Verb;

use crate::Program;
use crate::release::change::ChangeArgs;
use crate::release::services::ServiceArgs;
use crate::runner::assignment;
use crate::{ExitStatus, UsageError, git};

/// Upload packages, publish versions, and point the candidate aliases at them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// The zipped function, as a file or as `s3://BUCKET/KEY`, or the folder of a site; of several services, one for
    /// each, by NAME or STACK/NAME
    #[arg(long, value_name = "[SERVICE=]ZIP|FOLDER", required_unless_present = "image")]
    package: Vec<String>,
    #[command(flatten)]
    artifacts: ArtifactArgs,
    /// The commit that the packages were made from
    #[arg(long, value_name = "SHA", value_parser = commit)]
    commit: Commit,
    /// Release a commit that is older than the one that serves: somebody means it
    #[arg(long, env = "FORMWORK_OLDER", value_parser = FalseyValueParser::new())]
    older: bool,
    /// Only the artefact that serves in another service, by its digest: what was verified there, and not what was built anew
    #[arg(long, value_name = "STACK/SERVICE")]
    from: Option<String>,
    /// For how long it must have served there
    #[arg(long, value_name = "DURATION", requires = "from", default_value = "0s", value_parser = parse_duration)]
    soak: Duration,
    #[command(flatten)]
    change: ChangeArgs,
}

fn commit(text: &str) -> Result<Commit, &'static str> {
    Commit::parse(text).ok_or("a commit has 7 to 64 hexadecimal digits")
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(services) = args.services.open(program)? else { return Ok(ExitStatus::Failure) };
    let origin = match &args.from {
        Some(name) => {
            let Some(origin) = args.services.of(vec![name.clone()]).open(program)? else {
                return Ok(ExitStatus::Failure);
            };
            Some(ChangeArgs::reading().run(&origin, async |run| run.served(args.soak).await)?)
        }
        None => None,
    };
    let artifacts = Artifacts {
        origin,
        images: args.artifacts.image.clone(),
        packages: args.package.clone(),
        commit: args.commit.clone(),
        injection: args.artifacts.injection()?,
        older: if args.older { Older::Released } else { Older::Refused { is_ancestor: git::is_ancestor } },
    };
    args.change.run_and_tell(&services, Verb::Start, |()| None, async |run| run.start(&artifacts).await)?;
    Ok(ExitStatus::Success)
}

/// What an image and its container get.
#[derive(Debug, clap::Args)]
pub(crate) struct ArtifactArgs {
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

impl ArtifactArgs {
    fn injection(&self) -> Result<Injection, UsageError> {
        let mut environment = BTreeMap::new();
        for text in &self.env {
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, value.to_owned()),
                None => (
                    text.as_str(),
                    std::env::var(text).map_err(|_| {
                        let hint = Hint::new(format!("set it, or write `--env {text}=…`"));
                        UsageError(format!("{text} is not in the environment{hint}"))
                    })?,
                ),
            };
            environment.insert(name.to_owned(), value);
        }
        Ok(Injection { environment, secrets: self.secret.iter().cloned().collect() })
    }
}
