//! `schema`: the JSON Schema of a program's settings.

use std::io::Write;

use crate::Program;
use crate::{UsageError, Verdict};

/// Print the JSON Schema of a system's settings file
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The system, such as shtetl
    system: String,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let Some((_, schema)) = program.settings.iter().find(|(name, _)| *name == args.system) else {
        let names: Vec<&str> = program.settings.iter().map(|(name, _)| *name).collect();
        let hint = match formwork_core::nearest(&args.system, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "this program has no settings".to_owned(),
            None => format!("there are settings for {}", names.join(", ")),
        };
        return Err(UsageError(format!("there are no settings for `{}`\n  hint: {hint}", args.system)).into());
    };
    writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(schema)?)?;
    Ok(Verdict::Good)
}
