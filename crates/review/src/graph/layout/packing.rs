//! Packing: rectangles that nothing joins, side by side and below each other in little room.

use crate::graph::layout::page::{GRID, Page, Spacing};

/// The corners of rectangles and the size of the box around them.
#[derive(Default)]
pub(super) struct Packing {
    pub(super) corners: Vec<(i32, i32)>,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Places rectangles of sizes where they stand highest, in a box of the width that suits best.
pub(super) fn packed(sizes: &[(i32, i32)], page: Page) -> Packing {
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
    best.map(|(_, positioned)| positioned).unwrap_or_default()
}
