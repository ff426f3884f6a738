//! The order in which stacks are applied.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::ManifestStack;

/// Puts every stack behind those it depends on; otherwise by name.
pub fn in_order(mut rest: Vec<ManifestStack>) -> Vec<ManifestStack> {
    let mut waiting: BTreeSet<String> = rest.iter().map(|entry| entry.name.clone()).collect();
    let mut ordered: Vec<ManifestStack> = Vec::new();
    while !rest.is_empty() {
        let is_ready = |entry: &ManifestStack| !entry.dependencies.iter().any(|name| waiting.contains(name));
        // The program was checked for cycles, so one is always ready.
        let next = rest.iter().position(is_ready).unwrap_or_default();
        let entry = rest.remove(next);
        waiting.remove(&entry.name);
        ordered.push(entry);
    }
    ordered
}

/// For each selected stack the positions, within the selection, of those that it needs. What it needs by way of a stack
/// that is not selected counts too.
pub fn needs(all: &[&ManifestStack], selected: &[&str]) -> Vec<Vec<usize>> {
    let entries: BTreeMap<&str, &ManifestStack> =
        all.iter().map(|entry| (entry.name.as_str(), *entry)).collect();
    let needs_of = |name: &&str| {
        let reached = reached(name, |name| {
            entries.get(name).into_iter().flat_map(|it| &it.dependencies).map(String::as_str)
        });
        (0..selected.len()).filter(|position| reached.contains(selected[*position])).collect()
    };
    selected.iter().map(needs_of).collect()
}

/// These stacks and all that read them, directly or by way of others.
pub fn with_dependents(all: &[&ManifestStack], stacks: &BTreeSet<String>) -> BTreeSet<String> {
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in all {
        for dependency in &entry.dependencies {
            dependents.entry(dependency).or_default().push(&entry.name);
        }
    }
    let mut found = stacks.clone();
    for stack in stacks {
        let of = |name: &str| dependents.get(name).into_iter().flatten().copied();
        found.extend(reached(stack, of).into_iter().map(str::to_owned));
    }
    found
}

/// All that can be reached from a stack.
fn reached<'a, I: Iterator<Item = &'a str>>(from: &str, next: impl Fn(&str) -> I) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut rest: Vec<&str> = next(from).collect();
    while let Some(name) = rest.pop() {
        if reached.insert(name) {
            rest.extend(next(name));
        }
    }
    reached
}

/// The selected stacks in waves: each stack is in the first wave after those of all stacks that it needs.
pub fn waves(all: &[&ManifestStack], selected: &[&ManifestStack]) -> Vec<Vec<String>> {
    let names: Vec<&str> = selected.iter().map(|entry| entry.name.as_str()).collect();
    let needs = needs(all, &names);
    let mut wave_of: Vec<Option<usize>> = vec![None; names.len()];
    let mut waves: Vec<Vec<String>> = Vec::new();
    // The program was checked for cycles, so every round finds some.
    while wave_of.contains(&None) && waves.len() <= names.len() {
        let is_ready = |position: &usize| {
            wave_of[*position].is_none() && needs[*position].iter().all(|other| wave_of[*other].is_some())
        };
        let ready: Vec<usize> = (0..names.len()).filter(is_ready).collect();
        for position in &ready {
            wave_of[*position] = Some(waves.len());
        }
        waves.push(ready.into_iter().map(|position| names[position].to_owned()).collect());
    }
    waves
}

/// The same needs seen from the other end: for taking down what was built up.
pub fn reversed(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut dependents = vec![Vec::new(); needs.len()];
    for (position, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|need| dependents[*need].push(position));
    }
    dependents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_reach_through_stacks_that_are_not_selected() {
        let entry = |name: &str, dependencies: &[&str]| ManifestStack {
            name: name.to_owned(),
            path: String::new(),
            digest: String::new(),
            dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
            providers: Default::default(),
            provider_lock: None,
            counts: Default::default(),
            former: Default::default(),
            annotations: Default::default(),
        };
        let all = [entry("a", &["c"]), entry("b", &["a"]), entry("c", &["network"]), entry("network", &[])];
        let all: Vec<&ManifestStack> = all.iter().collect();
        let needs = needs(&all, &["a", "b", "network"]);
        assert_eq!(needs, [vec![2], vec![0, 2], vec![]]);
        assert_eq!(reversed(&needs), [vec![1], vec![], vec![0, 1]]);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(with_dependents(&all, &names(&["c"])), names(&["a", "b", "c"]));
        assert_eq!(with_dependents(&all, &names(&["b"])), names(&["b"]));
    }
}
