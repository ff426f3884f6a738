//! The page that a picture is fitted to, and the room that lines get on it.

/// The distance of two lanes.
pub(crate) const GRID: i32 = 8;
/// A picture that is not wider need not be folded.
const SMALL: i32 = 800;
/// What it costs to go on in another column, in pixels.
const FOLD: i32 = 80;

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

/// What a box is fitted to.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub(super) spacing: Spacing,
    /// The width in percent of the height.
    pub(super) ratio: i32,
    pub(super) width: i32,
}

impl Page {
    /// How large the page has to be for a box of a size: the less, the better.
    pub(super) fn cost(&self, width: i32, height: i32) -> i32 {
        let excess = (width - self.width).max(0);
        let by_height = height.saturating_mul(self.ratio) / 100;
        // Of those that fit alike the smaller one.
        (width.max(by_height).max(SMALL) + width / 16 + by_height / 16)
            .saturating_add(excess.saturating_mul(16))
    }

    /// The same for a box with what was folded in it.
    pub(super) fn folded(&self, width: i32, height: i32, folds: usize) -> i32 {
        let folds = i32::try_from(folds).unwrap_or(i32::MAX).saturating_mul(FOLD);
        self.cost(width, height).saturating_add(folds)
    }
}
