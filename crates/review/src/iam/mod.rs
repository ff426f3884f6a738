//! Who may do what that could not before: the policies of a resource before and after a change, statement by statement.
//!
//! A statement is split into single permissions, one principal, action and resource each. A permission is gained if none
//! of those before has all of it; if it has all of one before and more, that one was widened. What is known after the apply
//! only is compared with anything that it may become, and never called equal.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `pattern.rs` | which patterns cover which |
//! | `permission.rs` | statements as sets |
//! | `policy.rs` | the policies in a resource |
//! | `mod.rs` | what differs between two |
//!
//! The rules are those of the [reference of policy elements](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html).
//! It looks at one resource at a time: what another policy permits anyway, or forbids, is not seen.

mod pattern;
mod permission;
mod policy;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use permission::{Effect, Permission, Scope};
use policy::{Policy, policies};

/// What became of a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessKind {
    /// It was not there.
    Gained,
    /// It was there, and has more now.
    Widened,
    /// Only the apply tells whether it is another one.
    Unknown,
    /// It is there, and has less now.
    Narrowed,
    /// It is not there any more.
    Lost,
}

/// A permission that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccessChange {
    /// What became of it.
    pub kind: AccessKind,
    /// The resource that has the policy.
    pub address: String,
    /// The argument that the policy stands in.
    pub argument: String,
    /// The permission; none for a policy of which nothing is known.
    pub permission: Option<Permission>,
    /// What was otherwise, or why nothing is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl AccessChange {
    /// Whether more may be done than before, as far as is known.
    #[must_use]
    pub fn opens(&self) -> bool {
        let is_deny = self.permission.as_ref().is_some_and(|it| it.effect == Effect::Deny);
        match self.kind {
            AccessKind::Gained | AccessKind::Widened => !is_deny,
            AccessKind::Narrowed | AccessKind::Lost => is_deny,
            AccessKind::Unknown => true,
        }
    }
}

/// What a change of a resource does to permissions. A value is null before it is made and after it is destroyed; `written` is
/// what the document says of it.
#[must_use]
pub fn changes(
    type_name: &str,
    address: &str,
    before: &Value,
    after: &Value,
    written: Option<&Value>,
) -> Vec<AccessChange> {
    let old = policies(type_name, address, before, None);
    let new = policies(type_name, address, after, written);
    let nothing = Policy::Known(Vec::new());
    let mut arguments: Vec<&String> = old.keys().chain(new.keys()).collect();
    arguments.sort();
    arguments.dedup();
    let mut all = Vec::new();
    for argument in arguments {
        let (old, new) = (old.get(argument).unwrap_or(&nothing), new.get(argument).unwrap_or(&nothing));
        let change = |kind, permission, note| AccessChange {
            kind,
            address: address.to_owned(),
            argument: argument.clone(),
            permission,
            note,
        };
        match (old, new) {
            (Policy::Known(old), Policy::Known(new)) => {
                let found = differing(&split(old), &split(new));
                all.extend(found.into_iter().map(|(kind, it, note)| change(kind, Some(it), note)));
            }
            (_, Policy::Unknown(why)) => all.push(change(AccessKind::Unknown, None, why.clone())),
            (Policy::Unknown(why), Policy::Known(_)) => {
                all.push(change(AccessKind::Unknown, None, format!("it was {why}")));
            }
        }
    }
    all.sort();
    all
}

fn split(statements: &[Permission]) -> Vec<Permission> {
    let mut all: Vec<Permission> = statements.iter().flat_map(Permission::split).collect();
    all.sort();
    all.dedup();
    all
}

type Found = (AccessKind, Permission, String);

/// What differs between single permissions, joined again.
fn differing(old: &[Permission], new: &[Permission]) -> Vec<Found> {
    let is_in = |one: &Permission, all: &[Permission]| all.binary_search(one).is_ok();
    let came: Vec<&Permission> = new.iter().filter(|it| !is_in(it, old)).collect();
    let went: Vec<&Permission> = old.iter().filter(|it| !is_in(it, new)).collect();
    let mut found = Vec::new();
    let mut maybe = Vec::new();
    for one in &came {
        let at_most = one.is_unknown().then(|| one.at_most());
        if let Some(most) = at_most {
            let may_be: Vec<&&Permission> = went.iter().filter(|it| most.covers(it)).collect();
            let kind = if may_be.is_empty() { AccessKind::Gained } else { AccessKind::Unknown };
            let note = may_be.first().map(|it| difference(it, one)).unwrap_or_default();
            maybe.extend(may_be.into_iter().copied());
            found.push((kind, (*one).clone(), note));
        } else if !old.iter().any(|it| it.covers(one)) {
            match went.iter().find(|it| one.covers(it)) {
                Some(narrow) => found.push((AccessKind::Widened, (*one).clone(), difference(narrow, one))),
                None => found.push((AccessKind::Gained, (*one).clone(), String::new())),
            }
        }
    }
    for one in went {
        if maybe.contains(&one) || new.iter().any(|it| it.covers(one)) {
            continue;
        }
        match came.iter().find(|it| one.covers(it)) {
            Some(narrow) => found.push((AccessKind::Narrowed, (*narrow).clone(), difference(one, narrow))),
            None => found.push((AccessKind::Lost, one.clone(), String::new())),
        }
    }
    found.sort();
    found.dedup();
    joined(joined(joined(found, |it| &mut it.actions), |it| &mut it.resources), |it| &mut it.principals)
}

/// What another permission was that this one is instead of.
fn difference(old: &Permission, new: &Permission) -> String {
    let mut parts = Vec::new();
    let scopes =
        [(&old.principals, &new.principals), (&old.actions, &new.actions), (&old.resources, &new.resources)];
    parts.extend(scopes.into_iter().filter(|(old, new)| old != new).map(|(old, _)| old.to_string()));
    for (name, values) in &old.conditions {
        if new.conditions.get(name) != Some(values) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            parts.push(format!("only if {name} {}", values.join(", ")));
        }
    }
    if new.conditions.keys().any(|name| !old.conditions.contains_key(name)) && old.conditions.is_empty() {
        parts.push("without a condition".to_owned());
    }
    format!("was {}", parts.join("; "))
}

/// Joins permissions that differ in one scope only.
fn joined(found: Vec<Found>, scope: fn(&mut Permission) -> &mut Scope) -> Vec<Found> {
    let mut groups: BTreeMap<Found, Scope> = BTreeMap::new();
    for (kind, mut permission, note) in found {
        let own = std::mem::take(scope(&mut permission));
        let all_but = own.all_but;
        scope(&mut permission).all_but = all_but;
        if all_but {
            // What is left out of two is not what is left out of both.
            scope(&mut permission).patterns.clone_from(&own.patterns);
        }
        groups
            .entry((kind, permission, note))
            .and_modify(|group| group.patterns.extend(own.patterns.iter().cloned()))
            .or_insert(own);
    }
    let whole = |((kind, mut permission, note), own): (Found, Scope)| {
        *scope(&mut permission) = own;
        (kind, permission, note)
    };
    groups.into_iter().map(whole).collect()
}
