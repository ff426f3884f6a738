//! Where the boxes and nodes of a picture stand: from left to right along the edges, box within box, folded so that the
//! whole fits a page.
//!
//! All coordinates are multiples of [`GRID`], so that lines between boxes run in lanes of their own.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod.rs` | boxes within boxes: how large each is, and where it stands at last |
//! | `page.rs` | what a picture should fit, and the room for lines |
//! | `columns.rs` | children that edges join |
//! | `packing.rs` | children that nothing joins |
//!
//! It may import the graph's groups and nodes, and rectangles.

mod columns;
mod packing;
mod page;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::layout::columns::{align, arrange, clusters};
use crate::graph::layout::packing::{Packing, packed};
use crate::graph::layout::page::Page;
pub(crate) use crate::graph::layout::page::{GRID, Spacing};
use crate::graph::picture::{Graph, Group, Node};
use crate::graph::rect::Rect;

/// Boxes and nodes with their rectangles; outer boxes stand before inner ones.
pub(crate) struct Layout<'a> {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) groups: Vec<(&'a Group, Rect)>,
    pub(crate) nodes: Vec<(&'a Node, Rect)>,
}

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
/// So many nodes stand in one column.
const COLUMN: usize = 5;
/// Widths of boxes in percent of their heights; the one is taken that suits the picture.
const RATIOS: [i32; 5] = [80, 120, 160, 220, 300];
/// The width of a good picture in percent of its height.
const PAGE: i32 = 160;
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

#[derive(Clone, Copy)]
enum Child<'a> {
    Group(&'a Group),
    Node(&'a Node),
}

/// The children of a box, each with its rectangle within the box.
#[derive(Default)]
struct Block<'a> {
    width: i32,
    height: i32,
    /// How often columns and rows were folded in it.
    folds: usize,
    children: Vec<(Child<'a>, Rect, Option<Self>)>,
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
        let (mut rects, blocks): (Vec<Rect>, Vec<Option<Self>>) =
            children.iter().map(|child| child.sized(edges, page)).unzip();
        let is_node: Vec<bool> = children.iter().map(|child| matches!(child, Child::Node(_))).collect();
        let clusters = clusters(children.len(), &inner);
        // What has no edges stands where there is room, each for itself.
        let alone: Vec<usize> =
            clusters.iter().filter(|members| members.len() == 1).map(|members| members[0]).collect();
        align(&mut rects, &is_node, &alone);
        let mut folds = blocks.iter().flatten().map(|block| block.folds).sum();
        let mut sizes = Vec::new();
        for cluster in &clusters {
            let (width, height, folded) = match cluster.as_slice() {
                [only] => (rects[*only].width, rects[*only].height, 0),
                _ => arrange(cluster, &mut rects, &is_node, &inner, page),
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
                rects[*child].x += x;
                rects[*child].y += y;
            }
        }
        let children = children.iter().copied().zip(rects).zip(blocks);
        Self {
            width,
            height,
            folds,
            children: children.map(|((child, rect), block)| (child, rect, block)).collect(),
        }
    }

    /// Writes the final rectangles, for a box whose content begins at a point.
    fn put(self, x: i32, y: i32, spacing: Spacing, layout: &mut Layout<'a>) {
        for (child, rect, block) in self.children {
            let rect = Rect { x: rect.x + x, y: rect.y + y, ..rect };
            match child {
                Child::Node(node) => layout.nodes.push((node, rect)),
                Child::Group(group) => layout.groups.push((group, rect)),
            }
            if let Some(block) = block {
                block.put(rect.x + spacing.padding, rect.y + spacing.padding + TITLE, spacing, layout);
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
    fn sized(self, edges: &BTreeSet<(usize, usize)>, page: Page) -> (Rect, Option<Block<'a>>) {
        match self {
            Self::Node(node) => {
                let longest = node.service.chars().count().max(node.label.chars().count()).min(LABEL);
                let width = up_to_grid((width(longest) + 24).max(144));
                (Rect { width, height: NODE_HEIGHT, ..Rect::default() }, None)
            }
            Self::Group(group) => {
                let children =
                    group.groups.iter().map(Child::Group).chain(group.nodes.iter().map(Child::Node));
                let around = 2 * page.spacing.padding;
                let inner = Page { width: page.width - around, ..page };
                let block = Block::of(&children.collect::<Vec<_>>(), edges, inner);
                let width = block.width.max(title_width(group)) + around;
                let height = block.height + around + TITLE;
                (Rect { width, height, ..Rect::default() }, Some(block))
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
