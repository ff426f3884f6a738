//! `sandbox add`: what exists without any stack.

use anyhow::Context;
use formwork_core::Hint;
use formwork_sandbox::ObjectName;
use formwork_schema::Kind;
use serde_json::Value;

use crate::Program;
use crate::sandbox::{SandboxArgs, arguments, assignment};
use crate::{ExitStatus, UsageError, print};

/// Add something that no stack has made, to be referred to or imported
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The resource type, such as `aws_vpc`
    #[arg(value_name = "TYPE")]
    kind: String,
    /// Its id, or the name that its id is made of
    id: String,
    /// Its arguments; a value is JSON, or else text
    #[arg(value_name = "ARGUMENT=VALUE", value_parser = assignment)]
    arguments: Vec<(String, Value)>,
    /// The region that it is in [default: us-east-1]
    #[arg(long)]
    region: Option<String>,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let newest: Vec<_> =
        program.library.sources().filter_map(|source| program.library.versions(source).first()).collect();
    let has_type = |name: &str| newest.iter().find(|it| matches!(it.resource(name), Ok(Some(_))));
    let Some(catalogue) = has_type(&args.kind) else {
        let names = newest.iter().flat_map(|catalogue| catalogue.names(Kind::Resource));
        let hint = match formwork_core::nearest(&args.kind, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`bindings list` shows the providers".to_owned(),
        };
        return Err(UsageError(format!(
            "no provider has the resource type {}{}",
            args.kind,
            Hint::new(hint)
        ))
        .into());
    };
    let region = args.region.as_deref();
    let name = ObjectName { catalogue, kind: &args.kind, region, id: &args.id };
    let sandbox = args.sandbox.open()?;
    sandbox
        .add(name, &arguments(&args.arguments))
        .with_context(|| format!("cannot add {} {}", args.kind, args.id))?;
    print::done("Added", &format!("{} {} to the sandbox", args.kind, args.id));
    Ok(ExitStatus::Success)
}
