//! Where the boxes and nodes of a picture stand: from left to right along the edges, box within box, folded so that the
//! whole fits a page.
//!
//! All places are multiples of [`GRID`], so that lines between them run in lanes of their own.

#[cfg(test)]
mod tests;

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

/// How much room there is for lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spacing {
    /// Between columns.
    pub(crate) column: i32,
    /// Between what stands above each other.
    pub(crate) row: i32,
    /// Between a box and what is in it.
    pub(crate) padding: i32,
}

/// The distance of two lanes.
pub(crate) const GRID: i32 = 8;
pub(crate) const NODE_HEIGHT: i32 = 56;
/// Space for a box's title.
pub(crate) const TITLE: i32 = 24;
/// Characters of a label that are shown.
pub(crate) const LABEL: usize = 44;
/// The width of a character, roughly: fonts differ.
const CHARACTER: i32 = 7;
/// How wide a picture is at most, unless a single box is wider: what a page of documentation shows without shrinking the
/// text much.
const WIDTH: i32 = 1600;
/// Columns are not higher than one of these, as it suits the picture.
const COLUMN_HEIGHTS: [i32; 5] = [360, 560, 840, 1240, i32::MAX / 2];
/// So many nodes stand in one column.
const COLUMN: usize = 5;
/// Widths of boxes in percent of their heights; the one is taken that suits the picture.
const RATIOS: [i32; 5] = [80, 120, 160, 220, 300];
/// The width of a good picture in percent of its height.
const PAGE: i32 = 160;
/// A picture that is not wider need not be folded.
const SMALL: i32 = 800;
/// What it costs to go on in another column, in pixels.
const FOLD: i32 = 80;
/// How many times as much it costs to go on in another row.
const ROW: usize = 6;

impl<'a> Layout<'a> {
    pub(crate) fn of(graph: &'a Graph, spacing: Spacing) -> Self {
        let children: Vec<Child<'a>> = graph.groups.iter().map(Child::Group).collect();
        let frame = 3 * GRID;
        let blocks = RATIOS.map(|ratio| {
            let page = Page { spacing, ratio, width: WIDTH - 2 * frame };
            Block::of(&children, &graph.edges, page)
        });
        let fits = Page { spacing, ratio: PAGE, width: WIDTH - 2 * frame };
        let best = blocks.into_iter().min_by_key(|block| fits.folded(block.width, block.height, block.folds));
        let block = best.unwrap_or_default();
        let mut layout = Self {
            width: block.width + 2 * frame,
            height: block.height + 2 * frame,
            groups: Vec::new(),
            nodes: Vec::new(),
        };
        block.put(frame, frame, spacing, &mut layout);
        layout
    }
}

/// What a box is fitted to.
#[derive(Clone, Copy)]
struct Page {
    spacing: Spacing,
    /// The width in percent of the height.
    ratio: i32,
    width: i32,
}

impl Page {
    /// The same for a box with what was folded in it.
    fn folded(&self, width: i32, height: i32, folds: usize) -> i32 {
        let folds = i32::try_from(folds).unwrap_or(i32::MAX).saturating_mul(FOLD);
        self.cost(width, height).saturating_add(folds)
    }

    /// How large the page has to be for a box of a size: the less, the better.
    fn cost(&self, width: i32, height: i32) -> i32 {
        let excess = (width - self.width).max(0);
        let by_height = height.saturating_mul(self.ratio) / 100;
        // Of those that fit alike the smaller one.
        (width.max(by_height).max(SMALL) + width / 16 + by_height / 16)
            .saturating_add(excess.saturating_mul(16))
    }
}

