//! The values of variables, and what is filled with them.

use std::collections::BTreeMap;

use crate::smoke::{Matcher, Template};

/// The values of variables, as templates take them.
pub(super) type Values = BTreeMap<String, String>;

/// Why a test has not passed.
pub(super) enum NotPassed {
    /// What is not as expected.
    Failed(Vec<String>),
    /// A variable that no test has saved.
    Skipped(String),
}

pub(super) fn fill(template: &Template, values: &Values) -> Result<String, NotPassed> {
    template.fill(values).map_err(NotPassed::Skipped)
}

/// Fills text that is a template.
pub(super) fn fill_text(text: &mut String, values: &Values) -> Result<(), NotPassed> {
    *text = fill(&Template::parse(text).map_err(failed)?, values)?;
    Ok(())
}

pub(super) fn fill_matcher(matcher: &Matcher, values: &Values) -> Result<Matcher, NotPassed> {
    let mut matcher = matcher.clone();
    matcher.for_each_text(&mut |text| fill_text(text, values))?;
    Ok(matcher)
}

pub(super) fn failed(reason: String) -> NotPassed {
    NotPassed::Failed(vec![reason])
}
