//! Which thing each part belongs to: a policy to its role, the role to the function that takes it.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::graph::objects::Object;
use formwork_schema::facts::Role;

/// For each resource the things and networks that it is, or is a part of.
pub(crate) fn owners(objects: &[Object<'_>]) -> Vec<BTreeSet<usize>> {
    let mut owners: Vec<BTreeSet<usize>> = objects
        .iter()
        .enumerate()
        .map(|(position, object)| match object.role {
            None | Some(Role::Node | Role::Network) => BTreeSet::from([position]),
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
    // A part of a part is found once that one is. What is referred to comes first, then who refers to it, then the network
    // around it, then whether it can stand alone, and then the module.
    loop {
        let found = step(objects, &owners, &|position| index.watched(objects, position))
            .or_else(|| step(objects, &owners, &|position| named(objects, &owners, position)))
            .or_else(|| {
                step(objects, &owners, &|position| users(objects, &owners, position, &referrers[position]))
            })
            .or_else(|| step(objects, &owners, &|position| network(objects, &owners, position)))
            .or_else(|| {
                step(objects, &owners, &|position| alone(objects, &owners, position, &referrers[position]))
            })
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
    /// By type and name.
    named: HashMap<(&'a str, String), Vec<usize>>,
    /// The first of each module of a stack.
    modules: HashMap<(usize, &'a str), usize>,
}

/// The dimensions of metrics that name a thing, those that say more before those that say less.
/// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html>.
const DIMENSIONS: &[(&str, &str)] = &[
    ("ServiceName", "aws_ecs_service"),
    ("ClusterName", "aws_ecs_cluster"),
    ("FunctionName", "aws_lambda_function"),
    ("DBInstanceIdentifier", "aws_db_instance"),
    ("DBClusterIdentifier", "aws_rds_cluster"),
    ("ReplicationGroupId", "aws_elasticache_replication_group"),
    ("CacheClusterId", "aws_elasticache_replication_group"),
    ("TableName", "aws_dynamodb_table"),
    ("QueueName", "aws_sqs_queue"),
    ("TopicName", "aws_sns_topic"),
    ("StreamName", "aws_kinesis_stream"),
    ("RuleName", "aws_cloudwatch_event_rule"),
    ("ApiName", "aws_api_gateway_rest_api"),
    ("BucketName", "aws_s3_bucket"),
    ("AutoScalingGroupName", "aws_autoscaling_group"),
];

impl<'a> Index<'a> {
    fn of(objects: &[Object<'a>]) -> Self {
        let mut named: HashMap<(&'a str, String), Vec<usize>> = HashMap::new();
        let mut modules = HashMap::new();
        for (position, object) in objects.iter().enumerate().filter(|(_, object)| object.is_thing()) {
            named.entry((object.type_name, object.label())).or_default().push(position);
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
        let dimensions: Vec<&Map<String, Value>> = own
            .into_iter()
            .chain(queried.filter_map(|metric| metric.get("dimensions")))
            .filter_map(Value::as_object)
            .collect();
        let values = DIMENSIONS.iter().flat_map(|(dimension, type_name)| {
            let values = dimensions.iter().filter_map(|entries| entries.get(*dimension)?.as_str());
            values.map(|value| (*type_name, value)).collect::<Vec<_>>()
        });
        values
            .filter_map(|(type_name, value)| self.thing(objects, object.stack, type_name, value))
            .take(1)
            .collect()
    }

    /// The thing of a type and a name: that of the stack itself, or else the only one of all stacks.
    fn thing(
        &self,
        objects: &[Object<'_>],
        stack: usize,
        type_name: &'static str,
        name: &str,
    ) -> Option<usize> {
        // The nodes of a replication group carry its name and a number.
        let group = name.trim_end_matches(|last: char| last == '-' || last.is_ascii_digit());
        let of = |name: &str| self.named.get(&(type_name, name.to_owned()));
        let found = of(name).or_else(|| of(group))?;
        let own = found.iter().copied().find(|position| objects[*position].stack == stack);
        own.or_else(|| found.first().copied().filter(|_| found.len() == 1))
    }

    /// The first thing of the module that a part is in.
    fn neighbour(&self, objects: &[Object<'_>], position: usize) -> BTreeSet<usize> {
        let object = &objects[position];
        self.modules.get(&(object.stack, object.module)).copied().into_iter().collect()
    }
}

/// The owner that a part names: of all it refers to, the one whose type's name begins most like its own. A role belongs to
/// none of what its policies name.
fn named(objects: &[Object<'_>], owners: &[BTreeSet<usize>], position: usize) -> BTreeSet<usize> {
    let object = &objects[position];
    if object.is_used() {
        return BTreeSet::new();
    }
    let is_candidate = |target: &usize| {
        !matches!(objects[*target].role, Some(Role::Network | Role::Subnet)) && *target != position
    };
    // Whom an alarm tells is not what it is about.
    let about = object.references.iter().filter(|(argument, _)| !argument.ends_with("_actions"));
    let (spoken, candidates): (Vec<_>, Vec<_>) = about
        .filter(|(_, target)| is_candidate(target))
        .partition(|(argument, _)| SPOKEN.contains(&argument.as_str()));
    // A policy may speak of many roles; it belongs to the one that it is put on.
    let candidates = if candidates.is_empty() { spoken } else { candidates };
    let candidates: Vec<usize> = candidates.into_iter().map(|(_, target)| *target).collect();
    let likeness = |target: &usize| {
        let ours = object.type_name.split('_');
        ours.zip(objects[*target].type_name.split('_')).take_while(|(ours, theirs)| ours == theirs).count()
    };
    let best = candidates.iter().map(likeness).max();
    let mut likest = candidates.iter().filter(|target| Some(likeness(target)) == best);
    // The first of those that are equally alike, unless it is a part that itself still looks for its owner.
    likest.next().map(|target| owners[*target].clone()).unwrap_or_default()
}

/// The owners of all that refer to a part; of things alone, if there are any among them. For what is used, such as a role,
/// its attachments do not count if it has a user that is used itself, such as a task definition.
fn users(
    objects: &[Object<'_>],
    owners: &[BTreeSet<usize>],
    position: usize,
    referrers: &[usize],
) -> BTreeSet<usize> {
    let object = &objects[position];
    if object.role == Some(Role::NetworkPart) {
        return BTreeSet::new();
    }
    let counts = |user: &usize| !(object.is_used() && mentions(&objects[*user], position));
    let counted = || referrers.iter().copied().filter(counts);
    let things: BTreeSet<usize> = counted().filter(|user| objects[*user].is_thing()).collect();
    if !things.is_empty() {
        return things;
    }
    let of = |users: Vec<usize>| users.iter().flat_map(|user| owners[*user].iter().copied()).collect();
    let carriers: Vec<usize> = counted().filter(|user| objects[*user].is_used()).collect();
    if object.is_used() && !carriers.is_empty() {
        return of(carriers);
    }
    of(counted().filter(|user| !matches!(objects[*user].role, Some(Role::Access | Role::NoEdges))).collect())
}

/// Arguments that only speak of what they refer to: a policy says what may be done to it, a variable or a parameter how it is
/// called.
const SPOKEN: &[&str] = &["assume_role_policy", "inline_policy", "policy", "value"];

/// Whether what refers to a part only speaks of it.
fn mentions(user: &Object<'_>, position: usize) -> bool {
    let mut through = user.references.iter().filter(|(_, target)| *target == position);
    through.all(|(argument, _)| SPOKEN.contains(&argument.as_str()))
}

/// Itself, for what is a thing where nothing uses it, unless something that does still looks for its own owner.
fn alone(
    objects: &[Object<'_>],
    owners: &[BTreeSet<usize>],
    position: usize,
    referrers: &[usize],
) -> BTreeSet<usize> {
    let waits = |user: &usize| {
        objects[*user].is_used() && owners[*user].is_empty() && !mentions(&objects[*user], position)
    };
    match objects[position].role {
        Some(Role::Standalone) if !referrers.iter().any(waits) => BTreeSet::from([position]),
        _ => BTreeSet::new(),
    }
}

/// The network that a part is in.
fn network(objects: &[Object<'_>], owners: &[BTreeSet<usize>], position: usize) -> BTreeSet<usize> {
    let around = objects[position].references.iter().map(|(_, target)| *target);
    let mut networks = around.filter(|target| {
        let role = objects[*target].role;
        matches!(role, Some(Role::Network | Role::Subnet | Role::NetworkPart)) && !owners[*target].is_empty()
    });
    networks.next().map(|target| owners[target].clone()).unwrap_or_default()
}

/// The owners of what a part tells: of an alarm that watches nothing that is drawn.
fn told(objects: &[Object<'_>], owners: &[BTreeSet<usize>], position: usize) -> BTreeSet<usize> {
    let mut found =
        objects[position].references.iter().filter(|(argument, _)| argument.ends_with("_actions"));
    found.next().map(|(_, target)| owners[*target].clone()).unwrap_or_default()
}
