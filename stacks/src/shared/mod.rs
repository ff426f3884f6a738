//! What several systems share: networks, databases, the account's platform, steps of workflows.
//!
//! It knows no system.

pub(crate) mod database;
pub(crate) mod network;
pub(crate) mod platform;
#[cfg(any(test, feature = "pipelines"))]
pub(crate) mod workflows;
