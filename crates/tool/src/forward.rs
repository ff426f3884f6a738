//! A verb of the project's program: `cargo run --quiet --features … -- VERB …`, with the features that the verb needs.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Context;
use formwork_cli::{features_of, print};

use crate::project::{Forwarding, Project, cargo};

/// Becomes the program, where the system lets a process become another; so the terminal, signals and exit code are the
/// program's own. Code that does not compile ends with cargo's 101.
///
/// # Errors
/// Fails if cargo cannot be started.
pub(crate) fn run(project: &Project, words: &[String], arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let mut command = command(project, &features_of(words));
    command.args(["--quiet", "--"]).args(arguments);
    if !project
        .target
        .join("debug")
        .join(&project.binary)
        .with_extension(std::env::consts::EXE_EXTENSION)
        .is_file()
    {
        print::note(&format!("building {}, which takes longer the first time", project.name));
    }
    become_it(command)
}

/// `cargo run` for the program, in the project's folder, with features of formwork.
pub(crate) fn command(project: &Project, features: &[&str]) -> Command {
    let mut command = Command::new(cargo());
    command.current_dir(&project.folder).args(["run", "--manifest-path"]).arg(&project.manifest);
    command.args(["--bin", &project.binary]);
    let mut names = Vec::new();
    for feature in features {
        match project.forwarding(feature) {
            Forwarding::Always => {}
            Forwarding::Own(name) => names.push(name),
            Forwarding::None(name) => {
                print::note(&format!(
                    "{} does not forward the feature `{feature}`, which this verb needs: it is switched on for this run",
                    project.name
                ));
                print::hint(&format!(
                    "add `{}` below `[features]` in {}",
                    project.line(feature),
                    project.manifest.display()
                ));
                names.push(name);
            }
        }
    }
    if !names.is_empty() {
        command.args(["--features", &names.join(",")]);
    }
    command
}

#[cfg(unix)]
fn become_it(mut command: Command) -> anyhow::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot run cargo")
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> anyhow::Result<ExitCode> {
    // Ctrl-C is sent to everybody at the terminal: it is for the program to end.
    let ignored = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    #[cfg(windows)]
    signal_hook::flag::register(signal_hook::consts::SIGINT, ignored).context("cannot listen for signals")?;
    #[cfg(not(windows))]
    drop(ignored);
    let status = command.status().context("cannot run cargo")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
