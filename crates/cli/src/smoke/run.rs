//! `smoke run`: the tests of files, against what is deployed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use formwork_core::Hint;
use formwork_release::smoke::{
    Event, Inputs, Outcome, Output, SmokeError, SuiteResult, report, run as run_suite,
};
use formwork_release::web::WebClient;
use formwork_terraform::outputs;

use crate::Program;
use crate::runner::{Session, SessionArgs, assignment};
use crate::smoke::suites::suites;
use crate::{ExitStatus, UsageError, print};

/// Send the requests, and fail if an answer is not as expected
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files of smoke tests [default: smoke/*.toml]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the paths are appended to, instead of each file's own `url`
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A value for a variable; those of secrets belong into the environment
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    var: Vec<(String, String)>,
    /// A value for a stack's output
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    output: Vec<(String, String)>,
    /// Read the outputs of this stack, as a name or a glob pattern; may be repeated
    #[arg(long, value_name = "STACK")]
    stack: Vec<String>,
    #[command(flatten)]
    session: SessionArgs,
    /// Write JUnit's XML to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write Markdown to this file; to that of GITHUB_STEP_SUMMARY it is appended
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Print the results as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let suites = suites(&args.files)?;
    let mut inputs = Inputs {
        url: args.url.clone(),
        variables: args.var.iter().cloned().collect(),
        outputs: BTreeMap::new(),
        // What is not text cannot be a value of a variable.
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
    };
    inputs.check(&suites).map_err(usage)?;
    if !args.stack.is_empty() {
        let Some(outputs) = stack_outputs(args, program)? else { return Ok(ExitStatus::Failure) };
        inputs.outputs = outputs;
    }
    for (name, value) in &args.output {
        let value = Output { value: value.as_str().into(), sensitive: false };
        inputs.outputs.insert(name.clone(), value);
    }
    let client = WebClient::new()?;
    let results = formwork_release::block_on(async {
        let mut results = Vec::new();
        for suite in &suites {
            print::note(&suite.file);
            results.push(run_suite(suite, &inputs, &client, &mut show).await?);
        }
        Ok::<_, SmokeError>(results)
    })?
    .map_err(usage)?;
    write_reports(args, &results)?;
    Ok(summarize(&results))
}

/// What was given is wrong, rather than what was tested.
fn usage(error: SmokeError) -> anyhow::Error {
    match error {
        SmokeError::MissingValue { .. } | SmokeError::InvalidInput { .. } => {
            UsageError(error.to_string()).into()
        }
        other => other.into(),
    }
}

fn stack_outputs(args: &Args, program: &Program) -> anyhow::Result<Option<BTreeMap<String, Output>>> {
    let Some(site) = Session::open(program, &args.session, &args.stack)? else { return Ok(None) };
    let mut found: BTreeMap<String, Output> = BTreeMap::new();
    for workspace in &site.workspaces()? {
        let outputs = match outputs(workspace) {
            Ok(outputs) => outputs,
            Err(failure) => {
                let stack = workspace.name();
                failure.diagnostics.iter().for_each(|it| print::error(&format!("{stack} / {it}")));
                return Ok(None);
            }
        };
        for (name, output) in outputs {
            let output = Output { value: output.value, sensitive: output.sensitive };
            if found.get(&name).is_some_and(|other| *other != output) {
                let hint = Hint::new(format!("name one stack, or give the value with `--output {name}=…`"));
                return Err(UsageError(format!(
                    "two of the stacks have an output `{name}`, with different values{hint}"
                ))
                .into());
            }
            found.insert(name, output);
        }
    }
    Ok(Some(found))
}

fn show(event: Event<'_>) {
    match event {
        Event::Retrying { test, attempt, attempts, reason } => {
            print::note(&format!("  {}: {reason} ({attempt} of {attempts})", test.name));
        }
        Event::Ended(result) => {
            let name = &result.name;
            match &result.outcome {
                Outcome::Passed(None) => print::done("  passed", name),
                Outcome::Passed(Some(note)) => print::warning(&format!("{name}: {note}")),
                Outcome::Failed(failures) => {
                    print::error(&format!("{name}\n    {}", failures.join("\n    ")))
                }
                Outcome::Skipped(reason) => print::note(&format!("  {name}: left out, since it {reason}")),
            }
        }
    }
}

fn write_reports(args: &Args, results: &[SuiteResult]) -> anyhow::Result<()> {
    if let Some(file) = &args.junit {
        replace(file, &report::junit(results))?;
    }
    if let Some(file) = &args.markdown {
        let text = report::markdown(results);
        if std::env::var_os("GITHUB_STEP_SUMMARY").is_some_and(|summary| summary == *file.as_os_str()) {
            formwork_release::notify::append_summary(file, &text)
                .with_context(|| format!("cannot write {}", file.display()))?
        } else {
            replace(file, &text)?
        }
    }
    if args.json {
        writeln!(anstream::stdout(), "{}", print::json(&report::json(results))?)?;
    }
    Ok(())
}

/// Writes a file whole or not at all.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> anyhow::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

fn summarize(results: &[SuiteResult]) -> ExitStatus {
    let tests = || results.iter().flat_map(|suite| &suite.tests);
    let passed = tests().filter(|test| matches!(test.outcome, Outcome::Passed(_))).count();
    let all = tests().count();
    if results.iter().all(SuiteResult::passed) {
        print::done("Passed", &print::count(all, "test"));
        return ExitStatus::Success;
    }
    let bad: Vec<&str> =
        results.iter().filter(|suite| !suite.passed()).map(|suite| suite.file.as_str()).collect();
    print::error(&format!("{passed} of {all} tests passed; not all of {}", bad.join(", ")));
    ExitStatus::Failure
}
