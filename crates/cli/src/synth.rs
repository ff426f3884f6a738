//! `synth`: documents and manifest on disk.

use std::path::PathBuf;

use anyhow::Context;
use formwork_synth::{OutputFolder, Synthesized, Written};

use crate::findings::{Finding, FormatArgs, Level};
use crate::usage::folder_parser;
use crate::{ExitStatus, Program, moves, print, retired, select, synthesized_in};

/// Check the stacks and write their Terraform JSON
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks to write, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Folder for the documents and the manifest
    #[arg(long, value_name = "DIR", default_value = "formwork.out", value_parser = folder_parser())]
    out: PathBuf,
    /// Write nothing; fail if the folder is not up to date
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    format: FormatArgs,
    /// Also write each stack as HCL, to `DIR/<stack>/main.tf`
    #[cfg(feature = "hcl")]
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "formwork.hcl", conflicts_with = "check", value_parser = folder_parser())]
    hcl: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let format = args.format.format;
    let Some(synthesis) = synthesized_in(format, program, "nothing was written")? else {
        return Ok(ExitStatus::Failure);
    };
    print::unchecked(&synthesis.unchecked);
    print::after_upgrade(&synthesis.after_upgrade);
    let selected = select::stacks(&synthesis.names(), &args.stacks)?;
    if moves::warn(&moves::since_synthesis(&args.out, &synthesis, &selected)?) {
        return Ok(ExitStatus::Failure);
    }
    let output = OutputFolder::prepare(&args.out, &synthesis, &selected)
        .with_context(|| format!("cannot read {}", args.out.display()))?;
    if args.check {
        return check(&output.stale(), &synthesis, args, selected.len());
    }
    let outcome = output.write().with_context(|| format!("cannot write to {}", args.out.display()))?;
    summarize(&outcome, args);
    for stale in &synthesis.locks.stale {
        print::warning(stale);
    }
    if !synthesis.locks.stale.is_empty() {
        print::hint(print::LOCK);
    }
    for retired in retired::known(&args.out, &synthesis)? {
        print::retired(&retired.entry.name, retired.objects(&args.out));
    }
    #[cfg(feature = "hcl")]
    if let Some(folder) = &args.hcl {
        write_hcl(folder, program, &synthesis, &selected)
            .with_context(|| format!("cannot write HCL to {}", folder.display()))?;
    }
    format.write(&after_upgrade(&synthesis))?;
    // The process ends here; to take a large program apart node by node would be time for nothing.
    std::mem::forget(synthesis);
    Ok(ExitStatus::Success)
}

/// Says what of the folder and of the lock files is not as the program is.
fn check(
    stale: &[String],
    synthesis: &Synthesized,
    args: &Args,
    stacks: usize,
) -> anyhow::Result<ExitStatus> {
    let mut findings = after_upgrade(synthesis);
    for path in stale {
        print::error(&format!("{path} is not up to date"));
        findings.push(Finding::of_file("stale", path, format!("{path} is not up to date")));
    }
    if !stale.is_empty() {
        print::hint("run `cargo run -- synth` and review the change with `cargo run -- diff`");
    }
    let is_locked = print::locks(&synthesis.locks.stale);
    findings.extend(synthesis.locks.stale.iter().map(|it| Finding::plain("stale", it.clone())));
    args.format.format.write(&findings)?;
    if !stale.is_empty() || !is_locked {
        return Ok(ExitStatus::Failure);
    }
    print::done("Checked", &format!("{} in {}", print::count(stacks, "stack"), args.out.display()));
    Ok(ExitStatus::Success)
}

/// What would be wrong after an upgrade, which is no mistake yet.
fn after_upgrade(synthesis: &Synthesized) -> Vec<Finding> {
    let warning = |it| Finding { level: Level::Warning, ..Finding::of_program(it) };
    synthesis.after_upgrade.iter().map(warning).collect()
}

/// Writes the documents of stacks once more, in HCL's native syntax.
#[cfg(feature = "hcl")]
fn write_hcl(
    folder: &std::path::Path,
    program: &Program,
    synthesis: &Synthesized,
    selected: &[usize],
) -> anyhow::Result<()> {
    let mut replacement = formwork_synth::Replacement::default();
    for index in selected {
        let stack = &synthesis.stacks[*index];
        let text = formwork_hcl::document(stack, &program.library)?;
        replacement.add(folder.join(stack.name()).join("main.tf"), text.as_bytes())?;
    }
    replacement.finish()?;
    print::done(
        "Wrote",
        &format!("{} as HCL to {}", print::count(selected.len(), "stack"), folder.display()),
    );
    Ok(())
}

fn summarize(outcome: &Written<'_>, args: &Args) {
    for stack in &outcome.stacks {
        let counts = &stack.entry.counts;
        let state = if stack.written { "" } else { " (unchanged)" };
        print::note(&format!(
            "  {}: {}, {}, {}{state}",
            stack.entry.name,
            print::count(counts.resources, "resource"),
            print::count(counts.data, "data source"),
            print::count(counts.outputs, "output")
        ));
    }
    for name in &outcome.removed {
        print::note(&format!("  {name}: removed, it is no longer part of the program"));
    }
    print::done(
        "Synthesized",
        &format!("{} to {}", print::count(outcome.stacks.len(), "stack"), args.out.display()),
    );
}
