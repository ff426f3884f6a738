//! `port`: a program of CDK for Terraform as a program of Formwork, from what it has synthesized.

use std::path::PathBuf;

use crate::converted_package::{self, PackageArgs};
use crate::{ExitStatus, Program};

/// Make a program of the `cdktf.out` of CDK for Terraform, and prove that it writes the same
#[derive(Debug, clap::Args)]
#[command(mut_arg("check", |check| check.help("Make nothing: compare the package that is there with the folder")))]
pub(crate) struct Args {
    /// The folder that `cdktf synth` has written
    #[arg(value_name = "CDKTF_OUT")]
    folder: PathBuf,
    #[command(flatten)]
    package: PackageArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let stacks = converted_package::made(
        &args.package,
        |formwork| formwork_convert::port(&args.folder, &program.library, formwork),
        || formwork_convert::read_cdktf(&args.folder, &program.library),
    )?;
    Ok(ExitStatus::of(converted_package::prove(&args.package, &stacks, program)?))
}
