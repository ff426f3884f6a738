//! Workflows that were reviewed and rendered, ready to be written or compared.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use formwork_core::Hint;
use formwork_synth::{Replacement, Synthesized, holds};
use formwork_workflows::{Diagnostic, Inventory, Renderer, Repository, review};

use crate::Program;
use crate::findings::{Finding, Format};
use crate::{UsageError, print, synthesized_in};

/// Files by their paths below the folder that the command writes to.
pub(crate) struct Rendered {
    pub(crate) files: BTreeMap<PathBuf, String>,
}

/// The repositories of one system or of all, and what they may name; nothing if the stacks have mistakes, which are
/// printed.
///
/// # Errors
/// A system that is not there is wrong usage.
pub(crate) fn repositories(
    program: &Program,
    system: Option<&str>,
    format: Format,
) -> anyhow::Result<Option<(Vec<Repository>, Inventory)>> {
    let repositories = of_systems(systems(program, system)?)?;
    let synthesized = synthesized_in(format, program, "no workflow was rendered")?;
    let Some(synthesized) = synthesized else { return Ok(None) };
    Ok(Some((repositories, formwork_workflows::inventory(&synthesized)?)))
}

/// The program's own workflows, which may be none, for a verb that has synthesized its stacks; nothing if they have mistakes,
/// which are printed.
///
/// # Errors
/// Fails if the program's workflows cannot be made.
pub(crate) fn own(
    format: Format,
    program: &Program,
    synthesized: &Synthesized,
) -> anyhow::Result<Option<Rendered>> {
    let repositories = of_systems(&program.workflows)?;
    Rendered::of_in(format, &repositories, &formwork_workflows::inventory(synthesized)?)
}

/// A system of a program, by its name.
type System = (&'static str, crate::program::Workflows);

fn of_systems<'a>(systems: impl IntoIterator<Item = &'a System>) -> anyhow::Result<Vec<Repository>> {
    let mut repositories = Vec::new();
    for (_, workflows) in systems {
        repositories.extend(workflows()?);
    }
    Ok(repositories)
}

fn systems<'a>(program: &'a Program, wanted: Option<&str>) -> Result<Vec<&'a System>, UsageError> {
    let Some(wanted) = wanted else {
        if program.workflows.is_empty() {
            let hint =
                "add some with `Program::workflows`, or let `pipelines init` write workflows for your stacks";
            return Err(UsageError(format!("this program has no workflows{}", Hint::new(hint))));
        }
        return Ok(program.workflows.iter().collect());
    };
    match program.workflows.iter().find(|(name, _)| *name == wanted) {
        Some(found) => Ok(vec![found]),
        None => {
            let names: Vec<&str> = program.workflows.iter().map(|(name, _)| *name).collect();
            let hint = Hint::nearest(wanted, names.iter().copied());
            let hint = hint.or(format!("there are workflows of {}", names.join(", ")));
            Err(UsageError(format!("there are no workflows of `{wanted}`{hint}")))
        }
    }
}

impl Rendered {
    /// Reviews and renders; diagnostics are printed, and then there is nothing.
    ///
    /// # Errors
    /// Fails if the templates do not fit the model.
    pub(crate) fn of(repositories: &[Repository], inventory: &Inventory) -> anyhow::Result<Option<Self>> {
        Self::of_in(Format::Human, repositories, inventory)
    }

    /// The same for a verb that prints findings for machines too.
    ///
    /// # Errors
    /// Fails if the templates do not fit the model.
    pub(crate) fn of_in(
        format: Format,
        repositories: &[Repository],
        inventory: &Inventory,
    ) -> anyhow::Result<Option<Self>> {
        let diagnostics = review(repositories, inventory);
        if !diagnostics.is_empty() {
            report(&diagnostics);
            format.write(&diagnostics.iter().map(finding).collect::<Vec<_>>())?;
            return Ok(None);
        }
        let renderer = Renderer::new()?;
        let mut files = BTreeMap::new();
        for repository in repositories {
            files
                .extend(renderer.repository(repository)?.into_iter().map(|(path, text)| (path.into(), text)));
        }
        Ok(Some(Self { files }))
    }

    /// Writes what differs, all or nothing, and says how many files did.
    ///
    /// # Errors
    /// Fails if a file cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<usize> {
        let mut replacement = Replacement::default();
        let mut written = 0;
        for (path, text) in &self.files {
            written += usize::from(replacement.add(folder.join(path), text.as_bytes())?);
        }
        replacement.finish()?;
        Ok(written)
    }

    /// The files that are not as they should be.
    pub(crate) fn stale(&self, folder: &Path) -> Vec<PathBuf> {
        let files = self.files.iter().map(|(path, text)| (folder.join(path), text));
        files.filter(|(path, text)| !holds(path, text.as_bytes())).map(|(path, _)| path).collect()
    }

    /// Files that are there already and that `pipelines init` has not written.
    ///
    /// # Errors
    /// Fails if a file cannot be read.
    pub(crate) fn foreign(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut foreign = Vec::new();
        for path in self.files.keys().map(|path| folder.join(path)) {
            match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                text => {
                    if !text?.starts_with(formwork_workflows::RENDERED_BY_INIT.as_bytes()) {
                        foreign.push(path);
                    }
                }
            }
        }
        Ok(foreign)
    }

    /// Whether a workflow of these is below a folder.
    pub(crate) fn is_any_in(&self, folder: &Path) -> bool {
        self.files.keys().any(|path| is_workflow(path) && folder.join(path).exists())
    }

    /// Workflows beside these that were rendered once and are no part of the program any more.
    ///
    /// # Errors
    /// Fails if a folder cannot be read.
    pub(crate) fn leftover(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut leftover = Vec::new();
        let folders: std::collections::BTreeSet<&Path> =
            self.files.keys().filter(|path| is_workflow(path)).filter_map(|path| path.parent()).collect();
        for beside in folders {
            let entries = match fs::read_dir(folder.join(beside)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries?,
            };
            for entry in entries {
                let name = beside.join(entry?.file_name());
                if !self.files.contains_key(&name) && is_workflow(&name) {
                    let text = fs::read(folder.join(&name))?;
                    if text.starts_with(formwork_workflows::RENDERED.as_bytes()) {
                        leftover.push(folder.join(name));
                    }
                }
            }
        }
        Ok(leftover)
    }
}

pub(super) fn is_workflow(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with(".github/workflows"))
}

fn finding(diagnostic: &Diagnostic) -> Finding {
    Finding {
        subject: diagnostic.location.clone(),
        hint: diagnostic.hint.text().map(str::to_owned),
        ..Finding::plain("workflows", diagnostic.message.clone())
    }
}

/// Prints what was found and how many there are.
fn report(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        print::error(&format!("{diagnostic}\n"));
    }
    print::error(&format!("{}; no workflow was rendered", print::count(diagnostics.len(), "mistake")));
}

/// What a check says of files, which it prints.
pub(super) fn findings_of(paths: &[PathBuf], what: &str) -> Vec<Finding> {
    let finding = |path: &PathBuf| {
        // Below the folder at hand, as everybody else names it.
        let path = path.strip_prefix(".").unwrap_or(path).display().to_string();
        let message = format!("{path} {what}");
        print::error(&message);
        Finding::of_file("stale", &path, message)
    };
    paths.iter().map(finding).collect()
}
