//! The providers of a state: which version describes it, and how they were configured as far as a state shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use formwork_core::Hint;
use formwork_schema::{Catalogue, Library};
use serde_json::{Map, Value};

use super::build::{attribute, simple};
use super::literal::of_json;
use super::state::{Resource, State};
use crate::configuration::{Block, Body, Item};
use crate::error::{ConvertError, Place};
use crate::expression::Expression;

/// Part of terraform itself.
pub(super) const BUILT_IN: &str = "terraform.io/builtin/terraform";

/// The catalogues that describe a state best, by the address of the provider.
pub(super) struct Described {
    by_address: BTreeMap<String, Arc<Catalogue>>,
    /// Those that a catalogue of another version describes less well.
    one_version: BTreeSet<String>,
}

impl Described {
    /// Finds them.
    ///
    /// # Errors
    /// Refuses a provider or type that no catalogue describes.
    pub(super) fn of(state: &State, library: &Library) -> Result<Self, ConvertError> {
        let mut by_address = BTreeMap::new();
        let mut one_version = BTreeSet::new();
        let providers: BTreeSet<&str> = state.resources.iter().map(|it| it.provider.as_str()).collect();
        for address in providers {
            let own: Vec<&Resource> = state.resources.iter().filter(|it| it.provider == address).collect();
            if address == BUILT_IN {
                if let Some(other) = own.iter().find(|it| it.type_name != "terraform_data") {
                    return Err(refused(state, other, "is no type that terraform itself has", Hint::none()));
                }
                continue;
            }
            let mut best: Option<(usize, usize)> = None;
            let mut is_like_others = true;
            let versions = library.versions(address);
            for (index, catalogue) in versions.iter().enumerate() {
                let strange = strangeness(&own, catalogue)?;
                is_like_others &= best.is_none_or(|(least, _)| strange == least);
                if best.is_none_or(|(least, _)| strange < least) {
                    best = Some((strange, index));
                }
            }
            let source = short(address);
            let Some((_, index)) = best else {
                let hint = Hint::new(format!("make one with `bindings get {source}`"));
                let problem = format!("needs {source}, of which no catalogue is known");
                return Err(match own.first() {
                    Some(first) => refused(state, first, &problem, hint),
                    None => ConvertError::State { path: state.path.clone(), problem, hint },
                });
            };
            let catalogue = Arc::clone(&versions[index]);
            for resource in own {
                if catalogue.resource(&resource.type_name)?.is_none() {
                    let problem = format!("is of a type that {source} {} does not have", catalogue.version());
                    let near = catalogue.nearest(formwork_schema::Kind::Resource, &resource.type_name);
                    let hint = near.map(|near| format!("did you mean `{near}`?"));
                    return Err(refused(state, resource, &problem, hint.into()));
                }
            }
            if !is_like_others {
                one_version.insert(address.to_owned());
            }
            by_address.insert(address.to_owned(), catalogue);
        }
        Ok(Self { by_address, one_version })
    }

    /// The catalogue of a resource; none for what is part of terraform.
    pub(super) fn catalogue(&self, resource: &Resource) -> Option<&Arc<Catalogue>> {
        self.by_address.get(&resource.provider)
    }

    /// The versions, by source, as a lock file has them.
    pub(super) fn versions(&self) -> BTreeMap<String, String> {
        let all = self.by_address.iter();
        all.map(|(address, catalogue)| (short(address).to_owned(), catalogue.version().to_string())).collect()
    }

    /// What a module requires for its resources.
    pub(super) fn required(&self, addresses: &BTreeSet<&str>, place: &Place) -> Option<Block> {
        let mut inner = Body::default();
        for address in addresses.iter().filter(|address| **address != BUILT_IN) {
            let source = short(address);
            let mut entries = vec![(Expression::text("source"), Expression::text(source))];
            if self.one_version.contains(*address)
                && let Some(catalogue) = self.by_address.get(*address)
            {
                let version = catalogue.version().to_string();
                let major = version.split('.').next().unwrap_or_default();
                entries.push((Expression::text("version"), Expression::text(format!("~> {major}.0"))));
            }
            let name = source.rsplit('/').next().unwrap_or_default();
            inner.items.push(Item::Attribute(attribute(name, Expression::Object(entries), place)));
        }
        if inner.items.is_empty() {
            return None;
        }
        let inner = super::build::block("required_providers", Vec::new(), inner, place);
        let body = Body { items: vec![Item::Block(inner)], comments: Vec::new() };
        Some(super::build::block("terraform", Vec::new(), body, place))
    }

