//! What changed between two documents of a stack, argument by argument.

pub use formwork_review::comparison::{ArgumentChange, Change, ChangeKind, Comparison};
