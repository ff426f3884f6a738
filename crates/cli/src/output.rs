//! `output`: what the stacks have brought about, from their states.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

use formwork_core::Hint;
use formwork_core::secret::{visible, visible_line};
use formwork_terraform::{OutputValue, SENSITIVE, Workspace, outputs};
use serde_json::Value;

use crate::Program;
use crate::runner::{Session, SessionArgs, single};
use crate::{ExitStatus, UsageError, print};

/// Print outputs; sensitive ones only by name or as JSON
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack, as a name or a glob pattern [default: all]
    stack: Option<String>,
    /// One output: text as it is, anything else as JSON
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    session: SessionArgs,
    /// Print the outputs as JSON, with sensitive values
    #[arg(long)]
    json: bool,
    /// Print the text of one output as it is, on a terminal too, and nothing behind it
    #[arg(long, requires = "name", conflicts_with = "json")]
    raw: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let patterns: Vec<String> = args.stack.iter().cloned().collect();
    let Some(session) = Session::open(program, &args.session, &patterns)? else {
        return Ok(ExitStatus::Failure);
    };
    let workspaces = session.workspaces()?;
    if args.name.is_some() {
        single(&workspaces)?;
    }
    let mut found = BTreeMap::new();
    for workspace in &workspaces {
        match outputs(workspace) {
            Ok(outputs) => found.insert(workspace.name(), outputs),
            Err(failure) => {
                let stack = workspace.name();
                failure.diagnostics.iter().for_each(|it| print::error(&format!("{stack} / {it}")));
                return Ok(ExitStatus::Failure);
            }
        };
    }
    // As it is: what a value has in it is nobody's to take out.
    let mut stdout = std::io::stdout().lock();
    if let Some(name) = &args.name {
        let outputs = found.into_values().next().unwrap_or_default();
        let Some(output) = outputs.get(name) else { return missing(&workspaces[0], name, &outputs) };
        match &output.value {
            Value::String(text) if args.raw => write!(stdout, "{text}")?,
            // A terminal obeys nothing that a value says.
            Value::String(text) if !args.json && stdout.is_terminal() => {
                writeln!(stdout, "{}", visible(text))?;
            }
            Value::String(text) if !args.json => writeln!(stdout, "{text}")?,
            value if args.raw => return no_text(name, value),
            value => writeln!(stdout, "{}", print::json(value)?)?,
        }
    } else if args.json {
        writeln!(stdout, "{}", print::json(&found)?)?;
    } else {
        for (stack, outputs) in &found {
            for (name, output) in outputs {
                let shown =
                    if output.sensitive { SENSITIVE } else { &visible_line(&output.value.to_string()) };
                writeln!(stdout, "{stack}.{name} = {shown}")?;
            }
        }
    }
    Ok(ExitStatus::Success)
}

/// Only a text, a number or a flag has a form without quotes.
fn no_text(name: &str, value: &Value) -> anyhow::Result<ExitStatus> {
    if value.is_number() || value.is_boolean() {
        write!(std::io::stdout(), "{value}")?;
        return Ok(ExitStatus::Success);
    }
    let hint = Hint::new("leave out --raw to get it as JSON");
    print::error(&format!("output `{name}` is no text, number or flag{hint}"));
    Ok(ExitStatus::Failure)
}

fn missing(
    workspace: &Workspace<'_>,
    name: &str,
    outputs: &BTreeMap<String, OutputValue>,
) -> anyhow::Result<ExitStatus> {
    let stack = workspace.name();
    let declared = workspace.blocks("output");
    if declared.is_some_and(|declared| declared.contains_key(name)) {
        print::error(&format!(
            "output `{name}` of stack `{stack}` has no value yet{}",
            Hint::new(format!("`cargo run -- apply {stack}` brings it"))
        ));
        return Ok(ExitStatus::Failure);
    }
    let known = declared.into_iter().flat_map(|declared| declared.keys()).chain(outputs.keys());
    let hint = match formwork_core::nearest(name, known.map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`cargo run -- output {stack}` lists them"),
    };
    Err(UsageError(format!("stack `{stack}` has no output `{name}`{}", Hint::new(hint))).into())
}
