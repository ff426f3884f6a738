//! `waivers.toml`: findings that a project lives with for a while.

use serde::Deserialize;

use crate::policy::approvals::ends_with_path;
use crate::time::Moment;

/// Waivers of a project.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waivers {
    /// The waivers.
    #[serde(default, rename = "waiver")]
    pub waivers: Vec<Waiver>,
}

/// A finding that may stay.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The migration's path, or the end of it.
    pub file: String,
    /// The rule.
    pub rule: String,
    /// Why it may stay.
    pub reason: String,
    /// Until when.
    pub expires: Moment,
}

impl Waivers {
    /// The waiver of a rule in a file that lasts longest.
    #[must_use]
    pub fn find(&self, path: &str, rule: &str) -> Option<&Waiver> {
        let fits = |waiver: &&Waiver| waiver.rule == rule && ends_with_path(path, &waiver.file);
        self.waivers.iter().filter(fits).max_by_key(|waiver| waiver.expires)
    }
}
