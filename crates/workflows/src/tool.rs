//! The program that describes the infrastructure, as workflows build and call it.

use crate::{Command, Effect, Expression, Job, Reference, Script, Step};

/// The program, built once for a run, without credentials, and brought to every job that needs it. What a dependency
/// does while it is compiled happens where there is nothing to steal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    binary: String,
    folder: Option<String>,
    features: Vec<String>,
    toolchain: String,
    terraform: String,
    kept_days: u32,
    snapshots: Option<String>,
    workflows: Option<Vec<String>>,
    checks_own_workflows: bool,
}

/// The artifact, and the folder that it is brought to.
const ARTIFACT: &str = "tool";

/// The step that says what was built, and what it says.
const BUILT: &str = "built";
const DIGEST: &str = "digest";

/// The artifact of documents, and the folder that it is brought to.
const DOCUMENTS: &str = "documents";

impl Tool {
    /// A program by the name of its binary, in the package at the root of the repository.
    #[must_use]
    pub fn new(binary: &str) -> Self {
        Self {
            binary: binary.to_owned(),
            folder: None,
            features: Vec::new(),
            toolchain: "1.95.0".to_owned(),
            terraform: "1.11.4".to_owned(),
            // As long as GitHub waits for somebody to agree: jobs behind an approval need it too.
            kept_days: 30,
            snapshots: None,
            workflows: None,
            checks_own_workflows: false,
        }
    }

    /// Builds the package in a folder.
    #[must_use]
    pub fn in_folder(mut self, folder: &str) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Builds with a feature of the package, such as `migrations`.
    #[must_use]
    pub fn feature(mut self, feature: &str) -> Self {
        self.features.push(feature.to_owned());
        self
    }

    /// Uses another version of Terraform than 1.11.4.
    #[must_use]
    pub fn terraform(mut self, version: &str) -> Self {
        self.terraform = version.to_owned();
        self
    }

    /// Compares the documents with those in a folder of the package, which are reviewed with it.
    #[must_use]
    pub fn snapshots(mut self, folder: &str) -> Self {
        self.snapshots = Some(folder.to_owned());
        self
    }

    /// Compares the workflows with what `pipelines init` would write with these arguments: a program that has one stack more
    /// needs others.
    #[must_use]
    pub fn workflows(mut self, arguments: Vec<String>) -> Self {
        self.workflows = Some(arguments);
        self
    }

    /// Compares the program's own workflows with what `pipelines render` would write: they are in the repository too.
    #[must_use]
    pub const fn own_workflows(mut self) -> Self {
        self.checks_own_workflows = true;
        self
    }

    /// Keeps the program for so many days, in place of 30.
    #[must_use]
    pub const fn kept_days(mut self, days: u32) -> Self {
        self.kept_days = days;
        self
    }

