//! The messages of Terraform's plugin protocol 6, generated from `proto/plugin.proto`.

#![allow(
    clippy::all,
    clippy::use_self,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "generated code has a style of its own"
)]

include!("generated.rs");
