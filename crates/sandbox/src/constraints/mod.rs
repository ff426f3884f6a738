//! What the cloud itself refuses: a name that is taken, an id that does not exist, a subnet outside of its network,
//! the end of something that is protected or in use.

mod network;

use std::collections::BTreeMap;

use crate::cloud::{Cloud, Key};
use crate::configuration::ACCOUNT;
use crate::facts::Naming;
use crate::refusal::Refusal;
use crate::value::{Object, Value};

/// The region of what an account has once.
pub(crate) const GLOBAL: &str = "global";

/// What would be made in one walk of a plan, by resource type.
#[derive(Debug, Default)]
pub(crate) struct Planned(BTreeMap<String, Vec<Object>>);

impl Planned {
    /// Remembers an object that would be made.
    pub(crate) fn add(&mut self, kind: &str, object: Object) {
        self.0.entry(kind.to_owned()).or_default().push(object);
    }

    fn of(&self, kind: &str) -> &[Object] {
        self.0.get(kind).map_or(&[], Vec::as_slice)
    }
}

/// An object, and where it is or shall be.
pub(crate) struct Subject<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) naming: &'a Naming,
    pub(crate) kind: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) object: &'a Object,
}

/// Where objects of a type are kept: those that an account has once for all regions are kept by account.
pub(crate) fn region_of(naming: &Naming, region: &str, account: &str) -> String {
    if !naming.global {
        region.to_owned()
    } else if naming.shared || account == ACCOUNT {
        GLOBAL.to_owned()
    } else {
        format!("{GLOBAL} {account}")
    }
}

