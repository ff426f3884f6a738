//! `graph`: draws the architecture.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use formwork_review::graph::Graph;
use formwork_synth::Replacement;

use crate::Program;
use crate::{ExitStatus, print, select, synthesized};

/// Draw stacks with what is in them and who uses whom
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks to draw, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// The language of the picture
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
    /// Write Mermaid as Markdown that is folded away, for a comment on a pull request
    #[arg(long, conflicts_with = "format")]
    markdown: bool,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// A flowchart that GitHub draws in Markdown
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture for a browser
    Svg,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(synthesis) = synthesized(program, "there is nothing to draw")? else {
        return Ok(ExitStatus::Failure);
    };
    let selected = select::stacks(&synthesis.names(), &args.stacks)?;
    let graph = Graph::of(&synthesis.stacks, &selected)?;
    for stack in graph.empty() {
        print::note(&format!("{stack} has nothing in it to draw: its box is empty"));
    }
    let text = match args.format {
        _ if args.markdown => {
            let names: Vec<&str> = selected.iter().map(|index| synthesis.stacks[*index].name()).collect();
            markdown(&graph, &names.join(", "))
        }
        Format::Mermaid => graph.mermaid(),
        Format::Dot => graph.dot(),
        Format::Svg => graph.svg(),
    };
    match &args.out {
        None => anstream::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => {
            let mut replacement = Replacement::default();
            let written = replacement.add(path.clone(), text.as_bytes());
            written
                .and_then(|written| replacement.finish().map(|()| written))
                .map(|written| {
                    print::done(if written { "Drew" } else { "Unchanged" }, &path.display().to_string())
                })
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(ExitStatus::Success)
}

/// The picture as GitHub draws it in comments and summaries.
fn markdown(graph: &Graph, names: &str) -> String {
    let mermaid = graph.mermaid();
    format!("\n<details><summary>Picture of {names}</summary>\n\n```mermaid\n{mermaid}```\n\n</details>\n")
}
