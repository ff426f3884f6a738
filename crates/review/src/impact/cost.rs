//! What a month costs before a plan is applied, and after.
//!
//! What is there before is told from the document: without what the plan makes, with what it destroys, and with the
//! arguments that it changes as they were. So both are counted by the same formulas, with the same references.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cost::{Estimate, PriceSheet};
use crate::impact::{Changed, block_name};

/// What a stack costs in a month, before and after a change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CostChange {
    /// The currency: `USD`.
    pub currency: String,
    /// With the assumed use, before.
    pub before: f64,
    /// The same after.
    pub after: f64,
    /// How much of that is there whether it is used or not, before.
    pub fixed_before: f64,
    /// The same after.
    pub fixed_after: f64,
    /// What is paid for and that nobody can count, afterwards, by address and reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<(String, String)>,
    /// Regions that the price sheet has no prices of.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub regions_without_prices: BTreeSet<String>,
}

impl CostChange {
    /// Nothing for a stack without anything that is paid for, or that does not change.
    pub(super) fn of(document: &Value, changes: &[Changed]) -> Option<Self> {
        if changes.is_empty() {
            return None;
        }
        // It is a part of this repository, and a test reads it.
        let sheet = PriceSheet::embedded().ok()?;
        let after = Estimate::of_document("", document, &sheet);
        let before = Estimate::of_document("", &document_before(document, changes), &sheet);
        let is_free = |it: &Estimate| it.lines.is_empty() && it.unknown.is_empty();
        if is_free(&before) && is_free(&after) {
            return None;
        }
        let (mut unknown, mut regions_without_prices) = (Vec::new(), BTreeSet::new());
        for one in &after.unknown {
            match one.region_without_prices(&sheet) {
                Some(region) => _ = regions_without_prices.insert(region.to_owned()),
                None => unknown.push((one.address.clone(), one.reason.clone())),
            }
        }
        Some(Self {
            currency: sheet.currency.clone(),
            before: before.fixed() + before.assumed(),
            after: after.fixed() + after.assumed(),
            fixed_before: before.fixed(),
            fixed_after: after.fixed(),
            unknown,
            regions_without_prices,
        })
    }
}

/// The document of what there was before the changes.
fn document_before(document: &Value, changes: &[Changed]) -> Value {
    let mut before = document.clone();
    let mut blocks: BTreeMap<(&str, &str), Vec<&Changed>> = BTreeMap::new();
    for change in changes {
        if let Some(name) = block_name(&change.address) {
            blocks.entry((&change.type_name, name)).or_default().push(change);
        }
    }
    for ((type_name, name), changes) in blocks {
        let written = document["resource"][type_name][name].as_object();
        match body_before(written, &changes) {
            Some(body) => before["resource"][type_name][name] = Value::Object(body),
            None => {
                if let Some(named) = before["resource"][type_name].as_object_mut() {
                    named.remove(name);
                }
            }
        }
    }
    before
}

/// A resource as it was; nothing if there was none.
fn body_before(written: Option<&Map<String, Value>>, changes: &[&Changed]) -> Option<Map<String, Value>> {
    let made = changes.iter().filter(|it| it.before.is_null()).count();
    let gone = changes.iter().filter(|it| it.after.is_null()).count();
    let old = changes.iter().find_map(|it| Some((it.before.as_object()?, it)));
    let Some(written) = written else {
        // What is gone is as the state has it; that it had instances is seen by its keys.
        let mut body = old?.0.clone();
        body.insert("count".to_owned(), gone.into());
        return Some(body);
    };
    let instances = match (written.get("count"), written.get("for_each")) {
        (None, None) => Some(1),
        (Some(count), _) => count.as_u64().and_then(|it| usize::try_from(it).ok()),
        (None, Some(Value::Object(each))) => Some(each.len()),
        _ => None,
    };
    let mut body = written.clone();
    if let Some(instances) = instances
        && made != gone
    {
        let count = (instances + gone).saturating_sub(made);
        if count == 0 {
            return None;
        }
        body.remove("for_each");
        body.insert("count".to_owned(), count.into());
    } else if instances.is_none() && made == changes.len() {
        return None;
    }
    if let Some((old, change)) = old {
        for (argument, value) in old {
            // What the document does not name is computed, or was named before.
            if change.after.get(argument) != Some(value) {
                body.insert(argument.clone(), value.clone());
            }
        }
    }
    Some(body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(address: &str, before: Value, after: Value) -> Changed {
        let type_name = address.split('.').next().unwrap().to_owned();
        Changed { address: address.to_owned(), type_name, is_destroyed: after.is_null(), before, after }
    }

    fn document(resources: Value) -> Value {
        json!({ "provider": { "aws": [{ "region": "us-east-1" }] }, "resource": resources })
    }

    fn of(document: &Value, changes: &[Changed]) -> CostChange {
        CostChange::of(document, changes).unwrap()
    }

    #[test]
    fn what_is_made_costs_nothing_before() {
        let document = document(json!({ "aws_eip": { "a": {}, "b": { "count": 3 } } }));
        let made = change("aws_eip.a", Value::Null, json!({}));
        let cost = of(&document, std::slice::from_ref(&made));
        let one = cost.after - cost.before;
        assert!(one > 0.0 && (cost.before - 3.0 * one).abs() < 1e-9, "{cost:?}");
        let two = [
            change("aws_eip.b[1]", Value::Null, json!({})),
            change("aws_eip.b[2]", Value::Null, json!({})),
            made,
        ];
        assert!((of(&document, &two).before - one).abs() < 1e-9);
    }

    #[test]
    fn what_is_gone_costs_nothing_after() {
        let gone =
            [change("aws_eip.a[0]", json!({}), Value::Null), change("aws_eip.a[1]", json!({}), Value::Null)];
        let cost = of(&document(json!({})), &gone);
        assert!(cost.before > 0.0 && cost.after == 0.0, "{cost:?}");
    }

    #[test]
    fn an_argument_costs_what_it_was() {
        let database = |class: &str| json!({ "engine": "postgres", "instance_class": class, "allocated_storage": 20, "storage_type": "gp3" });
        let (small, large) = (database("db.t4g.micro"), database("db.t4g.small"));
        let document = document(json!({ "aws_db_instance": { "a": large } }));
        let cost = of(&document, &[change("aws_db_instance.a", small, large)]);
        assert!(0.0 < cost.before && cost.before < cost.after, "{cost:?}");
        assert!(cost.unknown.is_empty(), "{cost:?}");
    }

    #[test]
    fn a_region_without_prices_is_said_once() {
        let document = json!({ "provider": { "aws": { "region": "mx-central-1" } }, "resource": { "aws_eip": { "a": {}, "b": {} } } });
        let cost = of(&document, &[change("aws_eip.a", Value::Null, json!({}))]);
        assert_eq!(cost.regions_without_prices, BTreeSet::from(["mx-central-1".to_owned()]));
        assert!(cost.unknown.is_empty());
        assert_eq!(
            CostChange::of(
                &json!({ "resource": { "terraform_data": { "a": {} } } }),
                &[change("terraform_data.a", Value::Null, json!({}))]
            ),
            None
        );
    }
}
