//! A picture of an architecture: what a person would draw of a program's stacks, and who uses whom.
//!
//! A stack of a hundred resources has some twenty things: the rest are parts of them, such as roles, policies, aliases
//! and rules. A thing is drawn as a node with the number of its parts; nodes are grouped by stack, by network and
//! subnets, and by module. Nothing here asks a cloud or a state: the picture is of what the program says.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `objects.rs` | the resources of the stacks, and what they refer to |
//! | `roles.rs` | what a type is in a picture; what is known of types is in the facts of `formwork-schema` |
//! | `parts.rs`, `edges.rs` | which thing a part belongs to, and which thing uses which |
//! | `picture.rs` | the groups, nodes and edges that are drawn |
//! | `mod.rs` | how a program becomes a picture |
//! | `layout/`, `routes/`, `rect.rs` | where they stand, and how lines run between them |
//! | `svg.rs`, `mermaid.rs`, `dot.rs` | the languages that a picture is written in |
//!
//! It may import `formwork-core` and the facts of `formwork-schema`, and nothing else of this crate.

mod dot;
mod edges;
mod layout;
mod mermaid;
mod objects;
mod parts;
mod picture;
mod rect;
mod roles;
mod routes;
mod svg;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::Stack;

use crate::graph::objects::Object;
pub use crate::graph::picture::{Graph, Mark};
use crate::graph::picture::{Group, Level, Node};
use crate::graph::roles::words;
use formwork_schema::TypeFacts;
use formwork_schema::facts::{Category, Role};

impl Graph {
    /// Draws the selected stacks, with those things of other stacks that they use or that use them.
    ///
    /// # Errors
    /// Fails for stacks that synthesis found mistakes in.
    pub fn of(stacks: &[Stack], selected: &[usize]) -> serde_json::Result<Self> {
        let objects = objects::of(stacks)?;
        let owners = parts::owners(&objects);
        let all = edges::of(&objects, &owners);
        let is_selected = |node: &usize| selected.contains(&objects[*node].stack);
        let edges: BTreeSet<(usize, usize)> =
            all.into_iter().filter(|(from, to)| is_selected(from) || is_selected(to)).collect();
        let touched: BTreeSet<usize> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
        let nodes: Vec<usize> = (0..objects.len())
            .filter(|node| owners[*node].is_empty() || owners[*node].contains(node))
            .filter(|node| !matches!(objects[*node].role, Some(Role::Network | Role::Subnet)))
            .filter(|node| is_selected(node) || touched.contains(node))
            .collect();
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        let mut parts = vec![Vec::new(); objects.len()];
        for (position, owners) in owners.iter().enumerate() {
            owners.iter().filter(|owner| **owner != position).for_each(|owner| parts[*owner].push(position));
            // A part that several things share is counted once.
            if let Some(owner) = owners.first().filter(|owner| **owner != position) {
                *counts.entry(*owner).or_default() += 1;
            }
        }
        let mut root = Group::default();
        // A stack that was asked for is drawn also if it is empty, and so is its network.
        let is_drawn = |stack: &usize| {
            selected.contains(stack) || nodes.iter().any(|node| objects[*node].stack == *stack)
        };
        for stack in (0..stacks.len()).filter(is_drawn) {
            root.around(&[(Level::Stack, stacks[stack].name().to_owned())]);
        }
        for object in objects.iter().filter(|object| object.role == Some(Role::Network)) {
            if selected.contains(&object.stack) {
                let stack = stacks[object.stack].name().to_owned();
                root.around(&[(Level::Stack, stack), (Level::Network, format!("VPC {}", object.label()))]);
            }
        }
        let alarms = alarms(&objects);
        // Numbers of their own, so that a picture does not change with stacks that are not in it.
        let numbers: BTreeMap<usize, usize> =
            nodes.iter().enumerate().map(|(number, node)| (*node, number)).collect();
        for (node, number) in &numbers {
            let node = *node;
            let path = path(&objects, &parts, stacks, node);
            let shown = if edges::is_watcher(&objects[node]) {
                objects[node].references.iter().flat_map(|(_, target)| &owners[*target]).collect()
            } else {
                BTreeSet::new()
            };
            let note = [
                counted(shown.len(), "shows ", "thing"),
                counted(alarms.get(&node).copied().unwrap_or_default(), "", "alarm"),
                counted(counts.get(&node).copied().unwrap_or_default(), "", "part"),
            ];
            let note = note.into_iter().flatten().reduce(|one, other| format!("{one}, {other}"));
            let members = std::iter::once(&node).chain(&parts[node]).map(|it| {
                let object = &objects[*it];
                (stacks[object.stack].name().to_owned(), object.address())
            });
            let members = members.collect();
            root.around(&path).nodes.push(Node { members, ..Node::of(&objects[node], *number, note) });
        }
        root.groups.iter_mut().for_each(Group::settle);
        let edges = edges.iter().filter_map(|(from, to)| Some((*numbers.get(from)?, *numbers.get(to)?)));
        Ok(Self { groups: root.groups, edges: edges.collect() })
    }

    /// The stacks in which there is nothing to draw.
    #[must_use]
    pub fn empty(&self) -> Vec<&str> {
        let empty = self.groups.iter().filter(|group| group.groups.is_empty() && group.nodes.is_empty());
        empty.map(|group| group.title.as_str()).collect()
    }

