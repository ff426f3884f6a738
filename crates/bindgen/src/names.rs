//! Rust names from Terraform's: derived, never chosen.

/// Rust's keywords, those of every edition and the reserved ones.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Keywords that cannot be written as `r#keyword`.
const NEVER_RAW: [&str; 3] = ["crate", "self", "super"];

/// Names that the generated code uses itself and a nested block's type must not hide.
const TAKEN: [&str; 16] = [
    "AsRef", "Box", "Clone", "Debug", "Err", "From", "Into", "None", "Ok", "Option", "Self", "Some",
    "String", "Vec", "Args", "Default",
];

/// The part of a type's name behind the provider's: `s3_bucket` of `aws_s3_bucket`.
pub(crate) fn stem<'a>(provider: &str, type_name: &'a str) -> &'a str {
    let rest = type_name.strip_prefix(provider).and_then(|rest| rest.strip_prefix('_'));
    rest.unwrap_or(type_name)
}

/// The type for `lambda_function`: `LambdaFunction`.
pub(crate) fn type_name(snake: &str) -> String {
    let mut name = String::new();
    for word in snake.split(['_', '-']) {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    if TAKEN.contains(&name.as_str()) {
        format!("{name}Block")
    } else if name.starts_with(char::is_alphabetic) {
        name
    } else {
        // A type may not begin with a digit, or be nothing at all.
        format!("Type{name}")
    }
}

/// The method or field for an argument: its own name, as Rust can write it.
pub(crate) fn method_name(argument: &str) -> String {
    let plain = argument.replace('-', "_");
    match plain.as_str() {
        // The constructor has this name.
        "new" => "new_".to_owned(),
        name if NEVER_RAW.contains(&name) => format!("{name}_"),
        name if KEYWORDS.contains(&name) => format!("r#{name}"),
        _ => plain,
    }
}

/// The module and file for a type without its provider's prefix.
pub(crate) fn module_name(stem: &str) -> String {
    let plain = stem.replace('-', "_");
    if KEYWORDS.contains(&plain.as_str())
        || matches!(plain.as_str(), "data" | "ephemeral" | "provider" | "runtime")
    {
        format!("{plain}_")
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_rusts() {
        assert_eq!(type_name("s3_bucket"), "S3Bucket");
        assert_eq!(type_name("option"), "OptionBlock");
        assert_eq!(method_name("type"), "r#type");
        assert_eq!(method_name("self"), "self_");
        assert_eq!(method_name("new"), "new_");
        assert_eq!(module_name("data"), "data_");
    }
}
