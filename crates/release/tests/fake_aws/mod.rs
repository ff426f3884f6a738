//! A Lambda and a CloudWatch of our own: a fake for tests, strict where a release depends on AWS.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod cbor;
pub(crate) mod http;
pub(crate) mod model;
