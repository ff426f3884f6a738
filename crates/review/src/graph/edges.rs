//! Who uses whom, and where things stand.

use std::collections::BTreeSet;

use crate::graph::objects::Object;
use formwork_schema::facts::Role;

/// Pairs of things: the first uses the second, or sends something to it.
pub(crate) fn of(objects: &[Object<'_>], owners: &[BTreeSet<usize>]) -> BTreeSet<(usize, usize)> {
    let mut edges = BTreeSet::new();
    let mut fed = BTreeSet::new();
    for (position, object) in objects.iter().enumerate() {
        match object.role {
            Some(Role::NoEdges | Role::NetworkPart | Role::Network | Role::Subnet) => {}
            // What is watched is counted and not pointed at.
            _ if is_watcher(object) => {}
            Some(Role::Access) => access(object, owners, &mut edges),
            Some(Role::Feed) => {
                let sources =
                    object.references.iter().filter(|(argument, _)| argument.ends_with("source_arn"));
                for (_, source) in sources {
                    join(&owners[*source], &owners[position], &mut fed);
                }
            }
            _ => {
                for (argument, target) in &object.references {
                    if is_use(argument, &objects[*target]) {
                        let to = &owners[*target];
                        if to.contains(target) {
                            edges.extend(owners[position].iter().map(|from| (*from, *target)));
                        } else {
                            join(&owners[position], to, &mut edges);
                        }
                    }
                }
            }
        }
    }
    // Whom a queue feeds may read it, of course.
    edges.retain(|(from, to)| !fed.contains(&(*to, *from)));
    edges.append(&mut fed);
    edges.retain(|(from, to)| {
        from != to && objects[*from].role != Some(Role::Network) && objects[*to].role != Some(Role::Network)
    });
    edges
}

/// Whether who refers to something by an argument uses it.
fn is_use(argument: &str, target: &Object<'_>) -> bool {
    // Where something stands, whom it admits and whom it tells of its state.
    let is_surrounding = matches!(target.role, Some(Role::Network | Role::Subnet | Role::NetworkPart))
        || target.type_name == "aws_security_group";
    // A program that knows the address of a distribution sends browsers there and does not call it.
    let is_address = target.type_name == "aws_cloudfront_distribution"
        && matches!(argument, "environment" | "container_definitions" | "cors_configuration");
    // Who writes to the same log group shares it.
    let is_log = target.type_name == "aws_cloudwatch_log_group";
    !is_surrounding && !is_address && !is_log && !argument.ends_with("_actions")
}

/// A rule that lets those with one security group into those with another.
fn access(object: &Object<'_>, owners: &[BTreeSet<usize>], edges: &mut BTreeSet<(usize, usize)>) {
    let is_outward = object.body.get("type").is_some_and(|direction| direction == "egress");
    let at = |name: &str| {
        let found = object.references.iter().filter(|(argument, _)| argument == name);
        found.flat_map(|(_, target)| owners[*target].iter().copied()).collect::<BTreeSet<usize>>()
    };
    let from: BTreeSet<usize> =
        at("referenced_security_group_id").into_iter().chain(at("source_security_group_id")).collect();
    if !is_outward {
        join(&from, &at("security_group_id"), edges);
    }
}

/// Whether it only shows others.
pub(crate) fn is_watcher(object: &Object<'_>) -> bool {
    object.type_name == "aws_cloudwatch_dashboard"
}

fn join(from: &BTreeSet<usize>, to: &BTreeSet<usize>, edges: &mut BTreeSet<(usize, usize)>) {
    // What two things share does not make one of them use the other.
    if from.intersection(to).next().is_some() {
        return;
    }
    for from in from {
        edges.extend(to.iter().map(|to| (*from, *to)));
    }
}

/// A subnet that a thing is in, by itself or by one of its parts.
pub(crate) fn subnet_of(objects: &[Object<'_>], parts: &[Vec<usize>], node: usize) -> Option<usize> {
    // A policy that names a subnet is not in it.
    let is_location = |argument: &str| {
        argument.contains("subnet") || argument.contains("vpc") || argument.contains("network")
    };
    let of = |object: &Object<'_>| {
        let mut locations = object.references.iter().filter(|(argument, _)| is_location(argument));
        locations.find(|(_, target)| objects[*target].role == Some(Role::Subnet)).map(|(_, target)| *target)
    };
    of(&objects[node]).or_else(|| parts[node].iter().find_map(|part| of(&objects[*part])))
}

/// The network that a thing names itself.
pub(crate) fn network_of(objects: &[Object<'_>], node: usize) -> Option<usize> {
    let targets = objects[node].references.iter().map(|(_, target)| *target);
    targets.into_iter().find(|target| objects[*target].role == Some(Role::Network))
}
