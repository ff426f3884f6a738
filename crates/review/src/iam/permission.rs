//! What a statement of a policy permits or forbids, as sets that can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::iam::pattern;
use crate::unknown::is_unknown;

/// Whether a statement permits or forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It permits.
    Allow,
    /// It forbids, whatever else permits.
    Deny,
}

/// Principals, actions or resources: some, or all but some (`NotAction`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// Whether the patterns are what is left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_but: bool,
    /// What is meant, with `*` and `?` as IAM reads them.
    pub patterns: BTreeSet<String>,
}

/// A statement: who may do what with what, and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Permission {
    /// Whether it permits or forbids.
    pub effect: Effect,
    /// Who: `*`, `AWS arn:…`, `Service lambda.amazonaws.com`, or whom the policy is attached to.
    pub principals: Scope,
    /// What: `s3:GetObject`.
    pub actions: Scope,
    /// With what.
    pub resources: Scope,
    /// When: the operator and the key, such as `StringEquals aws:SourceAccount`, with the values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, BTreeSet<String>>,
}

impl Scope {
    pub(crate) fn only(pattern: impl Into<String>) -> Self {
        Self { all_but: false, patterns: BTreeSet::from([pattern.into()]) }
    }

    /// Whether it has everything that the other has.
    fn covers(&self, other: &Self) -> bool {
        let covered = |one: &String, by: &BTreeSet<String>| by.iter().any(|it| pattern::covers(it, one));
        let is_apart = |one: &String| !self.patterns.iter().any(|it| pattern::overlap(it, one));
        match (self.all_but, other.all_but) {
            (false, false) => other.patterns.iter().all(|it| covered(it, &self.patterns)),
            (false, true) => self.patterns.contains("*"),
            (true, false) => other.patterns.iter().all(is_apart),
            (true, true) => self.patterns.iter().all(|it| covered(it, &other.patterns)),
        }
    }

    /// The single elements, where that is possible.
    fn split(&self) -> Vec<Self> {
        if self.all_but || self.patterns.is_empty() {
            return vec![self.clone()];
        }
        self.patterns.iter().map(Self::only).collect()
    }

    /// Whether a part of it is not known before the apply.
    pub(crate) fn is_unknown(&self) -> bool {
        self.patterns.iter().any(|it| is_unknown(it))
    }

    /// With anything for what is not known.
    fn at_most(&self) -> Self {
        let patterns = self.patterns.iter().map(|it| crate::unknown::replaced(it, "*")).collect();
        Self { patterns, ..self.clone() }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns: Vec<&str> = self.patterns.iter().map(String::as_str).collect();
        write!(formatter, "{}{}", if self.all_but { "all but " } else { "" }, patterns.join(", "))
    }
}

impl Permission {
    /// Whether it permits, or forbids, everything that the other does.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.effect == other.effect
            && self.actions.covers(&other.actions)
            && self.principals.covers(&other.principals)
            && self.resources.covers(&other.resources)
            && self.conditions.iter().all(|(name, values)| {
                other.conditions.get(name).is_some_and(|others| is_weaker(name, values, others))
            })
    }

    /// Single permissions: one principal, action and resource each. A statement with too many of them stays whole.
    pub(crate) fn split(&self) -> Vec<Self> {
        const MOST: usize = 2_000;
        let sizes = [&self.principals, &self.actions, &self.resources].map(|it| it.patterns.len().max(1));
        if sizes.iter().product::<usize>() > MOST {
            return vec![self.clone()];
        }
        let mut all = Vec::new();
        for principals in self.principals.split() {
            for actions in self.actions.split() {
                for resources in self.resources.split() {
                    let (principals, actions) = (principals.clone(), actions.clone());
                    all.push(Self { principals, actions, resources, ..self.clone() });
                }
            }
        }
        all
    }

    /// Whether a part of it is not known before the apply.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        let scopes = [&self.principals, &self.actions, &self.resources];
        scopes.into_iter().any(Scope::is_unknown)
            || self.conditions.values().flatten().any(|value| is_unknown(value))
    }

    /// The most that it may turn out to permit.
    pub(crate) fn at_most(&self) -> Self {
        let is_known = |(_, values): &(&String, &BTreeSet<String>)| !values.iter().any(|it| is_unknown(it));
        let known = self.conditions.iter().filter(is_known);
        Self {
            effect: self.effect,
            principals: self.principals.at_most(),
            actions: self.actions.at_most(),
            resources: self.resources.at_most(),
            conditions: known.map(|(name, values)| (name.clone(), values.clone())).collect(),
        }
    }

    /// The conditions in words, one each: `StringEquals aws:SourceAccount 123456789012`.
    #[must_use]
    pub fn conditions(&self) -> Vec<String> {
        let words = |(name, values): (&String, &BTreeSet<String>)| {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            format!("{name} {}", values.join(", "))
        };
        self.conditions.iter().map(words).collect()
    }
}

/// Whether a condition holds whenever the same with other values holds.
fn is_weaker(name: &str, values: &BTreeSet<String>, others: &BTreeSet<String>) -> bool {
    if values == others {
        return true;
    }
    let operator = name.split(' ').next().unwrap_or_default();
    let operator = operator.rsplit(':').next().unwrap_or_default();
    let operator = operator.strip_suffix("IfExists").unwrap_or(operator);
    match operator {
        "StringEquals" | "StringEqualsIgnoreCase" | "IpAddress" | "NumericEquals" | "DateEquals" => {
            values.is_superset(others)
        }
        "StringLike" | "ArnLike" | "ArnEquals" => {
            others.iter().all(|other| values.iter().any(|value| pattern::covers(value, other)))
        }
        // Each value more is one that is left out.
        "StringNotEquals"
        | "StringNotEqualsIgnoreCase"
        | "NotIpAddress"
        | "StringNotLike"
        | "ArnNotLike"
        | "ArnNotEquals" => values.is_subset(others),
        _ => false,
    }
}
