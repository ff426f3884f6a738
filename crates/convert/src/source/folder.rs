//! The files of a module's folder, in the order in which Terraform reads them.
//!
//! Source: the Terraform language documentation, "Files and Configuration Structure" and "Override Files".

use std::fs;
use std::path::{Path, PathBuf};

use formwork_core::Hint;

use crate::configuration::{File, Module};
use crate::error::ConvertError;
use crate::source::text::SourceText;
use crate::source::{json, native, overrides};

/// Reads the module in a folder; files are named as they are seen from `shown`.
pub(crate) fn module(folder: &Path) -> Result<Module, ConvertError> {
    let not_there = |problem: &str, hint| ConvertError::NotThere {
        path: folder.to_owned(),
        problem: problem.to_owned(),
        hint,
    };
    if folder.is_file() {
        return Err(not_there("is a file", Hint::new("name the folder of the configuration")));
    }
    if !folder.is_dir() {
        return Err(not_there("does not exist", nearest_folder(folder)));
    }
    let mut module = Module { folder: folder.to_owned(), files: Vec::new() };
    let mut changes = Vec::new();
    for path in entries(folder)? {
        let Some(stem) = stem(&path) else { continue };
        let text = fs::read(&path).map_err(|error| ConvertError::read(&path, error))?;
        let text = match String::from_utf8(text) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
                let place = SourceText::new(path.clone(), text).at(valid);
                return Err(place.refused("this is not UTF-8"));
            }
        };
        let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
        let source = SourceText::new(path.clone(), text);
        let body = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => json::read(&source)?,
            _ => native::read(&source)?,
        };
        let file = File { stem: stem.to_owned(), body };
        if stem == "override" || stem.ends_with("_override") {
            changes.push(file)
        } else {
            module.files.push(file)
        }
    }
    if module.files.is_empty() && changes.is_empty() {
        return Err(not_there("has no files that end in .tf or .tf.json", modules_below(folder)));
    }
    for change in changes {
        overrides::merge(&mut module, change)?;
    }
    Ok(module)
}

/// The files that terraform takes values of variables from by itself, in its order.
pub(crate) fn variable_files(folder: &Path) -> Result<Vec<PathBuf>, ConvertError> {
    let is_taken = |name: &str| {
        matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
            || name.ends_with(".auto.tfvars")
            || name.ends_with(".auto.tfvars.json")
    };
    let mut files = entries(folder)?;
    files.retain(|path| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(is_taken) && path.is_file()
    });
    Ok(files)
}

/// The name of a file that Terraform reads, without what says its syntax.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_suffix(".tf").or_else(|| name.strip_suffix(".tf.json"))?;
    // Editors leave such files behind.
    (!name.starts_with(['.', '#']) && !name.ends_with('~') && path.is_file()).then_some(stem)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ConvertError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| ConvertError::read(folder, error))? {
        paths.push(entry.map_err(|error| ConvertError::read(folder, error))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn nearest_folder(folder: &Path) -> Hint {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let siblings = entries(parent).unwrap_or_default();
    let names = siblings.iter().filter(|path| path.is_dir()).filter_map(|path| path.file_name()?.to_str());
    let wanted = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let near = formwork_core::nearest(wanted, names.collect::<Vec<_>>());
    near.map(|near| format!("did you mean `{}`?", folder.with_file_name(near).display())).into()
}

fn modules_below(folder: &Path) -> Hint {
    let has_files = |path: &&PathBuf| {
        path.is_dir() && entries(path).is_ok_and(|paths| paths.iter().any(|path| stem(path).is_some()))
    };
    let below = entries(folder).unwrap_or_default();
    let names: Vec<String> =
        below.iter().filter(has_files).take(5).map(|path| format!("`{}`", path.display())).collect();
    (!names.is_empty()).then(|| format!("there are modules in {}", names.join(", "))).into()
}

/// Reads one file in HCL's native syntax; none if it is not there.
pub(crate) fn one_file(path: &Path) -> Result<Option<crate::configuration::Body>, ConvertError> {
    match fs::read_to_string(path) {
        Ok(text) => native::read(&SourceText::new(path.to_owned(), text)).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConvertError::read(path, error)),
    }
}
