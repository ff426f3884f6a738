//! `providers upgrade`: the newest versions that the stacks allow.

use formwork_core::Hint;
use formwork_synth::ProviderSet;

use crate::providers::locking::{LockingArgs, lock};
use crate::{ExitStatus, Program, UsageError};

/// Lock the newest versions that the stacks allow, and say what they break
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Providers to upgrade, such as `aws` or `hashicorp/aws` [default: all]
    #[arg(value_name = "PROVIDER")]
    providers: Vec<String>,
    #[command(flatten)]
    locking: LockingArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let is_wanted = |source: &str| {
        let is_named = |name: &String| {
            name == source || source.strip_suffix(name.as_str()).is_some_and(|it| it.ends_with('/'))
        };
        args.providers.is_empty() || args.providers.iter().any(is_named)
    };
    if !args.providers.is_empty() {
        check(&args.providers, &ProviderSet::all(&program.build()?.settle().stacks))?;
    }
    lock(&args.locking, program, |_, lock, text| lock.text_without(text, |locked| is_wanted(&locked.address)))
}

/// Fails for a provider that no stack requires.
fn check(names: &[String], sets: &[ProviderSet]) -> Result<(), UsageError> {
    let known: Vec<&str> = sets.iter().flat_map(|set| set.providers.keys().map(String::as_str)).collect();
    for name in names {
        let is_it = |source: &&str| {
            *source == name || source.strip_suffix(name.as_str()).is_some_and(|it| it.ends_with('/'))
        };
        if !known.iter().any(is_it) {
            let types =
                known.iter().flat_map(|source| [*source, source.rsplit('/').next().unwrap_or(source)]);
            let hint = Hint::nearest(name, types).or(format!("the stacks require {}", known.join(", ")));
            return Err(UsageError(format!("no stack requires a provider `{name}`{hint}")));
        }
    }
    Ok(())
}
