//! `smoke list`: what there is to run, and what it needs.

use std::io::Write;
use std::path::PathBuf;

use formwork_release::smoke::Variable;

use crate::ExitStatus;
use crate::smoke::suites::suites;

/// Show the tests of files, and the variables that they need
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files of smoke tests [default: smoke/*.toml]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let suites = suites(&args.files)?;
    let mut stdout = anstream::stdout().lock();
    for suite in &suites {
        match &suite.description {
            Some(description) => writeln!(stdout, "{}: {description}", suite.file)?,
            None => writeln!(stdout, "{}", suite.file)?,
        }
        for test in &suite.tests {
            writeln!(stdout, "  {}", test.name)?;
        }
        for (name, variable) in &suite.variables {
            writeln!(stdout, "  ${{{name}}}: {}", sources(name, variable))?;
        }
    }
    Ok(ExitStatus::Success)
}

fn sources(name: &str, variable: &Variable) -> String {
    let mut sources = Vec::new();
    sources.extend(variable.output.iter().map(|output| format!("output {output}")));
    sources.extend(variable.environment.iter().map(|name| format!("environment {name}")));
    match (&variable.default, variable.secret) {
        (Some(_), true) => sources.push("a default".to_owned()),
        (Some(default), false) => sources.push(format!("default `{default}`")),
        (None, _) => {}
    }
    let secret = if variable.secret { " (secret)" } else { "" };
    if sources.is_empty() {
        format!("--var {name}=…{secret}")
    } else {
        format!("{}{secret}", sources.join(", or "))
    }
}
