//! Whether a program is of an older commit than what was applied.

use formwork_terraform::{PlanChanges, Workspace};

use crate::git;

/// What becomes of a commit that is older than what was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Older {
    /// It is refused.
    Refused,
    /// Somebody means it.
    Applied,
}

/// Says that a program is of an older commit than what was applied of a stack, if it is: the state tells which that was.
pub(crate) fn older(workspace: &Workspace<'_>, changes: &PlanChanges) -> Option<String> {
    let (commit, applied) = (workspace.commit()?, changes.applied_commit.as_ref()?);
    commit
        .is_older(applied, git::is_ancestor)
        .then(|| format!("commit {} is older than {}, which was applied", commit.short(), applied.short()))
}
