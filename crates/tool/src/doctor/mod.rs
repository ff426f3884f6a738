//! `doctor`: what is there, what is missing, and what to do about it.

mod credentials;
mod documents;
mod programs;
mod project;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use formwork_cli::print;
use formwork_core::secret::visible_line;
use serde::Serialize;

use crate::project::Project;

/// Look for what this project needs: programs, versions, features, lock files, a backend, credentials
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Something that was looked for.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Check {
    /// What it is: `terraform`, `feature delivery`.
    name: String,
    status: Status,
    /// What is there, or why it is missed.
    found: String,
    /// What to do, if there is anything to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// It is there.
    Good,
    /// It is not there, and some verb or somebody will miss it.
    Advice,
    /// It is not there, and nothing works without it.
    Missing,
}

impl Check {
    fn good(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), status: Status::Good, found: found.into(), advice: None }
    }

    fn advice(name: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        let (name, found, advice) = (name.into(), found.into(), Some(advice.into()));
        Self { name, status: Status::Advice, found, advice }
    }

    fn missing(name: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { status: Status::Missing, ..Self::advice(name, found, advice) }
    }
}

pub(crate) fn run(args: &Args, manifest_path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let mut checks = programs::checks();
    // Without cargo nobody can tell what the project is.
    match Project::find(manifest_path) {
        Ok(Some(found)) => {
            checks.extend(project::checks(&found));
            let documents = documents::read(&found.folder);
            checks.extend(documents::checks(&documents));
            checks.extend(credentials::checks(&documents));
        }
        Ok(None) => checks.push(Check::advice(
            "project",
            "no package here or above depends on formwork",
            "`formwork new NAME` makes one; --manifest-path names one that is elsewhere",
        )),
        Err(error) => {
            let text = format!("{error:#}");
            let (found, advice) = text.split_once("\n  hint: ").unwrap_or((&text, "put it right first"));
            checks.push(Check::missing("project", found, advice));
        }
    }
    let is_missing = checks.iter().any(|check| check.status == Status::Missing);
    let mut stdout = anstream::stdout().lock();
    if args.json {
        let report = serde_json::json!({ "version": 1, "ok": !is_missing, "checks": checks });
        writeln!(stdout, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        checks.iter().try_for_each(|check| write(check, &mut stdout))?;
        if is_missing {
            print::error("something is missing without which nothing works");
        }
    }
    Ok(ExitCode::from(u8::from(is_missing)))
}

fn write(check: &Check, out: &mut impl Write) -> std::io::Result<()> {
    let (word, colour) = match check.status {
        Status::Good => ("ok", AnsiColor::Green),
        Status::Advice => ("advice", AnsiColor::Yellow),
        Status::Missing => ("missing", AnsiColor::Red),
    };
    let style: Style = colour.on_default().bold();
    writeln!(out, "{style}{word:<8}{style:#}{:<20} {}", check.name, visible_line(&check.found))?;
    match &check.advice {
        Some(advice) => writeln!(out, "{:8}{:<20} {}", "", "", visible_line(advice)),
        None => Ok(()),
    }
}
