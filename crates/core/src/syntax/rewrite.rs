//! Other names in the references of a template string.

use std::ops::Range;

use crate::syntax::references::in_template;
use crate::syntax::traversal::Traversal;

/// A template string with other names in its references; `None` if all stay. `rename` is called with each reference, and
/// gives back a name of it with what stands there instead.
///
/// # Example
///
/// ```
/// use formwork_core::references::renamed;
///
/// let text = renamed("${aws_vpc.old.id}", &mut |reference| Some((reference.name(1)?, "new".into())));
/// assert_eq!(text.as_deref(), Some("${aws_vpc.new.id}"));
/// ```
#[must_use]
pub fn renamed<'a>(
    text: &'a str,
    rename: &mut dyn FnMut(&Traversal<'a>) -> Option<(&'a str, String)>,
) -> Option<String> {
    let mut names: Vec<(Range<usize>, String)> = Vec::new();
    // What is behind a mistake stays as it is.
    let _ = in_template(text, &mut |traversal| {
        if let Some((name, new)) = rename(traversal) {
            // The steps of a reference are parts of the text.
            let start = (name.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
            let range = start..start.saturating_add(name.len());
            if text.get(range.clone()) == Some(name) {
                names.push((range, new));
            }
        }
    });
    if names.is_empty() {
        return None;
    }
    names.sort_by_key(|(range, _)| range.start);
    names.dedup_by_key(|(range, _)| range.start);
    let mut changed = text.to_owned();
    for (range, new) in names.into_iter().rev() {
        changed.replace_range(range, &new);
    }
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_references_change() {
        let text = "a.b ${join(\"-\", [a.b.id, \"a.b ${a.b[0].x}\", c.b])} $${a.b}";
        let all = renamed(text, &mut |it| (it.name(0)? == "a").then_some((it.name(1)?, "long".to_owned())));
        assert_eq!(
            all.as_deref(),
            Some("a.b ${join(\"-\", [a.long.id, \"a.b ${a.long[0].x}\", c.b])} $${a.b}")
        );
        assert_eq!(renamed(text, &mut |_| None), None);
        assert_eq!(renamed("a.b", &mut |it| Some((it.name(1)?, "x".to_owned()))), None);
    }
}
