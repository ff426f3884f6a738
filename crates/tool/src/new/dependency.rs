//! Where a project gets formwork from, and its `Cargo.toml`.

use std::path::Path;

use formwork_cli::UsageError;
use formwork_convert::FormworkSource;

use super::template::Cloud;

/// What was asked for; without that, the checkout that this tool was built from, if it is still there, or its version.
///
/// # Errors
/// A folder without the package is wrong usage.
pub(super) fn source(spec: Option<&str>) -> Result<FormworkSource, UsageError> {
    if let Some(spec) = spec {
        return FormworkSource::parse(spec).map_err(|error| UsageError(error.to_string()));
    }
    let own = FormworkSource::of_checkout(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    Ok(own.unwrap_or_else(|| FormworkSource::Version(format!("{major}.{minor}"))))
}

/// The `Cargo.toml` of a project. It forwards every feature that a verb needs.
pub(super) fn manifest(name: &str, formwork: &FormworkSource, cloud: Cloud) -> String {
    let forwarded: String = formwork_cli::features()
        .iter()
        .filter(|feature| **feature != "sandbox")
        .map(|feature| format!("{feature} = [\"formwork/{feature}\"]\n"))
        .collect();
    // Types and modules of AWS come with formwork; those of other clouds are generated into the project.
    let (own_features, modules) = if cloud == Cloud::Aws {
        (", features = [\"aws\"]", format!("formwork-modules = {{ {} }}\n", formwork.in_manifest("modules")))
    } else {
        ("", String::new())
    };
    let source = formwork.in_manifest("");
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
