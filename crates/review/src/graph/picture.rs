//! What is drawn: groups, nodes and edges, whatever language the picture is written in.

use std::collections::BTreeSet;

use formwork_schema::facts::Category;

/// The picture of a program or of some of its stacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    pub(super) groups: Vec<Group>,
    /// Pairs of node numbers: the first uses or feeds the second.
    pub(super) edges: BTreeSet<(usize, usize)>,
}

/// A box around nodes: a stack, a network, subnets of one tier, or a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) title: String,
    pub(super) level: Level,
    pub(super) groups: Vec<Self>,
    pub(super) nodes: Vec<Node>,
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    #[default]
    Stack,
    Network,
    Subnets,
    Module,
}

/// A thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) number: usize,
    pub(super) category: Category,
    /// What it is, in AWS's or GitHub's words: `Lambda function`.
    pub(super) service: String,
    pub(super) label: String,
    /// What else there is to say, such as how many resources are parts of it.
    pub(super) note: Option<String>,
    /// The resources that it stands for, itself first: stack and address.
    pub(super) members: Vec<(String, String)>,
}

/// What is said of a thing in a picture beside what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The colour around it.
    pub color: &'static str,
    /// A word beside it: `replaced`.
    pub word: String,
    /// Where a click on it leads.
    pub href: String,
}

impl Group {
    /// The box that a path leads to, with the boxes on the way.
    pub(super) fn around(&mut self, path: &[(Level, String)]) -> &mut Self {
        let Some(((level, title), rest)) = path.split_first() else { return self };
        let position = self.groups.iter().position(|group| group.level == *level && group.title == *title);
        let position = position.unwrap_or_else(|| {
            self.groups.push(Self { title: title.clone(), level: *level, ..Self::default() });
            self.groups.len() - 1
        });
        self.groups[position].around(rest)
    }

    /// Visits all nodes in it.
    pub(super) fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        self.groups.iter().for_each(|group| group.visit(visit));
        self.nodes.iter().for_each(visit);
    }

    /// Takes away the boxes of modules around a single node: the node says as much.
    pub(super) fn settle(&mut self) {
        self.groups.iter_mut().for_each(Self::settle);
        let groups = std::mem::take(&mut self.groups);
        for mut group in groups {
            match group.level {
                Level::Module if group.nodes.len() < 2 => self.nodes.append(&mut group.nodes),
                _ => self.groups.push(group),
            }
        }
        self.groups.sort_by(|a, b| (a.level, &a.title).cmp(&(b.level, &b.title)));
        self.nodes.sort_by_key(|node| node.number);
    }
}
