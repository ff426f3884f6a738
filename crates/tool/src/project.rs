//! The project that a folder is part of: a Cargo package that depends on formwork, as cargo describes it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use formwork_cli::UsageError;
use formwork_core::Hint;
use serde::Deserialize;

/// A package whose program describes infrastructure.
#[derive(Debug)]
pub(crate) struct Project {
    /// Its `Cargo.toml`.
    pub(crate) manifest: PathBuf,
    /// Where the program is run: the folder of the nearest `Cargo.toml`, wherever below it the tool was called; the
    /// folder that the tool was called in if the `Cargo.toml` was named.
    pub(crate) folder: PathBuf,
    /// The name of the package.
    pub(crate) name: String,
    /// The program.
    pub(crate) binary: String,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    features: BTreeMap<String, Vec<String>>,
    dependency: Dependency,
}

/// How a package gets a feature of formwork.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Forwarding {
    /// It always has it.
    Always,
    /// By a feature of its own.
    Own(String),
    /// It forwards none; cargo can switch it on by this name all the same.
    None(String),
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_default_members: Vec<String>,
    target_directory: PathBuf,
    #[serde(default)]
    metadata: serde_json::Value,
}

#[derive(Clone, Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    features: BTreeMap<String, Vec<String>>,
    dependencies: Vec<Dependency>,
    default_run: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
    kind: Option<String>,
    features: Vec<String>,
    uses_default_features: bool,
}

