//! What tests look at Rust with.

/// Rust without line breaks and indentation.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("( ", "(")
        .replace(" .", ".")
        .replace(", )", ")")
}
