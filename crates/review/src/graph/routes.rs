//! The lines between nodes: upright and level, around everything that they do not join.
//!
//! Lines run in lanes between what stands on the grid. Lines to the same node join on the way, so that whoever follows one
//! from its beginning ends at the right arrow; lines to different nodes cross and never share a lane.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::graph::layout::{GRID, Layout, Place, TITLE, title_width};

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

const STEP: u32 = 10;
/// A step beside a line to the same node.
const JOINED: u32 = 8;
const TURN: u32 = 45;
const CROSSING: u32 = 60;
/// A step close to a node or along the border of a box.
const CLOSE: u32 = 6;
/// A step, or a corner, on a line to another node.
const CLASH: u32 = 900;
/// Leaving by another side than the right one, or coming in by another than the left one.
const SIDE: u32 = 30;

/// To the right, down, to the left and up.
const DIRECTIONS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

pub(crate) fn of(layout: &Layout<'_>, edges: &BTreeSet<(usize, usize)>) -> Routes {
    let places: BTreeMap<usize, Place> =
        layout.nodes.iter().map(|(node, place)| (node.number, *place)).collect();
    let mut ends: Vec<(usize, usize)> = edges
        .iter()
        .copied()
        .filter(|(from, to)| places.contains_key(from) && places.contains_key(to))
        .collect();
    // Short lines take the straight ways; long ones go around them.
    ends.sort_by_key(|(from, to)| (distance(&places[from], &places[to]), *from, *to));
    let mut map = Map::of(layout);
    let mut paths: Vec<Vec<State>> = Vec::with_capacity(ends.len());
    for (from, to) in &ends {
        let path = map.path(&places[from], &places[to], *to);
        map.mark(&path, *to);
        paths.push(path);
    }
    // Each line once more, now that all others are there.
    for index in 0..ends.len() {
        let (from, to) = ends[index];
        map.forget(&paths[index], to);
        // What it shared with lines to the same node is still there.
        let others = paths.iter().zip(&ends).enumerate();
        for (_, (path, _)) in others.filter(|(other, (_, (_, end)))| *other != index && *end == to) {
            map.mark(path, to);
        }
        let path = map.path(&places[&from], &places[&to], to);
        map.mark(&path, to);
        paths[index] = path;
    }
    paths.iter().zip(&ends).for_each(|(path, (_, to))| map.forget(path, *to));
    let clashes = paths.iter().zip(&ends).map(|(path, (_, to))| map.mark(path, *to)).sum();
    let lines = ends.iter().zip(&paths).map(|((from, to), path)| Route {
        from: *from,
        to: *to,
        corners: map.corners(path),
    });
    Routes { lines: lines.collect(), clashes }
}

/// How far apart the middles of two nodes are.
fn distance(from: &Place, to: &Place) -> i32 {
    let middle = |place: &Place| (place.x + place.width / 2, place.y + place.height / 2);
    let ((x, y), (other_x, other_y)) = (middle(from), middle(to));
    (x - other_x).abs() + (y - other_y).abs()
}

/// A crossing of lanes and the direction in which a line comes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    point: usize,
    direction: usize,
}

/// The lanes of a picture and what is on them. A crossing of lanes is a point; lanes run in the middle between the lines of
/// the grid, so that none runs along a border.
struct Map {
    width: usize,
    /// Where each point is, in cells of the grid.
    cells: Vec<(i32, i32)>,
    /// For each point whether something stands there; no line leaves the picture.
    blocked: Vec<bool>,
    /// What a step to a point costs beyond its length, level and upright.
    close: [Vec<u32>; 2],
    /// Whose line passes a point level, passes it upright and has a corner in it; nobody's is 0.
    level: Vec<usize>,
    upright: Vec<usize>,
    corner: Vec<usize>,
    /// Whose line leaves a point to the right or downwards, and comes that way.
    ahead: [Vec<usize>; 2],
    back: [Vec<usize>; 2],
    /// The search: the least cost of each state, the state before it and the search that wrote them.
    costs: Vec<u32>,
    before: Vec<usize>,
    searches: Vec<u32>,
    search: u32,
}

