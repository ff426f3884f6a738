//! The programs that the tests run, as one binary. The variable `FORMWORK_TEST_PROGRAM` says which it is.

mod assets;
mod estate;
mod evolving;
mod fixture;
mod locked;
mod many;
mod nested;
mod pipelines;
#[expect(unreachable_pub, reason = "it is as it is written for others")]
mod protections;
mod runner;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::var("FORMWORK_TEST_PROGRAM").as_deref() {
        Ok("assets") => assets::main(),
        Ok("estate") => estate::main(),
        Ok("evolving") => evolving::main(),
        Ok("fixture") => fixture::main(),
        Ok("locked") => locked::main(),
        Ok("many") => many::main(),
        Ok("nested") => nested::main(),
        Ok("pipelines") => pipelines::main(),
        Ok("runner") => runner::main(),
        _ => ExitCode::from(2),
    }
}
