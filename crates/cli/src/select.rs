//! Stack patterns, as several commands take them.

use formwork_core::Hint;
use glob::Pattern;

use crate::UsageError;
use crate::changed::ChangedArgs;

/// Which stacks a command is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection<'a> {
    /// Names or glob patterns; none for all.
    pub(crate) patterns: &'a [String],
    /// Of those, what changed.
    pub(crate) changed: Option<&'a ChangedArgs>,
}

impl<'a> Selection<'a> {
    /// All stacks that patterns match.
    pub(crate) const fn of(patterns: &'a [String]) -> Self {
        Self { patterns, changed: None }
    }

    /// Of those, what changed, if that is asked for.
    pub(crate) fn changed(self, changed: &'a ChangedArgs) -> Self {
        Self { changed: Some(changed).filter(|changed| changed.is_given()), ..self }
    }

    /// Whether all stacks are meant.
    pub(crate) const fn is_all(&self) -> bool {
        self.patterns.is_empty() && self.changed.is_none()
    }
}

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
