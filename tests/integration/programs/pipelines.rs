//! The runner's stacks with workflows beside them.

use std::process::ExitCode;

use formwork::workflows::{Command, Job, Paths, Repository, Step, Triggers, Workflow};
use formwork::{App, Program};

use crate::protections::{Protected, Workflows, protections};
use crate::runner;

pub(crate) fn main() -> ExitCode {
    let build = match std::env::var("FIXTURE").as_deref() {
        Ok("protections") => pushes_protected,
        Ok("protections-by-reviewers") => plans_reviewed,
        _ => runner::build,
    };
    Program::new(build).workflows("shop", shop).workflows("office", office).run()
}

fn pushes_protected(app: &mut App) -> formwork::Result {
    protected(app, Workflows::PushRules)
}

fn plans_reviewed(app: &mut App) -> formwork::Result {
    protected(app, Workflows::PlanReviewers(&["hubot", "mona"]))
}

/// What `pipelines init --protections` has written for the stacks of the runner.
fn protected(app: &mut App, workflows: Workflows<'_>) -> formwork::Result {
    let reviewers = ["octo-cat", "hubot"];
    let protected = Protected { owner: "acme", repository: "shop", reviewers: &reviewers, workflows };
    protections(app.stack("github"), &protected);
    Ok(())
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
