//! `waivers.toml`: findings that a project lives with for a while.

use serde::{Deserialize, Deserializer};

use crate::finding::RuleId;
use crate::policy::ends_with_path;
use crate::timestamp::Timestamp;

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
    /// The rule. Nothing for a name that no rule has: such a waiver lets nothing stay.
    #[serde(deserialize_with = "rule")]
    pub rule: Option<RuleId>,
    /// Why it may stay.
    pub reason: String,
    /// Until when.
    pub expires: Timestamp,
}

impl Waivers {
    /// The waiver of a rule in a file that lasts longest.
    #[must_use]
    pub fn find(&self, path: &str, rule: RuleId) -> Option<&Waiver> {
        let fits = |waiver: &&Waiver| waiver.rule == Some(rule) && ends_with_path(path, &waiver.file);
        self.waivers.iter().filter(fits).max_by_key(|waiver| waiver.expires)
    }
}

fn rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RuleId>, D::Error> {
    String::deserialize(deserializer).map(|name| RuleId::parse(&name))
}
