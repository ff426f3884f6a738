//! Typed Rust bindings from a provider catalogue.
