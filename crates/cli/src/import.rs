//! `import`: takes something that exists into the state of a stack.

use formwork_core::Hint;
use formwork_terraform::{Options, import};

use crate::Program;
use crate::runner::{LockArgs, Session, SessionArgs, VariableArgs, single};
use crate::{ExitStatus, UsageError, print};

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
    session: SessionArgs,
    #[command(flatten)]
    variables: VariableArgs,
    #[command(flatten)]
    lock: LockArgs,
    /// Further arguments for `terraform import`, as they are
    #[arg(last = true, value_name = "ARGUMENT")]
    further: Vec<std::ffi::OsString>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(session) = Session::open(program, &args.session, std::slice::from_ref(&args.stack))? else {
        return Ok(ExitStatus::Failure);
    };
    let workspaces = session.workspaces()?;
    let workspace = single(&workspaces)?;
    check_address(&workspace.resources(), &args.address)?;
    let options = Options {
        variables: args.variables.variables(),
        lock_timeout: args.lock.lock_timeout.clone(),
        further: args.further.clone(),
        ..Options::default()
    };
    Session::check_variables(&options, &workspaces)?;
    let name = workspace.name();
    match import(workspace, &options, &args.address, &args.id) {
        Ok(()) => {
            print::done("Imported", &format!("{} into the state of {name}", args.address));
            Ok(ExitStatus::Success)
        }
        Err(failure) => {
            failure.diagnostics.iter().for_each(|it| print::error(&format!("{name} / {it}")));
            Ok(ExitStatus::Failure)
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
    Err(UsageError(format!("the stack has no resource `{resource}`{}", Hint::new(hint))))
}
