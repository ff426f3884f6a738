//! Compares what repositories really have with what the stacks say.
//!
//! What the stacks say is read from their synthesized documents: branch protections, environments with their branch
//! policies, the form of OIDC subjects, and the subjects that roles in AWS trust. Patterns of branches are compared with
//! the branches that there are. Values that only Terraform knows are
//! left out, and said to be.

mod expected;
mod look;
mod pattern;

pub use expected::{Context, Expected, Fact, Subject, expected};
pub use look::{Audited, Difference, audit, by_repository};
