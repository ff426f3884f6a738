//! What the pipelines of several systems have in common, and the workflows of this repository itself.

use formwork::workflows::{
    Command, Concurrency, Expression, Job, Paths, Repository, Script, Step, Text, Tool, Triggers, Workflow,
    actions,
};

/// The branch of this repository that others are merged into.
const MAIN: &str = "main";

/// The workflows of this repository.
///
/// # Errors
/// None; other systems read settings here.
#[expect(clippy::unnecessary_wraps, reason = "the signature of all systems")]
pub(crate) fn own() -> formwork::Result<Vec<Repository>> {
    let triggers =
        Triggers::new().push(Paths::branches([MAIN])).pull_request(Paths::branches([MAIN])).dispatch();
    let rust = Script::of(
        "rustup toolchain install 1.95.0 --profile minimal --component clippy,rustfmt --no-self-update\nrustup default 1.95.0",
    );
    let everything = Job::new("everything", "Everything that must hold", 60)
        .step(Step::checkout())
        .step(Step::run("Install Rust", rust))
        .step(Step::uses("Install Python", actions::SETUP_PYTHON).with("python-version", "3.12"))
        .step(Step::terraform("1.11.4"))
        .step(Step::cache("cargo", &["~/.cargo/registry", "target"], "Cargo.lock"))
        .step(Step::run("Run everything", Command::new(".ci/run")));
    let about = "Runs what .ci/run runs, which is the same on a laptop.";
    Ok(vec![
        Repository::new("formwork").workflow(Workflow::new("ci.yml", "CI", about, triggers).job(everything)),
    ])
}

/// A repository of a system: its files are kept here to be reviewed, and belong there.
pub(crate) fn elsewhere(system: &str, owner: &str, name: &str) -> Repository {
    Repository::new(&format!("{owner}/{name}")).below(&format!("snapshots/workflows/{system}/{name}"))
}

/// The program of this repository, as the workflows of the systems build it.
pub(crate) fn program() -> Tool {
    Tool::new("formwork-stacks").feature("migrations").feature("delivery")
}

/// Runs that change one place go one after the other, whichever workflow they belong to.
pub(crate) fn changing(place: &str) -> Concurrency {
    Concurrency::waiting(format!("change-{place}"))
}

/// The commit that the run is of, where its checkout is.
pub(crate) fn commit() -> Text {
    Expression::github("sha").into()
}
