//! What changed in a program's documents, and what it means to those who review it.
//!
//! - [`comparison`]: what differs between two sets of documents, by meaning.
//! - [`moves`]: addresses that are gone, and where they probably went.
//! - [`graph`]: the picture of an architecture.
//! - [`cost`]: what a month costs by list prices.
//!
//! It may import `formwork-core`, and the facts about resource types of `formwork-schema`. It reads documents and stacks; it
//! asks no cloud, and no state.

pub mod comparison;
pub mod cost;
pub mod graph;
pub mod moves;
