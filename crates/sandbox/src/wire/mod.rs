//! What goes over the wire: the messages of Terraform's plugin protocol 6, generated from `proto/plugin.proto`, and the
//! values in them.
//!
//! May import: `value`.

#![allow(
    clippy::all,
    clippy::use_self,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "generated code has a style of its own"
)]

mod message_pack;

pub(crate) use message_pack::DecodeError;

include!("generated.rs");
