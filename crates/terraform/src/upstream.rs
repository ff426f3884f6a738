//! Planning a stack with what other stacks have for it.

use std::path::Path;

use formwork_synth::remove_file;

use crate::overlay::Overlay;
use crate::plan::{Deferred, plan_once};
use crate::{
    Event, MissingOutputs, Options, PlanMode, Planned, StackError, Upstream, Workspace, commit, former,
};

/// What is known of other stacks when one is planned.
#[derive(Clone, Debug)]
pub enum Reading {
    /// What their states have. A stack that lacks an output is deferred.
    Applied,
    /// What their states have and what these plans will change of it. A stack that lacks an output, or reads one that is
    /// known after an apply, is deferred with a preview.
    Planned(Upstream),
}

/// Plans a stack into a file. Outputs of other stacks that are null are null here. To take a stack down needs no outputs:
/// if some are missing, it is planned from its state alone. A stack whose state is still that of a former name is planned
/// with a copy of it. There is no file after a preview, which can't be applied.
///
/// # Errors
/// Fails as terraform does, but for outputs of other stacks that are not there yet.
pub fn plan(
    workspace: &Workspace<'_>,
    options: &Options,
    file: &Path,
    reading: &Reading,
    mut on_event: impl FnMut(&Event),
) -> Result<Planned, StackError> {
    let Some(former) = former::pending(workspace)? else {
        return plan_own(workspace, options, file, reading, &mut on_event);
    };
    let _copy = former.lay_copy(workspace)?;
    let planned = plan_own(workspace, options, file, reading, &mut on_event)?;
    former.preview(planned, workspace, file, options.mode)
}

/// Plans a stack with the state that is in its place.
fn plan_own(
    workspace: &Workspace<'_>,
    options: &Options,
    file: &Path,
    reading: &Reading,
    on_event: &mut dyn FnMut(&Event),
) -> Result<Planned, StackError> {
    let mut overlay = match reading {
        Reading::Planned(upstream) if options.mode == PlanMode::Apply => Overlay::of(upstream, workspace),
        _ => Overlay::default(),
    };
    let _commit = commit::lay(workspace)?;
    loop {
        let _laid = overlay.lay(workspace)?;
        let planned = plan_once(workspace, options, file, on_event);
        let mut missing = match planned {
            Ok(Planned::Deferred(deferred)) => deferred.missing,
            planned if overlay.pending.is_empty() => return planned,
            planned => {
                remove_file(file)?;
                return Ok(Planned::Deferred(preview(planned, overlay.pending)));
            }
        };
        if options.mode == PlanMode::Destroy {
            let mut options = options.clone();
            options.further.push("-refresh=false".into());
            return plan_once(workspace, &options, file, on_event);
        }
        let has_nulls = overlay.add_nulls(&mut missing, workspace, options);
        let goes_on = match reading {
            Reading::Planned(_) if options.mode == PlanMode::Apply => {
                overlay.add_pending(&missing, workspace) || has_nulls
            }
            _ => has_nulls,
        };
        if !goes_on {
            return Ok(Planned::Deferred(Deferred::new(named(missing, workspace))));
        }
    }
}

/// What a plan shows in which outputs are placeholders. Terraform may need to know them, as those that say how many of
/// something there are: what it says then is no fault of the stack.
fn preview(planned: Result<Planned, StackError>, missing: MissingOutputs) -> Deferred {
    match planned {
        Ok(Planned::Changed(plan)) => Deferred { preview: Some(plan), ..Deferred::new(missing) },
        Ok(_) => Deferred::new(missing),
        Err(failure) => Deferred { without_preview: failure.diagnostics, ..Deferred::new(missing) },
    }
}

/// Names the outputs of stacks that have no state at all: those that the document reads.
fn named(mut missing: MissingOutputs, workspace: &Workspace<'_>) -> MissingOutputs {
    for (stack, outputs) in missing.iter_mut().filter(|(_, outputs)| outputs.is_empty()) {
        *outputs = workspace.reads(stack);
    }
    missing
}
