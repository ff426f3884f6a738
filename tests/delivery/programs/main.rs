//! The programs that the tests run, as one binary. The variable `FORMWORK_TEST_PROGRAM` says which it is.

#[path = "../../integration/programs/fixture/mod.rs"]
mod fixture;
#[path = "../../integration/programs/runner/mod.rs"]
#[allow(dead_code, reason = "only its stacks are used here")]
mod runner;

use std::process::ExitCode;

use formwork::Program;
use formwork::workflows::{Command, Job, Paths, Repository, Step, Triggers, Workflow};

fn main() -> ExitCode {
    match std::env::var("FORMWORK_TEST_PROGRAM").as_deref() {
        Ok("fixture") => fixture::main(),
        Ok("runner") => Program::new(runner::build).workflows("shop", shop).workflows("office", office).run(),
        _ => ExitCode::from(2),
    }
}

fn shop() -> formwork::Result<Vec<Repository>> {
    Ok(vec![Repository::new("acme/shop").workflow(tests("ci.yml")).workflow(tests("nightly.yml"))])
}

fn office() -> formwork::Result<Vec<Repository>> {
    Ok(vec![Repository::new("acme/office").below("office").workflow(tests("ci.yml"))])
}

fn tests(file: &str) -> Workflow {
    let job = Job::new("test", "test", 10).step(Step::run("Test", Command::new("make").argument("test")));
    Workflow::new(file, "Tests", "Tests.", Triggers::new().push(Paths::branches(["main"]))).job(job)
}
