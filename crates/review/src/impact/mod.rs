//! What the changes of a plan mean for who reviews them: access, exposure, cost, and what is lost.
//!
//! `mod.rs` has what a plan of one stack does; `cost.rs` what the stack costs before it and after it.

mod cost;

use formwork_schema::TypeFacts;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exposure::{self, ExposureChange};
use crate::iam::{self, AccessChange};
pub use cost::CostChange;

/// What a plan of one stack means.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Impact {
    /// Permissions that are not what they were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<AccessChange>,
    /// Ways in that came or went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exposure: Vec<ExposureChange>,
    /// What is lost for good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<Loss>,
    /// What a month costs before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostChange>,
}

/// What is lost with a resource that is replaced or destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The resource.
    pub address: String,
    /// What is lost, such as `the database`.
    pub what: String,
}

/// A resource that a plan changes.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Its address, with the key of its instance.
    pub address: String,
    /// Its type.
    pub type_name: String,
    /// All arguments and attributes before; null for what is made. Sensitive values are masked.
    pub before: Value,
    /// The same after; null for what is destroyed. What is not known is `(known after apply)`.
    pub after: Value,
    /// Whether what there was is destroyed, whatever comes then.
    pub is_destroyed: bool,
}

impl Impact {
    /// What changes of a stack mean, whose document is as the program wrote it.
    #[must_use]
    pub fn of(document: &Value, changes: &[Changed]) -> Self {
        let mut impact = Self::default();
        for change in changes {
            let Changed { address, type_name, before, after, is_destroyed } = change;
            let written = block_name(address)
                .and_then(|name| document.get("resource")?.get(type_name)?.get(name))
                .filter(|it| it.is_object());
            let access = iam::changes(type_name, address, before, after, written);
            impact.exposure.extend(exposure::changes(type_name, address, before, after, written, &access));
            impact.access.extend(access);
            if let Some(what) = TypeFacts::of(type_name).loses.as_ref().filter(|_| *is_destroyed) {
                impact.losses.push(Loss { address: address.clone(), what: what.clone() });
            }
        }
        impact.access.sort();
        impact.exposure.sort();
        impact.cost = CostChange::of(document, changes);
        impact
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The name of the block that an address is of; none for what is within a module, which the document does not have.
fn block_name(address: &str) -> Option<&str> {
    let block = address.split('[').next().unwrap_or_default();
    let mut parts = block.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(kind), Some(name), None) if kind != "module" => Some(name),
        _ => None,
    }
}
