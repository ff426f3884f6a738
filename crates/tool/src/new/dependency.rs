//! Where a project gets formwork from, and its `Cargo.toml`.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use formwork_cli::UsageError;
use formwork_core::Hint;

use super::template::Cloud;

/// The package `formwork`, and those beside it.
pub(super) enum Dependency {
    /// A version in a registry.
    Version(String),
    /// A checkout.
    Folder(PathBuf),
    /// A git repository.
    Git(String),
}

impl Dependency {
    /// What was asked for; without that, the checkout that this tool was built from, if it is still there, or its version.
    ///
    /// # Errors
    /// Fails for a folder without the package.
    pub(super) fn of(spec: Option<&str>) -> anyhow::Result<Self> {
        let Some(spec) = spec else {
            let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            return Ok(match own.canonicalize() {
                Ok(folder) if is_checkout(&folder) => Self::Folder(folder),
                _ => {
                    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
                    Self::Version(format!("{major}.{minor}"))
                }
            });
        };
        if spec.contains("://") || spec.starts_with("git@") {
            return Ok(Self::Git(spec.to_owned()));
        }
        if spec.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '=' | '^' | '~'))
            && !Path::new(spec).exists()
        {
            return Ok(Self::Version(spec.to_owned()));
        }
        let folder = Path::new(spec);
        if !is_checkout(folder) {
            let hint =
                Hint::new("a version such as 0.1, the folder of a checkout, or the URL of a git repository");
            return Err(UsageError(format!("--formwork {spec}: there is no package `formwork`{hint}")).into());
        }
        Ok(Self::Folder(folder.canonicalize().with_context(|| format!("cannot read {spec}"))?))
    }

    pub(super) const fn is_a_folder(&self) -> bool {
        matches!(self, Self::Folder(_))
    }

    /// The lock file of a checkout.
    pub(super) fn lock_file(&self) -> Option<PathBuf> {
        let Self::Folder(folder) = self else { return None };
        Some(folder.join("Cargo.lock")).filter(|lock| lock.is_file())
    }

    /// Where a package of the repository is, as `Cargo.toml` says it; `below` is its folder there.
    fn source(&self, below: &str) -> String {
        match self {
            Self::Version(version) => format!("version = {version:?}"),
            Self::Git(url) => format!("git = {url:?}"),
            // Forward slashes are understood everywhere, and need no escape.
            Self::Folder(folder) => {
                format!(
                    "path = {:?}",
                    folder.join(below).display().to_string().trim_end_matches('/').replace('\\', "/")
                )
            }
        }
    }
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => f.write_str(version),
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Git(url) => f.write_str(url),
        }
    }
}

fn is_checkout(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains("name = \"formwork\""))
}

/// The `Cargo.toml` of a project. It forwards every feature that a verb needs.
pub(super) fn manifest(name: &str, formwork: &Dependency, cloud: Cloud) -> String {
    let forwarded: String = formwork_cli::features()
        .iter()
        .filter(|feature| **feature != "sandbox")
        .map(|feature| format!("{feature} = [\"formwork/{feature}\"]\n"))
        .collect();
    // Types and modules of AWS come with formwork; those of other clouds are generated into the project.
    let (own_features, modules) = if cloud == Cloud::Aws {
        (", features = [\"aws\"]", format!("formwork-modules = {{ {} }}\n", formwork.source("modules")))
    } else {
        ("", String::new())
    };
    let source = formwork.source("");
    format!(
        r#"[package]
name = {name:?}
version = "0.1.0"
edition = "2024"
publish = false

[features]
default = ["sandbox"]
# `--sandbox`: a simulated cloud. It makes the first build longer.
sandbox = ["formwork/sandbox"]
# What some verbs need; `formwork` switches them on where they are needed.
{forwarded}
[dependencies]
formwork = {{ {source}, default-features = false{own_features} }}
{modules}
[dev-dependencies]
insta = {{ version = "1", default-features = false }}

# Debug information is what makes a build slow and large.
[profile.dev]
debug = false

[workspace]
"#
    )
}
