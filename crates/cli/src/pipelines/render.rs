//! `pipelines render`: workflows on disk.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use crate::Program;
use crate::findings::Format;
use crate::pipelines::rendered::{Rendered, repositories};
use crate::{ExitStatus, print};

/// Write the workflows
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The system whose workflows to write [default: all]
    system: Option<String>,
    /// Folder that the files are written below
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some((repositories, inventory)) = repositories(program, args.system.as_deref(), Format::Human)?
    else {
        return Ok(ExitStatus::Failure);
    };
    let Some(rendered) = Rendered::of(&repositories, &inventory)? else { return Ok(ExitStatus::Failure) };
    let context = || format!("cannot write below {}", args.out.display());
    let written = rendered.write(&args.out).with_context(context)?;
    for path in rendered.leftover(&args.out).with_context(context)? {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        print::note(&format!("  {}: removed, it is no longer part of the program", path.display()));
    }
    let files = print::count(rendered.files.len(), "file");
    print::done("Rendered", &format!("{files}, of which {written} changed"));
    Ok(ExitStatus::Success)
}
