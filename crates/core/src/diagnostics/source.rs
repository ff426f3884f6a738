//! Where in the program something was made.

use std::fmt::{self, Display, Formatter};
use std::panic::Location;

/// A line of Rust source. It is shown in diagnostics and never written to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source(&'static Location<'static>);

impl Source {
    /// The line that called the function which calls this; both carry `#[track_caller]`.
    #[must_use]
    #[track_caller]
    #[inline]
    pub const fn here() -> Self {
        Self(Location::caller())
    }

    /// The file as the compiler names it: relative to the workspace for the packages in it.
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.0.file()
    }

    /// The line, counted from 1.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.0.line()
    }
}

/// Where an object was made: the line that added it, and the line outside that opened its scope, which for a module is
/// the line that called it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The line that added it.
    pub source: Source,
    /// The line that opened the outermost scope it is in.
    pub scope: Option<Source>,
    /// Which scope it is in: an index into the stack's paths of scopes.
    pub(crate) path: u32,
}

impl Origin {
    /// What is made at a line, in no scope.
    pub(crate) const fn outside(source: Source) -> Self {
        Self { source, scope: None, path: 0 }
    }
}

impl Display for Source {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file(), self.line())
    }
}
