//! The text of a file, and places in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Place;

/// A file that was read.
#[derive(Clone, Debug)]
pub(crate) struct SourceText {
    file: Arc<Path>,
    text: Arc<str>,
    /// Where the text begins, if it is a string within a file.
    within: Option<Place>,
}

impl SourceText {
    pub(crate) fn new(file: PathBuf, text: String) -> Self {
        Self { file: file.into(), text: text.into(), within: None }
    }

    /// Text that stands in this file.
    pub(crate) fn of(&self, text: &str) -> Self {
        let within = Some(self.within.clone().unwrap_or_else(|| self.at(0)));
        Self { file: self.file.clone(), text: text.into(), within }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The place of a byte.
    pub(crate) fn at(&self, offset: usize) -> Place {
        if let Some(place) = &self.within {
            return place.clone();
        }
        let before = self.text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        self.at_line(line, before[line_start..].chars().count() + 1)
    }

    pub(crate) fn at_line(&self, line: usize, column: usize) -> Place {
        Place { file: self.file.clone(), line, column }
    }
}
