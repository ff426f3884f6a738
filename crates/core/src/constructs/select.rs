//! Which objects of a stack a change is for.

use std::fmt::{self, Display, Formatter};

use crate::{Kind, Override};

/// The managed resources that a change is for: those that all conditions hold for.
#[derive(Clone, Debug, Default)]
pub struct Select {
    pub(crate) type_pattern: Option<String>,
    pub(crate) address_pattern: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
}

impl Select {
    /// All resources.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Only those of a type, such as `aws_s3_bucket`; `*` stands for any text, as in `aws_s3_*`.
    #[must_use]
    pub fn of_type(mut self, pattern: impl Into<String>) -> Self {
        self.type_pattern = Some(pattern.into());
        self
    }

    /// Only those at an address, such as `aws_sqs_queue.orders`; `*` stands for any text, as in `*.orders_*`.
    #[must_use]
    pub fn at(mut self, pattern: impl Into<String>) -> Self {
        self.address_pattern = Some(pattern.into());
        self
    }

    /// Only those in a scope or within one of its own: the path is the names of the scopes, joined with `/`.
    #[must_use]
    pub fn in_scope(mut self, path: impl Into<String>) -> Self {
        self.scope = Some(path.into());
        self
    }

    /// Only those whose `tags` have this value under this key, in the program. What a provider adds by default is not
    /// among them.
    #[must_use]
    pub fn tagged(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((key.into(), value.into()));
        self
    }
}

/// Says what is asked for.
impl Display for Select {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("it asks for resources")?;
        if let Some(pattern) = &self.type_pattern {
            write!(formatter, " of type `{pattern}`")?;
        }
        if let Some(pattern) = &self.address_pattern {
            write!(formatter, " at `{pattern}`")?;
        }
        if let Some(scope) = &self.scope {
            write!(formatter, " in the scope `{scope}`")?;
        }
        for (key, value) in &self.tags {
            write!(formatter, " tagged `{key}` = `{value}`")?;
        }
        Ok(())
    }
}

/// A change and where it is made.
#[derive(Clone, Debug)]
pub(crate) enum Pending {
    /// From the top of the document.
    Document(Override),
    /// In one object.
    Object(Kind, String, String, Override),
    /// In every object that is selected.
    Selected(Select, Override),
}

/// Whether a text fits a pattern in which `*` stands for any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, between)) = pieces.split_last() else { return rest.is_empty() };
    for piece in between {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text) in
            [("a", "a"), ("a*", "a"), ("*b", "ab"), ("a*c*e", "abcde"), ("*", ""), ("*a*", "bab")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*b", "a"), ("ab*b", "ab"), ("", "a"), ("*a*b", "ba")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
