//! The way from a program to its checked documents, as nearly every verb begins.

use formwork_synth::{ProviderLocks, Synthesized, synthesize_locked};

use crate::findings::Format;
use crate::print;
use crate::program::Program;

/// Synthesizes the program. Mistakes in it are printed, with what follows from them; then there is nothing.
pub(crate) fn synthesized(program: &Program, consequence: &str) -> anyhow::Result<Option<Synthesized>> {
    synthesized_in(Format::Human, program, consequence)
}

/// The same for a verb that prints findings for machines too.
pub(crate) fn synthesized_in(
    format: Format,
    program: &Program,
    consequence: &str,
) -> anyhow::Result<Option<Synthesized>> {
    let locks = |stacks: &[_]| ProviderLocks::read(&program.locks, stacks);
    let synthesized = synthesize_locked(program.build()?, &program.library, locks)?;
    if !synthesized.diagnostics.is_empty() {
        print::diagnostics(&synthesized.diagnostics, consequence);
        format.write_program(&synthesized.diagnostics)?;
        return Ok(None);
    }
    Ok(Some(synthesized))
}
