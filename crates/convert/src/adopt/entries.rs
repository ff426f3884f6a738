//! The resources of a state with their arguments, under names that keep their addresses or say where they went.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use formwork_schema::Catalogue;

use super::build::attribute;
use super::literal::{dynamic, of_json};
use super::providers::{Described, region};
use super::state::{Instance, Key, ModuleStep, Resource, State, written};
use super::{literal, tidy};
use crate::configuration::{Body, Item};
use crate::error::{ConvertError, Place};

/// A resource with the bodies of its instances.
pub(super) struct Entry {
    pub(super) resource: Resource,
    pub(super) bodies: Vec<Body>,
    pub(super) catalogue: Option<Arc<Catalogue>>,
    /// The address that its one instance had, if it could not be kept.
    pub(super) moved_from: Option<String>,
}

/// The resources of a state with their arguments, renamed where their addresses cannot be kept.
pub(super) fn entries(
    state: &State,
    described: &Described,
    place: &Place,
    notes: &mut Vec<String>,
) -> Result<Vec<Entry>, ConvertError> {
    let types: BTreeSet<&str> = state.resources.iter().map(|it| it.type_name.as_str()).collect();
    let mut regions: BTreeMap<(&str, Option<&str>), Option<String>> = BTreeMap::new();
    for resource in &state.resources {
        regions.entry((resource.provider.as_str(), resource.alias.as_deref())).or_insert_with(|| {
            let same = state.resources.iter();
            let same = same.filter(|it| it.provider == resource.provider && it.alias == resource.alias);
            region(&same.collect::<Vec<_>>())
        });
    }
    let mut taken: HashSet<String> = state.resources.iter().map(Resource::address).collect();
    let mut entries: Vec<Entry> = Vec::new();
    // Where resources went that could not stay: the module instance that they were in, and their new address.
    let mut moved: BTreeMap<String, Vec<(Vec<ModuleStep>, String)>> = BTreeMap::new();
    for resource in &state.resources {
        let catalogue = described.catalogue(resource);
        let region = regions[&(resource.provider.as_str(), resource.alias.as_deref())].as_deref();
        let has_type = |name: &str| types.contains(name);
        let around = tidy::Around { type_name: &resource.type_name, region, has_type: &has_type };
        let mut bodies = Vec::new();
        for instance in &resource.instances {
            bodies.push(arguments(resource, instance, catalogue, &around, place)?);
        }
        let is_flat = resource.module.iter().any(|step| step.key.is_some())
            || (!resource.module.is_empty() && resource.alias.is_some());
        let is_uneven =
            !bodies.windows(2).all(|pair| has_same_blocks(&pair[0], &pair[1])) || has_gap(resource);
        if !is_flat && !is_uneven {
            let (resource, catalogue) = (resource.clone(), catalogue.cloned());
            entries.push(Entry { resource, bodies, catalogue, moved_from: None });
            continue;
        }
        // One resource for each instance, unless they are alike.
        let parts: Vec<(Vec<Instance>, Vec<Body>)> = if is_uneven {
            let each = resource.instances.iter().cloned().zip(bodies);
            each.map(|(instance, body)| (vec![instance], vec![body])).collect()
        } else {
            vec![(resource.instances.clone(), bodies)]
        };
        for (mut instances, bodies) in parts {
            let key = if is_uneven { instances[0].key.take() } else { None };
            let module = if is_flat { Vec::new() } else { resource.module.clone() };
            let from = format!("{}{}", resource.full_address(), written(key.as_ref()));
            let mut steps: Vec<String> = Vec::new();
            if is_flat {
                for step in &resource.module {
                    steps.push(step.name.clone());
                    steps.extend(step.key.as_ref().map(plain_key));
                }
            }
            steps.push(resource.name.clone());
            steps.extend(key.as_ref().map(plain_key));
            let mut renamed = Resource { module, name: steps.join("_"), instances, ..resource.clone() };
            let plain = renamed.name.clone();
            let mut number = 2;
            while !taken.insert(renamed.address()) {
                renamed.name = format!("{plain}_{number}");
                number += 1;
            }
            moved.entry(resource.address()).or_default().push((resource.module.clone(), renamed.address()));
            notes.push(format!("`{from}` is `{}` now: its address could not be kept.", renamed.address()));
            entries.push(Entry {
                resource: renamed,
                bodies,
                catalogue: catalogue.cloned(),
                moved_from: Some(from),
            });
        }
    }
    for entry in &mut entries {
        let own = entry.moved_from.clone();
        for instance in &mut entry.resource.instances {
            let before = std::mem::take(&mut instance.dependencies);
            instance.dependencies = before
                .into_iter()
                .flat_map(|address| match moved.get(&address) {
                    None => vec![address],
                    Some(places) => {
                        // What was in the same instance of a module is meant first.
                        let is_beside = |steps: &Vec<ModuleStep>| {
                            let prefix: String = steps
                                .iter()
                                .map(|step| format!("module.{}{}.", step.name, written(step.key.as_ref())))
                                .collect();
                            own.as_ref().is_some_and(|own| own.starts_with(&prefix))
                        };
                        let beside: Vec<String> = places
                            .iter()
                            .filter(|(steps, _)| is_beside(steps))
                            .map(|(_, address)| address.clone())
                            .collect();
                        if beside.is_empty() {
                            places.iter().map(|(_, address)| address.clone()).collect()
                        } else {
                            beside
                        }
                    }
                })
                .collect();
        }
    }
    Ok(entries)
}

/// The arguments of an instance, without what need not be said.
fn arguments(
    resource: &Resource,
    instance: &Instance,
    catalogue: Option<&Arc<Catalogue>>,
    around: &tidy::Around<'_>,
    place: &Place,
) -> Result<Body, ConvertError> {
    let schema = catalogue.map(|it| it.resource(&resource.type_name)).transpose()?.flatten();
    if let (Some(schema), Some(catalogue)) = (schema, catalogue) {
        let mut body = literal::body(&instance.attributes, &schema.block, catalogue, place)?;
        tidy::resource(&mut body, &schema.block, catalogue, around)?;
        return Ok(body);
    }
    // `terraform_data`.
    let values = ["input", "triggers_replace"].into_iter().filter_map(|name| {
        let value = instance.attributes.get(name).filter(|value| !value.is_null())?;
        Some(Item::Attribute(attribute(name, of_json(dynamic(value)), place)))
    });
    Ok(Body { items: values.collect(), comments: Vec::new() })
}

/// A key as a part of a name.
fn plain_key(key: &Key) -> String {
    match key {
        Key::Number(number) => number.to_string(),
        Key::Text(text) => text.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect(),
    }
}

/// Whether `count` would make an instance that is not there.
fn has_gap(resource: &Resource) -> bool {
    let numbers = resource.instances.iter().map(|instance| match instance.key {
        Some(Key::Number(number)) => Some(number),
        _ => None,
    });
    numbers.enumerate().any(|(index, number)| number.is_some_and(|number| number != index as u64))
}

fn has_same_blocks(one: &Body, other: &Body) -> bool {
    let (mut left, mut right) = (one.blocks(), other.blocks());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) => {
                let is_same = one.kind == other.kind && one.labels == other.labels;
                if !is_same || !has_same_blocks(&one.body, &other.body) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}
