//! The version of terraform that the repository names: a file `.terraform-version`, as tfenv, tenv, mise and Renovate
//! read it, or `.opentofu-version` for tofu.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use formwork_core::Hint;
use formwork_schema::Version;

use crate::Binary;

/// A version that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedVersion {
    /// The file.
    pub file: PathBuf,
    /// What it names.
    pub version: Version,
}

impl PinnedVersion {
    /// What the nearest file says in a folder or above it, up to the root of its repository. Words that stand for no
    /// one version, such as `latest`, pin nothing.
    ///
    /// # Errors
    /// Fails for a file that cannot be read, and for one that names no version.
    pub fn find(folder: &Path, is_tofu: bool) -> anyhow::Result<Option<Self>> {
        let name = Self::file_name(is_tofu);
        let folder = std::path::absolute(folder).context("cannot find the working directory")?;
        for folder in folder.ancestors() {
            let file = folder.join(name);
            match fs::read_to_string(&file) {
                Ok(text) => return Self::parse(file, &text),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        Ok(None)
    }

    /// What the file is called.
    #[must_use]
    pub const fn file_name(is_tofu: bool) -> &'static str {
        if is_tofu { ".opentofu-version" } else { ".terraform-version" }
    }

    fn parse(file: PathBuf, text: &str) -> anyhow::Result<Option<Self>> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        let words: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let word = match words[..] {
            [word] => word.strip_prefix('v').unwrap_or(word),
            _ => bail!("{} names no version{}", file.display(), Hint::new("it has one line, such as 1.11.4")),
        };
        if word.starts_with("latest") || word == "min-required" {
            return Ok(None);
        }
        let version = word.parse().with_context(|| format!("{} names no version", file.display()))?;
        Ok(Some(Self { file, version }))
    }

    /// Checks that a binary has this version.
    ///
    /// # Errors
    /// Fails if it has another one.
    pub fn check(&self, binary: &Binary) -> anyhow::Result<()> {
        if *binary.version() == self.version {
            return Ok(());
        }
        let hint = "install that version, name its binary with --terraform or FORMWORK_TERRAFORM, or change the file";
        bail!(
            "{} names {} {}, and this is version {}{}",
            self.file.display(),
            binary.name(),
            self.version,
            binary.version(),
            Hint::new(hint)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_counts_up_to_the_root_of_the_repository() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("repository/infra");
        fs::create_dir_all(&below).unwrap();
        fs::create_dir_all(root.path().join("repository/.git")).unwrap();
        let version = || PinnedVersion::find(&below, false).unwrap().map(|it| it.version.to_string());
        fs::write(root.path().join(".terraform-version"), "1.0.0\n").unwrap();
        assert_eq!(version(), None);
        fs::write(root.path().join("repository/.terraform-version"), "# pinned\nv1.11.4 # for now\n")
            .unwrap();
        assert_eq!(version().as_deref(), Some("1.11.4"));
        assert_eq!(PinnedVersion::find(&below, true).unwrap(), None);
        fs::write(below.join(".terraform-version"), "latest:^1.11\n").unwrap();
        assert_eq!(version(), None);
        fs::write(below.join(".terraform-version"), "one\n").unwrap();
        let error = PinnedVersion::find(&below, false).unwrap_err();
        assert!(format!("{error:#}").contains("names no version"), "{error:#}");
    }
}