#[derive(Clone, Copy)]
enum Child<'a> {
    Group(&'a Group),
    Node(&'a Node),
}

/// The children of a box, each with its place within the box.
#[derive(Default)]
struct Block<'a> {
    width: i32,
    height: i32,
    /// How often columns and rows were folded in it.
    folds: usize,
    children: Vec<(Child<'a>, Place, Option<Self>)>,
}

impl<'a> Block<'a> {
    fn of(children: &[Child<'a>], edges: &BTreeSet<(usize, usize)>, page: Page) -> Self {
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
        let (mut places, blocks): (Vec<Place>, Vec<Option<Self>>) =
            children.iter().map(|child| child.sized(edges, page)).unzip();
        let is_node: Vec<bool> = children.iter().map(|child| matches!(child, Child::Node(_))).collect();
        let clusters = clusters(children.len(), &inner);
        // What has no edges stands where there is room, each for itself.
        let alone: Vec<usize> =
            clusters.iter().filter(|members| members.len() == 1).map(|members| members[0]).collect();
        align(&mut places, &is_node, &alone);
        let mut folds = blocks.iter().flatten().map(|block| block.folds).sum();
        let mut sizes = Vec::new();
        for cluster in &clusters {
            let (width, height, folded) = match cluster.as_slice() {
                [only] => (places[*only].width, places[*only].height, 0),
                _ => arrange(cluster, &mut places, &is_node, &inner, page),
            };
            sizes.push((width, height));
            folds += folded;
        }
        // Lines reach nodes best that stand in one column.
        let is_column = sizes.len() <= COLUMN && is_node.iter().all(|is_node| *is_node);
        let Packing { corners, width, height } =
            packed(&sizes, if is_column { Page { width: 0, ..page } } else { page });
        for (cluster, (x, y)) in clusters.iter().zip(corners) {
            for child in cluster {
                places[*child].x += x;
                places[*child].y += y;
            }
        }
        let children = children.iter().copied().zip(places).zip(blocks);
        Self {
            width,
            height,
            folds,
            children: children.map(|((child, place), block)| (child, place, block)).collect(),
        }
    }

    /// Writes the final places, for a box whose content begins at a point.
    fn put(self, x: i32, y: i32, spacing: Spacing, layout: &mut Layout<'a>) {
        for (child, place, block) in self.children {
            let place = Place { x: place.x + x, y: place.y + y, ..place };
            match child {
                Child::Node(node) => layout.nodes.push((node, place)),
                Child::Group(group) => layout.groups.push((group, place)),
            }
            if let Some(block) = block {
                block.put(place.x + spacing.padding, place.y + spacing.padding + TITLE, spacing, layout);
            }
        }
    }
}

impl<'a> Child<'a> {
    /// Visits the numbers of all nodes in it.
    fn numbers(&self, visit: &mut dyn FnMut(usize)) {
        match self {
            Self::Node(node) => visit(node.number),
            Self::Group(group) => group.visit(&mut |node| visit(node.number)),
        }
    }

    /// How large it is, and what is in it.
    fn sized(self, edges: &BTreeSet<(usize, usize)>, page: Page) -> (Place, Option<Block<'a>>) {
        match self {
            Self::Node(node) => {
                let longest = node.service.chars().count().max(node.label.chars().count()).min(LABEL);
                let width = up_to_grid((width(longest) + 24).max(144));
                (Place { width, height: NODE_HEIGHT, ..Place::default() }, None)
            }
            Self::Group(group) => {
                let children =
                    group.groups.iter().map(Child::Group).chain(group.nodes.iter().map(Child::Node));
                let around = 2 * page.spacing.padding;
                let inner = Page { width: page.width - around, ..page };
                let block = Block::of(&children.collect::<Vec<_>>(), edges, inner);
                let width = block.width.max(title_width(group)) + around;
                let height = block.height + around + TITLE;
                (Place { width, height, ..Place::default() }, Some(block))
            }
        }
    }
}

/// How wide the title of a box is: larger than labels, and bold.
pub(crate) fn title_width(group: &Group) -> i32 {
    up_to_grid(width(group.title.chars().count()) / 6 * 7)
}

fn width(characters: usize) -> i32 {
    i32::try_from(characters).unwrap_or(i32::MAX / CHARACTER / 2).saturating_mul(CHARACTER)
}

const fn up_to_grid(length: i32) -> i32 {
    (length + GRID - 1) / GRID * GRID
}

/// Those that hang together by edges, in order, and then those that stand alone.
fn clusters(children: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
    let mut cluster: Vec<usize> = (0..children).collect();
    for (from, to) in edges {
        let (kept, gone) = (cluster[*from].min(cluster[*to]), cluster[*from].max(cluster[*to]));
        cluster.iter_mut().filter(|one| **one == gone).for_each(|one| *one = kept);
    }
    let mut clusters: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (child, cluster) in cluster.into_iter().enumerate() {
        clusters.entry(cluster).or_default().push(child);
    }
    let mut clusters: Vec<Vec<usize>> = clusters.into_values().collect();
    clusters.sort_by_key(|members| members.len() == 1);
    clusters
}

/// Makes nodes that stand above each other equally wide.
fn align(places: &mut [Place], is_node: &[bool], members: &[usize]) {
    let nodes = || members.iter().copied().filter(|member| is_node[*member]);
    let widest = nodes().map(|node| places[node].width).max().unwrap_or_default();
    nodes().collect::<Vec<_>>().into_iter().for_each(|node| places[node].width = widest);
}

/// One way to place children that hang together.
struct Arrangement {
    places: Vec<Place>,
    width: i32,
    height: i32,
    folds: usize,
}

/// Places children that hang together in columns, and columns in rows; returns the size of the whole and how
/// often it was folded.
fn arrange(
    cluster: &[usize],
    places: &mut [Place],
    is_node: &[bool],
    edges: &BTreeSet<(usize, usize)>,
    page: Page,
) -> (i32, i32, usize) {
    let mut best: Option<(i32, Arrangement)> = None;
    let ranks = columns(cluster, places, i32::MAX / 2, edges, page.spacing).len();
    for limit in COLUMN_HEIGHTS {
        let columns = columns(cluster, places, limit, edges, page.spacing);
        for per_row in (1..=columns.len()).rev() {
            let mut placed = places.to_vec();
            let (width, height) = rows(&columns, per_row, &mut placed, is_node, page.spacing);
            let folds = ROW * (columns.len().div_ceil(per_row) - 1) + columns.len().saturating_sub(ranks);
            let cost = page.folded(width, height, folds);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, Arrangement { places: placed, width, height, folds }));
            }
        }
    }
    let Some((_, best)) = best else { return (0, 0, 0) };
    for child in cluster {
        places[*child] = best.places[*child];
    }
    (best.width, best.height, best.folds)
}

