//! The identifier of a block's shape.

use std::fmt;

/// The identifier of a block's shape: a hash of it, the same in every catalogue.
///
/// Displays as ten hexadecimal digits, as in a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub(crate) u64);

#[cfg(feature = "import")]
impl ShapeId {
    const BITS: u32 = 40;
    const MASK: u64 = (1 << Self::BITS) - 1;

    /// Hashes what follows the identifier in a `block` line: FNV-1a, folded to 40 bits.
    pub(crate) fn of(contents: &str) -> Self {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in contents.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self((hash >> Self::BITS ^ hash) & Self::MASK)
    }

    /// The identifier to take if this one is taken by another shape.
    pub(crate) fn next(self) -> Self {
        Self((self.0 + 1) & Self::MASK)
    }
}

impl fmt::Display for ShapeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010x}", self.0)
    }
}
