//! `terraform providers lock`: the checksums of providers for several platforms.
//! <https://developer.hashicorp.com/terraform/cli/commands/providers/lock>

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::workspace::PROVIDER_LOCK;
use crate::{Arguments, StackError, Terraform};

/// Which packages are recorded, and where they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packages {
    /// The platforms, such as `linux_arm64`.
    pub platforms: Vec<String>,
    /// A folder with packages, in place of the registries that providers are from.
    pub filesystem_mirror: Option<PathBuf>,
    /// The address of a server with packages, in place of the registries that providers are from.
    pub network_mirror: Option<String>,
}

/// Makes the lock file of the configuration in a folder, from one of which it keeps the versions, and returns its text.
///
/// # Errors
/// Fails as terraform does.
pub fn lock_providers(
    terraform: &Terraform,
    folder: &Path,
    kept: &str,
    packages: &Packages,
) -> Result<String, StackError> {
    let file = folder.join(PROVIDER_LOCK);
    let write = || format!("cannot write {}", file.display());
    fs::write(&file, kept).with_context(write)?;
    let run = |arguments: &Arguments| {
        let ran = terraform.capture(folder, arguments)?;
        if ran.status.success() { Ok(()) } else { Err(StackError::from(ran.failure())) }
    };
    // The modules that are called say what they require too.
    run(&Arguments::new(["get", "-no-color"]))?;
    let mut arguments = Arguments::new(["providers", "lock", "-no-color"]);
    packages.platforms.iter().for_each(|platform| arguments.option("platform", platform));
    if let Some(mirror) = &packages.filesystem_mirror {
        arguments.option("fs-mirror", std::path::absolute(mirror).context("cannot find the mirror")?);
    }
    if let Some(mirror) = &packages.network_mirror {
        arguments.option("net-mirror", mirror);
    }
    run(&arguments)?;
    Ok(fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?)
}
