//! `port`: a program of CDK for Terraform as a program of Formwork, from what it has synthesized.

use std::path::PathBuf;

use formwork_convert::Naming;

use crate::converted_package::{self, PackageArgs};
use crate::converted_plan::original;
use crate::{ExitStatus, Program};

/// Make a program of the `cdktf.out` of CDK for Terraform, and prove that it writes the same
#[derive(Debug, clap::Args)]
#[command(mut_arg("check", |check| check.help("Make nothing: compare the package that is there with the folder")))]
pub(crate) struct Args {
    /// The folder that `cdktf synth` has written
    #[arg(value_name = "CDKTF_OUT")]
    folder: PathBuf,
    /// Names without hashes, and the `moved` lines that keep what they name
    #[arg(long)]
    readable: bool,
    #[command(flatten)]
    package: PackageArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let naming = if args.readable { Naming::Readable } else { Naming::Kept };
    let stacks = converted_package::made(
        &args.package,
        |formwork| formwork_convert::port(&args.folder, &program.library, naming, formwork),
        || formwork_convert::read_cdktf(&args.folder, &program.library, naming),
    )?;
    converted_package::prove(&args.package, &stacks, program, |cloud| {
        stacks.modules.iter().map(|stack| original(&stack.name, &stack.module, cloud)).collect()
    })
}
