//! Wrong usage of a verb, and of verbs that a program was built without.

#[cfg(not(all(
    feature = "convert",
    feature = "delivery",
    feature = "hcl",
    feature = "migrations",
    feature = "pipelines"
)))]
use formwork_core::Hint;

/// A command that was called in a way that makes no sense: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub String);

/// Says how to get a verb that this program was built without: by a feature, and what that brings.
#[cfg(not(all(
    feature = "convert",
    feature = "delivery",
    feature = "hcl",
    feature = "migrations",
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
