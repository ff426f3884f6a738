//! Complete systems, one folder each, and the command line over all of them.
//!
//! One crate and no library beside it: that saves a third of the time from an edit to new documents.

mod cat_house;
mod database;
mod network;
mod outreachpass;
mod platform;
mod replicator;
mod scheduler;
mod shtetl;
#[cfg(test)]
mod snapshots;

use std::process::ExitCode;

use formwork::{App, Program, guards};

fn main() -> ExitCode {
    Program::new(build)
        .settings::<cat_house::Settings>("cat-house")
        .settings::<cat_house::Project>("cat-house-project")
        .settings::<outreachpass::Settings>("outreachpass")
        .settings::<outreachpass::Project>("outreachpass-project")
        .settings::<replicator::Settings>("replicator")
        .settings::<replicator::Project>("replicator-project")
        .settings::<scheduler::Settings>("scheduler")
        .settings::<scheduler::Project>("scheduler-project")
        .settings::<shtetl::Settings>("shtetl")
        .settings::<shtetl::Project>("shtetl-project")
        .run()
}

/// Builds every stack of every system.
///
/// # Errors
/// Fails if a settings file does not fit its types.
fn build(app: &mut App) -> formwork::Result {
    app.guard(guards::aws::all());
    cat_house::build(app)?;
    outreachpass::build(app)?;
    replicator::build(app)?;
    scheduler::build(app)?;
    shtetl::build(app)
}
