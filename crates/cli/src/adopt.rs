//! `adopt`: what runs already as a program, from a state or from `import` blocks.

use std::path::PathBuf;

use formwork_convert::{AdoptedStack, ConvertError};
use formwork_core::Hint;

use crate::converted_package::{self, PackageArgs};
use crate::converted_plan::Original;
use crate::{ExitStatus, Program, UsageError};

/// Make a program of states, or of `import` blocks, and prove that nothing would change
#[derive(Debug, clap::Args)]
#[command(mut_arg("check", |check| check.help("Make nothing: compare the package that is there with the files")))]
pub(crate) struct Args {
    /// What `terraform state pull` or `terraform show -json` prints; each becomes a stack
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "from_import")]
    state: Vec<PathBuf>,
    /// Files with `import` blocks, and the configuration that terraform has generated for them
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "state")]
    from_import: Vec<PathBuf>,
    #[command(flatten)]
    package: PackageArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let library = &program.library;
    if args.state.is_empty() {
        let read = || formwork_convert::read_imports(&args.from_import, library).map(|(read, _)| read);
        let configuration = converted_package::made(
            &args.package,
            |formwork| formwork_convert::adopt_imports(&args.from_import, library, formwork),
            read,
        )?;
        // Nothing has them yet: terraform imports them.
        let stack = configuration.modules[0].name.clone();
        return converted_package::prove(&args.package, &configuration, program, |_| {
            Ok(vec![Original { stack, state: None, folder: None, variables: serde_json::Map::new() }])
        });
    }
    let read = || -> Result<_, ConvertError> {
        formwork_convert::read_states(&args.state, library).map(|adopted| adopted.configuration)
    };
    let configuration = converted_package::made(
        &args.package,
        |formwork| formwork_convert::adopt(&args.state, library, formwork),
        read,
    )?;
    converted_package::prove(&args.package, &configuration, program, |_| {
        let stacks = formwork_convert::read_states(&args.state, library)?.stacks;
        stacks.into_iter().map(original).collect()
    })
}

fn original(stack: AdoptedStack) -> anyhow::Result<Original> {
    let AdoptedStack { name, state, variables } = stack;
    if state.is_none() {
        let hint = Hint::new("give what `terraform state pull` prints");
        let problem = format!("terraform cannot plan `{name}` on what `terraform show -json` prints{hint}");
        return Err(UsageError(problem).into());
    }
    Ok(Original { stack: name, state, folder: None, variables })
}