/// Places columns beside each other, so many in a row.
fn rows(
    columns: &[Vec<usize>],
    per_row: usize,
    places: &mut [Place],
    is_node: &[bool],
    spacing: Spacing,
) -> (i32, i32) {
    let (mut total_width, mut top) = (0, 0);
    for row in columns.chunks(per_row) {
        let high = |column: &Vec<usize>, places: &[Place]| {
            column.iter().map(|child| places[*child].height + spacing.row).sum::<i32>() - spacing.row
        };
        let height = row.iter().map(|column| high(column, places)).max().unwrap_or_default();
        let mut x = 0;
        for column in row {
            align(places, is_node, column);
            let width = column.iter().map(|child| places[*child].width).max().unwrap_or_default();
            let mut y = top + (height - high(column, places)) / 2 / GRID * GRID;
            for child in column {
                let place = &mut places[*child];
                (place.x, place.y) = (x + (width - place.width) / 2 / GRID * GRID, y);
                y += place.height + spacing.row;
            }
            x += width + spacing.column;
        }
        total_width = total_width.max(x - spacing.column);
        top += height + spacing.column;
    }
    (total_width, (top - spacing.column).max(0))
}

/// The corners of rectangles and the size of the box around them.
#[derive(Default)]
struct Packing {
    corners: Vec<(i32, i32)>,
    width: i32,
    height: i32,
}

