//! `formwork`: new projects, and every verb of a project's program.
//!
//! What needs no program it does by itself; in a project it builds the program with the features that a verb needs, and
//! hands the verb to it ([`forward`]). It is in nobody's program, and `cargo run -- synth` builds nothing of it.

mod command_line;
mod completions;
mod doctor;
mod forward;
mod new;
mod own;
mod project;

use std::process::ExitCode;

fn main() -> ExitCode {
    command_line::run(std::env::args_os())
}
