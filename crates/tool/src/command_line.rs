//! What the tool takes, and where it goes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use formwork_cli::{UsageError, print};
use formwork_core::Hint;

use crate::project::Project;
use crate::{completions, doctor, forward, new, own};

/// Typed Rust infrastructure, synthesized to Terraform JSON.
#[derive(Debug, Parser)]
#[command(name = "formwork", bin_name = "formwork", version, disable_help_subcommand = true)]
pub(crate) struct CommandLine {
    /// The `Cargo.toml` of the project [default: the one here, or in the nearest folder above]
    #[arg(long, value_name = "FILE", env = "FORMWORK_MANIFEST_PATH")]
    manifest_path: Option<PathBuf>,
    /// Folder with the lock files of providers
    #[arg(long, value_name = "DIR")]
    locks: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    New(new::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    /// A verb of a program.
    #[command(external_subcommand)]
    Program(Vec<OsString>),
}

/// Runs a command line; the first argument is the name of the tool.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command_line = command()
        .try_get_matches_from(manifest_path_first(arguments))
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    let result = match command_line {
        Ok(command_line) => command_line.run(),
        Err(error) => {
            // Nothing can be done if the terminal is gone.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            print::error(&format!("{error:#}"));
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 1 })
        }
    }
}

/// The tool's own command line, whose help names the verbs of programs too.
pub(crate) fn command() -> clap::Command {
    let mut list = String::from("Verbs of the project's program, each with its own --help:\n");
    for verb in verbs_of_programs() {
        let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
        let about = about.split(" (needs the feature").next().unwrap_or_default();
        list.push_str(&format!("  {:<12} {about}\n", verb.get_name()));
    }
    CommandLine::command().after_help(list)
}

/// The verbs of programs that are not the tool's own.
pub(crate) fn verbs_of_programs() -> Vec<clap::Command> {
    let own: Vec<String> =
        CommandLine::command().get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let verbs = formwork_cli::verbs();
    verbs.get_subcommands().filter(|it| !own.iter().any(|own| own == it.get_name())).cloned().collect()
}

/// `--manifest-path` is the tool's, also behind the verb of a program.
fn manifest_path_first(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut rest: Vec<OsString> = arguments.into_iter().collect();
    let end = rest.iter().position(|it| it == "--").unwrap_or(rest.len());
    let is_option = |it: &OsString| {
        it == "--manifest-path" || it.to_str().is_some_and(|it| it.starts_with("--manifest-path="))
    };
    let Some(position) = rest[..end].iter().position(is_option) else { return rest };
    let length = if rest[position] == "--manifest-path" { 2 } else { 1 };
    let option: Vec<OsString> = rest.drain(position..(position + length).min(end)).collect();
    rest.splice(1..1, option);
    rest
}

impl CommandLine {
    fn run(self) -> Result<ExitCode> {
        let manifest_path = self.manifest_path.as_deref();
        match self.verb {
            Verb::New(args) => new::run(&args),
            Verb::Doctor(args) => doctor::run(&args, manifest_path),
            Verb::Completions(args) => completions::run(&args),
            Verb::Program(mut arguments) => {
                let verb = known(&arguments)?;
                if let Some(locks) = self.locks {
                    arguments.splice(0..0, ["--locks".into(), locks.into()]);
                }
                if own::does(&verb) {
                    return Ok(own::run(arguments));
                }
                match Project::find(manifest_path)? {
                    Some(project) => forward::run(&project, &verb, &arguments),
                    None => Err(own::needs_a_project(&verb).into()),
                }
            }
        }
    }
}

/// The verb and its arguments, if it is one that programs have.
fn known(arguments: &[OsString]) -> Result<Vec<String>> {
    let words: Vec<String> = arguments.iter().map(|it| it.to_string_lossy().into_owned()).collect();
    let verb = words.first().map(String::as_str).unwrap_or_default();
    let verbs = command();
    let programs = verbs_of_programs();
    let names = || verbs.get_subcommands().chain(&programs).map(clap::Command::get_name);
    if names().any(|name| name == verb) {
        return Ok(words);
    }
    let hint = Hint::nearest(verb, names()).or("`formwork --help` lists the verbs".to_owned());
    Err(UsageError(format!("there is no verb `{verb}`{hint}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_manifest_is_taken_from_behind_the_verb() {
        let ordered = |line: &str| {
            let words = manifest_path_first(line.split(' ').map(OsString::from));
            words.join(std::ffi::OsStr::new(" ")).into_string().unwrap_or_default()
        };
        assert_eq!(
            ordered("formwork plan --manifest-path a/Cargo.toml shop"),
            "formwork --manifest-path a/Cargo.toml plan shop"
        );
        assert_eq!(ordered("formwork plan --manifest-path=a"), "formwork --manifest-path=a plan");
        assert_eq!(
            ordered("formwork terraform x -- --manifest-path=a"),
            "formwork terraform x -- --manifest-path=a"
        );
    }

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }
}