    /// The arrows, each as its two things in words: `API Gateway API shop -> Lambda function orders`, in order. A test that
    /// lists them shows what a change does to the architecture.
    #[must_use]
    pub fn arrows(&self) -> Vec<String> {
        let mut names = BTreeMap::new();
        self.groups.iter().for_each(|group| {
            group.visit(&mut |node| {
                names.insert(node.number, format!("{} {}", node.service, node.label));
            });
        });
        let name = |number: &usize| names.get(number).map_or("", String::as_str);
        let mut arrows: Vec<String> =
            self.edges.iter().map(|(from, to)| format!("{} -> {}", name(from), name(to))).collect();
        arrows.sort();
        arrows
    }

    /// Writes the picture in Mermaid's flowchart language, which GitHub draws in Markdown.
    #[must_use]
    pub fn mermaid(&self) -> String {
        mermaid::write(self)
    }

    /// Writes the picture in Graphviz's DOT language.
    #[must_use]
    pub fn dot(&self) -> String {
        dot::write(self)
    }

    /// Draws the picture as an SVG document.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::write(self, &BTreeMap::new())
    }

    /// The same, with marks on some of its things, by their numbers.
    #[must_use]
    pub fn marked_svg(&self, marks: &BTreeMap<usize, Mark>) -> String {
        svg::write(self, marks)
    }

    /// The things by their numbers, each with the resources that it stands for: itself and its parts, as stack and address.
    #[must_use]
    pub fn things(&self) -> Vec<(usize, &[(String, String)])> {
        let mut things = Vec::new();
        self.groups.iter().for_each(|group| {
            group.visit(&mut |node| things.push((node.number, node.members.as_slice())));
        });
        things
    }
}

/// Which resources refer to each, by stack and address, also through the outputs of stacks.
///
/// # Errors
/// Fails for stacks that synthesis found mistakes in.
pub fn users(stacks: &[Stack]) -> serde_json::Result<Users> {
    let objects = objects::of(stacks)?;
    let key = |object: &Object<'_>| (stacks[object.stack].name().to_owned(), object.address());
    let mut users = Users::new();
    for object in &objects {
        for (_, target) in &object.references {
            users.entry(key(&objects[*target])).or_default().insert(key(object));
        }
    }
    Ok(users)
}

/// For a resource those that refer to it; each is its stack and address.
pub type Users = BTreeMap<(String, String), BTreeSet<(String, String)>>;

impl Node {
    fn of(object: &Object<'_>, number: usize, note: Option<String>) -> Self {
        let (category, service) = match object.role {
            Some(Role::Node | Role::Standalone) => {
                let facts = TypeFacts::of(object.type_name);
                (facts.category, facts.name.clone())
            }
            _ => (Category::Other, words(object.type_name)),
        };
        Self { number, category, service, label: object.label(), note, members: Vec::new() }
    }
}

/// A number of things in words; nothing without any.
fn counted(number: usize, verb: &str, thing: &str) -> Option<String> {
    let plural = if number == 1 { "" } else { "s" };
    (number > 0).then(|| format!("{verb}{number} {thing}{plural}"))
}

/// How many alarms tell each resource of their state.
fn alarms(objects: &[Object<'_>]) -> BTreeMap<usize, usize> {
    let mut alarms = BTreeMap::new();
    for object in objects {
        let told = object.references.iter().filter(|(argument, _)| argument.ends_with("_actions"));
        for target in told.map(|(_, target)| *target).collect::<BTreeSet<usize>>() {
            *alarms.entry(target).or_default() += 1;
        }
    }
    alarms
}

/// The boxes that a node is in, the outermost first.
fn path(objects: &[Object<'_>], parts: &[Vec<usize>], stacks: &[Stack], node: usize) -> Vec<(Level, String)> {
    let object = &objects[node];
    let mut path = vec![(Level::Stack, stacks[object.stack].name().to_owned())];
    if let Some(subnet) = edges::subnet_of(objects, parts, node) {
        let subnet = &objects[subnet];
        let network = subnet.references.iter().map(|(_, target)| &objects[*target]);
        let network = network.into_iter().find(|target| target.role == Some(Role::Network));
        let foreign = if subnet.stack == object.stack {
            String::new()
        } else {
            format!(" of {}", stacks[subnet.stack].name())
        };
        let title = network.map_or_else(|| "VPC".to_owned(), |network| format!("VPC {}", network.label()));
        path.push((Level::Network, format!("{title}{foreign}")));
        path.push((Level::Subnets, format!("{} subnets", tier(subnet))));
    } else if let Some(network) = edges::network_of(objects, node) {
        let network = &objects[network];
        if network.stack == object.stack {
            path.push((Level::Network, format!("VPC {}", network.label())));
        }
    }
    if !object.module.is_empty() {
        path.push((Level::Module, object.module.to_owned()));
    }
    path
}

/// What the subnets of one kind have in common: the first word of their logical names within the module.
fn tier<'a>(subnet: &Object<'a>) -> &'a str {
    let name = subnet.name.strip_prefix(subnet.module).unwrap_or(subnet.name).trim_start_matches('_');
    name.split(['_', '-']).next().filter(|tier| !tier.is_empty()).unwrap_or("the")
}
