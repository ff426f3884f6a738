//! The graph of a stack: what waits for what, and the cycles in it.

use crate::block::objects::Positions;
use crate::{Address, Diagnostic, Kind, Origin, Stack};

/// The kinds of blocks that are nodes, in the order of the nodes. Local values come behind them.
pub(crate) const KINDS: [Kind; 6] =
    [Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Module, Kind::Action, Kind::List];

/// The nodes of a stack's graph: everything that has an address, and the local values.
pub(crate) struct Nodes<'a> {
    stack: &'a Stack,
    /// The blocks of each kind, and the number of the first one.
    groups: [(Positions<'a>, usize); KINDS.len()],
    first_local: usize,
    count: usize,
}

impl<'a> Nodes<'a> {
    pub(crate) fn of(stack: &'a Stack) -> Self {
        let mut next = 0;
        let groups = KINDS.map(|kind| {
            let objects = stack.objects(kind);
            let first = next;
            next += objects.len();
            (objects.positions(), first)
        });
        Self { stack, groups, first_local: next, count: next + stack.locals.len() }
    }

    /// The first node of a kind.
    pub(crate) fn first(&self, kind: Kind) -> Option<usize> {
        let index = KINDS.iter().position(|known| *known == kind)?;
        Some(self.groups[index].1)
    }

    /// The node of a block.
    pub(crate) fn of_block(&self, kind: Kind, type_name: &str, name: &str) -> Option<usize> {
        let index = KINDS.iter().position(|known| *known == kind)?;
        let (positions, first) = &self.groups[index];
        Some(first + positions.of(type_name, name)?)
    }

    /// The node of a local value.
    pub(crate) fn of_local(&self, name: &str) -> Option<usize> {
        Some(self.first_local + self.stack.locals.get_index_of(name)?)
    }

    fn describe(&self, node: usize) -> Option<(String, Origin)> {
        if node >= self.first_local {
            let (name, object) = self.stack.locals.get_index(node - self.first_local)?;
            return Some((format!("local.{name}"), object.origin));
        }
        let index = self.groups.iter().rposition(|(_, first)| *first <= node)?;
        let (positions, first) = &self.groups[index];
        let (type_name, name, object) = positions.at(node - first)?;
        let address =
            Address { kind: KINDS[index], type_name: type_name.to_owned().into(), name: name.into() };
        Some((address.to_string(), object.origin))
    }
}

/// The first cycle in a stack, if there is one.
pub(crate) fn cycle(stack: &Stack, nodes: &Nodes<'_>, edges: &[(usize, usize)]) -> Option<Diagnostic> {
    let path = find_cycle(nodes.count, edges)?;
    let describe = |node| nodes.describe(node);
    let (names, sources): (Vec<String>, Vec<Origin>) = path.into_iter().filter_map(describe).unzip();
    let message = match names.len() {
        2 => format!("{} refers to itself", names[0]),
        _ => format!("dependency cycle: {}", names.join(" -> ")),
    };
    let diagnostic = stack.diagnostic(message).at(&names[0]);
    Some(sources.into_iter().fold(diagnostic, Diagnostic::origin))
}

/// A cycle in a graph, as the nodes on it with the first one repeated at the end.
pub(crate) fn find_cycle(nodes: usize, edges: &[(usize, usize)]) -> Option<Vec<usize>> {
    // Takes away nodes that nothing waits for until only cycles, and what leads from one to another, are left.
    let mut starts = vec![0_usize; nodes + 1];
    let mut waiting = vec![0_usize; nodes];
    for (from, to) in edges {
        starts[from + 1] += 1;
        waiting[*to] += 1;
    }
    for node in 0..nodes {
        starts[node + 1] += starts[node];
    }
    let mut fill = starts.clone();
    let mut targets = vec![0_usize; edges.len()];
    for (from, to) in edges {
        targets[fill[*from]] = *to;
        fill[*from] += 1;
    }
    let mut free: Vec<usize> = (0..nodes).filter(|node| waiting[*node] == 0).collect();
    while let Some(node) = free.pop() {
        for to in &targets[starts[node]..starts[node + 1]] {
            waiting[*to] -= 1;
            if waiting[*to] == 0 {
                free.push(*to);
            }
        }
    }
    // Each node that is left is reached from another one that is left, so walking backwards must come round.
    let mut before = vec![None; nodes];
    for (from, to) in edges {
        if waiting[*from] > 0 && waiting[*to] > 0 {
            before[*to] = Some(*from);
        }
    }
    let mut node = (0..nodes).find(|node| waiting[*node] > 0)?;
    let mut position = vec![None; nodes];
    let mut walked = Vec::new();
    while position[node].is_none() {
        position[node] = Some(walked.len());
        walked.push(node);
        node = before[node]?;
    }
    let mut path = walked.split_off(position[node]?);
    path.push(node);
    path.reverse();
    Some(path)
}
