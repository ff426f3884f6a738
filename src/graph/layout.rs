//! Where the boxes and nodes of a picture stand: from left to right along the edges, box within box.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Graph, Group, Node};

/// A rectangle, in pixels; `x` and `y` are its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

/// A picture with places; outer boxes stand before inner ones.
pub(crate) struct Layout<'a> {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) groups: Vec<(&'a Group, Place)>,
    pub(crate) nodes: Vec<(&'a Node, Place)>,
}

pub(crate) const NODE_HEIGHT: i32 = 58;
/// Space for a box's title.
pub(crate) const TITLE: i32 = 26;
const PADDING: i32 = 16;
const COLUMN_GAP: i32 = 56;
const ROW_GAP: i32 = 16;
/// How many pixels a column may be high at least before it goes on beside itself.
const COLUMN_HEIGHT: i32 = 900;
/// Characters of a label that are shown.
pub(crate) const LABEL: usize = 36;
/// The width of a character, roughly: fonts differ.
const CHARACTER: i32 = 7;

impl<'a> Layout<'a> {
    pub(crate) fn of(graph: &'a Graph) -> Self {
        let children: Vec<Child<'a>> = graph.groups.iter().map(Child::Group).collect();
        let block = Block::of(children, &graph.edges);
        let mut layout = Self {
            width: block.width + 2 * PADDING,
            height: block.height + 2 * PADDING,
            groups: Vec::new(),
            nodes: Vec::new(),
        };
        block.put(PADDING, PADDING, &mut layout);
        layout
    }
}

#[derive(Clone, Copy)]
enum Child<'a> {
    Group(&'a Group),
    Node(&'a Node),
}

/// The children of a box, each with its place within the box.
struct Block<'a> {
    width: i32,
    height: i32,
    children: Vec<(Child<'a>, Place, Option<Self>)>,
}

impl<'a> Block<'a> {
    fn of(children: Vec<Child<'a>>, edges: &BTreeSet<(usize, usize)>) -> Self {
        let mut members = BTreeMap::new();
        for (index, child) in children.iter().enumerate() {
            child.numbers(&mut |number| {
                members.insert(number, index);
            });
        }
        let inner: BTreeSet<(usize, usize)> = edges
            .iter()
            .filter_map(|(from, to)| Some((*members.get(from)?, *members.get(to)?)))
            .filter(|(from, to)| from != to)
            .collect();
        let sized: Vec<(Child<'a>, i32, i32, Option<Self>)> =
            children.into_iter().map(|child| child.sized(edges)).collect();
        let heights: Vec<i32> = sized.iter().map(|(_, _, height, _)| *height).collect();
        // As high as wide, for what could stand in any way.
        let area: f64 = sized
            .iter()
            .map(|(_, width, height, _)| f64::from(*width + COLUMN_GAP) * f64::from(*height + ROW_GAP))
            .sum();
        let limit = COLUMN_HEIGHT.max(area.sqrt() as i32);
        let columns = columns(&heights, limit, &inner);
        let total =
            |column: &Vec<usize>| column.iter().map(|child| heights[*child] + ROW_GAP).sum::<i32>() - ROW_GAP;
        let height = columns.iter().map(total).max().unwrap_or_default();
        let mut places = vec![Place::default(); sized.len()];
        let mut x = 0;
        for column in &columns {
            let width = column.iter().map(|child| sized[*child].1).max().unwrap_or_default();
            let mut y = (height - total(column)) / 2;
            for child in column {
                let (_, own, own_height, _) = &sized[*child];
                places[*child] = Place { x: x + (width - own) / 2, y, width: *own, height: *own_height };
                y += own_height + ROW_GAP;
            }
            x += width + COLUMN_GAP;
        }
        let children =
            sized.into_iter().zip(places).map(|((child, _, _, block), place)| (child, place, block));
        Self { width: (x - COLUMN_GAP).max(0), height, children: children.collect() }
    }

    /// Writes the final places, for a box whose content begins at a point.
    fn put(self, x: i32, y: i32, layout: &mut Layout<'a>) {
        for (child, place, block) in self.children {
            let place = Place { x: place.x + x, y: place.y + y, ..place };
            match child {
                Child::Node(node) => layout.nodes.push((node, place)),
                Child::Group(group) => layout.groups.push((group, place)),
            }
            if let Some(block) = block {
                block.put(place.x + PADDING, place.y + PADDING + TITLE, layout);
            }
        }
    }
}

impl<'a> Child<'a> {
    /// Visits the numbers of all nodes in it.
    fn numbers(&self, visit: &mut dyn FnMut(usize)) {
        match self {
            Self::Node(node) => visit(node.number),
            Self::Group(group) => {
                group.nodes.iter().for_each(|node| visit(node.number));
                group.groups.iter().for_each(|group| Child::Group(group).numbers(visit));
            }
        }
    }

    /// The child with its width, its height and what is in it.
    fn sized(self, edges: &BTreeSet<(usize, usize)>) -> (Self, i32, i32, Option<Block<'a>>) {
        match self {
            Self::Node(node) => {
                let longest = node.service.chars().count().max(node.label.chars().count()).min(LABEL);
                (self, (width(longest) + 24).max(140), NODE_HEIGHT, None)
            }
            Self::Group(group) => {
                let groups = group.groups.iter().map(Child::Group);
                let block = Block::of(groups.chain(group.nodes.iter().map(Child::Node)).collect(), edges);
                // Titles are larger than labels, and bold.
                let title = width(group.title.chars().count()) / 6 * 7;
                let width = block.width.max(title) + 2 * PADDING;
                (self, width, block.height + 2 * PADDING + TITLE, Some(block))
            }
        }
    }
}

fn width(characters: usize) -> i32 {
    i32::try_from(characters).unwrap_or(i32::MAX / CHARACTER / 2).saturating_mul(CHARACTER)
}

/// Puts children into columns: each to the right of those that have an edge to it, and those without edges at the end.
fn columns(heights: &[i32], limit: i32, edges: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
    let is_alone = |child: &usize| !edges.iter().any(|(from, to)| from == child || to == child);
    let (alone, joined): (Vec<usize>, Vec<usize>) = (0..heights.len()).partition(is_alone);
    let mut rank: BTreeMap<usize, usize> = BTreeMap::new();
    let mut rest: BTreeSet<usize> = joined.into_iter().collect();
    while !rest.is_empty() {
        let before = |child: usize| edges.iter().filter(move |(_, to)| *to == child).map(|(from, _)| *from);
        let waits = |child: usize| before(child).filter(|from| rest.contains(from)).count();
        // In a circle the one that waits for the fewest begins.
        let Some(next) = rest.iter().copied().min_by_key(|child| waits(*child)) else { break };
        let column = before(next).filter_map(|from| rank.get(&from)).max().map_or(0, |column| column + 1);
        rank.insert(next, column);
        rest.remove(&next);
    }
    let last = rank.values().max().map_or(0, |last| last + 1);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); last];
    for (child, column) in &rank {
        columns[*column].push(*child);
    }
    // Those that are used by the upper ones of the column before stand above.
    for index in 1..columns.len() {
        let (left, right) = columns.split_at_mut(index);
        let height_of = |child: &usize| {
            let users: Vec<usize> = left
                .iter()
                .flat_map(|column| column.iter().enumerate())
                .filter(|(_, user)| edges.contains(&(**user, *child)))
                .map(|(position, _)| position * 1000)
                .collect();
            users.iter().sum::<usize>().checked_div(users.len()).unwrap_or(usize::MAX)
        };
        right[0].sort_by_key(height_of);
    }
    columns.push(alone);
    columns.into_iter().flat_map(|column| wrapped(&column, heights, limit)).collect()
}

