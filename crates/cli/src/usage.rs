//! Wrong usage of a verb, and of verbs that a program was built without.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use formwork_core::Hint;

/// A command that was called in a way that makes no sense: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(
    /// What was wrong, and how to do it right.
    pub String,
);

/// Takes a folder to write to, which need not be there.
///
/// # Errors
/// Fails where a file is in its place, or in that of a folder above.
pub(crate) fn folder(path: PathBuf) -> Result<PathBuf, String> {
    let is_in_the_way = |path: &&Path| !path.as_os_str().is_empty() && path.exists() && !path.is_dir();
    match path.ancestors().find(is_in_the_way) {
        None => Ok(path),
        Some(file) => Err(format!(
            "{} is no folder{}",
            file.display(),
            Hint::new("name another one, or move that file away")
        )),
    }
}

/// How clap reads one.
pub(crate) fn folder_parser() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(folder)
}

/// Says how to get a verb that this program was built without: by a feature, and what that brings.
#[cfg(not(all(
    feature = "convert",
    feature = "delivery",
    feature = "hcl",
    feature = "migrations",
    feature = "page",
    feature = "pipelines"
)))]
pub(crate) fn missing(feature: &str, brings: &str, verb: &str, rest: &[String]) -> anyhow::Error {
    let rest = rest.join(" ");
    let rest = if rest.is_empty() { "--help" } else { &rest };
    let hint = Hint::new(format!(
        "run `cargo run --features {feature} -- {verb} {rest}`; your own package forwards the feature with `{feature} = [\"formwork/{feature}\"]`"
    ));
    let message =
        format!("this program was built without the feature `{feature}`, which brings {brings}{hint}");
    UsageError(message).into()
}
