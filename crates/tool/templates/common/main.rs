//! What {{name}} consists of: `formwork plan --sandbox` shows what an apply would make.

//@others
mod bindings;
//@all
mod settings;
mod stack;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

//@aws
use formwork::{App, Program, guards};
//@others
use formwork::{App, Program};
//@all

use crate::settings::Settings;

/// All stacks of the program.
fn build(app: &mut App) -> formwork::Result {
    //@aws
    app.guard(guards::aws::all());
    //@all
    stack::build(app.stack("{{name}}"), &Settings::read()?);
    Ok(())
}

fn program() -> formwork::Result<Program> {
    //@aws
    Ok(Program::new(build).settings::<Settings>("{{name}}"))
    //@others
    let program = Program::new(build).settings::<Settings>("{{name}}");
    program.placeholders(Settings::read()?.placeholders()).catalogue(bindings::{{provider}}::CATALOGUE)
    //@all
}

fn main() -> ExitCode {
    match program() {
        Ok(program) => program.run(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
