//! The search for the cheapest way between two nodes.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::graph::layout::GRID;
use crate::graph::rect::Rect;
use crate::graph::routes::lanes::{JOINED, Lanes, State};

/// Leaving by another side than the right one, or coming in by another than the left one.
const SIDE: u32 = 30;

/// To the right, down, to the left and up.
const DIRECTIONS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

impl Lanes {
    /// The cheapest way between two nodes; empty if there is none.
    pub(super) fn path(&mut self, from: &Rect, to: &Rect, target: usize) -> Vec<State> {
        let line = target + 1;
        self.search += 1;
        let opposite = |direction: usize| (direction + 2) % 4;
        let mut goals = self.around(to);
        goals.iter_mut().for_each(|state| state.direction = opposite(state.direction));
        goals.sort();
        // At least so far it is still.
        let rest = |lanes: &Self, point: usize| {
            let (column, row) = lanes.cells[point];
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
    pub(super) fn off_middle(&self, state: &State, rect: &Rect) -> u32 {
        let (column, row) = self.cells[state.point];
        let lane = |cell: i32| cell * GRID + GRID / 2;
        let off = match state.direction % 2 {
            0 => lane(row) - (rect.y + rect.height / 2),
            _ => lane(column) - (rect.x + rect.width / 2),
        };
        off.unsigned_abs() / 8
    }

    /// The corners of a way, with its ends on the borders of its nodes.
    pub(super) fn corners(&self, path: &[State]) -> Vec<(i32, i32)> {
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
