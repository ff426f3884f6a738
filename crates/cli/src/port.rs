//! `port`: a program of CDK for Terraform as a program of Formwork, from what it has synthesized.

use std::path::PathBuf;

use formwork_convert::proof;

use crate::convert::{report, share, source_of, synthesize, usage};
use crate::{ExitStatus, Program, UsageError, print};

/// Make a program of the `cdktf.out` of CDK for Terraform, and prove that it writes the same
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder that `cdktf synth` has written
    #[arg(value_name = "CDKTF_OUT")]
    folder: PathBuf,
    /// The folder of the package that is made; it must not be there yet
    #[arg(long, value_name = "PACKAGE")]
    out: PathBuf,
    /// Where the package `formwork` comes from: a version, a folder or a git repository
    #[arg(long, value_name = "SPEC", default_value = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR")))]
    formwork: String,
    /// Make nothing: compare the package that is there with the folder
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    if args.check {
        if !args.out.join("Cargo.toml").is_file() {
            return Err(UsageError(format!("{} is no package", args.out.display())).into());
        }
    } else {
        let formwork = source_of(&args.formwork)?;
        let conversion = formwork_convert::port(&args.folder, &program.library, &formwork).map_err(usage)?;
        formwork_convert::write(&conversion.package, &args.out).map_err(usage)?;
        print::done("wrote", &format!("{} ({})", args.out.display(), share(conversion.counts)));
    }
    let stacks = formwork_convert::read_cdktf(&args.folder, &program.library).map_err(usage)?;
    synthesize(&args.out)?;
    let comparison = proof::compare(&stacks, &args.out.join("formwork.out"), &program.library)?;
    Ok(ExitStatus::of(report(&comparison)))
}
