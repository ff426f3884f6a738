//! The bindings of a project whose cloud's types do not come with formwork, and the catalogue that they are from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::template::{Cloud, Template};

/// What `bindings get` and `bindings add` write, by path below the project.
///
/// # Errors
/// Fails if there is no catalogue of the provider: neither beside the sources of formwork nor from the provider itself.
pub(super) fn files(template: Template, cloud: Cloud) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    let Some(provider) = cloud.provider() else { return Ok(files) };
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let bindings = |arguments: &[&str]| -> anyhow::Result<Option<String>> {
        let mut command = Command::new(std::env::current_exe().context("cannot find this tool")?);
        command.arg("bindings").args(arguments).current_dir(folder.path()).stdin(Stdio::null());
        let output = command.env("NO_COLOR", "1").output().context("cannot run this tool")?;
        let failure = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok((!output.status.success()).then_some(failure))
    };
    // One that is carried is the one that the template was written for.
    if bindings(&["get", "--offline", provider])?.is_some()
        && let Some(failure) = bindings(&["get", provider])?
    {
        bail!("there is no catalogue of {provider}:\n{}", failure.trim_end());
    }
    let mut add = vec!["add"];
    add.extend(template.types(cloud));
    if let Some(failure) = bindings(&add)? {
        bail!("cannot make bindings of {provider}:\n{}", failure.trim_end());
    }
    read(folder.path(), Path::new(""), &mut files).context("cannot read the bindings")?;
    let local_name = cloud.local_name();
    let module = format!(
        "//! Bindings of the types that are used: `formwork bindings add TYPE` adds others.\n\npub mod {local_name};\n"
    );
    files.insert("src/bindings/mod.rs".into(), module);
    Ok(files)
}

/// All files below a folder.
fn read(root: &Path, below: &Path, files: &mut BTreeMap<PathBuf, String>) -> std::io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            read(root, &path, files)?;
        } else {
            files.insert(path, fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}
