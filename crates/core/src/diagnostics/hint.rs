//! What to do instead, as a field of an error rather than a part of its text.

use std::fmt::{self, Display, Formatter};

use crate::nearest;

/// What to do instead of something that was refused. It displays as a line of its own below the message, or as nothing:
/// `#[error("there is no price `{name}`{hint}")]`.
///
/// ```
/// use formwork_core::Hint;
///
/// let hint = Hint::nearest("bukcet", ["bucket", "acl"]);
/// assert_eq!(format!("unknown argument{hint}"), "unknown argument\n  hint: did you mean `bucket`?");
/// assert_eq!(Hint::none().to_string(), "");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint(Option<String>);

impl Hint {
    /// Says what to do.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Some(text.into()))
    }

    /// Says nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Asks for the known name that is nearest to a wrong one, if one is near.
    pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self(nearest(wrong, known).map(|right| format!("did you mean `{right}`?")))
    }

    /// The text without its label.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Says something else if there is nothing to say yet.
    #[must_use]
    pub fn or(self, text: impl Into<String>) -> Self {
        Self(self.0.or_else(|| Some(text.into())))
    }
}

impl From<Option<String>> for Hint {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}

impl Display for Hint {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(text) => write!(formatter, "\n  hint: {text}"),
            None => Ok(()),
        }
    }
}
