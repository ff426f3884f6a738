//! Which value is whose: ids, ARNs and names of the resources of a module, by what they are.

use std::collections::{BTreeSet, HashMap};

use formwork_schema::{Catalogue, TypeFacts};

use super::build::path;
use super::state::{Key, Resource};
use crate::expression::Expression;

/// A text that is shorter may be anything.
const SHORT: usize = 6;

/// What the attribute of a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nature {
    Arn,
    Secret,
    Id,
    /// Given by the provider, such as an address.
    Computed,
    /// Given by who made it.
    Name,
}

/// An attribute that has a value.
struct Candidate {
    resource: usize,
    key: Option<Key>,
    attribute: String,
    nature: Nature,
}

/// The values of a module's resources.
pub(super) struct References {
    addresses: Vec<String>,
    types: Vec<String>,
    by_value: HashMap<String, Vec<Candidate>>,
    /// What each resource was made after, or refers to by now.
    needs: Vec<BTreeSet<usize>>,
    /// Which resources have no dependencies in the state: those that were imported.
    free: Vec<bool>,
}

impl References {
    /// The values of resources, each with the catalogue of its type. Resources are known by their position.
    pub(super) fn of(resources: &[(&Resource, Option<&Catalogue>)]) -> Self {
        let addresses: Vec<String> = resources.iter().map(|(resource, _)| resource.address()).collect();
        let position: HashMap<&str, usize> =
            addresses.iter().enumerate().map(|(index, address)| (address.as_str(), index)).collect();
        let mut by_value: HashMap<String, Vec<Candidate>> = HashMap::new();
        let mut needs = Vec::new();
        for (index, (resource, catalogue)) in resources.iter().enumerate() {
            let schema = catalogue.and_then(|it| it.resource(&resource.type_name).ok().flatten());
            let mut own: BTreeSet<usize> = BTreeSet::new();
            for instance in &resource.instances {
                own.extend(instance.dependencies.iter().filter_map(|it| position.get(it.as_str()).copied()));
                let id = instance.attributes.get("id").and_then(|id| id.as_str()).unwrap_or_default();
                for (name, value) in &instance.attributes {
                    let Some(text) = value.as_str().filter(|text| text.len() > 1) else { continue };
                    let known = schema.as_ref().and_then(|schema| schema.block.attribute(name));
                    // What is part of terraform has no catalogue, and an id.
                    if known.is_none() && (schema.is_some() || name != "id") {
                        continue;
                    }
                    let is_computed = known.is_none_or(|known| known.computed && !known.optional);
                    let nature = match &**name {
                        "arn" => Nature::Arn,
                        _ if known.is_some_and(|known| known.sensitive) => Nature::Secret,
                        "id" => Nature::Id,
                        name if is_common(name) => continue,
                        _ if is_computed && is_specific(text) => Nature::Computed,
                        _ if !is_computed && (name == "name" || text == id) => Nature::Name,
                        _ => continue,
                    };
                    by_value.entry(text.to_owned()).or_default().push(Candidate {
                        resource: index,
                        key: instance.key.clone(),
                        attribute: name.clone(),
                        nature,
                    });
                }
            }
            own.remove(&index);
            needs.push(own);
        }
        let free = needs.iter().map(BTreeSet::is_empty).collect();
        let types = resources.iter().map(|(resource, _)| resource.type_name.clone()).collect();
        Self { addresses, types, by_value, needs, free }
    }

    /// The attribute that a value of a resource's argument is.
    pub(super) fn exact(&mut self, value: &str, from: usize, argument: &str) -> Option<Expression> {
        let own_name = is_own_name(argument, &self.types[from]);
        let candidates = self.by_value.get(value)?;
        let fits = |it: &&Candidate| {
            it.resource != from && !(own_name && matches!(it.nature, Nature::Name | Nature::Id))
        };
        let needed = candidates.iter().filter(fits).filter(|it| self.needs[from].contains(&it.resource));
        let needed: Vec<&Candidate> = needed.collect();
        let best = if needed.is_empty() {
            let expected = TypeFacts::of(&self.types[from]).refers.get(argument);
            let free = candidates.iter().filter(fits).filter(|it| {
                let is_expected = expected.is_some_and(|expected| *expected == self.types[it.resource]);
                let is_sure = match it.nature {
                    Nature::Arn | Nature::Secret => true,
                    Nature::Id => self.free[from] && is_generated(value),
                    Nature::Computed | Nature::Name => false,
                };
                (is_expected || is_sure) && !self.reaches(it.resource, from)
            });
            self.best(&free.collect::<Vec<_>>(), argument)?
        } else {
            self.best(&needed, argument)?
        };
        let (resource, expression) = (best.resource, self.expression(best));
        self.needs[from].insert(resource);
        Some(expression)
    }

    /// The attribute that the value of an output is.
    pub(super) fn of_output(&self, value: &str) -> Option<Expression> {
        let candidates = self.by_value.get(value)?;
        let fits = |it: &&Candidate| {
            matches!(it.nature, Nature::Arn | Nature::Secret | Nature::Computed) || value.len() >= SHORT
        };
        let best = self.best(&candidates.iter().filter(fits).collect::<Vec<_>>(), "")?;
        Some(self.expression(best))
    }

