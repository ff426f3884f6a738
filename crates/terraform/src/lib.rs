//! The terraform runner: the one place that knows terraform's command line and its JSON.
//!
//! A [`Terraform`] is a binary with what all its runs have in common; a [`Workspace`] is a stack's folder. The rest are
//! the things that are done there: [`plan`] makes a [`Plan`] whose [`PlanChanges`] are shown, a [`PlanFolder`]
//! keeps plans for a review, a [`Schedule`] works on many stacks in their order.
//!
//! Nothing here prints: verbs do, through what they are given back or called with. It may import `formwork-core`,
//! `formwork-schema`, `formwork-synth`, `formwork-review` and, behind the feature `sandbox`, `formwork-sandbox`; it knows
//! no verb.

mod applied;
pub mod applied_document;
mod binary;
pub mod bootstrap;
mod change;
mod command;
pub mod commit;
mod diagnostic;
mod environment;
mod errored_state;
mod estate;
mod event;
mod fail_on;
pub mod foreign;
pub mod former;
mod hooks;
mod interrupt;
mod journal;
pub mod lock;
mod masking;
mod overlay;
mod pinned_version;
mod plan;
mod plan_file;
mod plan_folder;
mod planned_outputs;
pub mod protection;
mod provider_lock;
mod reads;
mod schedule;
mod scratch;
#[cfg(feature = "sandbox")]
mod simulation;
#[cfg(not(feature = "sandbox"))]
#[path = "no_simulation.rs"]
mod simulation;
mod stack_error;
mod state;
mod upstream;
mod vanished;
mod variables;
mod workspace;

pub use applied::Applied;
pub use binary::Binary;
pub use bootstrap::Remaining;
pub use change::{Action, PlanChanges, PlanJson, ResourceChange};
pub use command::{Arguments, Captured, Streamed, Terraform};
pub use commit::Commit;
pub use diagnostic::{MissingOutputs, SourceLine, TerraformDiagnostic, missing_outputs};
pub use environment::Environment;
pub use estate::Estate;
pub use event::{Event, Hook, Summary};
pub use fail_on::FailOn;
pub use hooks::{ApplyHooks, HookCommand, HookMoment, run_hooks};
pub use interrupt::Interrupt;
pub use lock::Lock;
pub use masking::{SENSITIVE, SENSITIVE_CHANGED, UNKNOWN};
pub use pinned_version::PinnedVersion;
pub use plan::{Deferred, Options, Plan, PlanMode, Planned, apply, plan_from_state, show};
pub use plan_folder::{PlanFolder, Reviewed, ReviewedPlan};
pub use planned_outputs::{PlannedOutputs, Upstream};
pub use provider_lock::{Packages, lock_providers};
pub use reads::changed_since;
pub use schedule::{Done, Schedule};
pub use scratch::ScratchFolder;
#[cfg(feature = "sandbox")]
pub use simulation::{provider_of, read_state};
pub use stack_error::StackError;
pub use state::{OutputValue, import, outputs, validate};
pub use upstream::{Reading, plan};
pub use vanished::Vanished;
pub use variables::Variables;
pub use workspace::{Initialization, Workspace};
