//! Columns: children that hang together by edges, from left to right along them, folded into rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::layout::page::{GRID, Page, Spacing};
use crate::graph::rect::Rect;

/// Columns are not higher than one of these, as it suits the picture.
const COLUMN_HEIGHTS: [i32; 5] = [360, 560, 840, 1240, i32::MAX / 2];
/// How many times as much it costs to go on in another row.
const ROW: usize = 6;

/// Those that hang together by edges, in order, and then those that stand alone.
pub(super) fn clusters(children: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
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

/// One way to place children that hang together.
struct Arrangement {
    rects: Vec<Rect>,
    width: i32,
    height: i32,
    folds: usize,
}

/// Places children that hang together in columns, and columns in rows; returns the size of the whole and how
/// often it was folded.
pub(super) fn arrange(
    cluster: &[usize],
    rects: &mut [Rect],
    is_node: &[bool],
    edges: &BTreeSet<(usize, usize)>,
    page: Page,
) -> (i32, i32, usize) {
    let mut best: Option<(i32, Arrangement)> = None;
    let ranks = columns(cluster, rects, i32::MAX / 2, edges, page.spacing).len();
    for limit in COLUMN_HEIGHTS {
        let columns = columns(cluster, rects, limit, edges, page.spacing);
        for per_row in (1..=columns.len()).rev() {
            let mut positioned = rects.to_vec();
            let (width, height) = rows(&columns, per_row, &mut positioned, is_node, page.spacing);
            let folds = ROW * (columns.len().div_ceil(per_row) - 1) + columns.len().saturating_sub(ranks);
            let cost = page.folded(width, height, folds);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, Arrangement { rects: positioned, width, height, folds }));
            }
        }
    }
    let Some((_, best)) = best else { return (0, 0, 0) };
    for child in cluster {
        rects[*child] = best.rects[*child];
    }
    (best.width, best.height, best.folds)
}

/// Places columns beside each other, so many in a row.
fn rows(
    columns: &[Vec<usize>],
    per_row: usize,
    rects: &mut [Rect],
    is_node: &[bool],
    spacing: Spacing,
) -> (i32, i32) {
    let (mut total_width, mut top) = (0, 0);
    for row in columns.chunks(per_row) {
        let high = |column: &Vec<usize>, rects: &[Rect]| {
            column.iter().map(|child| rects[*child].height + spacing.row).sum::<i32>() - spacing.row
        };
        let height = row.iter().map(|column| high(column, rects)).max().unwrap_or_default();
        let mut x = 0;
        for column in row {
            align(rects, is_node, column);
            let width = column.iter().map(|child| rects[*child].width).max().unwrap_or_default();
            let mut y = top + (height - high(column, rects)) / 2 / GRID * GRID;
            for child in column {
                let rect = &mut rects[*child];
                (rect.x, rect.y) = (x + (width - rect.width) / 2 / GRID * GRID, y);
                y += rect.height + spacing.row;
            }
            x += width + spacing.column;
        }
        total_width = total_width.max(x - spacing.column);
        top += height + spacing.column;
    }
    (total_width, (top - spacing.column).max(0))
}

/// Puts children that hang together into columns: each to the right of those that have an edge to it.
fn columns(
    cluster: &[usize],
    rects: &[Rect],
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
    columns.into_iter().flat_map(|column| wrapped(&column, rects, limit, spacing)).collect()
}

/// A column that would be too high becomes several.
fn wrapped(column: &[usize], rects: &[Rect], limit: i32, spacing: Spacing) -> Vec<Vec<usize>> {
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut height = limit;
    for child in column {
        if height + rects[*child].height > limit {
            columns.push(Vec::new());
            height = 0;
        }
        height += rects[*child].height + spacing.row;
        if let Some(last) = columns.last_mut() {
            last.push(*child);
        }
    }
    columns
}

/// Makes nodes that stand above each other equally wide.
pub(super) fn align(rects: &mut [Rect], is_node: &[bool], members: &[usize]) {
    let nodes = || members.iter().copied().filter(|member| is_node[*member]);
    let widest = nodes().map(|node| rects[node].width).max().unwrap_or_default();
    nodes().collect::<Vec<_>>().into_iter().for_each(|node| rects[node].width = widest);
}
