//! Complete systems, one folder each, and the command line over all of them.
//!
//! One crate and no library beside it: that saves a third of the time from an edit to new documents.

mod shtetl;
#[cfg(test)]
mod snapshots;

use std::process::ExitCode;

use formwork::{App, Program, guards};

fn main() -> ExitCode {
    Program::new(build)
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
    shtetl::build(app)
}
