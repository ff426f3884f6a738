//! The engine of releases: one way from a command to any target.
//!
//! A [`Target`] knows the verbs for what it is in AWS; [`Run`] carries a verb out for all targets that a command is
//! about, with one [`Context`]: one clock, one way of retrying, one journal, live or as a dry run. Nothing here knows a
//! target, and nothing here calls AWS.

mod age;
mod artifacts;
mod cancellation;
mod clock;
mod context;
mod error;
mod journal;
mod outcome;
mod promotion;
mod retry;
mod run;
mod served;
mod status;
mod target;

pub use self::age::Older;
pub(crate) use self::age::{Known, is_same};
pub use self::artifacts::{Artifacts, Commit, Injection, short_commit};
pub(crate) use self::artifacts::{hexadecimal, release_id};
pub use self::cancellation::{Cancellation, Cancellations, OnCancel, within};
pub use self::clock::{AwsClock, Clock, SystemClock, show_time};
pub(crate) use self::context::Action;
pub use self::context::{Context, ExecutionMode, Timing};
pub use self::error::ReleaseError;
pub use self::journal::{Entry, Journal};
pub use self::outcome::{Check, Done, Outcome, Verification};
pub use self::promotion::{
    Candidates, CurrentStep, Destination, Direction, Freezes, Promotion, parse_wanted,
};
pub(crate) use self::retry::Retry;
pub use self::run::{Observer, Overdue, Run};
pub use self::served::Served;
pub use self::status::{AliasStatus, Candidate, HistoryEntry, Origin, Phase, Serving, Status, UnderWay};
pub use self::target::{Ask, End, OpenTarget, Target};
