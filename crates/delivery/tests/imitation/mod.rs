//! A Lambda and a CloudWatch of our own: an imitation for tests, strict where a release depends on AWS.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod cbor;
pub mod http;
pub mod model;
