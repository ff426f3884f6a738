//! What several systems share: networks, databases, the account's platform, steps of workflows.
//!
//! It knows no system.

pub(crate) mod database;
pub(crate) mod network;
#[cfg_attr(test, allow(dead_code, reason = "tests of the systems build them without a command line"))]
pub(crate) mod placeholders;
pub(crate) mod platform;
#[cfg(any(test, feature = "pipelines"))]
pub(crate) mod workflows;
