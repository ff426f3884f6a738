//! Complete systems, one folder each, and the command line over all of them.
//!
//! One crate and no library beside it: that saves a third of the time from an edit to new documents.

mod cat_house;
#[cfg(test)]
mod cost;
mod database;
mod network;
mod outreachpass;
#[cfg(any(test, feature = "pipelines"))]
mod pipelines;
mod platform;
mod replicator;
#[cfg(test)]
mod roles;
mod scheduler;
mod shtetl;
#[cfg(test)]
mod snapshots;

use std::process::ExitCode;

use formwork::{App, Program, guards};

fn main() -> ExitCode {
    let program = Program::new(build)
        .settings::<cat_house::Settings>("cat-house")
        .settings::<cat_house::Project>("cat-house-project")
        .settings::<outreachpass::Settings>("outreachpass")
        .settings::<outreachpass::Project>("outreachpass-project")
        .settings::<replicator::Settings>("replicator")
        .settings::<replicator::Project>("replicator-project")
        .settings::<scheduler::Settings>("scheduler")
        .settings::<scheduler::Project>("scheduler-project")
        .settings::<shtetl::Settings>("shtetl")
        .settings::<shtetl::Project>("shtetl-project");
    with_pipelines(program).run()
}

#[cfg(feature = "pipelines")]
fn with_pipelines(program: Program) -> Program {
    program
        .workflows("formwork", pipelines::own)
        .workflows("cat-house", cat_house::pipelines)
        .workflows("outreachpass", outreachpass::pipelines)
        .workflows("replicator", replicator::pipelines)
        .workflows("scheduler", scheduler::pipelines)
        .workflows("shtetl", shtetl::pipelines)
}

#[cfg(not(feature = "pipelines"))]
fn with_pipelines(program: Program) -> Program {
    program
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
