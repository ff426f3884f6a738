//! Stacks of which there is nothing but the documents that another program has made.

use std::path::Path;

use formwork_synth::{Retired, given_documents};

use crate::changed::Present;
use crate::select::{self, Selection};
use crate::{Program, synthesized};

/// The stacks of documents that another program has made, and which of them are meant. There are none if this program has
/// mistakes, which is asked only for what changed.
///
/// # Errors
/// Fails for patterns that match nothing, for what is no folder of documents, and as git does.
pub(crate) fn given_stacks(
    program: &Program,
    out: &Path,
    selection: Selection<'_>,
    folder: &Path,
) -> anyhow::Result<Option<(Vec<Retired>, Vec<usize>)>> {
    let given = given_documents(folder)?;
    let names: Vec<&str> = given.iter().map(|stack| stack.entry.name.as_str()).collect();
    let mut selected = select::stacks(&names, selection.patterns)?;
    if let Some(changed) = selection.changed {
        let Some(own) = synthesized(program, "nothing can be compared with it")? else { return Ok(None) };
        let own = own.documents.into_iter().map(|(entry, document)| (entry.name, document)).collect();
        let present: Vec<Present<'_>> =
            given.iter().map(|it| Present { entry: &it.entry, document: it.text(), stack: None }).collect();
        if let Some(changed) = changed.names(out, &present, Some(own))? {
            selected.retain(|index| changed.contains(names[*index]));
        }
    }
    Ok(Some((given, selected)))
}
