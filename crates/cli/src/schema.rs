//! `schema`: the JSON Schema of a program's settings.

use std::io::Write;

use formwork_core::Hint;

use crate::Program;
use crate::{ExitStatus, UsageError};

/// Print the JSON Schema of a system's settings file
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The system, such as shtetl
    system: String,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some((_, schema)) = program.settings.iter().find(|(name, _)| *name == args.system) else {
        let names: Vec<&str> = program.settings.iter().map(|(name, _)| *name).collect();
        let hint = match formwork_core::nearest(&args.system, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "this program has no settings".to_owned(),
            None => format!("there are settings for {}", names.join(", ")),
        };
        return Err(
            UsageError(format!("there are no settings for `{}`{}", args.system, Hint::new(hint))).into()
        );
    };
    writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(schema)?)?;
    Ok(ExitStatus::Success)
}
