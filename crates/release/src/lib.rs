//! Releases, gates and smoke tests: which version serves, and whether it should.
//!
//! A stack describes how its services are released ([`Release`]); that is light, and always here. What talks to AWS,
//! GitHub and the services themselves is behind the feature `clients`.

pub mod description;
pub mod json_path;
pub mod permissions;
pub mod target;

#[cfg(feature = "clients")]
pub mod engine;

#[cfg(feature = "clients")]
pub mod watch;

#[cfg(feature = "clients")]
pub mod aws;

#[cfg(feature = "clients")]
pub mod deployment;
#[cfg(feature = "clients")]
pub mod github;

#[cfg(feature = "clients")]
pub mod audit;
#[cfg(feature = "clients")]
pub mod gate;

#[cfg(feature = "clients")]
pub mod smoke;
#[cfg(feature = "clients")]
pub mod web;

#[cfg(feature = "clients")]
pub mod notify;

#[cfg(feature = "clients")]
mod block_on;
#[cfg(feature = "clients")]
mod duration;

#[cfg(feature = "clients")]
pub use block_on::block_on;
pub use description::{
    Analysis, ApiStage, Freeze, Mistake, Name, Release, Shifting, Step, WebMetric, WithoutVerdict,
};
#[cfg(feature = "clients")]
pub use duration::{ParseDurationError, parse_duration, show_duration};
