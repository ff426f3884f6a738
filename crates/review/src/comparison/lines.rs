//! What differs between two texts, by lines.

use serde_json::Value;

use crate::comparison::arguments::common;

/// A line of one text, or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// It is in both.
    Same(&'a str),
    /// Only the old text has it.
    Went(&'a str),
    /// Only the new text has it.
    Came(&'a str),
}

/// The lines of both texts in order; none for texts whose comparison would take longer than its result is worth.
#[must_use]
pub fn lines<'a>(old: &'a str, new: &'a str) -> Option<Vec<Line<'a>>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let values = |lines: &[&str]| lines.iter().map(|line| Value::from(*line)).collect::<Vec<_>>();
    let kept = common(&values(&old), &values(&new))?;
    let mut all = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    for (old_end, new_end) in kept.into_iter().chain([(old.len(), new.len())]) {
        all.extend(old[old_at..old_end].iter().map(|line| Line::Went(line)));
        all.extend(new[new_at..new_end].iter().map(|line| Line::Came(line)));
        all.extend(old.get(old_end).map(|line| Line::Same(line)));
        (old_at, new_at) = (old_end + 1, new_end + 1);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_and_go_between_those_that_stay() {
        let found = lines("a\nb\nc", "a\nx\ny\nc\nd").unwrap();
        use Line::{Came, Same, Went};
        assert_eq!(found, [Same("a"), Went("b"), Came("x"), Came("y"), Same("c"), Came("d")]);
    }
}
