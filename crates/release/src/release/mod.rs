//! Releases of functions behind aliases: a small state machine whose truth is in AWS.
//!
//! Nothing about a release is kept on a disk. A version's description says what it was published for; the descriptions
//! of the two aliases hold a [`Record`] of what was done last, written in the same call as the move itself, so that
//! there is no moment at which one is true without the other. Whoever reads both aliases knows the [`State`], and so
//! knows how to go on, in this process or another one.
//!
//! Not here: what a version answers. Smoke tests and gates say that, and [`verify`] takes their word.

mod history;
mod movement;
mod package;
mod patience;
mod plan;
mod promote;
mod record;
mod resume;
mod rollback;
mod service;
mod start;
mod state;
mod status;
mod stop;
mod verify;
mod version;

pub use self::history::{HistoryEntry, history};
pub use self::package::{Object, Package, Source, is_zip};
pub use self::promote::{Candidates, Judging, Promotion, promote};
pub use self::record::{MAXIMUM_DESCRIPTION, Phase, Record};
pub use self::resume::{Resumed, Way, resume};
pub use self::rollback::{Destination, RolledBack, rollback};
pub use self::service::{Deployer, Service, Timing};
pub use self::start::{Commit, Started, start};
pub use self::state::{State, state};
pub use self::status::{AliasStatus, ServiceStatus, status};
pub use self::stop::Stop;
pub use self::verify::{Check, Verified, verify};
