//! What a verb ends with.

/// What a command found: a failed check is not an error, but it ends with exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Exit code 0.
    Success,
    /// Exit code 1.
    Failure,
    /// There is something to apply, and the caller asked to be told so by exit code 2.
    Changes,
}

impl ExitStatus {
    /// The exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Changes => 2,
        }
    }

    /// A success if a check passed, else a failure.
    pub(crate) const fn of(passed: bool) -> Self {
        if passed { Self::Success } else { Self::Failure }
    }
}
