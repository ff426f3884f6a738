//! The journal: one line of JSON for each action, with what was before and what is after.
//!
//! It is for people and for programs that read along. No release reads it: what is true is in AWS.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;

use serde::Serialize;
use serde_json::Value;

/// Where lines go.
pub struct Journal {
    lines: RefCell<Box<dyn Write>>,
    notes: Box<dyn Fn(&str)>,
    /// What is not said again.
    said: RefCell<BTreeSet<&'static str>>,
}

/// An action.
#[derive(Clone, Debug, Serialize)]
pub struct Entry<'a> {
    /// When, in seconds since 1970.
    pub at: u64,
    /// The release; empty where there is none.
    pub release: &'a str,
    /// The service.
    pub service: &'a str,
    /// The call, such as `UpdateAlias`.
    pub action: &'a str,
    /// What it was about, such as `shop-orders:live`.
    pub subject: &'a str,
    /// What was there.
    pub before: Value,
    /// What is there now, or was to be.
    pub after: Value,
    /// `done`, `found done`, `rehearsed`, or what went wrong.
    pub outcome: &'a str,
    /// Who did it.
    pub by: &'a str,
}

impl Journal {
    /// A journal: lines of JSON go to a writer, notes for people to a function.
    pub fn new(lines: impl Write + 'static, notes: impl Fn(&str) + 'static) -> Self {
        Self { lines: RefCell::new(Box::new(lines)), notes: Box::new(notes), said: RefCell::default() }
    }

    /// A journal that nobody reads.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(std::io::sink(), |_| ())
    }

    /// Writes a line. A journal that cannot be written to is said once per line, and stops nothing: a release that
    /// is half-way must go on.
    pub fn write(&self, entry: &Entry<'_>) {
        let line = serde_json::to_string(entry).unwrap_or_default();
        let mut lines = self.lines.borrow_mut();
        if let Err(error) = writeln!(lines, "{line}").and_then(|()| lines.flush()) {
            self.note(&format!("the journal cannot be written: {error}"));
        }
    }

    /// Tells people something about a subject once.
    pub(crate) fn note_once(&self, subject: &'static str, text: &str) {
        if self.said.borrow_mut().insert(subject) {
            self.note(text);
        }
    }

    /// Tells people something.
    pub fn note(&self, text: &str) {
        (self.notes)(text);
    }
}
