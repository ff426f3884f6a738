//! Bindings that `bindings add` generated for this package.

pub mod aws;
