//! The command line over all systems of this repository.

use std::process::ExitCode;

use formwork::Program;
use formwork_stacks::shtetl;

fn main() -> ExitCode {
    Program::new(formwork_stacks::build)
        .settings::<shtetl::Settings>("shtetl")
        .settings::<shtetl::Project>("shtetl-project")
        .run()
}
