//! Complete systems, one folder each, and the command line over all of them.
//!
//! One crate and no library beside it: that saves a third of the time from an edit to new documents.

mod shared;
mod systems;

use std::process::ExitCode;

use formwork::Program;

use crate::systems::{cat_house, outreachpass, replicator, scheduler, shtetl};

fn main() -> ExitCode {
    let program = Program::new(systems::build)
        .placeholders(systems::placeholders())
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
    with_workflows(program).run()
}

#[cfg(feature = "pipelines")]
fn with_workflows(program: Program) -> Program {
    program
        .workflows("formwork", shared::workflows::own)
        .workflows("cat-house", cat_house::workflows)
        .workflows("outreachpass", outreachpass::workflows)
        .workflows("replicator", replicator::workflows)
        .workflows("scheduler", scheduler::workflows)
        .workflows("shtetl", shtetl::workflows)
}

#[cfg(not(feature = "pipelines"))]
fn with_workflows(program: Program) -> Program {
    program
}
