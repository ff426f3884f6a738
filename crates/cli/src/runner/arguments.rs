//! What the verbs that run terraform take.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use formwork_terraform::{FailOn, Options, PlanMode, Variables};

use crate::findings::Format;
use crate::usage::folder_parser;

/// Where to work, and with what.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SessionArgs {
    /// Folder for the documents, in which terraform works too
    #[arg(long, value_name = "DIR", default_value = "formwork.out", value_parser = folder_parser())]
    pub(super) out: PathBuf,
    /// Simulate: nothing real is read or changed, and the state is one of its own
    #[arg(long)]
    pub(super) sandbox: bool,
    /// The terraform or tofu to use [default: the first of `terraform` and `tofu` on the path]
    #[arg(long, value_name = "PATH", env = "FORMWORK_TERRAFORM")]
    pub(super) terraform: Option<PathBuf>,
    /// How mistakes of the program are printed, for verbs that say.
    #[arg(skip)]
    pub(crate) format: Format,
}

impl SessionArgs {
    /// The folder for the documents.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }
}

/// Which stacks, and how many at a time.
#[derive(Debug, clap::Args)]
pub(crate) struct StackArgs {
    /// Stacks, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    pub(crate) patterns: Vec<String>,
    /// How many stacks to work on at a time
    #[arg(long, value_name = "N", default_value = "4", value_parser = positive)]
    pub(crate) stack_parallelism: usize,
    /// Print the results as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Values for variables.
#[derive(Debug, clap::Args)]
pub(crate) struct VariableArgs {
    /// A value for a variable, for the stacks that have one of the name
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    var: Vec<(String, String)>,
    /// A file of values, as terraform reads it; `--var` counts more
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
}

/// How terraform plans.
#[derive(Debug, clap::Args)]
pub(crate) struct ReadingArgs {
    #[command(flatten)]
    variables: VariableArgs,
    /// Only this resource and what it needs
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<String>,
    /// How many resources terraform works on at a time [default: terraform's own]
    #[arg(long, value_name = "N", value_parser = positive)]
    parallelism: Option<usize>,
    #[command(flatten)]
    lock: LockArgs,
    /// Further arguments for `terraform plan`, as they are
    #[arg(last = true, value_name = "ARGUMENT")]
    further: Vec<OsString>,
}

/// How terraform plans what is to be applied.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanningArgs {
    #[command(flatten)]
    reading: ReadingArgs,
    /// Fail if the plan does this: `destroy` (replacing included) or `replace`, of any type or as `replace:aws_db_*`
    #[arg(long, value_name = "KIND[:TYPE]")]
    pub(crate) fail_on: Vec<FailOn>,
}

/// How long to wait for a lock.
#[derive(Debug, clap::Args)]
pub(crate) struct LockArgs {
    /// How long to wait for a state that somebody else has locked
    #[arg(long, value_name = "DURATION", default_value = "5m")]
    pub(crate) lock_timeout: String,
}

impl SessionArgs {
    /// The same for a verb that prints findings for machines too.
    pub(crate) fn printing(&self, format: Format) -> Self {
        Self { format, ..self.clone() }
    }

    /// The same place, but simulated.
    #[cfg(feature = "sandbox")]
    pub(crate) fn in_sandbox(&self) -> Self {
        Self { sandbox: true, ..self.clone() }
    }
}

impl VariableArgs {
    pub(crate) fn variables(&self) -> Variables {
        Variables::new(self.var.clone(), self.var_file.clone())
    }
}

impl PlanningArgs {
    pub(crate) fn options(&self, mode: PlanMode) -> Options {
        self.reading.options(mode)
    }
}

impl ReadingArgs {
    pub(crate) fn options(&self, mode: PlanMode) -> Options {
        Options {
            mode,
            variables: self.variables.variables(),
            targets: self.target.clone(),
            parallelism: self.parallelism,
            lock_timeout: self.lock.lock_timeout.clone(),
            further: self.further.clone(),
        }
    }
}

pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("expected a whole number from 1".to_owned()),
    }
}

pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if formwork_core::is_identifier(name) => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