impl Map {
    fn of(layout: &Layout<'_>) -> Self {
        let cells = |length: i32| usize::try_from(length / GRID).unwrap_or_default();
        let (width, height) = (cells(layout.width), cells(layout.height));
        let points = width * height;
        let cell = |number: usize| i32::try_from(number).unwrap_or(i32::MAX / GRID / 2);
        let cells: Vec<(i32, i32)> =
            (0..points).map(|point| (cell(point % width), cell(point / width))).collect();
        let is_edge = |(column, row): &(i32, i32)| {
            *column == 0 || *row == 0 || *column == cell(width) - 1 || *row == cell(height) - 1
        };
        let mut map = Self {
            width,
            blocked: cells.iter().map(is_edge).collect(),
            cells,
            close: [vec![0; points], vec![0; points]],
            level: vec![0; points],
            upright: vec![0; points],
            corner: vec![0; points],
            ahead: [vec![0; points], vec![0; points]],
            back: [vec![0; points], vec![0; points]],
            costs: vec![0; 4 * points],
            before: vec![0; 4 * points],
            searches: vec![0; 4 * points],
            search: 0,
        };
        for (group, place) in &layout.groups {
            let Place { x, y, width, height } = *place;
            for side in [y, y + height] {
                map.fill(x, side - GRID, width, 2 * GRID, |map, point| map.close[0][point] = CLOSE);
            }
            for side in [x, x + width] {
                map.fill(side - GRID, y, 2 * GRID, height, |map, point| map.close[1][point] = CLOSE);
            }
            map.fill(x, y, title_width(group) + 2 * GRID, TITLE, |map, point| map.blocked[point] = true);
        }
        for (_, place) in &layout.nodes {
            let Place { x, y, width, height } = *place;
            map.fill(x - GRID, y - GRID, width + 2 * GRID, height + 2 * GRID, |map, point| {
                map.close.iter_mut().for_each(|close| close[point] = CLOSE);
            });
        }
        for (_, place) in &layout.nodes {
            let Place { x, y, width, height } = *place;
            map.fill(x, y, width, height, |map, point| map.blocked[point] = true);
        }
        map
    }

    /// Visits the points in a rectangle.
    fn fill(&mut self, x: i32, y: i32, width: i32, height: i32, visit: impl Fn(&mut Self, usize)) {
        for row in y / GRID..(y + height) / GRID {
            for column in x / GRID..(x + width) / GRID {
                if let Some(point) = self.point(column, row) {
                    visit(self, point);
                }
            }
        }
    }

    fn point(&self, column: i32, row: i32) -> Option<usize> {
        let (column, row) = (usize::try_from(column).ok()?, usize::try_from(row).ok()?);
        let point = row * self.width + column;
        (column < self.width && point < self.blocked.len()).then_some(point)
    }

    /// The point after a point in a direction, unless something stands there.
    fn next(&self, point: usize, direction: usize) -> Option<usize> {
        let next = match direction {
            0 => point + 1,
            1 => point + self.width,
            2 => point - 1,
            _ => point - self.width,
        };
        (!self.blocked[next]).then_some(next)
    }

    /// The points around a node, each with the direction away from it.
    fn around(&self, place: &Place) -> Vec<State> {
        let (left, top) = (place.x / GRID, place.y / GRID);
        let (right, bottom) = (left + place.width / GRID, top + place.height / GRID);
        let mut states = Vec::new();
        let mut add = |column: i32, row: i32, direction: usize| {
            let point = self.point(column, row).filter(|point| !self.blocked[*point]);
            states.extend(point.map(|point| State { point, direction }));
        };
        // Not at the corners, which are round.
        for row in top + 1..bottom - 1 {
            add(right, row, 0);
            add(left - 1, row, 2);
        }
        for column in left + 1..right - 1 {
            add(column, bottom, 1);
            add(column, top - 1, 3);
        }
        states
    }

