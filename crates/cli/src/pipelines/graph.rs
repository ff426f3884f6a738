//! `pipelines graph`: workflows drawn.

use std::io::Write;

use formwork_core::Hint;
use formwork_workflows::mermaid;

use crate::Program;
use crate::findings::Format;
use crate::pipelines::rendered::repositories;
use crate::{ExitStatus, UsageError};

/// Draw workflows as Mermaid, as Markdown shows it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The system whose workflows to draw [default: all]
    system: Option<String>,
    /// Only the workflow in this file, such as ci.yml
    #[arg(long, value_name = "FILE")]
    workflow: Option<String>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some((repositories, _)) = repositories(program, args.system.as_deref(), Format::Human)? else {
        return Ok(ExitStatus::Failure);
    };
    let mut stdout = anstream::stdout().lock();
    let mut drawn = 0;
    for repository in &repositories {
        for workflow in repository.workflows() {
            if args.workflow.as_ref().is_some_and(|file| file != workflow.file()) {
                continue;
            }
            drawn += 1;
            let title = format!("{}: {}", repository.name(), workflow.file());
            writeln!(stdout, "### {title}\n\n```mermaid\n{}```\n", mermaid(workflow))?;
        }
    }
    if let (0, Some(file)) = (drawn, &args.workflow) {
        let files: Vec<&str> = repositories
            .iter()
            .flat_map(|repository| repository.workflows())
            .map(|workflow| workflow.file())
            .collect();
        let hint = Hint::nearest(file, files.iter().copied()).or(format!("there are {}", files.join(", ")));
        return Err(UsageError(format!("there is no workflow `{file}`{hint}")).into());
    }
    Ok(ExitStatus::Success)
}
