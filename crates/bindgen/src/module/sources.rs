//! The files of a module's folder, in the order in which Terraform reads them.
//!
//! Source: the Terraform language documentation, "Files and Configuration Structure" and "Override Files".

use std::fs;
use std::path::{Path, PathBuf};

use formwork_core::Hint;

use crate::module::ModuleError;

/// The files of a module.
pub(crate) struct Sources {
    /// Those that declare, by name.
    pub(crate) files: Vec<PathBuf>,
    /// Those that change what others declare, by name.
    pub(crate) overrides: Vec<PathBuf>,
}

impl Sources {
    /// Looks into a folder.
    pub(crate) fn of(folder: &Path) -> Result<Self, ModuleError> {
        if !folder.is_dir() {
            return Err(no_folder(folder));
        }
        let (mut files, mut overrides) = (Vec::new(), Vec::new());
        for path in entries(folder)? {
            match stem(&path) {
                Some("override") => overrides.push(path),
                Some(stem) if stem.ends_with("_override") => overrides.push(path),
                Some(_) => files.push(path),
                None => {}
            }
        }
        if files.is_empty() && overrides.is_empty() {
            return Err(no_files(folder)?);
        }
        Ok(Self { files, overrides })
    }
}

/// The name of a file that Terraform reads, without what says its syntax.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_suffix(".tf").or_else(|| name.strip_suffix(".tf.json"))?;
    // Editors leave such files behind.
    (!name.starts_with(['.', '#']) && path.is_file()).then_some(stem)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ModuleError> {
    let read = |source| ModuleError::Read { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        paths.push(entry.map_err(read)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn no_folder(path: &Path) -> ModuleError {
    let parent = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("/"),
    };
    let no_module = |problem, hint| ModuleError::NoModule { path: path.to_owned(), problem, hint };
    if path.is_file() {
        let hint = format!("name the folder of the module: `{}`", parent.display());
        return no_module("is a file", Hint::new(hint));
    }
    let siblings = entries(parent).unwrap_or_default();
    let names: Vec<&str> = siblings
        .iter()
        .filter(|sibling| sibling.is_dir())
        .filter_map(|sibling| sibling.file_name()?.to_str())
        .collect();
    let wanted = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let near = formwork_core::nearest(wanted, names.iter().copied());
    let hint = near.map(|near| format!("did you mean `{}`?", path.with_file_name(near).display()));
    no_module("does not exist", hint.into())
}

fn no_files(path: &Path) -> Result<ModuleError, ModuleError> {
    let has_files = |folder: &PathBuf| {
        folder.is_dir() && entries(folder).is_ok_and(|paths| paths.iter().any(|path| stem(path).is_some()))
    };
    let mut below = Vec::new();
    for entry in entries(path)? {
        let grouped = entries(&entry).ok().filter(|_| entry.is_dir());
        below.extend(grouped.into_iter().flatten().chain([entry]).filter(|folder| has_files(folder)));
    }
    let names: Vec<String> = below.iter().take(5).map(|path| format!("`{}`", path.display())).collect();
    let hint = (!names.is_empty()).then(|| format!("there are modules in {}", names.join(", ")));
    Ok(ModuleError::NoModule {
        path: path.to_owned(),
        problem: "has no files that end in .tf or .tf.json",
        hint: hint.into(),
    })
}