impl Subject<'_> {
    /// Checks an object that is planned, as far as it is known by then.
    pub(crate) fn check_plan(&self, planned: &Planned, is_new: bool) -> Vec<Refusal> {
        let mut found = self.check_references();
        if is_new {
            found.extend(self.check_unique(planned.of(self.kind).iter()));
            found.extend(network::check(self, Some(planned)));
        }
        found
    }

    /// Checks an object that is about to be made or changed.
    pub(crate) fn check_apply(&self, is_new: bool) -> Vec<Refusal> {
        let mut found = self.check_references();
        if is_new {
            let taken = self.find(self.kind, |object| self.has_identity_of(object));
            found.extend(self.check_unique(taken.iter().map(|(_, object)| object)));
            found.extend(network::check(self, None));
        }
        found.extend(network::check_zones(self));
        found
    }

    /// Checks an object that is about to be destroyed.
    pub(crate) fn check_destroy(&self) -> Vec<Refusal> {
        let label = self.label();
        if let Some(protection) = &self.naming.protected_by
            && self.object.get(&protection.argument) == Some(&Value::Bool(true))
        {
            return vec![Refusal::new(format!("deleting {label}: {}", protection.error), SOURCE)];
        }
        let is_off = |name: &str| !matches!(self.object.get(name), Some(Value::Bool(true)));
        if self.kind == "aws_db_instance"
            && is_off("skip_final_snapshot")
            && self.object.get("final_snapshot_identifier").is_none_or(Value::is_empty)
        {
            let summary = "deleting RDS DB Instance: final_snapshot_identifier is required when skip_final_snapshot is false";
            return vec![Refusal::new(summary, SOURCE)];
        }
        let (Some(error), Some(id)) = (&self.naming.in_use, self.text("id")) else {
            return Vec::new();
        };
        let mut users = Naming::referring_to(self.kind).filter_map(|(kind, argument)| {
            let refers = |object: &Object| texts(object, argument).contains(&id);
            // A rule of a security group goes with it, as do the subnets' associations in AWS.
            let is_part = kind.starts_with("aws_vpc_security_group_") && argument == "security_group_id";
            if is_part { None } else { self.find(kind, refers) }
        });
        match users.next() {
            Some((user, _)) => {
                let summary =
                    format!("deleting {label} ({id}): {error}: resource {id} has a dependent object");
                vec![Refusal::new(summary, format!("{} {} still refers to it. {SOURCE}", user.kind, user.id))]
            }
            None => Vec::new(),
        }
    }

    /// References to ids that do not exist. What goes by a name may well exist outside of the stacks.
    fn check_references(&self) -> Vec<Refusal> {
        let mut found = Vec::new();
        for (argument, target) in &self.naming.refers {
            let naming = Naming::of(target);
            if !naming.has_drawn_ids() {
                continue;
            }
            for id in texts(self.object, argument) {
                let key = Key {
                    kind: target.clone(),
                    region: region_of(naming, self.region, self.account),
                    id: id.to_owned(),
                };
                if id.is_empty()
                    || self.cloud.has(&key)
                    || self.find(target, |object| names(object, id)).is_some()
                {
                    continue;
                }
                let error = naming.missing.as_deref().unwrap_or("NotFound");
                let summary = format!("{}: {error}: The {target} '{id}' does not exist", self.label());
                let hint =
                    format!("If it exists outside of these stacks, say so: `sandbox add {target} {id}`.");
                found.push(Refusal::of(argument, summary, format!("{hint} {SOURCE}")));
            }
        }
        found
    }

    fn check_unique<'o>(&self, mut others: impl Iterator<Item = &'o Object>) -> Option<Refusal> {
        let unique = self.naming.unique.as_ref()?;
        others.any(|other| self.has_identity_of(other)).then(|| {
            let values = unique
                .by
                .iter()
                .filter_map(|name| Some(format!("{name} {}", self.object.get(name)?.to_plain_text()?)));
            let values = values.collect::<Vec<_>>().join(", ");
            let summary =
                format!("creating {}: {}: one with {values} already exists", self.label(), unique.error);
            Refusal::of(unique.by.first().map_or("", String::as_str), summary, SOURCE)
        })
    }

    /// Whether another object has the same values where no two may have the same.
    fn has_identity_of(&self, other: &Object) -> bool {
        let Some(unique) = &self.naming.unique else {
            return false;
        };
        let of = |object: &Object, name: &str| match object.get(name) {
            Some(Value::Unknown) => None,
            value => Some(value.and_then(Value::to_plain_text).unwrap_or_default()),
        };
        let is_same =
            |name: &String| of(self.object, name).is_some_and(|value| of(other, name) == Some(value));
        let says_something = |name: &String| of(self.object, name).is_some_and(|value| !value.is_empty());
        unique.by.iter().all(is_same) && unique.by.iter().any(says_something)
    }

    fn find(&self, kind: &str, test: impl FnMut(&Object) -> bool) -> Option<(Key, Object)> {
        let region = region_of(Naming::of(kind), self.region, self.account);
        self.cloud.find(kind, &region, test)
    }

    fn label(&self) -> &str {
        if self.naming.label.is_empty() { self.kind } else { &self.naming.label }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name).and_then(Value::text)
    }
}

/// Where these rules are from, for messages.
const SOURCE: &str = "A rule of the service's API reference, as the sandbox knows it.";

/// Whether a text names an object: by its id, its ARN or what it is imported by, with or without a version or alias.
pub(crate) fn names(object: &Object, text: &str) -> bool {
    let is_name = |name: &str| object.get(name).and_then(Value::text).is_some_and(|value| value == text);
    if ["id", "arn", "name", "function_name", "full_name", "node_id"].into_iter().any(is_name) {
        return true;
    }
    let qualified = |name: &str| {
        let value = object.get(name).and_then(Value::text);
        value.is_some_and(|value| {
            !value.is_empty() && text.strip_prefix(value).is_some_and(|rest| rest.starts_with(':'))
        })
    };
    qualified("arn") || qualified("function_name")
}

/// The known texts at a dotted path, those in lists too.
fn texts<'o>(object: &'o Object, path: &str) -> Vec<&'o str> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(value) = object.get(first) else {
        return Vec::new();
    };
    let values = if rest.is_empty() { vec![value] } else { value.at(rest) };
    let single = |value: &'o Value| match value {
        Value::List(elements) => elements.iter().collect::<Vec<_>>(),
        value => vec![value],
    };
    values.into_iter().flat_map(single).filter_map(Value::text).collect()
}
