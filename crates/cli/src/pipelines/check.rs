//! `pipelines check`: whether the rendered files are those on disk, and what linters say of them.

use std::path::{Path, PathBuf};

use anyhow::Context;
use formwork_core::Hint;

use crate::Program;
use crate::findings::FormatArgs;
use crate::pipelines::linters;
use crate::pipelines::rendered::{Rendered, findings_of, is_workflow, repositories};
use crate::{ExitStatus, UsageError, print};

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
    #[command(flatten)]
    format: FormatArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    args.review()?;
    let format = args.format.format;
    let Some((repositories, inventory)) = repositories(program, args.system.as_deref(), format)? else {
        return Ok(ExitStatus::Failure);
    };
    let rendered = Rendered::of_in(format, &repositories, &inventory)?;
    let Some(rendered) = rendered else { return Ok(ExitStatus::Failure) };
    let (missing, changed): (Vec<PathBuf>, Vec<PathBuf>) =
        rendered.stale(&args.out).into_iter().partition(|path| !path.exists());
    let mut findings = findings_of(&missing, "is missing");
    findings.extend(findings_of(&changed, "is not up to date"));
    let leftover =
        rendered.leftover(&args.out).with_context(|| format!("cannot read {}", args.out.display()))?;
    findings.extend(findings_of(&leftover, "is no longer part of the program"));
    args.format.format.write(&findings)?;
    if !findings.is_empty() {
        print::hint(&format!("run `{}` and review the change", args.render()));
        return Ok(ExitStatus::Failure);
    }
    let files = print::count(rendered.files.len(), "file");
    print::done("Checked", &format!("{files} in {}", args.out.display()));
    let Some(folder) = &args.linters else {
        print::note("  linters were not asked; name their folder with `--linters DIR`");
        return Ok(ExitStatus::Success);
    };
    let workflows = rendered.files.iter().filter(|(path, _)| is_workflow(path));
    linters::run(folder, workflows.map(|(path, text)| (path.as_path(), text.as_str())))
}

impl Args {
    /// Finds folders that are not there before anything is compared.
    fn review(&self) -> Result<(), UsageError> {
        if !self.out.is_dir() {
            let hint = Hint::new(format!("`{}` makes it", self.render()));
            return Err(UsageError(format!("there is no folder {}{hint}", self.out.display())));
        }
        match &self.linters {
            Some(folder) if !folder.is_dir() => {
                let hint = Hint::new("name one with zizmor, actionlint, shellcheck and check-jsonschema");
                Err(UsageError(format!("there is no folder {}{hint}", folder.display())))
            }
            _ => Ok(()),
        }
    }

    /// The command that writes what this one compares.
    fn render(&self) -> String {
        let mut command = "cargo run --features pipelines -- pipelines render".to_owned();
        if let Some(system) = &self.system {
            command.push_str(&format!(" {system}"));
        }
        if self.out != Path::new(".") {
            command.push_str(&format!(" --out {}", self.out.display()));
        }
        command
    }
}
