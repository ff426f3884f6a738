//! Lock files of providers beside the program: one for all stacks that need the same providers.
//!
//! Each is in a folder of its own with a `versions.tf` that says what the stacks require, which is what Renovate and
//! Dependabot look for beside a `.terraform.lock.hcl`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use formwork_core::{Kind, Stack};
use formwork_schema::{Constraint, LockFile};

/// What terraform calls a lock file.
pub const LOCK_FILE: &str = ".terraform.lock.hcl";
/// What is required, as the bots read it.
const REQUIREMENTS: &str = "versions.tf";
/// What a `versions.tf` of ours begins with.
const WRITTEN: &str =
    "# Written by `providers lock`: what stacks of the program require. Their versions are in";
/// What a lock file is called in the folder of a stack: not hidden, since hidden files are left out where artifacts are kept.
pub const OF_STACK: &str = "providers.lock.hcl";

/// Stacks that need the same providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSet {
    /// The name, which is that of its folder: `aws-random`.
    pub name: String,
    /// The stacks, sorted.
    pub stacks: Vec<String>,
    /// The version constraint of each provider, by its address; empty for any version.
    pub providers: BTreeMap<String, String>,
    /// Whether it is of one stack that calls modules, which may need more providers.
    pub has_modules: bool,
}

impl ProviderSet {
    /// The sets of a program, sorted by name. A stack without providers is in none.
    #[must_use]
    pub fn all(stacks: &[Stack]) -> Vec<Self> {
        let mut sets: Vec<Self> = Vec::new();
        for stack in stacks.iter().filter(|stack| !stack.is_module()) {
            let required = stack.required_providers();
            let required = required.map(|(name, it)| (it.address(name), it.version.clone()));
            // Terraform's own has no package.
            let providers: BTreeMap<String, String> =
                required.filter(|(source, _)| !source.starts_with("terraform.io/builtin/")).collect();
            let has_modules = stack.blocks(Kind::Module).next().is_some();
            if providers.is_empty() && !has_modules {
                continue;
            }
            let same =
                sets.iter_mut().find(|it| it.providers == providers && !it.has_modules && !has_modules);
            match same {
                Some(set) => set.stacks.push(stack.name().to_owned()),
                None => sets.push(Self {
                    name: String::new(),
                    stacks: vec![stack.name().to_owned()],
                    providers,
                    has_modules,
                }),
            }
        }
        sets.iter_mut().for_each(|set| set.stacks.sort());
        name(&mut sets);
        sets.sort_by(|a, b| a.name.cmp(&b.name));
        sets
    }

    /// The lock file, in the folder of all of them.
    #[must_use]
    pub fn lock_file(&self, folder: &Path) -> PathBuf {
        folder.join(&self.name).join(LOCK_FILE)
    }

    /// The file that says what is required, in the folder of all of them.
    #[must_use]
    pub fn requirements_file(&self, folder: &Path) -> PathBuf {
        folder.join(&self.name).join(REQUIREMENTS)
    }

    /// What is required, as HCL.
    #[must_use]
    pub fn requirements(&self) -> String {
        let mut text = format!("{WRITTEN} {LOCK_FILE}.\nterraform {{\n  required_providers {{\n");
        let mut taken = BTreeSet::new();
        for (source, constraint) in &self.providers {
            let mut name = source.rsplit('/').next().unwrap_or(source).to_owned();
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            // Cannot fail: it writes into memory.
            let _ = match constraint.as_str() {
                "" => write!(text, "    {name} = {{\n      source = \"{source}\"\n    }}\n"),
                constraint => write!(
                    text,
                    "    {name} = {{\n      source  = \"{source}\"\n      version = \"{constraint}\"\n    }}\n"
                ),
            };
        }
        text.push_str("  }\n}\n");
        text
    }
}

/// Names each set by its providers, and by its first stack too where that would name two.
fn name(sets: &mut [ProviderSet]) {
    let own = |set: &ProviderSet| {
        let types = set.providers.keys().map(|source| source.rsplit('/').next().unwrap_or(source));
        types.collect::<Vec<_>>().join("-")
    };
    let names: Vec<String> = sets.iter().map(own).collect();
    for (set, own) in sets.iter_mut().zip(&names) {
        let is_alone = names.iter().filter(|name| *name == own).count() == 1;
        set.name = match (is_alone && !set.has_modules, own.as_str()) {
            (true, own) => own.to_owned(),
            (false, "") => set.stacks[0].clone(),
            (false, own) => format!("{own}-for-{}", set.stacks[0]),
        };
    }
}

/// The lock files of a program, as they are on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderLocks {
    /// By stack.
    locks: BTreeMap<String, (String, LockFile)>,
    /// What is not as it should be, in the order of the sets: nothing if there are no lock files at all.
    pub stale: Vec<String>,
}

