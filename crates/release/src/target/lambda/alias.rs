//! An alias: the name under which a version of a function is called.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use crate::target::lambda::record::Record;

/// An alias as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The function.
    pub function: String,
    /// The alias.
    pub name: String,
    /// Where it points.
    pub route: Route,
    /// What it says about itself.
    pub description: String,
    /// What a later change must name to be about this.
    pub revision_id: String,
}

impl Alias {
    /// The record of how the version that serves came there, if a release brought it.
    pub(super) fn serving_record(&self) -> Option<Record> {
        Record::read(&self.description).filter(|record| record.to == self.route.version)
    }
}

/// Which versions answer the calls of an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The version that answers what weights leave over.
    pub version: String,
    /// Shares of other versions, in thousandths of the calls.
    pub weights: BTreeMap<String, u32>,
}

impl Route {
    /// All calls go to one version.
    pub fn to(version: impl Into<String>) -> Self {
        Self { version: version.into(), weights: BTreeMap::new() }
    }

    /// All calls but `percent` of them go to a version, those to another.
    pub fn shared(version: impl Into<String>, other: impl Into<String>, percent: u32) -> Self {
        Self { version: version.into(), weights: BTreeMap::from([(other.into(), percent * 10)]) }
    }

    /// The share of a version, in whole per cent.
    #[must_use]
    pub fn percent_of(&self, version: &str) -> u32 {
        if self.version == version {
            return 100 - self.weights.values().sum::<u32>().min(1000) / 10;
        }
        self.weights.get(version).map_or(0, |weight| weight / 10)
    }

    /// Whether one version answers everything.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.weights.is_empty()
    }

    /// Reads weights as AWS gives them, between 0 and 1.
    pub fn from_shares<'a>(version: &str, shares: impl IntoIterator<Item = (&'a String, &'a f64)>) -> Self {
        let thousandths = |share: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to 0..=1000"
            )]
            let whole = (share.clamp(0.0, 1.0) * 1000.0).round() as u32;
            whole
        };
        let weights = shares.into_iter().map(|(version, share)| (version.clone(), thousandths(*share)));
        Self { version: version.to_owned(), weights: weights.filter(|(_, weight)| *weight > 0).collect() }
    }
}

impl Display for Route {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        if self.is_whole() {
            return write!(formatter, "{}", self.version);
        }
        write!(formatter, "{} {}%", self.version, self.percent_of(&self.version))?;
        for (version, weight) in &self.weights {
            write!(formatter, ", {version} {}%", f64::from(*weight) / 10.0)?;
        }
        Ok(())
    }
}
