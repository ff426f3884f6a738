//! `release status`: what is true in AWS.

use std::io::Write;

use formwork_core::secret::visible_line;
use formwork_release::engine::{AliasStatus, Serving, Status, short_commit, show_time};

use crate::Program;
use crate::release::change::ChangeArgs;
use crate::release::services::{ServiceArgs, Unnamed};
use crate::{ExitStatus, print};

/// Show every alias: versions, weights, commit, since when, by whom
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(described) = args.services.find(program, Unnamed::All)? else { return Ok(ExitStatus::Failure) };
    let Some(services) = args.services.resolve(program, described)? else { return Ok(ExitStatus::Failure) };
    let found = ChangeArgs::reading().run(&services, async |run| run.status().await)?;
    let mut stdout = anstream::stdout().lock();
    if args.json {
        let all = found.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
        writeln!(stdout, "{}", print::json(&all)?)?;
        return Ok(ExitStatus::Success);
    }
    for status in &found {
        write(status, &mut stdout)?;
    }
    Ok(ExitStatus::Success)
}

fn write(status: &Status, out: &mut impl Write) -> std::io::Result<()> {
    let Status { service, state, serving, warnings, .. } = status;
    match serving {
        Serving::Aliases { function, aliases } => {
            writeln!(out, "{service} ({function}): {state}")?;
            for alias in aliases {
                writeln!(out, "  {}", visible_line(&line(alias)))?;
            }
        }
        Serving::One(one) => {
            let short = |commit: &String| format!(" commit {}", short_commit(commit));
            let commit = one.commit.as_ref().map(short).unwrap_or_default();
            writeln!(out, "{service} ({}): {state}", one.kind)?;
            let serving = visible_line(&format!("{}{commit}", one.serving));
            writeln!(out, "  serving          {serving}")?;
            if let Some(candidate) = &one.candidate {
                let verified = if one.verified { "verified" } else { "not verified" };
                writeln!(out, "  candidate        {}, {verified}", visible_line(candidate))?;
            }
            if let Some(before) = &one.before {
                writeln!(out, "  before           {}", visible_line(before))?;
            }
        }
    }
    warnings.iter().for_each(|warning| print::warning(&format!("{service}: {warning}")));
    Ok(())
}

fn line(alias: &AliasStatus) -> String {
    let versions: Vec<String> = match alias.versions.as_slice() {
        [(version, _)] => vec![version.clone()],
        several => several.iter().map(|(version, percent)| format!("{version} {percent}%")).collect(),
    };
    let mut line = format!("{:<16} {:<16}", alias.alias, versions.join(", "));
    if let Some(commit) = &alias.commit {
        line.push_str(&format!(" commit {}", short_commit(commit)));
    }
    if let (Some(phase), Some(release)) = (alias.phase, &alias.release) {
        line.push_str(&format!(", {} by release {release}", phase.name()));
    }
    if let Some(since) = alias.since {
        line.push_str(&format!(" since {}", show_time(since)));
    }
    if let Some(by) = &alias.by {
        line.push_str(&format!(" by {by}"));
    }
    if let Some(before) = &alias.before {
        line.push_str(&format!(", before {before}"));
    }
    line
}
