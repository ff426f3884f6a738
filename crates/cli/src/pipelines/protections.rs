//! The protections that the workflows of `pipelines init` stand on, as the Rust file of a stack.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use formwork_core::Hint;
use formwork_workflows::{PlannedStacks, Project};

use crate::{UsageError, print};

/// The file, with marks where a project has its own names.
const TEMPLATE: &str = include_str!("protections.txt");

/// Writes the file, unless there is one: what is in it is for people to change.
///
/// # Errors
/// Fails if there is a file, or where none can be written.
pub(super) fn write(path: &Path, project: &Project) -> anyhow::Result<()> {
    if path.exists() {
        let hint = Hint::new("it is yours to change; name another one to compare with");
        return Err(UsageError(format!("{} is there already{hint}", path.display())).into());
    }
    let cannot_write = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(cannot_write)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot_write)?;
    file.write_all(text(project).as_bytes()).with_context(cannot_write)?;
    file.persist_noclobber(path).map_err(|failure| failure.error).with_context(cannot_write)?;
    print::note(&format!(
        "  {}: the protections, for a stack of a program with the feature `github`",
        path.display()
    ));
    Ok(())
}

fn text(project: &Project) -> String {
    let mut checks = vec!["Synthesize the documents".to_owned()];
    // Of the stacks that a pull request does not change there is no job to wait for.
    if project.planned == PlannedStacks::All {
        checks.extend(project.waves.iter().flatten().map(|stack| format!("Plan {stack}")));
    }
    let checks: String = checks.iter().map(|check| format!("    {check:?},\n")).collect();
    let names = [
        ("@BRANCH@", &project.branch),
        ("@PLAN@", &project.plan_environment),
        ("@APPLY@", &project.apply_environment),
        ("@DESTROY@", &project.destroy_environment),
    ];
    let text = TEMPLATE.replace("@CHECKS@", &checks);
    names.into_iter().fold(text, |text, (mark, name)| text.replace(mark, &format!("{name:?}")))
}
