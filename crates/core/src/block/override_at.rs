//! Changes at a path within a block, before they are made.

use crate::block::tree::Change;
use crate::{Json, Override, Source};

impl Override {
    /// Sets what stands at a path, whatever it was.
    #[must_use]
    #[track_caller]
    pub fn set<S: Into<String>>(path: impl IntoIterator<Item = S>, value: impl Into<Json>) -> Self {
        Self::new(path, Change::Set(value.into()), Source::here())
    }

    /// Merges an object into what stands at a path: its keys are merged in turn, and everything else is set.
    #[must_use]
    #[track_caller]
    pub fn merge<S: Into<String>>(path: impl IntoIterator<Item = S>, value: impl Into<Json>) -> Self {
        Self::new(path, Change::Merge(value.into()), Source::here())
    }

    /// Adds an element to the list at a path, or a block to those of a kind that repeats. A list that is not there yet
    /// begins with it.
    #[must_use]
    #[track_caller]
    pub fn append<S: Into<String>>(path: impl IntoIterator<Item = S>, value: impl Into<Json>) -> Self {
        Self::new(path, Change::Append(value.into()), Source::here())
    }

    /// Takes away what stands at a path.
    #[must_use]
    #[track_caller]
    pub fn remove<S: Into<String>>(path: impl IntoIterator<Item = S>) -> Self {
        Self::new(path, Change::Remove, Source::here())
    }

    /// The line that made it.
    pub(crate) const fn source(&self) -> Source {
        self.source
    }

    fn new<S: Into<String>>(path: impl IntoIterator<Item = S>, change: Change, source: Source) -> Self {
        Self { path: path.into_iter().map(Into::into).collect(), change, source }
    }
}
