//! Typed bindings of HashiCorp's small providers, with all of their resources, data sources and
//! ephemeral resources.

pub mod archive;
pub mod local;
pub mod null;
pub mod random;
pub mod time;
pub mod tls;
