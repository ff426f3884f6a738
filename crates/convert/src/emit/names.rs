//! Names of Rust's variables, functions and modules from Terraform's.

use std::collections::HashSet;

use formwork_bindgen::surface;

/// Names that the emitted code uses itself.
const OWN: [&str; 14] = [
    "stack",
    "build",
    "bindings",
    "modules",
    "formwork",
    "named",
    "functions",
    "json",
    "each",
    "index",
    "count",
    "for_each",
    "backend",
    "resources",
];

/// The variable for a name.
pub(crate) fn variable(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            if character.is_ascii_uppercase() && out.ends_with(|it: char| it.is_ascii_lowercase()) {
                out.push('_');
            }
            out.push(character.to_ascii_lowercase());
        } else if character == '-' || character == '.' || character == ' ' {
            out.push('_');
        } else {
            out.push_str(&format!("u{:x}", u32::from(character)));
        }
    }
    let out = out.trim_start_matches('_').to_owned();
    let out =
        if out.starts_with(|first: char| first.is_ascii_alphabetic()) { out } else { format!("n{out}") };
    let escaped = surface::method_name(&out);
    if escaped.starts_with("r#") || escaped != out || OWN.contains(&out.as_str()) {
        format!("{out}_")
    } else {
        out
    }
}

/// The first of some names that is not taken, else the last with a number.
pub(crate) fn choose(candidates: &[String], taken: &mut HashSet<String>) -> String {
    for candidate in candidates {
        if taken.insert(candidate.clone()) {
            return candidate.clone();
        }
    }
    let last = candidates.last().map_or("value", |last| last.trim_end_matches('_'));
    let numbered = (2..).map(|number| format!("{last}{number}"));
    let found = numbered.into_iter().find(|name| taken.insert(name.clone()));
    found.unwrap_or_else(|| last.to_owned())
}

/// The type for a name: `network_outputs` is `NetworkOutputs`.
pub(crate) fn type_name(name: &str) -> String {
    surface::type_name(variable(name).trim_end_matches('_'))
}
