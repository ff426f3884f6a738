//! `convert`: a configuration in HCL as a program, and the proof that the program says the same.

use std::path::PathBuf;

use crate::converted_package::{self, PackageArgs};
use crate::converted_plan::original;
use crate::{ExitStatus, Program};

/// Make a program of a configuration in HCL, and prove that it says the same
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the root module
    folder: PathBuf,
    #[command(flatten)]
    package: PackageArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let configuration = converted_package::made(
        &args.package,
        |formwork| formwork_convert::convert(&args.folder, &program.library, formwork),
        || formwork_convert::read(&args.folder, &program.library),
    )?;
    converted_package::prove(&args.package, &configuration, program, |cloud| {
        let root = &configuration.modules[0];
        Ok(vec![original(&root.name, &root.module, cloud)?])
    })
}
