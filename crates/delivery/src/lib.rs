//! Releases, gates and smoke tests: which version serves, and whether it should.
//!
//! A stack describes how its services are released ([`Release`]); that is light, and always here. What talks to AWS
//! and GitHub is behind the feature `clients`.

pub mod description;
pub mod permissions;

#[cfg(feature = "clients")]
pub mod cloud;
#[cfg(feature = "clients")]
pub mod journal;
#[cfg(feature = "clients")]
pub mod judge;
#[cfg(feature = "clients")]
pub mod release;

pub use description::{
    ApiStage, AppRunner, Ecs, Judgement, Lambda, MigrationTask, Mistake, Name, Release, Shifting, StaticSite,
    Step, Target,
};