/// A column that would be too high becomes several.
fn wrapped(column: &[usize], heights: &[i32], limit: i32) -> Vec<Vec<usize>> {
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut height = limit;
    for child in column {
        if height + heights[*child] > limit {
            columns.push(Vec::new());
            height = 0;
        }
        height += heights[*child] + ROW_GAP;
        if let Some(last) = columns.last_mut() {
            last.push(*child);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::kinds::Category;

    fn node(number: usize) -> Node {
        Node {
            number,
            category: Category::Other,
            service: "Queue".into(),
            label: format!("queue {number}"),
            note: None,
        }
    }

    #[test]
    fn nothing_overlaps_and_all_is_within_its_box() {
        let group = |title: &str, numbers: std::ops::Range<usize>| Group {
            title: title.into(),
            nodes: numbers.map(node).collect(),
            ..Group::default()
        };
        let outer = Group {
            groups: vec![group("inner", 0..40)],
            nodes: (40..45).map(node).collect(),
            ..Group::default()
        };
        // A circle, a chain, and many that stand alone.
        let edges = BTreeSet::from([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (41, 3), (60, 41)]);
        let graph = Graph { groups: vec![outer, group("other", 45..130)], edges };
        let layout = Layout::of(&graph);
        assert_eq!(layout.nodes.len(), 130);
        let overlap = |a: &Place, b: &Place| {
            a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
        };
        for (index, (node, place)) in layout.nodes.iter().enumerate() {
            let clashes = layout.nodes[..index].iter().filter(|(_, other)| overlap(place, other)).count();
            assert_eq!(clashes, 0, "{node:?} at {place:?}");
            let around =
                layout.groups.iter().find(|(group, _)| group.nodes.contains(node)).expect("has a box").1;
            let is_within = place.x > around.x
                && place.y >= around.y + TITLE
                && place.x + place.width < around.x + around.width
                && place.y + place.height < around.y + around.height;
            assert!(is_within, "{node:?} at {place:?} in {around:?}");
        }
        let at =
            |number: usize| layout.nodes.iter().find(|(node, _)| node.number == number).expect("is drawn").1;
        assert!(at(3).x < at(4).x && at(4).x < at(5).x && at(60).x < at(41).x, "edges go from left to right");
        assert!(layout.width < 3 * layout.height, "{} by {}", layout.width, layout.height);
    }
}
