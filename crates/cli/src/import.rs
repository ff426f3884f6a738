//! `import`: takes something that exists into the state of a stack.

use crate::Program;
use crate::runner::{LockArgs, PlaceArgs, Site, VariableArgs, single};
use crate::{UsageError, Verdict, print};
use formwork_terraform::{Options, import};

/// Take a thing that exists into the state of a stack
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack
    stack: String,
    /// The address that it has in the stack, such as `aws_s3_bucket.pages`
    address: String,
    /// How the provider calls it; what that is says the documentation of each resource type
    id: String,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    variables: VariableArgs,
    #[command(flatten)]
    lock: LockArgs,
    /// Further arguments for `terraform import`, as they are
    #[arg(last = true, value_name = "ARGUMENT")]
    further: Vec<std::ffi::OsString>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let Some(site) = Site::open(program, &args.place, std::slice::from_ref(&args.stack))? else {
        return Ok(Verdict::Bad);
    };
    let workspaces = site.workspaces()?;
    let workspace = single(&workspaces)?;
    check_address(&workspace.resources(), &args.address)?;
    let options = Options {
        variables: args.variables.variables(),
        lock_timeout: args.lock.lock_timeout.clone(),
        further: args.further.clone(),
        ..Options::default()
    };
    Site::check_variables(&options, &workspaces)?;
    let name = workspace.name();
    match import(workspace, &options, &args.address, &args.id) {
        Ok(()) => {
            print::done("Imported", &format!("{} into the state of {name}", args.address));
            Ok(Verdict::Good)
        }
        Err(failure) => {
            failure.diagnostics.iter().for_each(|it| print::error(&format!("{name} / {it}")));
            Ok(Verdict::Bad)
        }
    }
}

/// Checks that the document has the resource; an instance of it is told by what stands in brackets.
fn check_address(known: &[String], address: &str) -> Result<(), UsageError> {
    let resource = address.split('[').next().unwrap_or_default();
    // What is in a module is for terraform to know.
    if resource.starts_with("module.") || known.iter().any(|known| known == resource) {
        return Ok(());
    }
    let hint = match formwork_core::nearest(resource, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "add it to the program first".to_owned(),
    };
    Err(UsageError(format!("the stack has no resource `{resource}`\n  hint: {hint}")))
}
