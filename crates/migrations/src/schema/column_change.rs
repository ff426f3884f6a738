//! What becomes of constraints and indexes when a column gets another name, or goes.

use crate::identifier::quoted;
use crate::schema::{Index, LiveConstraint};
use crate::statement::ConstraintKind;

impl LiveConstraint {
    /// Whether it names a column: then it goes with the column.
    pub(super) fn names(&self, column: &str) -> bool {
        match &self.kind {
            ConstraintKind::Check { columns, .. }
            | ConstraintKind::Unique { columns, .. }
            | ConstraintKind::PrimaryKey { columns, .. }
            | ConstraintKind::ForeignKey { columns, .. } => columns.iter().any(|name| name == column),
            ConstraintKind::NotNull(name) => name == column,
            ConstraintKind::Exclusion => with_word(&self.definition, column, column).1,
        }
    }

    pub(super) fn rename_column(&mut self, from: &str, to: &str) {
        match &mut self.kind {
            ConstraintKind::Check { not_null, columns, words, comparisons } => {
                let of_comparisons = comparisons.iter_mut().map(|comparison| &mut comparison.column);
                not_null.iter_mut().chain(columns).chain(words).chain(of_comparisons).for_each(|name| {
                    rename(name, from, to);
                });
            }
            ConstraintKind::Unique { columns, .. }
            | ConstraintKind::PrimaryKey { columns, .. }
            | ConstraintKind::ForeignKey { columns, .. } => {
                columns.iter_mut().for_each(|name| rename(name, from, to));
            }
            ConstraintKind::NotNull(name) => rename(name, from, to),
            ConstraintKind::Exclusion => {}
        }
        self.definition = with_word(&self.definition, from, to).0;
    }
}

impl Index {
    /// Whether it names a column: then it goes with the column.
    pub(super) fn names(&self, column: &str) -> bool {
        self.columns.iter().chain(&self.computed).any(|name| name == column)
    }

    pub(super) fn rename_column(&mut self, from: &str, to: &str) {
        self.columns.iter_mut().chain(&mut self.computed).for_each(|name| rename(name, from, to));
        self.definition = with_word(&self.definition, from, to).0;
    }
}

fn rename(name: &mut String, from: &str, to: &str) {
    if name == from {
        to.clone_into(name);
    }
}

/// A definition with another name in the place of one, and whether it was there.
fn with_word(text: &str, from: &str, to: &str) -> (String, bool) {
    let (from, to) = (quoted(from), quoted(to));
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '"');
    let (mut result, mut rest, mut found) = (String::new(), text, false);
    while let Some(position) = rest.find(&from) {
        let (before, behind) = (&rest[..position], &rest[position + from.len()..]);
        let is_word = !before.ends_with(is_part) && !behind.starts_with(is_part);
        result.push_str(before);
        result.push_str(if is_word { &to } else { &from });
        found |= is_word;
        rest = behind;
    }
    result.push_str(rest);
    (result, found)
}