    /// The path of the binary in the jobs that it is brought to.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{ARTIFACT}/{}", self.binary)
    }

    /// The job `tool`, which builds the program of this repository.
    #[must_use]
    pub fn job(&self) -> Job {
        self.job_from(Step::checkout())
    }

    /// The job `tool`, with a step of its own to get the source.
    #[must_use]
    pub fn job_from(&self, checkout: Step) -> Job {
        self.job_with(checkout, Some(self.cache()))
    }

    /// The job `tool`, for jobs that have what a pull request must not get: its steps read no cache, which code of a pull
    /// request may have written. `checkout` brings a commit that was reviewed. [`trusted_program`](Self::trusted_program)
    /// brings what it built.
    #[must_use]
    pub fn trusted_job_from(&self, checkout: Step) -> Job {
        self.job_with(checkout, None).step(self.digest_step()).output(DIGEST, BUILT, DIGEST)
    }

    /// The digest that the trusted job puts out.
    fn digest_step(&self) -> Step {
        let say = Script::of(include_str!("../scripts/digest.sh"));
        self.here(Step::run("Say what was built", say).id(BUILT).env("PROGRAM", self.path()))
    }

    fn job_with(&self, checkout: Step, cache: Option<Step>) -> Job {
        let keep = self.path_of(&format!("{ARTIFACT}/{}", self.binary));
        Job::new(ARTIFACT, "Build the infrastructure's program", 30)
            .step(checkout)
            .steps(self.build_steps(cache))
            .step(Step::upload(ARTIFACT, &keep, self.kept_days))
    }

    /// The job `documents`, which builds the program of a pull request, runs it, and hands on documents, which are data.
    /// It has nothing that the program could take. `checkout` brings its source.
    #[must_use]
    pub fn documents_job(&self, checkout: impl IntoIterator<Item = Step>) -> Job {
        Job::new(DOCUMENTS, "Synthesize the documents", 30)
            .steps(checkout)
            .steps(self.build_steps(Some(self.cache())))
            .step(self.here(Step::run("Test", self.cargo(["test", "--locked"]))))
            .step(self.synth_here())
            .step(self.check_here())
            .steps(self.check_workflows())
            .step(Step::upload(DOCUMENTS, &self.path_of("formwork.out"), 30))
    }

    /// Brings what the job `documents` has made.
    #[must_use]
    pub fn documents(&self) -> Step {
        Step::download(DOCUMENTS, DOCUMENTS)
    }

    fn cache(&self) -> Step {
        Step::cache("cargo", &["~/.cargo/registry", &self.path_of("target")], &self.path_of("Cargo.lock"))
    }

    fn path_of(&self, path: &str) -> String {
        match &self.folder {
            Some(folder) => format!("{folder}/{path}"),
            None => path.to_owned(),
        }
    }

    fn build_steps(&self, cache: Option<Step>) -> Vec<Step> {
        let rustup = Script::from(
            Command::new("rustup")
                .argument("toolchain")
                .argument("install")
                .argument(&self.toolchain)
                .arguments(["--profile", "minimal", "--no-self-update"]),
        )
        .then(Command::new("rustup").argument("default").argument(&self.toolchain));
        let build = self.cargo(["build", "--locked", "--bin", &self.binary]);
        let build = Script::from(build)
            .then(Command::new("mkdir").argument(ARTIFACT))
            .then(Command::new("cp").argument(&format!("target/debug/{}", self.binary)).argument(ARTIFACT));
        let build = Step::run("Build", build);
        let build = match &self.folder {
            Some(folder) => build.in_folder(folder),
            None => build,
        };
        let mut steps = vec![Step::run("Install Rust", rustup)];
        steps.extend(cache);
        steps.push(build);
        steps
    }

    /// A call of cargo, with the program's features: what one builds, the next does not build again.
    fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let command = Command::new("cargo").arguments(arguments);
        if self.features.is_empty() {
            return command;
        }
        command.argument("--features").argument(&self.features.join(","))
    }

    /// The steps that install the program in a job, and Terraform with it.
    #[must_use]
    pub fn install(&self) -> Vec<Step> {
        let mut steps = self.install_program();
        steps.push(Step::terraform(&self.terraform));
        steps
    }

    /// The steps that install the program without Terraform: an artifact loses the permission to be run.
    #[must_use]
    pub fn install_program(&self) -> Vec<Step> {
        let permit = Command::new("chmod").argument("+x").argument(&self.path());
        vec![Step::download(ARTIFACT, ARTIFACT), Step::run("Let it run", permit)]
    }

    /// The steps that install the program of the trusted job, and no other: a job of the same run that has code of a pull
    /// request could put another artifact in the place of it.
    #[must_use]
    pub fn trusted_program(&self) -> Vec<Step> {
        let check = Script::of(include_str!("../scripts/check-digest.sh"));
        let check = Step::run("Check that it is the one that was built", check)
            .env("PROGRAM", self.path())
            .env("DIGEST", Expression::job_output(ARTIFACT, DIGEST));
        vec![Step::download(ARTIFACT, ARTIFACT), check]
    }

    /// The same, and Terraform with it.
    #[must_use]
    pub fn trusted_install(&self) -> Vec<Step> {
        let mut steps = self.trusted_program();
        steps.push(Step::terraform(&self.terraform));
        steps
    }

    /// A call of the program.
    #[must_use]
    pub fn call(&self, verb: &str) -> Command {
        Command::new(&format!("./{}", self.path())).arguments(verb.split(' '))
    }

    /// Checks the program and writes its documents.
    #[must_use]
    pub fn synth(&self) -> Step {
        Step::run("Synthesize", self.call("synth"))
    }

    /// Checks the program where it was just built.
    #[must_use]
    pub fn synth_here(&self) -> Step {
        self.here(self.synth())
    }

    /// Checks the lock files of providers where the program was just built, and its documents as they were reviewed where
    /// they are kept.
    fn check_here(&self) -> Step {
        let mut script = Script::from(self.call("synth --check --format github"));
        if let Some(folder) = &self.snapshots {
            script = script.then(self.call("synth --check --format github --out").argument(folder));
        }
        self.here(Step::run("Check what was reviewed", script))
    }

    /// Checks that the workflows are those that the program asks for, where it was just built.
    fn check_workflows(&self) -> Option<Step> {
        let arguments = self.workflows.as_ref()?;
        let init = self.call("pipelines init --check --format github").arguments(arguments);
        let mut script = Script::from(self.at_root(init));
        if self.checks_own_workflows {
            script = script.then(self.at_root(self.call("pipelines check --format github")));
        }
        Some(self.here(Step::run("Check the workflows", script)))
    }

    /// Lets a verb of workflows look at the root of the repository, from the package's folder.
    fn at_root(&self, command: Command) -> Command {
        let Some(folder) = &self.folder else { return command };
        let root = vec![".."; folder.split('/').filter(|part| !matches!(*part, "" | ".")).count()];
        command.argument("--out").argument(&root.join("/"))
    }

    fn here(&self, step: Step) -> Step {
        match &self.folder {
            Some(folder) => step.in_folder(folder),
            None => step,
        }
    }

    /// Tells the program in a job where its lock files are, if it is not at the root of the repository.
    #[must_use]
    pub fn find_locks(&self, job: Job) -> Job {
        if self.folder.is_some() { job.env("FORMWORK_LOCKS", self.path_of("providers")) } else { job }
    }

    /// Plans a stack and shows the plan in the job's summary; `apply` takes the plan from the folder `plans`.
    #[must_use]
    pub fn plan(&self, stack: &str) -> Step {
        let command = self.call("plan --plan-dir plans --markdown").argument(stack);
        Step::run(&format!("Plan {stack}"), command.into_summary()).on_stack(stack)
    }

    /// Applies the plan of a stack that is in the folder `plans`, and nothing else.
    #[must_use]
    pub fn apply(&self, stack: &str) -> Step {
        let command = self.call("apply --plan-dir plans").argument(stack);
        Step::run(&format!("Apply {stack}"), command).on_stack(stack).effect(Effect::Applies)
    }

    /// Plans and applies a stack in the sandbox, where nothing is real and no credentials are needed.
    #[must_use]
    pub fn apply_in_sandbox(&self, stack: &str) -> Step {
        let script = Script::from(self.call("plan --sandbox").argument(stack))
            .then(self.call("apply --sandbox --auto-approve").argument(stack));
        Step::run(&format!("Rehearse {stack} in the sandbox"), script).on_stack(stack)
    }

    /// Writes an output of a stack where later steps read it as an output of this step.
    #[must_use]
    pub fn output(&self, id: &str, stack: &str, output: &str) -> Step {
        let read = Script::from(self.call("output").argument(stack).argument(output).into_file("output.txt"))
            .then_lines("echo \"value=$(cat output.txt)\" >> \"$GITHUB_OUTPUT\"");
        Step::run(&format!("Read {output} of {stack}"), read)
            .id(id)
            .refers(Reference::Output { stack: stack.to_owned(), name: output.to_owned() })
    }
}
