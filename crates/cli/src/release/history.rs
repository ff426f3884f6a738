//! `release history`: the versions that there are to go back to.

use std::collections::BTreeMap;
use std::io::Write;

use formwork_core::Hint;
use formwork_core::secret::visible_line;
use formwork_release::engine::short_commit;
use formwork_release::permissions::Verb;
use formwork_release::target::DescribedService;

use crate::Program;
use crate::release::change::ChangeArgs;
use crate::release::services::{ServiceArgs, Unnamed};
use crate::{ExitStatus, UsageError, print};

/// Show the published versions, newest first
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(mut described) = args.services.find(program, Unnamed::All)? else {
        return Ok(ExitStatus::Failure);
    };
    let has_history = |it: &DescribedService| !Verb::History.permissions_for(&it.release.target).is_empty();
    if args.services.names.is_empty() {
        described.retain(has_history);
    } else if let Some(other) = described.iter().find(|it| !has_history(it)) {
        return Err(UsageError(format!(
            "`{}` is {}, of which no history is known{}",
            other.address(),
            other.kind().name,
            Hint::new("`release status` says what served before")
        ))
        .into());
    }
    let Some(services) = args.services.resolve(program, described)? else { return Ok(ExitStatus::Failure) };
    let found = ChangeArgs::reading().run(&services, async |run| run.history().await)?;
    let mut stdout = anstream::stdout().lock();
    if args.json {
        let by_service: BTreeMap<_, _> =
            found.into_iter().map(|(position, versions)| (services.label(position), versions)).collect();
        writeln!(stdout, "{}", print::json(&by_service)?)?;
        return Ok(ExitStatus::Success);
    }
    for (position, versions) in &found {
        writeln!(stdout, "{}", services.label(*position))?;
        for it in versions {
            let commit = it.commit.as_deref().map_or("-", short_commit);
            let release = it.release.as_deref().unwrap_or("-");
            let aliases = it.aliases.join(", ");
            let published = &it.published;
            // Where else the same package is: in which environments it has been.
            let elsewhere =
                found.iter().filter(|(other, _)| other != position).flat_map(|(other, versions)| {
                    let same = versions.iter().filter(|version| version.code_sha256 == it.code_sha256);
                    same.map(|version| format!("also {} {}", services.label(*other), version.version))
                });
            let last: Vec<String> =
                [aliases].into_iter().chain(elsewhere).filter(|it| !it.is_empty()).collect();
            let line =
                format!("{:<6} {commit:<12} {release:<16} {published} {}", it.version, last.join("; "));
            writeln!(stdout, "  {}", visible_line(&line))?;
        }
    }
    Ok(ExitStatus::Success)
}
