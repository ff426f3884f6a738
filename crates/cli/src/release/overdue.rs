//! `release overdue`: what has been on its way for longer than it may, and that nobody judges any more.

use std::io::Write;

use formwork_core::Hint;
use formwork_release::engine::Overdue;
use formwork_release::show_duration;
use formwork_release::target::DescribedService;

use crate::release::change::ChangeArgs;
use crate::release::services::{ServiceArgs, Unnamed};
use crate::{ExitStatus, Program, print};

/// Find releases that have been under way for longer than they may, and take them back if asked to
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// Take them back
    #[arg(long)]
    rollback: bool,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(described) = args.services.find(program, Unnamed::All)? else { return Ok(ExitStatus::Failure) };
    let mut all: Vec<Overdue> = Vec::new();
    let mut failed = false;
    for together in released_together(described) {
        let Some(services) = args.services.resolve(program, together)? else {
            return Ok(ExitStatus::Failure);
        };
        // One that AWS says nothing of keeps no other from being found.
        let found = args.change.run(&services, async |run| {
            let overdue = run.overdue().await?;
            overdue.iter().for_each(|it| say(it, args.rollback));
            if args.rollback {
                run.take_back(&overdue).await?;
            }
            Ok(overdue)
        });
        match found {
            Ok(found) => all.extend(found),
            Err(error) => {
                print::error(&error.to_string());
                failed = true;
            }
        }
    }
    if args.json {
        writeln!(anstream::stdout().lock(), "{}", print::json(&all)?)?;
    } else if all.is_empty() && !failed {
        print::note("nothing is overdue");
    }
    Ok(ExitStatus::of(all.is_empty() && !failed))
}

fn say(overdue: &Overdue, goes_back: bool) {
    let Overdue { service, what, seconds, .. } = overdue;
    let minutes = show_duration(std::time::Duration::from_secs(seconds / 60 * 60));
    let hint = match goes_back {
        true => Hint::none(),
        false => {
            Hint::new(format!("`release rollback {service}`, or `release overdue --rollback`, goes back"))
        }
    };
    print::error(&format!("{service}: {what}, for {minutes}: longer than it may{hint}"));
}

/// Services by what is released as one: those of a group, else each for itself.
fn released_together(described: Vec<DescribedService>) -> Vec<Vec<DescribedService>> {
    let mut all: Vec<Vec<DescribedService>> = Vec::new();
    for service in described {
        let group = service.release.group.as_deref().filter(|_| service.kind().is_group());
        let same = all.iter_mut().find(|others| {
            let first = &others[0];
            group.is_some() && first.stack == service.stack && first.release.group.as_deref() == group
        });
        match same {
            Some(others) => others.push(service),
            None => all.push(vec![service]),
        }
    }
    all
}
