//! What other people's linters say of workflows: zizmor, actionlint with shellcheck, and GitHub's schema.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::cli::{Verdict, print};

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
) -> anyhow::Result<Verdict> {
    let tools =
        fs::canonicalize(folder).with_context(|| format!("there is no folder {}", folder.display()))?;
    let work = tempfile::tempdir()?;
    let mut files: Vec<PathBuf> = Vec::new();
    for (path, text) in workflows {
        let copy = work.path().join(path);
        let beside = copy.parent().unwrap_or(work.path());
        fs::create_dir_all(beside)?;
        // What makes a folder a repository to actionlint is that `.git` is there.
        if let Some(repository) = beside.ancestors().nth(2) {
            fs::create_dir_all(repository.join(".git"))?;
        }
        fs::write(&copy, text)?;
        files.push(copy);
    }
    let arguments = |fixed: &[&str]| fixed.iter().map(OsString::from).collect::<Vec<_>>();
    let mut zizmor = arguments(&[
        "--offline",
        "--strict-collection",
        "--no-progress",
        "--color",
        "never",
        "--format",
        "plain",
        "--min-severity",
        "low",
    ]);
    match fs::canonicalize(ZIZMOR_SETTINGS) {
        Ok(settings) => zizmor.extend([OsString::from("--config"), settings.into()]),
        Err(_) => zizmor.push("--no-config".into()),
    }
    let mut actionlint = arguments(&["-no-color", "-pyflakes", ""]);
    actionlint.extend([OsString::from("-shellcheck"), tools.join("shellcheck").into()]);
    let schema = arguments(&["--builtin-schema", "vendor.github-workflows", "--color", "never"]);
    let mut verdict = Verdict::Good;
    for (linter, arguments) in [("zizmor", zizmor), ("actionlint", actionlint), ("check-jsonschema", schema)]
    {
        let program = tools.join(linter);
        let mut command = Command::new(&program);
        command.current_dir(work.path()).args(arguments).args(&files);
        // A linter in a folder of Python finds its own interpreter; nothing of ours is needed.
        let output = command.output().with_context(|| {
            format!("cannot run {}\n  hint: `.ci/lint-workflows` installs the linters", program.display())
        })?;
        if output.status.success() {
            print::done("Linted", &format!("{} workflows with {linter}", files.len()));
            continue;
        }
        let shown = [output.stdout, output.stderr].concat();
        // Paths as they are below the folder that the files are from.
        let prefix = format!("{}/", work.path().display());
        print::text(&String::from_utf8_lossy(&shown).replace(&prefix, ""));
        print::error(&format!("{linter} ended with {}", output.status));
        verdict = Verdict::Bad;
    }
    Ok(verdict)
}
