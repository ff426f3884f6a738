//! Compares what repositories really have with what the stacks say.
//!
//! What the stacks say is read from their synthesized documents: branch protections, environments with their branch
//! policies, the template of OIDC subjects, and the subjects that roles in AWS trust. Patterns of branches are compared
//! with the branches that there are. Values that only Terraform knows are left out, and said to be.

mod comparison;
mod environment;
mod expected;
mod pattern;
mod protection;
mod result;
mod run;
mod trust;

pub use expected::{Context, ExpectedSetting, Setting, Subject, expected_settings};
pub use result::{AuditResult, Difference};
pub use run::{audit, by_repository};