impl ProviderLocks {
    /// Reads the lock files in a folder.
    ///
    /// # Errors
    /// Fails if the folder cannot be read, and for a file that is no lock file.
    pub fn read(folder: &Path, stacks: &[Stack]) -> anyhow::Result<Self> {
        let mut read = Self::default();
        // Who has none does not want any.
        if owned(folder)?.is_empty() {
            return Ok(read);
        }
        let sets = ProviderSet::all(stacks);
        for set in &sets {
            let (path, stacks) = (set.lock_file(folder), set.stacks.join(", "));
            let text = match fs::read_to_string(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    read.stale.push(format!("the providers of {stacks} are not locked"));
                    continue;
                }
                text => text.with_context(|| format!("cannot read {}", path.display()))?,
            };
            let lock = LockFile::parse(&text).with_context(|| format!("cannot read {}", path.display()))?;
            read.stale
                .extend(set.mismatches(&lock).into_iter().map(|it| format!("{}: {it}", path.display())));
            let requirements = set.requirements_file(folder);
            if !crate::replacement::holds(&requirements, set.requirements().as_bytes()) {
                read.stale.push(format!("{} is not up to date", requirements.display()));
            }
            for stack in &set.stacks {
                read.locks.insert(stack.clone(), (text.clone(), lock.clone()));
            }
        }
        for path in leftover(folder, &sets)? {
            read.stale.push(format!("{} is of no stack any more", path.display()));
        }
        Ok(read)
    }

    /// The lock file of a stack.
    #[must_use]
    pub fn of(&self, stack: &str) -> Option<&LockFile> {
        self.locks.get(stack).map(|(_, lock)| lock)
    }

    /// The text of the lock file of a stack.
    #[must_use]
    pub fn text(&self, stack: &str) -> Option<&str> {
        self.locks.get(stack).map(|(text, _)| text.as_str())
    }
}

impl ProviderSet {
    /// What a lock file lacks or has chosen otherwise.
    fn mismatches(&self, lock: &LockFile) -> Vec<String> {
        let mismatch = |(source, constraint): (&String, &String)| match lock.provider(source) {
            None => Some(format!("{source} is not locked")),
            Some(locked) if !is_allowed(constraint, locked.version.clone()) => {
                Some(format!("{} is locked, and {constraint} is required", locked.label()))
            }
            Some(_) => None,
        };
        self.providers.iter().filter_map(mismatch).collect()
    }

    /// The text of a lock file without what the program no longer allows, for terraform to choose anew.
    #[must_use]
    pub fn still_allowed(&self, lock: &LockFile, text: &str) -> String {
        lock.text_without(text, |locked| {
            let of = self.providers.iter().find(|(source, _)| lock.provider(source) == Some(locked));
            of.is_some_and(|(_, constraint)| !is_allowed(constraint, locked.version.clone()))
        })
    }
}

/// What cannot be read is another check's finding.
fn is_allowed(constraint: &str, version: formwork_schema::Version) -> bool {
    constraint.is_empty() || constraint.parse::<Constraint>().map_or(true, |it| it.allows(&version))
}

/// The folders of lock files that no set of the program has, which were written by us.
///
/// # Errors
/// Fails if the folder cannot be read.
pub fn leftover(folder: &Path, sets: &[ProviderSet]) -> anyhow::Result<Vec<PathBuf>> {
    let is_of_set = |path: &PathBuf| sets.iter().any(|set| folder.join(&set.name) == *path);
    Ok(owned(folder)?.into_iter().filter(|path| !is_of_set(path)).collect())
}

/// The folders with a `versions.tf` of ours, sorted.
fn owned(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        entries => entries.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    let mut owned = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let text = fs::read(path.join(REQUIREMENTS)).unwrap_or_default();
        if text.starts_with(WRITTEN.as_bytes()) {
            owned.push(path);
        }
    }
    owned.sort();
    Ok(owned)
}

#[cfg(test)]
mod tests {
    use formwork_core::App;

    use super::*;

    fn sets(build: impl FnOnce(&mut App)) -> Vec<ProviderSet> {
        let mut app = App::new();
        build(&mut app);
        ProviderSet::all(&app.settle().stacks)
    }

    #[test]
    fn stacks_that_need_the_same_share_a_set() {
        let sets = sets(|app| {
            for (name, version) in [("a", "~> 6.0"), ("b", "~> 6.0"), ("c", "~> 5.0")] {
                app.stack(name).require_provider("aws", "hashicorp/aws", version);
            }
            let d = app.stack("d");
            d.require_provider("aws", "hashicorp/aws", "~> 6.0");
            d.require_provider("random", "hashicorp/random", "");
            app.stack("e");
        });
        let shown: Vec<(&str, String)> = sets.iter().map(|it| (&*it.name, it.stacks.join(","))).collect();
        let expected = [("aws-for-a", "a,b"), ("aws-for-c", "c"), ("aws-random", "d")];
        assert_eq!(shown, expected.map(|(name, stacks)| (name, stacks.to_owned())));
        let hcl = sets[2].requirements();
        assert!(hcl.contains("source  = \"hashicorp/aws\"\n      version = \"~> 6.0\""), "{hcl}");
        assert!(hcl.contains("random = {\n      source = \"hashicorp/random\"\n    }"), "{hcl}");
    }
}
