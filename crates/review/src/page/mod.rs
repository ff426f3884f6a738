//! The page that a reviewer opens: what a plan does, in one file that needs nothing else.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `model.rs` | what is on a page |
//! | `summary.rs` | its first part in lines, for a comment too |
//! | `html.rs` | the file: policy, style, script, and the parts in their order |
//! | `first_part.rs` | risk, cost, access, exposure, findings |
//! | `changes.rs` | every change with its arguments |
//! | `values.rs` | values before and after |
//!
//! Text from outside reaches the page through `maud`, which escapes it, and without invisible characters. HTML is behind the
//! feature `page`.

mod model;
mod summary;

#[cfg(feature = "page")]
mod changes;
#[cfg(feature = "page")]
mod first_part;
#[cfg(feature = "page")]
mod html;
#[cfg(all(test, feature = "page"))]
mod tests;
#[cfg(feature = "page")]
mod values;

pub use model::{Change, Finding, Level, Link, Moment, Page, Severity, StackPage, Waived};
pub use summary::summary;
