//! The command line over all systems of this repository.

use std::process::ExitCode;

use formwork::Program;

fn main() -> ExitCode {
    Program::new(formwork_stacks::build).run()
}
