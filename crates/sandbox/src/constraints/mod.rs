//! What the cloud itself refuses: a name that is taken, an id that does not exist, a subnet outside of its network,
//! the end of something that is protected or in use.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod.rs` | when what is checked; references, names, protection |
//! | `agreement.rs` | arguments that do not agree with each other |
//! | `lifetime.rs` | what outlives an object, and what waits |
//! | `network.rs` | blocks and zones |
//! | `quota.rs` | sizes of documents |
//! | `subject.rs` | the object that is checked, and how others are found |
//!
//! May import: `cloud`, `configuration`, `facts`, `value` and `provider_diagnostic`.

mod agreement;
mod lifetime;
mod network;
mod quota;
mod subject;

pub(crate) use lifetime::number;
pub(crate) use subject::{GLOBAL, Planned, Subject, names, region_of};

use formwork_schema::TypeFacts;

use crate::constraints::subject::{SOURCE, texts};
use crate::facts::naming;
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Object, Value};

impl Subject<'_> {
    /// Checks an object that is planned, as far as it is known by then.
    pub(crate) fn check_plan(
        &self,
        planned: &Planned,
        config: &Object,
        is_new: bool,
    ) -> Vec<ProviderDiagnostic> {
        let mut found = self.check_references();
        found.extend(self.check_agreement(config));
        if is_new {
            found.extend(self.check_unique(planned.of(self.kind).iter()));
            found.extend(network::check(self, Some(planned)));
        }
        found
    }

    /// Checks an object that is about to be made, or changed from what it was.
    pub(crate) fn check_apply(&self, prior: Option<&Object>) -> Vec<ProviderDiagnostic> {
        let mut found = self.check_references();
        match prior {
            None => {
                let taken = self.find(self.kind, |object| self.has_identity_of(object));
                found.extend(self.check_unique(taken.iter().map(|(_, object)| object)));
                found.extend(self.check_kept());
                found.extend(network::check(self, None));
            }
            Some(prior) => found.extend(self.check_change(prior)),
        }
        found.extend(self.check_sizes());
        found.extend(network::check_zones(self));
        found
    }

    /// Checks an object that is about to be destroyed.
    pub(crate) fn check_destroy(&self) -> Vec<ProviderDiagnostic> {
        let label = self.label();
        if let Some(protection) = &self.facts.protected_by
            && self.object.get(&protection.argument) == Some(&Value::Bool(true))
        {
            return vec![ProviderDiagnostic::new(format!("deleting {label}: {}", protection.error), SOURCE)];
        }
        let is_off = |name: &str| !matches!(self.object.get(name), Some(Value::Bool(true)));
        if self.kind == "aws_db_instance"
            && is_off("skip_final_snapshot")
            && self.object.get("final_snapshot_identifier").is_none_or(Value::is_empty)
        {
            let summary = "deleting RDS DB Instance: final_snapshot_identifier is required when skip_final_snapshot is false";
            return vec![ProviderDiagnostic::new(summary, SOURCE)];
        }
        if let Some(diagnostic) = self.check_copy() {
            return vec![diagnostic];
        }
        let (Some(error), Some(id)) = (&self.facts.in_use, self.text("id")) else {
            return Vec::new();
        };
        let mut users = naming::referring_to(self.kind).filter_map(|(kind, argument)| {
            let refers = |object: &Object| texts(object, argument).contains(&id);
            // A rule of a security group goes with it, as do the subnets' associations in AWS.
            let is_part = kind.starts_with("aws_vpc_security_group_") && argument == "security_group_id";
            if is_part { None } else { self.find(kind, refers) }
        });
        match users.next() {
            Some((user, _)) => {
                let summary =
                    format!("deleting {label} ({id}): {error}: resource {id} has a dependent object");
                vec![ProviderDiagnostic::new(
                    summary,
                    format!("{} {} still refers to it. {SOURCE}", user.kind, user.id),
                )]
            }
            None => Vec::new(),
        }
    }

    /// References to ids that do not exist. What goes by a name may well exist outside of the stacks.
    fn check_references(&self) -> Vec<ProviderDiagnostic> {
        let mut found = Vec::new();
        for (argument, target) in &self.facts.refers {
            let facts = TypeFacts::of(target);
            if !naming::has_drawn_ids(facts) {
                continue;
            }
            for id in texts(self.object, argument) {
                // What another account has may be shared with this one.
                let is_there = || {
                    self.cloud.has(&self.key(target, id))
                        || self.find(target, |object| names(object, id)).is_some()
                        || !self.cloud.locate(target, id).is_empty()
                };
                if id.is_empty() || is_there() {
                    continue;
                }
                let error = facts.missing.as_deref().unwrap_or("NotFound");
                let summary = format!("{}: {error}: The {target} '{id}' does not exist", self.label());
                let hint =
                    format!("If it exists outside of these stacks, say so: `sandbox add {target} {id}`.");
                found.push(ProviderDiagnostic::of(argument, summary, format!("{hint} {SOURCE}")));
            }
        }
        found
    }

    fn check_unique<'o>(&self, mut others: impl Iterator<Item = &'o Object>) -> Option<ProviderDiagnostic> {
        let unique = self.facts.unique.as_ref()?;
        // A record may be there already, if it says that it does not mind.
        if self.object.get("allow_overwrite") == Some(&Value::Bool(true)) {
            return None;
        }
        others.any(|other| self.has_identity_of(other)).then(|| {
            let values = unique
                .by
                .iter()
                .filter_map(|name| Some(format!("{name} {}", self.object.get(name)?.to_plain_text()?)));
            let values = values.collect::<Vec<_>>().join(", ");
            let summary =
                format!("creating {}: {}: one with {values} already exists", self.label(), unique.error);
            ProviderDiagnostic::of(unique.by.first().map_or("", String::as_str), summary, SOURCE)
        })
    }

    /// Whether another object has the same values where no two may have the same.
    fn has_identity_of(&self, other: &Object) -> bool {
        let Some(unique) = &self.facts.unique else {
            return false;
        };
        let of = |object: &Object, name: &str| match object.get(name) {
            Some(Value::Unknown) => None,
            value => Some(value.and_then(Value::to_plain_text).unwrap_or_default()),
        };
        let folded = |object: &Object, name: &str| {
            of(object, name).map(|value| if unique.any_case { value.to_lowercase() } else { value })
        };
        let is_same =
            |name: &String| folded(self.object, name).is_some_and(|value| folded(other, name) == Some(value));
        let says_something = |name: &String| of(self.object, name).is_some_and(|value| !value.is_empty());
        unique.by.iter().all(is_same) && unique.by.iter().any(says_something)
    }
}
