//! `pipelines check`: whether the rendered files are those on disk, and what linters say of them.

use std::path::PathBuf;

use anyhow::Context;

use crate::Program;
use crate::cli::pipelines::linters;
use crate::cli::pipelines::rendered::{Rendered, is_workflow, repositories, verdict};
use crate::cli::{Verdict, print};

/// Check that the workflows on disk are those of the program; exit with 1 if not
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The system whose workflows to check [default: all]
    system: Option<String>,
    /// Folder that the files are below
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Folder with zizmor, actionlint, shellcheck and check-jsonschema, to have them look at the workflows too
    #[arg(long, value_name = "DIR")]
    linters: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let Some((repositories, estate)) = repositories(program, args.system.as_deref())? else {
        return Ok(Verdict::Bad);
    };
    let Some(rendered) = Rendered::of(&repositories, &estate)? else { return Ok(Verdict::Bad) };
    let stale = verdict(&rendered.stale(&args.out), "is not up to date");
    let leftover =
        rendered.leftover(&args.out).with_context(|| format!("cannot read {}", args.out.display()))?;
    let leftover = verdict(&leftover, "is no longer part of the program");
    if stale == Verdict::Bad || leftover == Verdict::Bad {
        print::note("hint: run `cargo run --features pipelines -- pipelines render` and review the change");
        return Ok(Verdict::Bad);
    }
    let count = rendered.files.len();
    print::done("Checked", &format!("{count} files in {}", args.out.display()));
    let Some(folder) = &args.linters else {
        print::note("  linters were not asked; name their folder with `--linters DIR`");
        return Ok(Verdict::Good);
    };
    let workflows = rendered.files.iter().filter(|(path, _)| is_workflow(path));
    linters::run(folder, workflows.map(|(path, text)| (path.as_path(), text.as_str())))
}
