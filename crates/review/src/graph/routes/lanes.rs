//! The lanes of a picture, what is on them, and what it costs to use them.

use crate::graph::layout::{GRID, Layout, TITLE, title_width};
use crate::graph::rect::Rect;

const STEP: u32 = 10;
/// A step beside a line to the same node.
pub(super) const JOINED: u32 = 8;
const TURN: u32 = 45;
const CROSSING: u32 = 60;
/// A step close to a node or along the border of a box.
const CLOSE: u32 = 6;
/// A step, or a corner, on a line to another node.
const CLASH: u32 = 900;

/// A crossing of lanes and the direction in which a line comes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    pub(super) point: usize,
    pub(super) direction: usize,
}

/// The lanes of a picture and what is on them. A crossing of lanes is a point; lanes run in the middle between the lines of
/// the grid, so that none runs along a border.
pub(super) struct Lanes {
    width: usize,
    /// Where each point is, in cells of the grid.
    pub(super) cells: Vec<(i32, i32)>,
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
    pub(super) costs: Vec<u32>,
    pub(super) before: Vec<usize>,
    pub(super) searches: Vec<u32>,
    pub(super) search: u32,
}

impl Lanes {
    pub(super) fn of(layout: &Layout<'_>) -> Self {
        let cells = |length: i32| usize::try_from(length / GRID).unwrap_or_default();
        let (width, height) = (cells(layout.width), cells(layout.height));
        let points = width * height;
        let cell = |number: usize| i32::try_from(number).unwrap_or(i32::MAX / GRID / 2);
        let cells: Vec<(i32, i32)> =
            (0..points).map(|point| (cell(point % width), cell(point / width))).collect();
        let is_edge = |(column, row): &(i32, i32)| {
            *column == 0 || *row == 0 || *column == cell(width) - 1 || *row == cell(height) - 1
        };
        let mut lanes = Self {
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
        for (group, rect) in &layout.groups {
            let Rect { x, y, width, height } = *rect;
            for side in [y, y + height] {
                lanes.fill(x, side - GRID, width, 2 * GRID, |lanes, point| lanes.close[0][point] = CLOSE);
            }
            for side in [x, x + width] {
                lanes.fill(side - GRID, y, 2 * GRID, height, |lanes, point| lanes.close[1][point] = CLOSE);
            }
            lanes
                .fill(x, y, title_width(group) + 2 * GRID, TITLE, |lanes, point| lanes.blocked[point] = true);
        }
        for (_, rect) in &layout.nodes {
            let Rect { x, y, width, height } = *rect;
            lanes.fill(x - GRID, y - GRID, width + 2 * GRID, height + 2 * GRID, |lanes, point| {
                lanes.close.iter_mut().for_each(|close| close[point] = CLOSE);
            });
        }
        for (_, rect) in &layout.nodes {
            let Rect { x, y, width, height } = *rect;
            lanes.fill(x, y, width, height, |lanes, point| lanes.blocked[point] = true);
        }
        lanes
    }

    /// Visits the points in a rectangle.
    pub(super) fn fill(&mut self, x: i32, y: i32, width: i32, height: i32, visit: impl Fn(&mut Self, usize)) {
        for row in y / GRID..(y + height) / GRID {
            for column in x / GRID..(x + width) / GRID {
                if let Some(point) = self.point(column, row) {
                    visit(self, point);
                }
            }
        }
    }

    pub(super) fn point(&self, column: i32, row: i32) -> Option<usize> {
        let (column, row) = (usize::try_from(column).ok()?, usize::try_from(row).ok()?);
        let point = row * self.width + column;
        (column < self.width && point < self.blocked.len()).then_some(point)
    }

    /// The point after a point in a direction, unless something stands there.
    pub(super) fn next(&self, point: usize, direction: usize) -> Option<usize> {
        let next = match direction {
            0 => point + 1,
            1 => point + self.width,
            2 => point - 1,
            _ => point - self.width,
        };
        (!self.blocked[next]).then_some(next)
    }

    /// The points around a node, each with the direction away from it.
    pub(super) fn around(&self, rect: &Rect) -> Vec<State> {
        let (left, top) = (rect.x / GRID, rect.y / GRID);
        let (right, bottom) = (left + rect.width / GRID, top + rect.height / GRID);
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
    pub(super) const fn lane(&self, point: usize, next: usize) -> (usize, usize) {
        let (first, other) = if point < next { (point, next) } else { (next, point) };
        (first, if other - first == 1 && self.width > 1 { 0 } else { 1 })
    }

    /// Forgets a line to a node.
    pub(super) fn forget(&mut self, path: &[State], to: usize) {
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
    pub(super) fn mark(&mut self, path: &[State], to: usize) -> usize {
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
    pub(super) fn passing(&self, point: usize, came: usize, leaves: usize, line: usize) -> u32 {
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
    pub(super) fn step(&self, point: usize, next: usize, line: usize) -> u32 {
        let (first, upright) = self.lane(point, next);
        let (ahead, back) = (self.ahead[upright][first], self.back[upright][first]);
        let (same, opposite) = if point == first { (ahead, back) } else { (back, ahead) };
        if opposite != 0 || same != 0 && same != line {
            return CLASH;
        }
        if same == line { JOINED } else { STEP + self.close[upright][next] }
    }
}