    /// Values within a text that are those of resources: where each begins and ends, and the attribute.
    pub(super) fn within(&mut self, text: &str, from: usize) -> Vec<(usize, usize, Expression)> {
        let mut found: Vec<(usize, usize, &Candidate)> = Vec::new();
        // Whatever is found begins where a word does.
        for (value, candidates) in &self.by_value {
            if value.len() < SHORT || value.len() >= text.len() || !text.contains(value.as_str()) {
                continue;
            }
            let fits = candidates.iter().filter(|it| {
                let is_needed = self.needs[from].contains(&it.resource);
                let is_sure = it.nature == Nature::Arn && !self.reaches(it.resource, from);
                let is_within = match it.nature {
                    Nature::Arn | Nature::Secret => true,
                    // An id that was given is a name.
                    Nature::Id => {
                        let is_name =
                            |other: &Candidate| other.resource == it.resource && other.nature == Nature::Name;
                        is_generated(value) || (is_needed && !candidates.iter().any(is_name))
                    }
                    Nature::Computed => value.len() >= 2 * SHORT,
                    Nature::Name => false,
                };
                it.resource != from && is_within && (is_needed || is_sure)
            });
            let Some(best) = self.best(&fits.collect::<Vec<_>>(), "") else { continue };
            for (start, _) in text.match_indices(value.as_str()) {
                let end = start + value.len();
                let is_part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_');
                let before = text[..start].chars().next_back().is_some_and(is_part);
                let after = text[end..].chars().next().is_some_and(|it| is_part(it) || it == '.');
                if !before && !after {
                    found.push((start, end, best));
                }
            }
        }
        // The longest of those that begin at one place.
        found.sort_by_key(|(start, end, _)| (*start, usize::MAX - end));
        let mut taken = 0;
        found.retain(|(start, end, _)| {
            let is_free = *start >= taken;
            if is_free {
                taken = *end;
            }
            is_free
        });
        let resources: Vec<usize> = found.iter().map(|(_, _, candidate)| candidate.resource).collect();
        let found: Vec<(usize, usize, Expression)> =
            found.into_iter().map(|(start, end, it)| (start, end, self.expression(it))).collect();
        self.needs[from].extend(resources);
        found
    }

    /// The one that a person would name.
    fn best<'a>(&self, candidates: &[&'a Candidate], argument: &str) -> Option<&'a Candidate> {
        let preference = |it: &Candidate| {
            let same_name = it.attribute == argument;
            // `PROVISIONER_FUNCTION` speaks of a function.
            let kind = self.types[it.resource].rsplit('_').next().unwrap_or_default();
            let is_spoken_of = argument.to_lowercase().contains(kind);
            let same_kind = match it.nature {
                Nature::Arn => argument.ends_with("arn") || argument.ends_with("arns"),
                Nature::Id => argument.ends_with("_id") || argument.ends_with("_ids"),
                Nature::Name => !argument.ends_with("_id") && !argument.ends_with("_ids"),
                Nature::Secret | Nature::Computed => false,
            };
            // What others were made after is whose value it is.
            let followers =
                candidates.iter().filter(|other| self.needs[other.resource].contains(&it.resource)).count();
            (
                !is_spoken_of,
                usize::MAX - followers,
                !same_name,
                !same_kind,
                it.nature,
                self.types[it.resource].len(),
                it.resource,
                it.attribute.clone(),
            )
        };
        candidates.iter().copied().min_by_key(|it| preference(it))
    }

    fn expression(&self, candidate: &Candidate) -> Expression {
        let address = &self.addresses[candidate.resource];
        // Within its module an address begins with the type.
        let type_name = &self.types[candidate.resource];
        let name = address.rsplit_once(&format!("{type_name}.")).map_or("", |(_, name)| name);
        let resource = path(&[type_name, name]);
        let instance = match &candidate.key {
            None => resource,
            Some(Key::Number(index)) => {
                Expression::Index(Box::new(resource), Box::new(Expression::Number(index.to_string())))
            }
            Some(Key::Text(key)) => {
                Expression::Index(Box::new(resource), Box::new(Expression::text(key.as_str())))
            }
        };
        instance.field(&candidate.attribute)
    }

    /// Whether a resource needs another one, by any number of steps.
    fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(one) = open.pop() {
            if one == to {
                return true;
            }
            open.extend(self.needs[one].iter().filter(|next| seen.insert(**next)));
        }
        false
    }
}

/// Attributes whose values are those of many.
fn is_common(name: &str) -> bool {
    matches!(name, "owner_id" | "status" | "state" | "partition" | "owner")
        || name.contains("account")
        || name.ends_with("region")
        || name.ends_with("_version")
        || name.ends_with("_date")
        || name.ends_with("_time")
        || name.ends_with("_at")
}

/// Whether a text is hardly there twice by chance.
fn is_specific(text: &str) -> bool {
    text.len() >= 4 && text.contains(|it: char| it.is_ascii_digit() || "-/:._".contains(it))
}

/// Whether a text looks like an id that a provider has made.
fn is_generated(text: &str) -> bool {
    text.len() >= SHORT
        && text.contains(|it: char| it.is_ascii_digit())
        && text.contains(|it: char| !it.is_ascii_digit())
        && !text.contains(char::is_whitespace)
}

/// Whether an argument is what a resource itself is called: `bucket` of a bucket, but not of its policy.
fn is_own_name(argument: &str, type_name: &str) -> bool {
    let stem = argument.strip_suffix("_name").or_else(|| argument.strip_suffix("_identifier"));
    let stem = stem.or_else(|| argument.strip_suffix("_id")).unwrap_or(argument);
    matches!(argument, "name" | "identifier" | "family" | "domain_name") || type_name.ends_with(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_name_is_told_from_that_of_another() {
        assert!(is_own_name("bucket", "aws_s3_bucket"));
        assert!(is_own_name("function_name", "aws_lambda_function"));
        assert!(!is_own_name("bucket", "aws_s3_bucket_policy"));
        assert!(!is_own_name("vpc_id", "aws_subnet"));
    }
}
