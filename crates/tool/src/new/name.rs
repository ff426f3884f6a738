//! The name of a project: of its package, its stack, and the beginning of what it makes in a cloud.

use std::path::Path;

use formwork_cli::UsageError;
use formwork_core::Hint;

/// Names that cargo, Rust or Windows keep for themselves.
const KEPT: [&str; 24] = [
    "alloc",
    "async",
    "await",
    "build",
    "con",
    "const",
    "core",
    "crate",
    "default",
    "deps",
    "enum",
    "formwork",
    "fn",
    "loop",
    "match",
    "mod",
    "move",
    "nul",
    "proc-macro",
    "self",
    "std",
    "super",
    "test",
    "type",
];

/// The most letters of a name: what is put behind it must fit into 63, which buckets and services may have.
const LONGEST: usize = 40;

/// The last part of a path as a name.
///
/// # Errors
/// Fails if it is none, and says the nearest that is.
pub(super) fn of(path: &Path) -> Result<String, UsageError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match mistake(&name) {
        None => Ok(name),
        Some(mistake) => {
            let near = nearest(&name);
            let hint = if self::mistake(&near).is_none() {
                format!("`{near}` is one")
            } else {
                "such as `shop`".to_owned()
            };
            Err(UsageError(format!("`{name}` is no name for a project: {mistake}{}", Hint::new(hint))))
        }
    }
}

fn mistake(name: &str) -> Option<&'static str> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(2..=LONGEST).contains(&name.len()) {
        return Some("it has 2 to 40 characters");
    }
    if !name.bytes().all(is_allowed) {
        return Some("it has lower-case letters, digits and hyphens only, as names in clouds do");
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Some("it begins with a letter");
    }
    if name.ends_with('-') || name.contains("--") {
        return Some("hyphens stand between other characters");
    }
    KEPT.contains(&name).then_some("cargo, Rust or Windows keep it for themselves")
}

fn nearest(name: &str) -> String {
    let mut near = String::new();
    for letter in name.chars() {
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_lowercase() || (!near.is_empty() && letter.is_ascii_digit()) {
            near.push(letter);
        } else if !near.is_empty() && !near.ends_with('-') {
            near.push('-');
        }
    }
    near.truncate(LONGEST);
    let near = near.trim_end_matches('-').to_owned();
    if KEPT.contains(&near.as_str()) { format!("{near}-infrastructure") } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_says_the_nearest_right_one() {
        let say = |name: &str| of(Path::new(name)).map_err(|error| error.to_string());
        assert_eq!(say("infra/shop-2").as_deref(), Ok("shop-2"));
        for (wrong, near) in [
            ("My_Shop", "my-shop"),
            ("2shop", "shop"),
            ("test", "test-infrastructure"),
            ("shop-", "shop"),
            ("a b", "a-b"),
        ] {
            assert!(say(wrong).is_err_and(|error| error.contains(&format!("`{near}` is one"))), "{wrong}");
        }
        assert!(say("..").is_err_and(|error| error.contains("such as `shop`")));
    }
}
