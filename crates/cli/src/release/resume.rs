//! `release resume`: a release that was cut off goes on, or goes back.

use formwork_release::release::{Resumed, Way, resume};

use crate::Program;
use crate::release::other;
use crate::release::place::ChangeArgs;
use crate::release::rollback;
use crate::release::services::{Opened, ServiceArgs};
use crate::{Verdict, print};

/// Go on with a release that was cut off, from what is true in AWS
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// Go back instead
    #[arg(long, conflicts_with = "judged")]
    back: bool,
    /// Take the step that it is at as passed: a person judged it
    #[arg(long)]
    judged: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let services = match args.services.open(program)? {
        Some(Opened::Functions(_, services)) => services,
        Some(Opened::Others(opened)) => return other::resume(&opened, args.back, &args.change),
        None => return Ok(Verdict::Bad),
    };
    let way = match (args.back, args.judged) {
        (true, _) => Way::Back,
        (false, true) => Way::ForwardAsJudged,
        (false, false) => Way::Forward,
    };
    let names: Vec<&str> = services.iter().map(|service| service.name.as_str()).collect();
    let resumed = args.change.with_functions(
        &services,
        |_| None,
        async |deployer| resume(deployer, &services, way).await,
    )?;
    match resumed {
        Resumed::Promoted(versions) => {
            for (service, version) in names.iter().zip(versions) {
                print::done(&args.change.verb("Promoted"), &format!("{service}: version {version} serves"));
            }
        }
        Resumed::RolledBack(outcomes) => {
            outcomes.iter().for_each(|outcome| rollback::tell(&args.change, outcome));
        }
        Resumed::TakenBack(stop) => {
            print::done(&args.change.verb("Finished"), &format!("a rollback: {stop}"))
        }
        Resumed::Nothing(next) => {
            print::note("nothing was cut off");
            if let Some(verb) = next {
                print::note(&format!("hint: `release {verb} {}` comes next", args.services.names.join(" ")));
            }
        }
    }
    Ok(Verdict::Good)
}
