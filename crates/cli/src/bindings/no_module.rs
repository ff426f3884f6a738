//! `bindings module` of a program without the feature `hcl`: it says how to get it.

use std::path::Path;

use crate::ExitStatus;
use crate::usage::missing;

const BRINGS: &str = "a parser of HCL";

/// Make a type that calls a Terraform module (needs the feature `hcl`)
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the module, and options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    Err(missing("hcl", BRINGS, "bindings module", &args.rest))
}

pub(crate) fn update(dir: &Path, check: bool) -> anyhow::Result<ExitStatus> {
    let mut rest = vec![dir.display().to_string()];
    rest.extend(check.then(|| "--check".to_owned()));
    Err(missing("hcl", BRINGS, "bindings update", &rest))
}