impl Project {
    /// The project of a `Cargo.toml`, or of the nearest one here or above; in a workspace whose root is none, that of its
    /// default members, or of all, or the one that `package` in `[workspace.metadata.formwork]` names.
    ///
    /// # Errors
    /// Fails if there is no such file, if cargo cannot read it, and if several packages could be meant.
    pub(crate) fn find(manifest_path: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let here = std::env::current_dir().context("cannot find the working directory")?;
        let nearest = match manifest_path {
            Some(path) if !path.is_file() => {
                let hint = Hint::new("name the file `Cargo.toml` of the project");
                return Err(UsageError(format!("there is no file {}{hint}", path.display())).into());
            }
            Some(path) => path.to_owned(),
            None => match here.ancestors().map(|it| it.join("Cargo.toml")).find(|it| it.is_file()) {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        let metadata = metadata(&nearest)?;
        let nearest = nearest.canonicalize().with_context(|| format!("cannot read {}", nearest.display()))?;
        let folder = match manifest_path {
            Some(_) => here,
            None => nearest.parent().map_or(here, Path::to_owned),
        };
        let chosen = chosen(&metadata, &nearest)?;
        chosen.map(|package| Self::of(package, folder, &metadata)).transpose()
    }

    fn of(package: &Package, folder: PathBuf, metadata: &Metadata) -> anyhow::Result<Self> {
        let names: Vec<&str> = package.binaries().collect();
        let binary = match (&package.default_run, names.as_slice()) {
            (Some(name), _) => name.clone(),
            (None, [one]) => (*one).to_owned(),
            (None, several) if several.contains(&package.name.as_str()) => package.name.clone(),
            (None, several) => {
                let hint = Hint::new("say in `[package]` which is meant: `default-run = \"…\"`");
                let names = several.join(", ");
                return Err(
                    UsageError(format!("{} has several programs: {names}{hint}", package.name)).into()
                );
            }
        };
        let dependency = package.formwork().cloned().context("a project depends on formwork")?;
        Ok(Self {
            manifest: package.manifest_path.clone(),
            folder,
            name: package.name.clone(),
            binary,
            target: metadata.target_directory.clone(),
            features: package.features.clone(),
            dependency,
        })
    }

    /// How the package gets a feature of formwork.
    pub(crate) fn forwarding(&self, feature: &str) -> Forwarding {
        let dependency = self.dependency.rename.as_deref().unwrap_or(&self.dependency.name);
        let direct = format!("{dependency}/{feature}");
        // Of those that the tool asks for, formwork has one by default.
        let by_default = self.dependency.uses_default_features && feature == "sandbox";
        let brings = |own: &str| {
            let all = self.closure(own);
            all.contains(&direct) || all.contains(&format!("{dependency}?/{feature}"))
        };
        if by_default || self.dependency.features.iter().any(|it| it == feature) || brings("default") {
            return Forwarding::Always;
        }
        let same = self.features.keys().filter(|own| *own == feature);
        match same.chain(self.features.keys()).find(|own| brings(own)) {
            Some(own) => Forwarding::Own(own.clone()),
            None => Forwarding::None(direct),
        }
    }

    /// The line of `[features]` that forwards a feature.
    pub(crate) fn line(&self, feature: &str) -> String {
        let dependency = self.dependency.rename.as_deref().unwrap_or(&self.dependency.name);
        format!("{feature} = [\"{dependency}/{feature}\"]")
    }

    /// A feature of the package and all that it switches on.
    fn closure(&self, feature: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut open = vec![feature.to_owned()];
        while let Some(one) = open.pop() {
            if all.insert(one.clone()) {
                open.extend(self.features.get(&one).into_iter().flatten().cloned());
            }
        }
        all
    }
}

impl Package {
    fn binaries(&self) -> impl Iterator<Item = &str> {
        let is_binary = |target: &&Target| target.kind.iter().any(|kind| kind == "bin");
        self.targets.iter().filter(is_binary).map(|target| target.name.as_str())
    }

    fn formwork(&self) -> Option<&Dependency> {
        self.dependencies.iter().find(|it| it.name == "formwork" && it.kind.is_none())
    }

    fn is_project(&self) -> bool {
        self.formwork().is_some() && self.binaries().next().is_some()
    }
}

/// What runs cargo: what cargo itself calls so, or what is on the path.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn metadata(manifest: &Path) -> anyhow::Result<Metadata> {
    let mut command = Command::new(cargo());
    command.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let output = command.output().with_context(|| {
        let hint = Hint::new("install Rust: https://rustup.rs, or your package manager");
        format!("cannot run cargo, which builds the project's program{hint}")
    })?;
    if !output.status.success() {
        bail!(
            "cargo cannot read {}:\n{}",
            manifest.display(),
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    serde_json::from_slice(&output.stdout).context("cannot read what `cargo metadata` says")
}

/// The package that is meant by the nearest `Cargo.toml`.
fn chosen<'m>(metadata: &'m Metadata, nearest: &Path) -> anyhow::Result<Option<&'m Package>> {
    let is_nearest = |it: &&Package| it.manifest_path.canonicalize().is_ok_and(|path| path == nearest);
    if let Some(package) = metadata.packages.iter().find(is_nearest).filter(|it| it.is_project()) {
        return Ok(Some(package));
    }
    let projects: Vec<&Package> = metadata.packages.iter().filter(|it| it.is_project()).collect();
    let names = || projects.iter().map(|it| it.name.as_str());
    if let Some(named) = metadata.metadata.pointer("/formwork/package").and_then(serde_json::Value::as_str) {
        let found = projects.iter().find(|it| it.name == named);
        let hint = Hint::nearest(named, names());
        return match found {
            Some(found) => Ok(Some(found)),
            None => bail!(
                "[workspace.metadata.formwork] names `{named}`, which is no package with a program that depends on formwork{hint}"
            ),
        };
    }
    let is_default = |it: &&&Package| metadata.workspace_default_members.contains(&it.id);
    let defaults: Vec<&&Package> = projects.iter().filter(is_default).collect();
    match (defaults.as_slice(), projects.as_slice()) {
        ([one], _) => Ok(Some(one)),
        ([], [one]) => Ok(Some(one)),
        ([], []) => Ok(None),
        _ => {
            let hint = Hint::new(
                "go to the folder of one, give --manifest-path, or write `package = \"…\"` below `[workspace.metadata.formwork]`",
            );
            let names = names().collect::<Vec<_>>().join(", ");
            Err(UsageError(format!("several packages of the workspace could be meant: {names}{hint}")).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(features: &[(&str, &[&str])], dependency: Dependency) -> Project {
        let features = features
            .iter()
            .map(|(name, of)| ((*name).to_owned(), of.iter().map(|it| (*it).to_owned()).collect()));
        Project {
            manifest: "Cargo.toml".into(),
            folder: ".".into(),
            name: "shop".into(),
            binary: "shop".into(),
            target: "target".into(),
            features: features.collect(),
            dependency,
        }
    }

    fn formwork(uses_default_features: bool, features: &[&str]) -> Dependency {
        Dependency {
            name: "formwork".into(),
            rename: None,
            kind: None,
            features: features.iter().map(|it| (*it).to_owned()).collect(),
            uses_default_features,
        }
    }

    #[test]
    fn a_feature_is_forwarded_by_whatever_name() {
        let shop = project(
            &[
                ("default", &["sandbox"]),
                ("sandbox", &["formwork/sandbox"]),
                ("ship", &["formwork/delivery"]),
            ],
            formwork(false, &["hcl"]),
        );
        assert_eq!(shop.forwarding("sandbox"), Forwarding::Always);
        assert_eq!(shop.forwarding("hcl"), Forwarding::Always);
        assert_eq!(shop.forwarding("delivery"), Forwarding::Own("ship".into()));
        assert_eq!(shop.forwarding("convert"), Forwarding::None("formwork/convert".into()));
    }

    #[test]
    fn the_name_of_the_dependency_is_that_of_the_package() {
        let renamed = Dependency { rename: Some("infra".into()), ..formwork(true, &[]) };
        let shop = project(&[("delivery", &["all"]), ("all", &["infra/delivery"])], renamed);
        assert_eq!(shop.forwarding("delivery"), Forwarding::Own("delivery".into()));
        assert_eq!(shop.forwarding("sandbox"), Forwarding::Always);
        assert_eq!(shop.line("convert"), "convert = [\"infra/convert\"]");
    }
}
