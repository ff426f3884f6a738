//! The known name that a wrong one was probably meant to be.

/// The known name that is nearest to a wrong one: at most a third of its letters differ, or one contains the other.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (wrong.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| {
            *distance <= allowed
                || (name.len() > 3 && wrong.len() > 3 && (name.contains(wrong) || wrong.contains(name)))
        })
        .min()
        .map(|(_, name)| name)
}