    /// The lane between a point and the next one: the point on its left or upper end, and whether it is upright.
    const fn lane(&self, point: usize, next: usize) -> (usize, usize) {
        let (first, other) = if point < next { (point, next) } else { (next, point) };
        (first, if other - first == 1 && self.width > 1 { 0 } else { 1 })
    }

    /// Forgets a line to a node.
    fn forget(&mut self, path: &[State], to: usize) {
        let free = |line: &mut usize| {
            if *line == to + 1 {
                *line = 0;
            }
        };
        for (state, next) in path.iter().zip(path.iter().skip(1)) {
            let (first, upright) = self.lane(state.point, next.point);
            free(&mut self.ahead[upright][first]);
            free(&mut self.back[upright][first]);
        }
        for State { point, .. } in path {
            free(&mut self.level[*point]);
            free(&mut self.upright[*point]);
            free(&mut self.corner[*point]);
        }
    }

    /// Writes a line to a node down; returns how often it shares a lane with a line to another node.
    fn mark(&mut self, path: &[State], to: usize) -> usize {
        let line = to + 1;
        let mut clashes = 0;
        for (state, next) in path.iter().zip(path.iter().skip(1)) {
            let (first, upright) = self.lane(state.point, next.point);
            let is_ahead = state.point == first;
            let others = [self.ahead[upright][first], self.back[upright][first]];
            clashes += usize::from(others.iter().any(|other| *other != 0 && *other != line));
            let lanes = if is_ahead { &mut self.ahead } else { &mut self.back };
            lanes[upright][first] = line;
            let passed = match (state.direction == next.direction, state.direction % 2) {
                (false, _) => &mut self.corner,
                (true, 0) => &mut self.level,
                (true, _) => &mut self.upright,
            };
            passed[state.point] = line;
        }
        if let Some(last) = path.last() {
            let passed = if last.direction % 2 == 0 { &mut self.level } else { &mut self.upright };
            passed[last.point] = line;
        }
        clashes
    }

    /// What it costs to pass a point that one came to in one direction and leaves in another.
    fn passing(&self, point: usize, came: usize, leaves: usize, line: usize) -> u32 {
        let is_foreign = |other: usize| other != 0 && other != line;
        let is_level = came.is_multiple_of(2);
        let (along, across) =
            if is_level { (&self.level, &self.upright) } else { (&self.upright, &self.level) };
        let is_turn = came != leaves;
        let clashes = is_foreign(self.corner[point])
            || is_foreign(along[point])
            || is_turn && is_foreign(across[point]);
        let mut cost = if clashes { CLASH } else { 0 };
        if !is_turn && is_foreign(across[point]) {
            cost += CROSSING;
        }
        cost + if is_turn { TURN } else { 0 }
    }

    /// What a step along a lane costs.
    fn step(&self, point: usize, next: usize, line: usize) -> u32 {
        let (first, upright) = self.lane(point, next);
        let (ahead, back) = (self.ahead[upright][first], self.back[upright][first]);
        let (same, opposite) = if point == first { (ahead, back) } else { (back, ahead) };
        if opposite != 0 || same != 0 && same != line {
            return CLASH;
        }
        if same == line { JOINED } else { STEP + self.close[upright][next] }
    }

