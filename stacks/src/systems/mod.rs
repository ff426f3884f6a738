//! The systems, a folder each: settings, stacks, and the workflows that deploy them.
//!
//! They may import what they share (`crate::shared`), and nothing of each other.

pub(crate) mod cat_house;
pub(crate) mod outreachpass;
pub(crate) mod replicator;
pub(crate) mod scheduler;
pub(crate) mod shtetl;

use formwork::{App, Placeholder, guards};

use crate::shared::placeholders::placeholders as of_system;

/// Builds every stack of every system.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn build(app: &mut App) -> formwork::Result {
    app.guard(guards::aws::all());
    cat_house::build(app)?;
    outreachpass::build(app)?;
    replicator::build(app)?;
    scheduler::build(app)?;
    shtetl::build(app)
}

/// What the settings of the systems have examples for.
#[cfg_attr(test, allow(dead_code, reason = "tests of the systems build them without a command line"))]
pub(crate) fn placeholders() -> Vec<Placeholder> {
    // What is local asks an emulator, which has no accounts.
    let scheduler = [
        "scheduler-bootstrap",
        "scheduler-github",
        "scheduler-dev-*",
        "scheduler-staging-*",
        "scheduler-production-*",
    ];
    let systems = [
        of_system("cat-house", &["cat-house-*"], &cat_house::settings::FILES),
        of_system("outreachpass", &["outreachpass-*"], &outreachpass::settings::FILES),
        of_system("replicator", &["replicator-*"], &replicator::settings::FILES),
        of_system("scheduler", &scheduler, &scheduler::settings::FILES),
    ];
    systems.concat()
}
