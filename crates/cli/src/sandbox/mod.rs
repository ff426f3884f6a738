//! `sandbox`: the simulated cloud, apart from terraform's commands.

mod add;
mod change;
mod clock;
mod fail;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Subcommand;
use formwork_core::Hint;
use formwork_sandbox::Sandbox;
use formwork_schema::Catalogue;
use formwork_terraform::{Environment, ScratchFolder, provider_of, read_state};
use serde_json::{Map, Value};

use crate::Program;
use crate::usage::folder_parser;
use crate::{ExitStatus, UsageError, print, terraform};

/// Change what is in the simulated cloud of `--sandbox`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Drift(change::DriftArgs),
    Remove(change::RemoveArgs),
    Fail(fail::Args),
    Add(add::Args),
    Clock(clock::Args),
    /// Run any terraform command on a stack in the sandbox
    Terraform(terraform::Args),
    Reset(ResetArgs),
}

/// Forget everything in the sandbox, states included
#[derive(Debug, clap::Args)]
struct ResetArgs {
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// Where the sandbox is.
#[derive(Debug, clap::Args)]
struct SandboxArgs {
    /// Folder of the documents, in which the sandbox is
    #[arg(long, value_name = "DIR", default_value = "formwork.out", value_parser = folder_parser())]
    out: PathBuf,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.verb {
        Verb::Drift(args) => change::drift(args, program),
        Verb::Remove(args) => change::remove(args, program),
        Verb::Fail(args) => fail::run(args, program),
        Verb::Add(args) => add::run(args, program),
        Verb::Clock(args) => clock::run(args),
        Verb::Terraform(args) => terraform::run_in_sandbox(args, program),
        Verb::Reset(args) => reset(&args.sandbox),
    }
}

fn reset(sandbox: &SandboxArgs) -> anyhow::Result<ExitStatus> {
    let folder = sandbox.folder();
    Sandbox::remove_all(&folder)?;
    print::done("Removed", &folder.display().to_string());
    Ok(ExitStatus::Success)
}

impl SandboxArgs {
    fn folder(&self) -> PathBuf {
        Environment::sandbox_folder(&self.out)
    }

    fn open(&self) -> anyhow::Result<Sandbox> {
        // Nothing is served here, so that the folder for sockets may go at once.
        let sockets = ScratchFolder::new()?;
        let sandbox = Sandbox::open(&self.folder(), sockets.path())?;
        if let Some(notice) = sandbox.notice() {
            print::note(notice);
        }
        Ok(sandbox)
    }
}

/// An object that a stack in the sandbox has made.
struct Made {
    stack: String,
    kind: String,
    id: String,
    /// All attributes that the state has of it.
    attributes: Map<String, Value>,
    catalogue: Arc<Catalogue>,
}

impl Made {
    /// Finds an address in the states of the sandbox.
    ///
    /// # Errors
    /// An address that no stack has, or several, is wrong usage.
    fn find(
        sandbox: &SandboxArgs,
        program: &Program,
        stack: Option<&str>,
        address: &str,
    ) -> anyhow::Result<Self> {
        let folder = sandbox.folder();
        let mut found = Vec::new();
        let mut known = Vec::new();
        for name in stacks_in(&folder)? {
            if stack.is_some_and(|stack| stack != name) {
                continue;
            }
            for resource in read_state(&folder.join(&name)) {
                for (instance, attributes) in instances(&resource) {
                    if instance == address {
                        found.push((name.clone(), resource.clone(), attributes));
                    }
                    known.push(instance);
                }
            }
        }
        let (stack, resource, attributes) = match found.len() {
            1 => found.remove(0),
            0 => {
                let nearest = formwork_core::nearest(address, known.iter().map(String::as_str));
                let hint = match nearest {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "apply a stack that has it with --sandbox first".to_owned(),
                };
                return Err(UsageError(format!(
                    "nothing in the sandbox has the address {address}{}",
                    Hint::new(hint)
                ))
                .into());
            }
            _ => {
                let stacks: Vec<&str> = found.iter().map(|(stack, ..)| stack.as_str()).collect();
                let message = format!(
                    "several stacks have {address}{}",
                    Hint::new(format!("give --stack, one of {}", stacks.join(", ")))
                );
                return Err(UsageError(message).into());
            }
        };
        let source = resource["provider"].as_str().and_then(provider_of).unwrap_or_default();
        let catalogue = program.library.versions(source).first();
        let catalogue = catalogue.with_context(|| format!("no catalogue of {source} is known"))?;
        let kind = resource["type"].as_str().unwrap_or_default().to_owned();
        let id = attributes["id"].as_str().unwrap_or_default().to_owned();
        Ok(Self { stack, kind, id, attributes, catalogue: Arc::clone(catalogue) })
    }
}

/// The addresses and attributes of what a resource in a state has made.
fn instances(resource: &Value) -> Vec<(String, Map<String, Value>)> {
    let text = |name: &str| resource[name].as_str().unwrap_or_default();
    let module = resource["module"].as_str().map_or(String::new(), |module| format!("{module}."));
    let base = format!("{module}{}.{}", text("type"), text("name"));
    if text("mode") != "managed" {
        return Vec::new();
    }
    let instances = resource["instances"].as_array().map_or(&[][..], Vec::as_slice);
    let of = |instance: &Value| {
        let attributes = instance["attributes"].as_object().filter(|it| it.contains_key("id"))?.clone();
        let address = match &instance["index_key"] {
            Value::Null => base.clone(),
            key => format!("{base}[{key}]"),
        };
        Some((address, attributes))
    };
    instances.iter().filter_map(of).collect()
}

/// The stacks that have a folder in the sandbox, sorted.
fn stacks_in(folder: &std::path::Path) -> anyhow::Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        if entry.path().is_dir() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    names.sort();
    Ok(names)
}

/// Reads `argument=value`, where a value is JSON or else text.
fn assignment(text: &str) -> Result<(String, Value), String> {
    match text.split_once('=') {
        Some((name, value)) if formwork_core::is_identifier(name) => {
            let json = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
            Ok((name.to_owned(), json))
        }
        _ => Err("expected ARGUMENT=VALUE".to_owned()),
    }
}

fn arguments(assignments: &[(String, Value)]) -> Map<String, Value> {
    assignments.iter().cloned().collect()
}
