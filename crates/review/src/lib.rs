//! What changed in a program's documents, and what it means to those who review it.
//!
//! - [`action`]: what an apply does with a resource.
//! - [`comparison`]: what differs between two sets of documents, by meaning.
//! - [`moves`]: addresses that are gone, and where they probably went.
//! - [`graph`]: the picture of an architecture.
//! - [`cost`]: what a month costs by list prices.
//! - [`iam`]: who may do what that could not before.
//! - [`exposure`]: what can be reached from where that could not before.
//! - [`impact`]: all of that for the changes of a plan.
//! - [`page`]: the page that a reviewer opens.
//!
//! It may import `formwork-core`, and the facts about resource types of `formwork-schema`. It reads documents and stacks; it
//! asks no cloud, and no state.

pub mod action;
pub mod comparison;
pub mod cost;
pub mod exposure;
pub mod graph;
pub mod iam;
pub mod impact;
pub mod moves;
pub mod page;
pub mod unknown;
