//! The terraform runner: the one place that knows terraform's command line and its JSON.
//!
//! A [`Terraform`] is a binary with what all its runs have in common; a [`Workspace`] is a stack's folder. The rest are
//! the things that are done there. Nothing here prints: commands do, through what they are given back or called with.

mod binary;
pub(crate) mod bootstrap;
mod change;
mod command;
mod diagnostic;
mod event;
mod failure;
mod ground;
mod guard;
mod interrupt;
mod journal;
pub(crate) mod lock;
mod masking;
mod plan;
mod plan_folder;
mod schedule;
#[cfg(feature = "sandbox")]
mod simulation;
#[cfg(not(feature = "sandbox"))]
#[path = "no_simulation.rs"]
mod simulation;
mod state;
mod variables;
mod workspace;

pub(crate) use binary::Binary;
pub(crate) use bootstrap::Remaining;
pub(crate) use change::{Action, PlanChanges, ResourceChange};
pub(crate) use command::{Arguments, Captured, Streamed, Terraform};
pub(crate) use diagnostic::{Diagnostic, MissingOutputs, missing_outputs};
pub(crate) use event::{Event, Hook, Summary};
pub(crate) use failure::Failure;
pub(crate) use ground::Ground;
pub(crate) use guard::Guard;
pub(crate) use interrupt::Interrupt;
pub(crate) use lock::Lock;
pub(crate) use masking::{SENSITIVE, SENSITIVE_CHANGED, UNKNOWN};
pub(crate) use plan::{Options, Plan, PlanMode, Planned, apply, plan, show};
pub(crate) use plan_folder::{PlanFolder, PlanOutcome};
pub(crate) use schedule::{Done, Schedule};
#[cfg(feature = "sandbox")]
pub(crate) use simulation::{provider_of, read_state};
pub(crate) use state::{OutputValue, import, outputs, validate};
pub(crate) use variables::Variables;
pub(crate) use workspace::{Initialization, Workspace};
