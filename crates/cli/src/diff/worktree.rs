//! The program as it was at a git revision, run in a worktree of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use formwork_core::Hint;
use formwork_synth::given_documents;
use tempfile::TempDir;

use crate::diff::revision::{Texts, answer};
use crate::{git, print};

/// What cargo builds of revisions, beside what it builds of the program at hand: neither undoes the other.
const TARGET: &str = "formwork-revision";

/// A commit that is checked out in a folder of its own, which goes with this.
struct Worktree {
    folder: TempDir,
}

/// The documents that the program makes at a commit: cargo builds it there and runs its `synth`. There are none where no
/// package of cargo's is in the repository.
///
/// # Errors
/// Fails if the commit cannot be checked out, and if its program cannot be built or has mistakes.
pub(super) fn synthesized_at(revision: &str, commit: &str) -> anyhow::Result<Option<Texts>> {
    let root = answer(&["rev-parse", "--show-toplevel"])?;
    let root = Path::new(root.trim_end_matches('\n')).canonicalize()?;
    let here = std::env::current_dir()?.canonicalize()?;
    let Some(package) = package(&root, &here) else { return Ok(None) };
    let manifest = package.join("Cargo.toml");
    if answer(&["cat-file", "-e", &format!("{commit}:{}", manifest.display())]).is_err() {
        return Ok(None);
    }
    let short = &commit[..commit.len().min(8)];
    print::note(&format!("{short} has no documents: its program is built and run, in a worktree of its own"));
    let worktree = Worktree::of(commit)?;
    let tree = worktree.tree();
    let documents = worktree.folder.path().join("documents");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--manifest-path"]).arg(tree.join(&manifest));
    if let Some(name) = binary() {
        command.arg("--bin").arg(name);
    }
    command.args(["--", "synth", "--out"]).arg(&documents);
    // A program reads its settings from where it runs.
    let beside = here.strip_prefix(&root).map(|below| tree.join(below)).ok().filter(|it| it.is_dir());
    command.current_dir(beside.unwrap_or_else(|| tree.join(&package)));
    command.env("CARGO_TARGET_DIR", target(&root.join(&package)).join(TARGET));
    let ran = command.stdin(Stdio::null()).output().context("cannot run cargo")?;
    if !ran.status.success() {
        let said = String::from_utf8_lossy(&ran.stderr);
        bail!(
            "the program cannot be synthesized as it was at `{revision}` ({})\n{}{}",
            ran.status,
            said.trim_end(),
            Hint::new("name another revision, or commit documents or snapshots of them")
        );
    }
    let given = given_documents(&documents)?;
    Ok(Some(given.into_iter().map(|stack| (stack.entry.name.clone(), stack.text().to_owned())).collect()))
}

/// The folder of the program's package, from the root of the repository: where cargo says that it is, else the nearest one
/// above.
fn package(root: &Path, here: &Path) -> Option<PathBuf> {
    let said = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let said = said.and_then(|folder| folder.canonicalize().ok()).filter(|folder| folder.starts_with(root));
    let above = || here.ancestors().find(|folder| folder.join("Cargo.toml").is_file()).map(Path::to_owned);
    said.or_else(above)?.strip_prefix(root).ok().map(Path::to_owned)
}

/// The name of the program among those of its package.
fn binary() -> Option<String> {
    let path = PathBuf::from(std::env::args_os().next()?);
    Some(path.file_stem()?.to_str()?.to_owned())
}

/// Where cargo builds: where it was told to, else where this program was built, else in the package.
fn target(package: &Path) -> PathBuf {
    let told = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let built = || {
        let program = std::env::current_exe().ok()?;
        program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).map(Path::to_owned)
    };
    let target = told.or_else(built).unwrap_or_else(|| package.join("target"));
    std::path::absolute(&target).unwrap_or(target)
}

impl Worktree {
    fn of(commit: &str) -> anyhow::Result<Self> {
        let worktree = Self { folder: tempfile::Builder::new().prefix("formwork-revision-").tempdir()? };
        let tree = worktree.tree().display().to_string();
        // What the repository does after a checkout of somebody's is not for this one.
        let hooks = "core.hooksPath=/dev/null";
        answer(&["-c", hooks, "worktree", "add", "--quiet", "--detach", &tree, commit])?;
        Ok(worktree)
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        // The folder goes all the same; git forgets a worktree that is not there when it cleans up.
        let tree = self.tree().display().to_string();
        let _ = git(".", &["worktree", "remove", "--force", &tree]);
    }
}
