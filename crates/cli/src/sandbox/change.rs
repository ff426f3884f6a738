//! `sandbox drift` and `sandbox remove`: what happens behind terraform's back.

use formwork_sandbox::ObjectName;
use serde_json::Value;

use crate::Program;
use crate::sandbox::{Made, SandboxArgs, arguments, assignment};
use crate::{ExitStatus, print};

/// Change an object as somebody in a console would
#[derive(Debug, clap::Args)]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    object: ObjectArgs,
    /// What changes; a value is JSON, or else text
    #[arg(value_name = "ARGUMENT=VALUE", required = true, value_parser = assignment)]
    changes: Vec<(String, Value)>,
}

/// Delete an object as somebody in a console would
#[derive(Debug, clap::Args)]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    object: ObjectArgs,
}

#[derive(Debug, clap::Args)]
struct ObjectArgs {
    /// The object's address in its stack, such as `aws_s3_bucket.pages`
    address: String,
    /// The stack, if several have the address
    #[arg(long)]
    stack: Option<String>,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

pub(crate) fn drift(args: &DriftArgs, program: &Program) -> anyhow::Result<ExitStatus> {
    let made = args.object.find(program)?;
    args.object.sandbox.open()?.drift(made.name(), &arguments(&args.changes))?;
    let names: Vec<&str> = args.changes.iter().map(|(name, _)| name.as_str()).collect();
    let address = &args.object.address;
    print::done("Changed", &format!("{} of {address} behind the back of {}", names.join(", "), made.stack));
    Ok(ExitStatus::Success)
}

pub(crate) fn remove(args: &RemoveArgs, program: &Program) -> anyhow::Result<ExitStatus> {
    let made = args.object.find(program)?;
    args.object.sandbox.open()?.remove(made.name())?;
    print::done("Removed", &format!("{} behind the back of {}", args.object.address, made.stack));
    Ok(ExitStatus::Success)
}

impl ObjectArgs {
    fn find(&self, program: &Program) -> anyhow::Result<Made> {
        Made::find(&self.sandbox, program, self.stack.as_deref(), &self.address)
    }
}

impl Made {
    fn name(&self) -> ObjectName<'_> {
        ObjectName {
            catalogue: &self.catalogue,
            kind: &self.kind,
            region: None,
            id: &self.id,
            attributes: Some(&self.attributes),
        }
    }
}
