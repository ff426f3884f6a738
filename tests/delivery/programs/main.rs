//! The programs that the tests run, as one binary. The variable `FORMWORK_TEST_PROGRAM` says which it is.

#[path = "../../integration/programs/fixture/mod.rs"]
mod fixture;
#[path = "../../integration/programs/runner/mod.rs"]
#[allow(dead_code, reason = "only its stacks are used here")]
mod runner;

use std::process::ExitCode;

use formwork::Program;

fn main() -> ExitCode {
    match std::env::var("FORMWORK_TEST_PROGRAM").as_deref() {
        Ok("fixture") => fixture::main(),
        Ok("runner") => Program::new(runner::build).run(),
        _ => ExitCode::from(2),
    }
}
