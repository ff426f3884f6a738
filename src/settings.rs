//! Settings files: typed TOML, compiled into the program, checked to the line.

use formwork_core::Hint;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// What is wrong with a settings file.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}:{column}: {message}")]
pub struct SettingsError {
    /// The file, as the program names it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

/// Reads a settings file that was compiled in: `parse("stacks/shop/dev.toml", include_str!("dev.toml"))`.
///
/// The type should carry `#[serde(deny_unknown_fields)]`, so that a misspelt key is an error at its line.
///
/// # Errors
/// Fails at the first place that is not TOML or does not fit the type.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, SettingsError> {
    toml::from_str(text).map_err(|error| {
        let before = &text[..error.span().map_or(0, |span| span.start.min(text.len()))];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        SettingsError {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: with_hint(error.message()),
        }
    })
}

/// Adds the nearest right name to serde's message about an unknown one, which lists all that are known.
fn with_hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let nearest = if message.starts_with("unknown ") {
        quoted.next().and_then(|wrong| formwork_core::nearest(wrong, quoted))
    } else {
        None
    };
    match nearest {
        Some(name) => format!("{message}{}", Hint::new(format!("did you mean `{name}`?"))),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only the errors matter here")]
    struct Settings {
        zones: u8,
        name: String,
    }

    #[test]
    fn a_wrong_key_is_an_error_at_its_line() {
        let error = parse::<Settings>("dev.toml", "name = \"x\"\n\nzone = 2\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "dev.toml:3:1: unknown field `zone`, expected `zones` or `name`\n  hint: did you mean `zones`?"
        );
    }

    #[test]
    fn a_wrong_type_is_an_error_at_its_place() {
        let error = parse::<Settings>("dev.toml", "name = 1\nzones = 2").unwrap_err();
        assert_eq!((error.line, error.column), (1, 8));
    }
}
