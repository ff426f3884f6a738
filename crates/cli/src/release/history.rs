//! `release history`: the versions that there are to go back to.

use std::io::Write;

use formwork_release::release::history;

use crate::Program;
use crate::Verdict;
use crate::release::place::ChangeArgs;
use crate::release::services::{Described, ServiceArgs, Unnamed};

/// Show the published versions, newest first
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let Some(mut described) = args.services.find(program, Unnamed::All)? else { return Ok(Verdict::Bad) };
    if args.services.names.is_empty() {
        described.retain(Described::is_function);
    }
    let Some(services) = args.services.resolve(program, &described)? else { return Ok(Verdict::Bad) };
    let found = ChangeArgs::reading().with_aws(async |deployer| {
        let mut found = Vec::new();
        for service in &services {
            found.push((service.name.clone(), history(deployer, service).await?));
        }
        Ok(found)
    })?;
    let mut stdout = anstream::stdout().lock();
    if args.json {
        let found: std::collections::BTreeMap<_, _> = found.into_iter().collect();
        writeln!(stdout, "{}", serde_json::to_string_pretty(&found)?)?;
        return Ok(Verdict::Good);
    }
    for (service, versions) in found {
        writeln!(stdout, "{service}")?;
        for it in versions {
            let commit = it.commit.as_deref().map_or("-", |commit| commit.get(..12).unwrap_or(commit));
            let release = it.release.as_deref().unwrap_or("-");
            let aliases = it.aliases.join(", ");
            let published = it.published;
            writeln!(stdout, "  {:<6} {commit:<12} {release:<16} {published} {aliases}", it.version)?;
        }
    }
    Ok(Verdict::Good)
}
