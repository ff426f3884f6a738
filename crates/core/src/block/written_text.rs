//! The text of a value, and which stacks the expressions in it refer into.

use std::fmt::{self, Display, Formatter};
use std::ops::Deref;

use crate::block::stack_set::StackSet;

/// Text as Terraform reads it. It is used like the `str` that it is.
#[derive(Clone)]
pub struct Text {
    text: Box<str>,
    /// Where its expressions come from: never written, and no part of what makes two texts equal.
    stacks: StackSet,
}

impl Text {
    /// Text whose expressions come from stacks.
    pub(crate) const fn from_stacks(text: Box<str>, stacks: StackSet) -> Self {
        Self { text, stacks }
    }

    /// The stacks that expressions in it refer into.
    pub(crate) const fn stacks(&self) -> StackSet {
        self.stacks
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

impl Display for Text {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(Box::from(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.into_boxed_str())
    }
}

impl From<Box<str>> for Text {
    fn from(text: Box<str>) -> Self {
        Self { text, stacks: StackSet::NONE }
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.text.into_string()
    }
}

impl From<&Text> for String {
    fn from(text: &Text) -> Self {
        Self::from(&*text.text)
    }
}
