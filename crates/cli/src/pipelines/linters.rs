//! What other people's linters say of workflows: zizmor, actionlint with shellcheck, and GitHub's schema.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use formwork_core::Hint;
use formwork_core::secret::visible;

use crate::{ExitStatus, print};

/// Exceptions of zizmor, each with its reason; beside the workflows of the repository, where zizmor looks for it.
const ZIZMOR_SETTINGS: &str = ".github/zizmor.yml";

/// Runs every linter over copies of the workflows, each repository in a folder of its own: actionlint looks for called
/// workflows beside the caller, and needs a repository around them.
///
/// # Errors
/// Fails if a linter is not in the folder or cannot be started.
pub(crate) fn run<'a>(
    folder: &Path,
    workflows: impl Iterator<Item = (&'a Path, &'a str)>,
) -> anyhow::Result<ExitStatus> {
    let tools =
        fs::canonicalize(folder).with_context(|| format!("there is no folder {}", folder.display()))?;
    let work = tempfile::tempdir()?;
    let mut files: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for (path, text) in workflows {
        let copy = work.path().join(path);
        let beside = copy.parent().unwrap_or(work.path());
        fs::create_dir_all(beside)?;
        // What makes a folder a repository to actionlint is that `.git` is there.
        let repository = beside.ancestors().nth(2).unwrap_or(work.path()).to_owned();
        fs::create_dir_all(repository.join(".git"))?;
        fs::write(&copy, text)?;
        files.entry(repository).or_default().push(copy);
    }
    let all: Vec<&Path> = files.values().flatten().map(PathBuf::as_path).collect();
    let mut runs = Vec::new();
    let mut zizmor = vec!["--offline", "--strict-collection", "--no-progress", "--color", "never"];
    zizmor.extend(["--format", "plain", "--persona", "auditor"]);
    let settings = fs::canonicalize(ZIZMOR_SETTINGS).ok();
    let settings = settings.as_deref().and_then(Path::to_str);
    match settings {
        Some(settings) => zizmor.extend(["--config", settings]),
        None => zizmor.push("--no-config"),
    }
    runs.push(("zizmor", zizmor, work.path(), all.clone()));
    let shellcheck = tools.join("shellcheck");
    let shellcheck = shellcheck.to_str().context("the folder of the linters is not UTF-8")?;
    for (repository, files) in &files {
        let actionlint = vec!["-no-color", "-pyflakes", "", "-shellcheck", shellcheck];
        runs.push((
            "actionlint",
            actionlint,
            repository.as_path(),
            files.iter().map(PathBuf::as_path).collect(),
        ));
    }
    let schema = vec!["--builtin-schema", "vendor.github-workflows", "--color", "never"];
    runs.push(("check-jsonschema", schema, work.path(), all));
    let mut status = ExitStatus::Success;
    for (linter, arguments, directory, files) in runs {
        let program = tools.join(linter);
        let mut command = Command::new(&program);
        command.current_dir(directory).args(arguments).args(&files);
        // A linter in a folder of Python finds its own interpreter; nothing of ours is needed.
        let output = command.output().with_context(|| {
            let hint = Hint::new("`tools/lint-workflows` installs the linters");
            format!("cannot run {}{hint}", program.display())
        })?;
        if output.status.success() {
            print::done("Linted", &format!("{} with {linter}", print::count(files.len(), "workflow")));
            continue;
        }
        let shown = [output.stdout, output.stderr].concat();
        // Paths as they are below the folder that the files are from.
        let prefix = format!("{}/", work.path().display());
        print::text(&visible(&String::from_utf8_lossy(&shown).replace(&prefix, "")));
        print::error(&format!("{linter} ended with {}", output.status));
        status = ExitStatus::Failure;
    }
    Ok(status)
}
