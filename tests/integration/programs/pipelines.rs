//! The runner's stacks with workflows beside them.

use std::process::ExitCode;

use formwork::Program;
use formwork::workflows::{Command, Job, Paths, Repository, Step, Triggers, Workflow};

use crate::runner;

pub(crate) fn main() -> ExitCode {
    Program::new(runner::build).workflows("shop", shop).workflows("office", office).run()
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
