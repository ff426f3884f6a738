//! The lines between nodes: upright and level, around everything that they do not join.
//!
//! Lines run in lanes between what stands on the grid. Lines to the same node join on the way, so that whoever follows one
//! from its beginning ends at the right arrow; lines to different nodes cross and never share a lane.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod.rs` | all lines of a picture, one after the other |
//! | `lanes.rs` | what is on the lanes, and what a step costs |
//! | `search.rs` | the cheapest way for one line |
//!
//! It may import the layout and rectangles.

mod lanes;
mod search;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::layout::Layout;
use crate::graph::rect::Rect;
use crate::graph::routes::lanes::{Lanes, State};

/// A line between two nodes.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Its corners, from the border of the one to the border of the other.
    pub(crate) corners: Vec<(i32, i32)>,
}

/// The lines of a picture.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    pub(crate) lines: Vec<Route>,
    /// How often lines to different nodes had to share a lane: then there is too little room.
    pub(crate) clashes: usize,
}

pub(crate) fn of(layout: &Layout<'_>, edges: &BTreeSet<(usize, usize)>) -> Routes {
    let rects: BTreeMap<usize, Rect> = layout.nodes.iter().map(|(node, rect)| (node.number, *rect)).collect();
    let mut ends: Vec<(usize, usize)> = edges
        .iter()
        .copied()
        .filter(|(from, to)| rects.contains_key(from) && rects.contains_key(to))
        .collect();
    // Short lines take the straight ways; long ones go around them.
    ends.sort_by_key(|(from, to)| (distance(&rects[from], &rects[to]), *from, *to));
    let mut lanes = Lanes::of(layout);
    let mut paths: Vec<Vec<State>> = Vec::with_capacity(ends.len());
    for (from, to) in &ends {
        let path = lanes.path(&rects[from], &rects[to], *to);
        lanes.mark(&path, *to);
        paths.push(path);
    }
    // Each line once more, now that all others are there.
    for index in 0..ends.len() {
        let (from, to) = ends[index];
        lanes.forget(&paths[index], to);
        // What it shared with lines to the same node is still there.
        let others = paths.iter().zip(&ends).enumerate();
        for (_, (path, _)) in others.filter(|(other, (_, (_, end)))| *other != index && *end == to) {
            lanes.mark(path, to);
        }
        let path = lanes.path(&rects[&from], &rects[&to], to);
        lanes.mark(&path, to);
        paths[index] = path;
    }
    paths.iter().zip(&ends).for_each(|(path, (_, to))| lanes.forget(path, *to));
    let clashes = paths.iter().zip(&ends).map(|(path, (_, to))| lanes.mark(path, *to)).sum();
    let routes = ends.iter().zip(&paths).map(|((from, to), path)| Route {
        from: *from,
        to: *to,
        corners: lanes.corners(path),
    });
    Routes { lines: routes.collect(), clashes }
}

/// How far apart the middles of two nodes are.
fn distance(from: &Rect, to: &Rect) -> i32 {
    let middle = |rect: &Rect| (rect.x + rect.width / 2, rect.y + rect.height / 2);
    let ((x, y), (other_x, other_y)) = (middle(from), middle(to));
    (x - other_x).abs() + (y - other_y).abs()
}
