//! `sandbox fail`: an apply that does not work out.

use formwork_core::{Hint, references};
use serde_json::{Map, Value};

use crate::Program;
use crate::sandbox::SandboxArgs;
use crate::{ExitStatus, UsageError, print, select, synthesized};

/// What terraform keeps of a resource to itself.
const META_ARGUMENTS: [&str; 8] =
    ["connection", "count", "depends_on", "dynamic", "for_each", "lifecycle", "provider", "provisioner"];

/// Let the next apply of a resource fail
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The resource's address, such as `aws_s3_bucket.pages`
    address: String,
    /// The stack, if several have the address
    #[arg(long)]
    stack: Option<String>,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(synthesis) = synthesized(program, "nothing was arranged")? else {
        return Ok(ExitStatus::Failure);
    };
    let patterns: Vec<String> = args.stack.iter().cloned().collect();
    let (kind, name) = args.address.split_once('.').unwrap_or((&args.address, ""));
    let mut found = Vec::new();
    let mut known = Vec::new();
    for index in select::stacks(&synthesis.names(), &patterns)? {
        let (entry, bytes) = &synthesis.documents[index];
        let mut document: Value = serde_json::from_slice(bytes)?;
        let resources = document["resource"].as_object().into_iter().flatten();
        for (kind, blocks) in resources {
            known.extend(blocks.as_object().into_iter().flatten().map(|(name, _)| format!("{kind}.{name}")));
        }
        if let Value::Object(body) = document["resource"][kind][name].take() {
            found.push((entry.name.clone(), body));
        }
    }
    let (stack, body) = match found.len() {
        1 => found.remove(0),
        0 => {
            let hint = match formwork_core::nearest(&args.address, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`list` shows the stacks".to_owned(),
            };
            return Err(
                UsageError(format!("no stack has the resource {}{}", args.address, Hint::new(hint))).into()
            );
        }
        _ => {
            let stacks: Vec<&str> = found.iter().map(|(stack, _)| stack.as_str()).collect();
            let names = stacks.join(", ");
            let message = format!(
                "several stacks have {}{}",
                args.address,
                Hint::new(format!("give --stack, one of {names}"))
            );
            return Err(UsageError(message).into());
        }
    };
    args.sandbox.open()?.fail(&stack, &args.address, kind, literals(body))?;
    print::done("Arranged", &format!("that the next apply of {} in {stack} fails", args.address));
    Ok(ExitStatus::Success)
}

/// The arguments whose values stand in the document: by these the sandbox recognises the resource.
fn literals(body: Map<String, Value>) -> Map<String, Value> {
    let is_argument = |name: &str| !META_ARGUMENTS.contains(&name);
    body.into_iter()
        .filter(|(name, _)| is_argument(name))
        .filter_map(|(name, value)| Some((name, literal(value)?)))
        .collect()
}

/// A value without expressions, as terraform reads it.
fn literal(value: Value) -> Option<Value> {
    Some(match value {
        Value::String(text) => {
            if references::holds_template(&text) {
                return None;
            }
            Value::String(references::unescaped(&text))
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(literal).collect::<Option<_>>()?),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| Some((name, literal(value)?)));
            Value::Object(members.collect::<Option<_>>()?)
        }
        value => value,
    })
}
