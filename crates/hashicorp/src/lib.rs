//! Typed bindings of HashiCorp's small providers, with all of their resources and data sources.

pub mod archive;
pub mod local;
pub mod null;
pub mod random;
pub mod time;
pub mod tls;
