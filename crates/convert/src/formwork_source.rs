//! Where a package takes Formwork from: what `--formwork SPEC` says.

use std::fmt;
use std::path::{Path, PathBuf};

use formwork_core::Hint;

/// The package `formwork`, and those beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormworkSource {
    /// A version in a registry, or a requirement such as `~0.1`.
    Version(String),
    /// A checkout.
    Folder(PathBuf),
    /// The URL of a git repository.
    Git(String),
}

/// Why a text does not say where Formwork is.
#[derive(Debug, thiserror::Error)]
#[error("--formwork {spec}: there is no package `formwork`{hint}")]
pub struct NoFormwork {
    spec: String,
    hint: Hint,
}

impl FormworkSource {
    /// What a text names: a git repository by its URL, a version by its first letter, or else the folder of a checkout, as it
    /// is seen from anywhere.
    ///
    /// # Errors
    /// Fails for a folder without the package.
    pub fn parse(spec: &str) -> Result<Self, NoFormwork> {
        if spec.contains("://") || spec.starts_with("git@") {
            return Ok(Self::Git(spec.to_owned()));
        }
        let is_version =
            spec.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '=' | '^' | '~'));
        let folder = Path::new(spec);
        if is_version && !folder.exists() {
            return Ok(Self::Version(spec.to_owned()));
        }
        let found = folder.canonicalize().ok().filter(|folder| is_checkout(folder));
        found.map(Self::Folder).ok_or_else(|| NoFormwork {
            spec: spec.to_owned(),
            hint: Hint::new(
                "a version such as 0.1, the folder of a checkout, or the URL of a git repository",
            ),
        })
    }

    /// A checkout that is known to be one.
    #[must_use]
    pub fn of_checkout(folder: &Path) -> Option<Self> {
        let folder = folder.canonicalize().ok()?;
        is_checkout(&folder).then_some(Self::Folder(folder))
    }

    /// The lock file of a checkout: the versions that it was tested with.
    #[must_use]
    pub fn lock_file(&self) -> Option<PathBuf> {
        let Self::Folder(folder) = self else { return None };
        Some(folder.join("Cargo.lock")).filter(|lock| lock.is_file())
    }

    /// Where a package of the repository is, as `Cargo.toml` says it; `below` is its folder there.
    #[must_use]
    pub fn in_manifest(&self, below: &str) -> String {
        match self {
            Self::Version(version) => format!("version = {version:?}"),
            Self::Git(url) => format!("git = {url:?}"),
            // Forward slashes are understood everywhere, and need no escape.
            Self::Folder(folder) => {
                let folder = folder.join(below).display().to_string();
                format!("path = {:?}", folder.trim_end_matches('/').replace('\\', "/"))
            }
        }
    }
}

/// As it is given to `--formwork`.
impl fmt::Display for FormworkSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => formatter.write_str(version),
            Self::Folder(folder) => write!(formatter, "{}", folder.display()),
            Self::Git(url) => formatter.write_str(url),
        }
    }
}

fn is_checkout(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains("name = \"formwork\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_a_repository_and_a_checkout_are_told_apart() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        for (spec, wanted) in [
            ("0.1", "version = \"0.1\""),
            ("~0.1", "version = \"~0.1\""),
            ("https://example.com/formwork", "git = \"https://example.com/formwork\""),
            ("git@example.com:acme/formwork", "git = \"git@example.com:acme/formwork\""),
        ] {
            let source = FormworkSource::parse(spec).unwrap();
            assert_eq!((source.in_manifest(""), source.to_string()), (wanted.to_owned(), spec.to_owned()));
        }
        let checkout = FormworkSource::parse(root).unwrap();
        assert!(checkout.in_manifest("modules").ends_with("/modules\""), "{checkout:?}");
        assert!(!checkout.in_manifest("").contains("/../") && checkout.lock_file().is_some(), "{checkout:?}");
        let nowhere = FormworkSource::parse("../nowhere").unwrap_err().to_string();
        assert!(
            nowhere.starts_with("--formwork ../nowhere: there is no package `formwork`\n  hint:"),
            "{nowhere}"
        );
    }
}
