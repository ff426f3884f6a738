//! Planning a stack with what other stacks have for it.

use std::path::Path;

use crate::plan::plan_once;
use crate::{Event, MissingOutputs, Options, PlanMode, Planned, StackError, Workspace, null_outputs, reads};

/// Plans a stack into a file. Outputs of other stacks that are null are null here. To take a stack down needs no outputs:
/// if some are missing, it is planned from its state alone.
///
/// # Errors
/// Fails as terraform does, but for outputs of other stacks that are not there yet.
pub fn plan(
    workspace: &Workspace<'_>,
    options: &Options,
    file: &Path,
    mut on_event: impl FnMut(&Event),
) -> Result<Planned, StackError> {
    null_outputs::Override::remove(&workspace.folder)?;
    let mut missing = match plan_once(workspace, options, file, &mut on_event)? {
        Planned::Deferred(missing) => missing,
        planned => return Ok(planned),
    };
    if options.mode == PlanMode::Destroy {
        let mut options = options.clone();
        options.further.push("-refresh=false".into());
        return plan_once(workspace, &options, file, &mut on_event);
    }
    let nulls = null_outputs::among(&missing, workspace, options);
    if !nulls.is_empty() {
        let _override = null_outputs::Override::write(&workspace.folder, &nulls)?;
        match plan_once(workspace, options, file, &mut on_event)? {
            Planned::Deferred(others) => missing = others,
            planned => return Ok(planned),
        }
    }
    Ok(Planned::Deferred(named(missing, workspace)))
}

/// Names the outputs of stacks that have no state at all: those that the document reads.
fn named(mut missing: MissingOutputs, workspace: &Workspace<'_>) -> MissingOutputs {
    for (stack, outputs) in missing.iter_mut().filter(|(_, outputs)| outputs.is_empty()) {
        *outputs = reads::of(&workspace.document, stack);
    }
    missing
}
