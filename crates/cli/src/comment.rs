//! `comment`: the comment of a pull request from the reports of several jobs.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use formwork_core::Hint;

use crate::plan::markdown;
use crate::runner::{Report, StackReport, Status};
use crate::{ExitStatus, UsageError};

/// Write the comment of a pull request from what `plan --json` said in several jobs
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with the reports, in files whose names end with `.json`, also in folders within
    #[arg(value_name = "DIR")]
    reports: PathBuf,
    /// Stacks that there should be a report of; if any are named, there is nothing of others in the comment
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// The commit of the branch that was planned on; empty if that is not known
    #[arg(long, value_name = "COMMIT", default_value = "", value_parser = commit)]
    base: String,
    /// Write a page for who reviews it to this file too; it has no picture
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    #[cfg(not(feature = "page"))]
    if let Some(path) = &args.html {
        let rest = ["--html".to_owned(), path.display().to_string()];
        return Err(crate::usage::missing("page", "a writer of HTML", "comment", &rest));
    }
    if !args.reports.is_dir() {
        let hint = Hint::new("name the folder with the reports of `plan --json`");
        return Err(UsageError(format!("there is no folder {}{hint}", args.reports.display())).into());
    }
    let mut sandbox = None;
    let mut stacks: BTreeMap<String, StackReport> = BTreeMap::new();
    for path in files(&args.reports, 0)? {
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        // A job that was stopped has written nothing, or not all of it: its stack is missing.
        let Ok(report) = serde_json::from_slice::<Report>(&text) else { continue };
        sandbox = sandbox.or(report.sandbox);
        // What nobody asked for is of somebody else.
        let is_wanted = |stack: &StackReport| args.stacks.is_empty() || args.stacks.contains(&stack.stack);
        let wanted = report.stacks.into_iter().filter(is_wanted);
        stacks.extend(wanted.map(|stack| (stack.stack.clone(), stack)));
    }
    for name in &args.stacks {
        stacks.entry(name.clone()).or_insert_with(|| StackReport::new(name, Status::Missing));
    }
    let report = Report { sandbox, stacks: stacks.into_values().collect(), timings: BTreeMap::new() };
    #[cfg(feature = "page")]
    if let Some(path) = &args.html {
        crate::page::write(path, &report, &[])?;
    }
    let mut comment = markdown::comment(&report, "the logs of the run");
    if !args.base.is_empty() {
        comment
            .push_str(&format!("\nPlanned on {}. What is merged before it is planned again.\n", args.base));
    }
    anstream::stdout().write_all(comment.as_bytes())?;
    Ok(ExitStatus::Success)
}

fn commit(text: &str) -> Result<String, String> {
    let is_commit = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { Ok(text.to_owned()) } else { Err("expected the id of a commit".to_owned()) }
}

/// The files with reports in a folder, sorted.
fn files(folder: &Path, depth: usize) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let kind = path.symlink_metadata()?.file_type();
        if kind.is_dir() && depth < 8 {
            found.extend(files(&path, depth + 1)?);
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
