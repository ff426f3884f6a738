//! Where a module comes from: a folder of the project, or what `terraform init` has downloaded.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crate::module::ModuleError;

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its folder, with `/` between the names on every system: where it is read from again.
    pub folder: String,
    /// What a call of it states as its source.
    pub source: String,
    /// Which versions a call of it accepts, for a module of a registry.
    pub version: Option<String>,
}

/// Where `terraform init` notes what it has downloaded, in `.terraform/modules`.
const NOTES: &str = "modules.json";

#[derive(Deserialize)]
struct Notes {
    #[serde(rename = "Modules")]
    modules: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    #[serde(rename = "Source")]
    source: String,
    #[serde(rename = "Version")]
    version: Option<String>,
    #[serde(rename = "Dir")]
    folder: String,
}

/// The source and version of a module in a folder of `.terraform/modules`, as `terraform init` notes them; none if the
/// folder is elsewhere, or nothing is noted about it.
///
/// # Errors
/// Fails if the notes cannot be read.
pub fn downloaded(folder: &Path) -> Result<Option<(String, Option<String>)>, ModuleError> {
    let is_store = |path: &&Path| path.ends_with(".terraform/modules") && path.join(NOTES).is_file();
    let Some(store) = folder.ancestors().find(is_store) else { return Ok(None) };
    let path = store.join(NOTES);
    let bytes = fs::read(&path).map_err(|source| ModuleError::Read { path: path.clone(), source })?;
    let notes: Notes = serde_json::from_slice(&bytes)
        .map_err(|error| ModuleError::Read { path: path.clone(), source: error.into() })?;
    let root = store.ancestors().nth(2).unwrap_or(Path::new(""));
    let fetched = notes.modules.into_iter().filter(|note| is_fetched(&note.source));
    let containing = fetched.filter_map(|note| {
        let within = folder.strip_prefix(root.join(&note.folder)).ok()?.to_owned();
        Some((note, within))
    });
    let nearest = containing.min_by_key(|(_, within)| within.components().count());
    Ok(nearest.map(|(note, within)| {
        let source = note.source.strip_prefix("registry.terraform.io/").unwrap_or(&note.source);
        (below(source, &within), note.version)
    }))
}

/// Whether a source is neither the root module nor a folder beside the one that calls it.
fn is_fetched(source: &str) -> bool {
    !source.is_empty() && !is_local(source)
}

/// Whether Terraform takes a source for a folder: it begins with `./` or `../`.
pub(crate) fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../")
}

/// The source of a folder within what a source gives: behind `//`, and before the query.
fn below(source: &str, within: &Path) -> String {
    let within = slashed(within);
    if within.is_empty() {
        return source.to_owned();
    }
    let (address, query) = match source.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (source, String::new()),
    };
    let scheme = address.find("://").map_or(0, |at| at + 3);
    let has_folder = address.get(scheme..).is_some_and(|rest| rest.contains("//"));
    let separator = if has_folder { "/" } else { "//" };
    format!("{address}{separator}{within}{query}")
}

impl Origin {
    /// A path as it is seen from a folder; both are absolute and without links.
    #[must_use]
    pub fn relative(from: &Path, to: &Path) -> String {
        let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
        let common = from.iter().zip(&to).take_while(|(left, right)| left == right).count();
        let up = std::iter::repeat_n(Component::ParentDir, from.len() - common);
        let path: PathBuf = up.chain(to.into_iter().skip(common)).collect();
        match slashed(&path) {
            path if path.is_empty() => ".".to_owned(),
            path => path,
        }
    }

    /// What is wrong with the origin, if anything is: it stands in comments and in strings.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let parts = [Some(&self.folder), Some(&self.source), self.version.as_ref()];
        if let Some(part) = parts.into_iter().flatten().find(|part| part.contains(char::is_control)) {
            return Some(format!("{part:?} has a character that cannot be printed"));
        }
        let is_registry = !is_local(&self.source)
            && !self.source.contains("::")
            && !self.source.contains("://")
            && !self.source.starts_with("git@")
            && !self.source.starts_with("github.com/")
            && !self.source.starts_with("bitbucket.org/");
        (self.version.is_some() && !is_registry).then(|| {
            format!("`{}` is not in a registry: only modules of a registry have versions", self.source)
        })
    }
}

fn slashed(path: &Path) -> String {
    let names: Vec<_> = path.components().map(|name| name.as_os_str().to_string_lossy()).collect();
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative() {
        let relative = |from, to| Origin::relative(Path::new(from), Path::new(to));
        assert_eq!(relative("/a/formwork.out/stack", "/a/modules/net"), "../../modules/net");
        assert_eq!(relative("/a", "/a/modules"), "modules");
        assert_eq!(relative("/a", "/a"), ".");
    }

    #[test]
    fn folders_within_sources_come_before_the_query() {
        let below = |source, within: &str| below(source, Path::new(within));
        assert_eq!(below("a/b/c", ""), "a/b/c");
        assert_eq!(below("a/b/c", "modules/d"), "a/b/c//modules/d");
        assert_eq!(below("a/b/c//modules/d", "e"), "a/b/c//modules/d/e");
        assert_eq!(
            below("git::https://example.com/net.git?ref=v1", "d"),
            "git::https://example.com/net.git//d?ref=v1"
        );
    }
}
