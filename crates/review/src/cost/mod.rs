//! What stacks cost in a month, by a sheet of list prices: what is counted, what is assumed, what is not known.
//!
//! It reads the program, not a bill. Taxes, discounts, free tiers and the transfer of data to the internet are left out;
//! nothing here asks AWS.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `estimate.rs` | the estimate of a stack |
//! | `sheet.rs`, `date.rs` | prices and assumptions, and when a price was read |
//! | `count/` | what is paid for in a resource: a formula for each type whose facts in `formwork-schema` say `counted` |
//! | `arguments.rs`, `location.rs` | how formulas read a document, and where its resources are |
//! | `unused.rs` | prices of one's own that nothing takes |
//!
//! It may import `formwork-core` and the facts of `formwork-schema`, and nothing else of this crate.

mod arguments;
mod count;
mod date;
mod estimate;
mod location;
mod sheet;
#[cfg(test)]
mod tests;
mod unused;

pub use crate::cost::count::part::Basis;
pub use crate::cost::date::{Date, NoDate};
pub use crate::cost::estimate::{Estimate, Line, Unknown};
pub use crate::cost::sheet::{Given, Price, PriceSheet, SheetError, Source};
pub use crate::cost::unused::{UnusedPrice, unused};
