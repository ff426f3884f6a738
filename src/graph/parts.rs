//! Which thing each part belongs to: a policy to its role, the role to the function that takes it.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::graph::kinds::Kind;
use crate::graph::objects::Object;

/// For each resource the things and networks that it is, or is a part of.
pub(crate) fn owners(objects: &[Object<'_>]) -> Vec<BTreeSet<usize>> {
    let mut owners: Vec<BTreeSet<usize>> = objects
        .iter()
        .enumerate()
        .map(|(position, object)| match object.kind {
            None | Some(Kind::Thing(..) | Kind::Network) => BTreeSet::from([position]),
            _ => BTreeSet::new(),
        })
        .collect();
    let mut referrers: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    for (position, object) in objects.iter().enumerate() {
        for (_, target) in &object.references {
            referrers[*target].push(position);
        }
    }
    let index = Index::of(objects);
    // A part of a part is found once that one is. What is referred to comes first, then who refers to it, and then the
    // network and the module around it.
    loop {
        let found = step(objects, &owners, &|position| index.watched(objects, position))
            .or_else(|| step(objects, &owners, &|position| named(objects, &owners, position)))
            .or_else(|| {
                step(objects, &owners, &|position| users(objects, &owners, position, &referrers[position]))
            })
            .or_else(|| step(objects, &owners, &|position| network(objects, &owners, position)))
            .or_else(|| step(objects, &owners, &|position| index.neighbour(objects, position)))
            .or_else(|| step(objects, &owners, &|position| told(objects, &owners, position)));
        match found {
            Some(found) => found.into_iter().for_each(|(position, found)| owners[position] = found),
            None => return owners,
        }
    }
}

type Found = Vec<(usize, BTreeSet<usize>)>;

/// The owners that a rule finds for parts without any; nothing if it finds none at all.
fn step(
    objects: &[Object<'_>],
    owners: &[BTreeSet<usize>],
    rule: &dyn Fn(usize) -> BTreeSet<usize>,
) -> Option<Found> {
    let open = (0..objects.len()).filter(|position| owners[*position].is_empty());
    let found: Found =
        open.map(|position| (position, rule(position))).filter(|(_, found)| !found.is_empty()).collect();
    (!found.is_empty()).then_some(found)
}

/// Things by what they are found by.
struct Index<'a> {
    /// By stack and name.
    named: HashMap<(usize, String), usize>,
    /// The first of each module of a stack.
    modules: HashMap<(usize, &'a str), usize>,
}

impl<'a> Index<'a> {
    fn of(objects: &[Object<'a>]) -> Self {
        let (mut named, mut modules) = (HashMap::new(), HashMap::new());
        for (position, object) in objects.iter().enumerate().filter(|(_, object)| object.is_thing()) {
            named.entry((object.stack, object.label())).or_insert(position);
            if !object.module.is_empty() {
                modules.entry((object.stack, object.module)).or_insert(position);
            }
        }
        Self { named, modules }
    }

    /// The thing whose name an alarm has as a dimension.
    fn watched(&self, objects: &[Object<'_>], position: usize) -> BTreeSet<usize> {
        let object = &objects[position];
        let own = object.body.get("dimensions");
        let queries = object.body.get("metric_query").and_then(Value::as_array).into_iter().flatten();
        let queried =
            queries.filter_map(|query| query.get("metric")).map(|metric| metric.get(0).unwrap_or(metric));
        let dimensions = own.into_iter().chain(queried.filter_map(|metric| metric.get("dimensions")));
        let names = dimensions.filter_map(Value::as_object).flat_map(Map::values).filter_map(Value::as_str);
        let find = |name: &str| self.named.get(&(object.stack, name.to_owned())).copied();
        // The nodes of a replication group carry its name and a number.
        let numbered = |name: &str| {
            let group = name.trim_end_matches(|last: char| last == '-' || last.is_ascii_digit());
            find(group)
        };
        names.filter_map(|name| find(name).or_else(|| numbered(name))).take(1).collect()
    }

    /// The first thing of the module that a part is in.
    fn neighbour(&self, objects: &[Object<'_>], position: usize) -> BTreeSet<usize> {
        let object = &objects[position];
        self.modules.get(&(object.stack, object.module)).copied().into_iter().collect()
    }
}

/// The owner that a part names: of all it refers to, the one whose type's name begins most like its own.
fn named(objects: &[Object<'_>], owners: &[BTreeSet<usize>], position: usize) -> BTreeSet<usize> {
    let object = &objects[position];
    let is_candidate = |target: &usize| {
        !matches!(objects[*target].kind, Some(Kind::Network | Kind::Subnet)) && *target != position
    };
    // Whom an alarm tells is not what it is about.
    let about = object.references.iter().filter(|(argument, _)| !argument.ends_with("_actions"));
    let candidates: Vec<usize> = about.map(|(_, target)| *target).filter(is_candidate).collect();
    let likeness = |target: &usize| {
        let ours = object.type_name.split('_');
        ours.zip(objects[*target].type_name.split('_')).take_while(|(ours, theirs)| ours == theirs).count()
    };
    let best = candidates.iter().map(likeness).max();
    let mut likest = candidates.iter().filter(|target| Some(likeness(target)) == best);
    // The first of those that are equally alike, unless it is a part that itself still looks for its owner.
    likest.next().map(|target| owners[*target].clone()).unwrap_or_default()
}

/// The owners of all that refer to a part; of things alone, if there are any among them.
fn users(
    objects: &[Object<'_>],
    owners: &[BTreeSet<usize>],
    position: usize,
    referrers: &[usize],
) -> BTreeSet<usize> {
    if objects[position].kind == Some(Kind::Plumbing) {
        return BTreeSet::new();
    }
    let things: BTreeSet<usize> =
        referrers.iter().copied().filter(|user| objects[*user].is_thing()).collect();
    if !things.is_empty() {
        return things;
    }
    let counts = |user: &&usize| !matches!(objects[**user].kind, Some(Kind::Access | Kind::Silent));
    referrers.iter().filter(counts).flat_map(|user| owners[*user].iter().copied()).collect()
}

/// The network that a part is in.
fn network(objects: &[Object<'_>], owners: &[BTreeSet<usize>], position: usize) -> BTreeSet<usize> {
    let around = objects[position].references.iter().map(|(_, target)| *target);
    let mut networks = around.filter(|target| {
        let kind = objects[*target].kind;
        matches!(kind, Some(Kind::Network | Kind::Subnet | Kind::Plumbing)) && !owners[*target].is_empty()
    });
    networks.next().map(|target| owners[target].clone()).unwrap_or_default()
}

/// The owners of what a part tells: of an alarm that watches nothing that is drawn.
fn told(objects: &[Object<'_>], owners: &[BTreeSet<usize>], position: usize) -> BTreeSet<usize> {
    let mut found =
        objects[position].references.iter().filter(|(argument, _)| argument.ends_with("_actions"));
    found.next().map(|(_, target)| owners[*target].clone()).unwrap_or_default()
}