/// Places rectangles of sizes where they stand highest, in a box of the width that suits best.
fn packed(sizes: &[(i32, i32)], page: Page) -> Packing {
    let Spacing { column, row, .. } = page.spacing;
    let widest = sizes.iter().map(|(width, _)| *width).max().unwrap_or_default();
    let all = sizes.iter().map(|(width, _)| width + column).sum::<i32>() - column;
    let mut best: Option<(i32, Packing)> = None;
    let mut limit = widest;
    loop {
        let mut corners: Vec<(i32, i32)> = Vec::new();
        let (mut total_width, mut total_height) = (0, 0);
        for (index, (width, height)) in sizes.iter().enumerate() {
            // To the right of something, or at the left edge, and below all that stands there.
            let rights = corners.iter().zip(sizes).map(|((x, _), (width, _))| x + width + column);
            let fits = std::iter::once(0).chain(rights).filter(|x| x + width <= limit || *x == 0);
            let below = |x: i32| {
                let around = corners.iter().zip(&sizes[..index]);
                let above = around
                    .filter(|((left, _), (wide, _))| x < left + wide + column && *left < x + width + column);
                above.map(|((_, y), (_, high))| y + high + row).max().unwrap_or_default()
            };
            let corner = fits.map(|x| (below(x), x)).min().unwrap_or_default();
            corners.push((corner.1, corner.0));
            total_width = total_width.max(corner.1 + width);
            total_height = total_height.max(corner.0 + height);
        }
        let cost = page.cost(total_width, total_height);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, Packing { corners, width: total_width, height: total_height }));
        }
        if limit >= all.min(page.width) {
            break;
        }
        limit += 5 * GRID;
    }
    best.map(|(_, placed)| placed).unwrap_or_default()
}

/// Puts children that hang together into columns: each to the right of those that have an edge to it.
fn columns(
    cluster: &[usize],
    places: &[Place],
    limit: i32,
    edges: &BTreeSet<(usize, usize)>,
    spacing: Spacing,
) -> Vec<Vec<usize>> {
    let mut rank: BTreeMap<usize, usize> = BTreeMap::new();
    let mut rest: BTreeSet<usize> = cluster.iter().copied().collect();
    while !rest.is_empty() {
        let before = |child: usize| edges.iter().filter(move |(_, to)| *to == child).map(|(from, _)| *from);
        let waits = |child: usize| before(child).filter(|from| rest.contains(from)).count();
        // In a circle the one that waits for the fewest begins.
        let Some(next) = rest.iter().copied().min_by_key(|child| waits(*child)) else { break };
        let column = before(next).filter_map(|from| rank.get(&from)).max().map_or(0, |column| column + 1);
        rank.insert(next, column);
        rest.remove(&next);
    }
    // What nobody uses stands beside the first that it uses.
    for child in cluster.iter().filter(|child| !edges.iter().any(|(_, to)| to == *child)) {
        let used = edges.iter().filter(|(from, _)| from == child).filter_map(|(_, to)| rank.get(to));
        if let Some(first) = used.min().copied() {
            rank.insert(*child, first.saturating_sub(1));
        }
    }
    let last = rank.values().max().map_or(0, |last| last + 1);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); last];
    for (child, column) in &rank {
        columns[*column].push(*child);
    }
    // Those that are used by the upper ones of the columns before stand above.
    for index in 1..columns.len() {
        let (left, right) = columns.split_at_mut(index);
        let height_of = |child: &usize| {
            let users: Vec<usize> = left
                .iter()
                .flat_map(|column| {
                    column.iter().enumerate().map(|(position, user)| (position, user, column.len()))
                })
                .filter(|(_, user, _)| edges.contains(&(**user, *child)))
                .map(|(position, _, count)| (2 * position + 1) * 1000 / count)
                .collect();
            users.iter().sum::<usize>().checked_div(users.len()).unwrap_or(usize::MAX)
        };
        right[0].sort_by_key(height_of);
    }
    columns.retain(|column| !column.is_empty());
    columns.into_iter().flat_map(|column| wrapped(&column, places, limit, spacing)).collect()
}

/// A column that would be too high becomes several.
fn wrapped(column: &[usize], places: &[Place], limit: i32, spacing: Spacing) -> Vec<Vec<usize>> {
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut height = limit;
    for child in column {
        if height + places[*child].height > limit {
            columns.push(Vec::new());
            height = 0;
        }
        height += places[*child].height + spacing.row;
        if let Some(last) = columns.last_mut() {
            last.push(*child);
        }
    }
    columns
}
