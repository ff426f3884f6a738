//! `release promote`: the stable aliases move to the candidates.

use formwork_release::release::{Candidates, Judging, Promotion, promote};
use formwork_release::target::Promotable;

use crate::Program;
use crate::release::other;
use crate::release::place::ChangeArgs;
use crate::release::services::{Opened, ServiceArgs};
use crate::{Verdict, print};

/// Move the stable aliases to the verified candidates, step by step, judged at each
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// Only if the candidates are of this release, or of this commit
    #[arg(long, value_name = "RELEASE|SHA")]
    release: Option<String>,
    /// Also candidates that `verify` did not pass
    #[arg(long)]
    unverified: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let which = if args.unverified { Promotable::Started } else { Promotable::Verified };
    let services = match args.services.open(program)? {
        Some(Opened::Functions(_, services)) => services,
        Some(Opened::Others(opened)) => {
            return other::promote(&opened, &args.services, which, args.release.as_deref(), &args.change);
        }
        None => return Ok(Verdict::Bad),
    };
    let promotion = Promotion {
        wanted: args.release.clone(),
        candidates: if args.unverified { Candidates::AsStarted } else { Candidates::Verified },
        judging: Judging::EachStep,
    };
    let versions = args.change.with_functions(
        &services,
        |_| None,
        async |deployer| promote(deployer, &services, &promotion).await,
    )?;
    for (service, version) in services.iter().zip(versions) {
        let what = format!("{}: version {version} serves through `{}`", service.name, service.stable_alias);
        print::done(&args.change.verb("Promoted"), &what);
    }
    Ok(Verdict::Good)
}
