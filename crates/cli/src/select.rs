//! Stack patterns, as several commands take them.

use formwork_core::Hint;
use glob::Pattern;

use crate::UsageError;

/// The positions of the names that any of the patterns matches; all if there are no patterns.
///
/// # Errors
/// A pattern that cannot be read or that matches nothing is wrong usage.
pub(crate) fn stacks(names: &[&str], patterns: &[String]) -> Result<Vec<usize>, UsageError> {
    let mut compiled = Vec::new();
    for pattern in patterns {
        let glob = Pattern::new(pattern)
            .map_err(|error| UsageError(format!("`{pattern}` is not a stack pattern: {error}")))?;
        if !names.iter().any(|name| glob.matches(name)) {
            let hint = match formwork_core::nearest(pattern, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the stacks are {}", names.join(", ")),
            };
            return Err(UsageError(format!("no stack matches `{pattern}`{}", Hint::new(hint))));
        }
        compiled.push(glob);
    }
    let is_wanted =
        |index: &usize| compiled.is_empty() || compiled.iter().any(|glob| glob.matches(names[*index]));
    Ok((0..names.len()).filter(is_wanted).collect())
}