    /// The configurations of providers, as far as the resources show them; notes on what they do not show.
    pub(super) fn configurations(
        &self,
        resources: &[Resource],
        place: &Place,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Block>, ConvertError> {
        let mut used: BTreeMap<(&str, Option<&str>), Vec<&Resource>> = BTreeMap::new();
        for resource in resources.iter().filter(|it| it.provider != BUILT_IN) {
            used.entry((resource.provider.as_str(), resource.alias.as_deref())).or_default().push(resource);
        }
        let mut blocks = Vec::new();
        for ((address, alias), resources) in used {
            let Some(catalogue) = self.by_address.get(address) else { continue };
            let schema = catalogue.provider()?;
            let name = short(address).rsplit('/').next().unwrap_or_default();
            let mut values = Vec::new();
            if let Some(alias) = alias {
                values.push(("alias", Expression::text(alias)));
            }
            let knows = |argument: &str| {
                schema.as_ref().is_some_and(|schema| schema.block.attribute(argument).is_some())
            };
            if let Some(region) = region(&resources).filter(|_| knows("region")) {
                values.push(("region", Expression::text(region)));
            }
            let tags = match &schema {
                Some(schema) if schema.block.nested_block("default_tags").is_some() => {
                    default_tags(&resources)
                }
                _ => Map::new(),
            };
            if !tags.is_empty() && !resources.iter().all(|it| has_tags(it, &tags)) {
                notes.push(format!(
                    "Tags that the provider `{name}` gave are not the same on all resources: see what a plan says of `tags_all`."
                ));
            }
            if let Some(account) = account(&resources).filter(|_| knows("allowed_account_ids")) {
                values.push(("allowed_account_ids", Expression::List(vec![Expression::text(account)])));
            }
            let mut block = simple("provider", &[name], values, place);
            if !tags.is_empty() {
                let inner = vec![("tags", of_json(&Value::Object(tags)))];
                block.body.items.push(Item::Block(simple("default_tags", &[], inner, place)));
            }
            if !block.body.items.is_empty() {
                blocks.push(block);
            }
        }
        Ok(blocks)
    }
}

/// The region of most resources.
pub(super) fn region(resources: &[&Resource]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for attributes in resources.iter().flat_map(|it| &it.instances).map(|it| &it.attributes) {
        let text = |name: &str| attributes.get(name).and_then(Value::as_str);
        let of_arn = || text("arn").filter(|it| it.starts_with("arn:")).and_then(|arn| arn.split(':').nth(3));
        if let Some(region) = text("region").or_else(of_arn).filter(|region| !region.is_empty()) {
            *counts.entry(region).or_default() += 1;
        }
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(region, _)| region.to_owned())
}

/// The account that all resources are in.
fn account(resources: &[&Resource]) -> Option<String> {
    let arns =
        resources.iter().flat_map(|it| &it.instances).filter_map(|it| it.attributes.get("arn")?.as_str());
    let accounts = arns.filter_map(|arn| arn.strip_prefix("arn:")?.split(':').nth(3));
    let is_account = |it: &&str| it.len() == 12 && it.bytes().all(|byte| byte.is_ascii_digit());
    let accounts: BTreeSet<&str> = accounts.filter(is_account).collect();
    (accounts.len() == 1).then(|| accounts.first().map(|account| (*account).to_owned())).flatten()
}

/// The tags that resources have and were not given.
fn default_tags(resources: &[&Resource]) -> Map<String, Value> {
    let mut tags = Map::new();
    for attributes in resources.iter().flat_map(|it| &it.instances).map(|it| &it.attributes) {
        let Some(all) = attributes.get("tags_all").and_then(Value::as_object) else { continue };
        let own = attributes.get("tags").and_then(Value::as_object);
        for (key, value) in all.iter().filter(|(key, _)| own.is_none_or(|own| !own.contains_key(*key))) {
            tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    tags
}

fn has_tags(resource: &Resource, tags: &Map<String, Value>) -> bool {
    resource.instances.iter().all(|instance| {
        let Some(all) = instance.attributes.get("tags_all").and_then(Value::as_object) else { return true };
        let own = instance.attributes.get("tags").and_then(Value::as_object);
        tags.iter().all(|(key, value)| match all.get(key) {
            Some(known) => known == value || own.is_some_and(|own| own.contains_key(key)),
            None => false,
        })
    })
}

/// How many attributes of a state a catalogue does not know.
fn strangeness(resources: &[&Resource], catalogue: &Catalogue) -> Result<usize, ConvertError> {
    let mut count = 0;
    for resource in resources {
        let Some(schema) = catalogue.resource(&resource.type_name)? else {
            count += 1_000;
            continue;
        };
        let knows = |name: &String| {
            schema.block.attribute(name).is_some() || schema.block.nested_block(name).is_some()
        };
        let first = resource.instances.first();
        count += first.map_or(0, |it| it.attributes.keys().filter(|name| !knows(name)).count());
    }
    Ok(count)
}

fn short(address: &str) -> &str {
    address.strip_prefix("registry.terraform.io/").unwrap_or(address)
}

fn refused(state: &State, resource: &Resource, problem: &str, hint: Hint) -> ConvertError {
    let problem = format!("`{}` {problem}", resource.full_address());
    ConvertError::State { path: state.path.clone(), problem, hint }
}
