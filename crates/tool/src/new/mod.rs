//! `new`: a project that synthesizes, tests and plans in the sandbox at once.

mod bindings;
mod dependency;
mod name;
mod template;
mod workflows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;
use formwork_cli::{UsageError, print};
use formwork_convert::{ConvertError, FormworkSource, Package};

use self::template::{Cloud, Template};

/// Make a project: a stack, a test, a reviewed snapshot, settings and workflows
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the project, which must not be there yet; its last part is the project's name
    #[arg(value_name = "NAME")]
    path: PathBuf,
    /// What the project begins with
    #[arg(long, value_enum, default_value_t)]
    template: Template,
    /// Where it runs
    #[arg(long, value_enum, default_value_t)]
    cloud: Cloud,
    /// Where the package `formwork` comes from: a version, a folder or a git repository [default: where this tool was built
    /// from, or its version]
    #[arg(long, value_name = "SPEC")]
    formwork: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let name = name::of(&args.path)?;
    if args.path.exists() {
        return Err(is_there(&args.path).into());
    }
    let formwork = dependency::source(args.formwork.as_deref())?;
    let (template, cloud) = (args.template, args.cloud);
    let mut files = template::files(template, cloud, &name);
    files.insert("Cargo.toml".into(), dependency::manifest(&name, &formwork, cloud));
    files.extend(bindings::files(template, cloud)?);
    files.extend(workflows::files(&name, cloud)?);
    let mut copied = BTreeMap::new();
    // A checkout names the versions of libraries that it was tested with.
    if let Some(lock) = formwork.lock_file() {
        copied.insert(PathBuf::from("Cargo.lock"), lock);
    }
    formwork_convert::write(&Package::plain(files, copied), &args.path).map_err(|error| match error {
        ConvertError::NotThere { .. } => is_there(&args.path).into(),
        other => anyhow::Error::from(other),
    })?;
    print::done("Made", &format!("{} with a {} on {}", args.path.display(), template.name(), cloud.title()));
    let is_alone = repository(&args.path)?;
    if !is_alone {
        print::note("  it is part of a git repository: GitHub looks for `.github` at the root of that alone");
    }
    if matches!(formwork, FormworkSource::Folder(_)) {
        print::note(&format!("  Cargo.toml takes formwork from {formwork}, which GitHub can't build"));
        print::hint("before you push, take it from git or from a registry: `--formwork https://…`");
    }
    print::note(&format!(
        "next: cd {}; formwork plan --sandbox; formwork doctor says what a real cloud asks for",
        args.path.display()
    ));
    Ok(ExitCode::SUCCESS)
}

fn is_there(path: &Path) -> UsageError {
    let hint = formwork_core::Hint::new("name a folder that is not there, or move this one away");
    UsageError(format!("{} is there already{hint}", path.display()))
}

/// Makes a git repository of the project, if it is in none. Whether it has one of its own.
fn repository(folder: &Path) -> anyhow::Result<bool> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).output()
    };
    let Ok(inside) = git(&["rev-parse", "--is-inside-work-tree"]) else {
        print::warning("there is no git, which reviews and `formwork diff --against` need");
        return Ok(true);
    };
    if inside.status.success() {
        return Ok(false);
    }
    let made = git(&["init", "--quiet", "--initial-branch", "main"]).context("cannot run git")?;
    if !made.status.success() {
        print::warning(&format!("git makes no repository: {}", String::from_utf8_lossy(&made.stderr).trim()));
    }
    Ok(true)
}