    /// The cheapest way between two nodes; empty if there is none.
    fn path(&mut self, from: &Place, to: &Place, target: usize) -> Vec<State> {
        let line = target + 1;
        self.search += 1;
        let opposite = |direction: usize| (direction + 2) % 4;
        let mut goals = self.around(to);
        goals.iter_mut().for_each(|state| state.direction = opposite(state.direction));
        goals.sort();
        // At least so far it is still.
        let rest = |map: &Self, point: usize| {
            let (column, row) = map.cells[point];
            let beyond = |at: i32, start: i32, length: i32| {
                (start / GRID - 1 - at).max(at - (start + length) / GRID).max(0).unsigned_abs()
            };
            beyond(column, to.x, to.width) + beyond(row, to.y, to.height)
        };
        let mut open = BinaryHeap::new();
        let starts: BTreeSet<State> = self.around(from).into_iter().collect();
        for state in &starts {
            let side = if state.direction == 0 { 0 } else { SIDE } + self.off_middle(state, from);
            let cost = side + self.passing(state.point, state.direction, state.direction, line);
            let key = 4 * state.point + state.direction;
            (self.costs[key], self.before[key], self.searches[key]) = (cost, usize::MAX, self.search);
            open.push(Reverse((cost + JOINED * rest(self, state.point), cost, *state)));
        }
        let mut best: Option<(u32, State)> = None;
        while let Some(Reverse((estimate, cost, state))) = open.pop() {
            if best.is_some_and(|(least, _)| least <= estimate) {
                break;
            }
            let key = 4 * state.point + state.direction;
            if self.costs[key] < cost {
                continue;
            }
            let is_start = self.before[key] == usize::MAX;
            if !is_start && rest(self, state.point) == 0 && goals.binary_search(&state).is_ok() {
                let side = if state.direction == 0 { 0 } else { SIDE } + self.off_middle(&state, to);
                let whole = cost + side + self.passing(state.point, state.direction, state.direction, line);
                if best.is_none_or(|(least, _)| whole < least) {
                    best = Some((whole, state));
                }
                continue;
            }
            for direction in 0..DIRECTIONS.len() {
                // No way back, and straight away from the node at first.
                if direction == opposite(state.direction) || is_start && direction != state.direction {
                    continue;
                }
                let Some(point) = self.next(state.point, direction) else { continue };
                let passing =
                    if is_start { 0 } else { self.passing(state.point, state.direction, direction, line) };
                let whole = cost + passing + self.step(state.point, point, line);
                let next = State { point, direction };
                let key_of_next = 4 * point + direction;
                if self.searches[key_of_next] != self.search || whole < self.costs[key_of_next] {
                    (self.costs[key_of_next], self.before[key_of_next]) = (whole, key);
                    self.searches[key_of_next] = self.search;
                    open.push(Reverse((whole + JOINED * rest(self, point), whole, next)));
                }
            }
        }
        let mut path = Vec::new();
        let mut key = best.map_or(usize::MAX, |(_, state)| 4 * state.point + state.direction);
        while key != usize::MAX {
            path.push(State { point: key / 4, direction: key % 4 });
            key = self.before[key];
        }
        path.reverse();
        path
    }

    /// What it costs to leave a node or to come in beside the middle of its side.
    fn off_middle(&self, state: &State, place: &Place) -> u32 {
        let (column, row) = self.cells[state.point];
        let lane = |cell: i32| cell * GRID + GRID / 2;
        let off = match state.direction % 2 {
            0 => lane(row) - (place.y + place.height / 2),
            _ => lane(column) - (place.x + place.width / 2),
        };
        off.unsigned_abs() / 8
    }

    /// The corners of a way, with its ends on the borders of its nodes.
    fn corners(&self, path: &[State]) -> Vec<(i32, i32)> {
        let at = |state: &State| {
            let (column, row) = self.cells[state.point];
            (column * GRID + GRID / 2, row * GRID + GRID / 2)
        };
        let moved = |(x, y): (i32, i32), direction: usize, by: i32| {
            (x + DIRECTIONS[direction].0 * by, y + DIRECTIONS[direction].1 * by)
        };
        let (Some(first), Some(last)) = (path.first(), path.last()) else { return Vec::new() };
        let mut corners = vec![moved(at(first), first.direction, -GRID / 2)];
        for (state, next) in path.iter().zip(path.iter().skip(1)) {
            if state.direction != next.direction {
                corners.push(at(state));
            }
        }
        corners.push(moved(at(last), last.direction, GRID / 2));
        corners
    }
}
