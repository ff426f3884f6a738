//! The program that the tests run.

#[path = "../../integration/programs/fixture/mod.rs"]
mod fixture;

use std::process::ExitCode;

fn main() -> ExitCode {
    fixture::main()
}
