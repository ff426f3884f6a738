//! The way from a program to its checked documents, as nearly every verb begins.

use formwork_synth::{Synthesized, synthesize};

use crate::print;
use crate::program::Program;

/// Synthesizes the program. Mistakes in it are printed, with what follows from them; then there is nothing.
pub(crate) fn synthesized(program: &Program, consequence: &str) -> anyhow::Result<Option<Synthesized>> {
    let synthesized = synthesize(program.build()?, &program.library)?;
    if !synthesized.diagnostics.is_empty() {
        print::diagnostics(&synthesized.diagnostics, consequence);
        return Ok(None);
    }
    Ok(Some(synthesized))
}
