//! Patterns of branches. GitHub and IAM read the same signs in different ways.

use glob::{MatchOptions, Pattern};

/// Whether a branch fits a pattern of a protection: `*` stops at a slash and `**/` does not (GitHub Docs, "Managing a
/// branch protection rule"). Nothing if the pattern cannot be read.
pub(super) fn is_protected_by(pattern: &str, branch: &str) -> Option<bool> {
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
    Some(Pattern::new(pattern).ok()?.matches_with(branch, options))
}

/// Whether a branch fits the pattern of a subject: `*` is any text, slashes too, and `?` one letter; brackets are
/// letters (IAM User Guide, "IAM JSON policy elements: Condition operators").
pub(super) fn is_trusted_by(pattern: &str, branch: &str) -> bool {
    let mut escaped = String::new();
    for letter in pattern.chars() {
        match letter {
            '[' => escaped.push_str("[[]"),
            ']' => escaped.push_str("[]]"),
            // Two stars are one.
            '*' if escaped.ends_with('*') => {}
            letter => escaped.push(letter),
        }
    }
    Pattern::new(&escaped).is_ok_and(|pattern| pattern.matches(branch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_ends_at_a_slash_for_github_and_not_for_iam() {
        let protected = |pattern, branch| is_protected_by(pattern, branch);
        assert_eq!(protected("release/*", "release/1"), Some(true));
        assert_eq!(protected("release/*", "release/1/fix"), Some(false));
        assert_eq!(protected("release/**/*", "release/1/fix"), Some(true));
        assert_eq!(protected("release/**/*", "release/1"), Some(true));
        assert_eq!(protected("*", "main"), Some(true));
        assert_eq!(protected("*", "release/1"), Some(false));
        assert_eq!(protected("v[0-9]", "v1"), Some(true));
        assert_eq!(protected("qa**/**/*", "qa/1"), None);
        for (pattern, branch, fits) in [
            ("release/*", "release/1", true),
            ("release/*", "release/1/fix", true),
            ("release/**", "release/1/fix", true),
            ("release/?", "release/1", true),
            ("release/?", "release/12", false),
            ("main", "main", true),
            ("main", "main2", false),
            ("v[0-9]", "v1", false),
            ("v[0-9]", "v[0-9]", true),
        ] {
            assert_eq!(is_trusted_by(pattern, branch), fits, "{pattern} {branch}");
        }
    }
}
