//! A folder to run the programs of the tests in, and what they printed.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

pub(crate) mod github;
pub(crate) mod http;
pub(crate) mod openapi;

use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder that is removed at the end, in which commands run.
pub(crate) struct TestEnv {
    folder: tempfile::TempDir,
}

/// Exit code, standard output and standard error of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// What keeps git, also the one that the fixture calls, from the settings of whoever runs the tests.
const GIT: [(&str, &str); 7] = [
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_AUTHOR_NAME", "a"),
    ("GIT_AUTHOR_EMAIL", "a@example.com"),
    ("GIT_COMMITTER_NAME", "a"),
    ("GIT_COMMITTER_EMAIL", "a@example.com"),
    ("LC_ALL", "C"),
];

impl TestEnv {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Runs the fixture as it is.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_as("base", arguments)
    }

    /// Runs a variant of the fixture.
    pub(crate) fn run_as(&self, variant: &str, arguments: &[&str]) -> Ran {
        let mut command = program("fixture");
        command.args(arguments).env("FIXTURE", variant).current_dir(self.folder.path());
        self.finish(command)
    }

    /// Runs a variant of the program that assets, renames and modules are tested with.
    pub(crate) fn assets(&self, variant: &str, arguments: &[&str]) -> Ran {
        self.finish(self.terraform_command("assets", variant, arguments))
    }

    /// Runs a variant of the program that blocks within blocks are tested with.
    pub(crate) fn nested(&self, variant: &str, arguments: &[&str]) -> Ran {
        self.finish(self.terraform_command("nested", variant, arguments))
    }

    /// Runs a variant of the fixture, with terraform as it comes.
    pub(crate) fn simulated(&self, variant: &str, arguments: &[&str]) -> Ran {
        self.finish(self.terraform_command("fixture", variant, arguments))
    }

    /// Runs a variant of the program that the terraform runner is tested with.
    pub(crate) fn runner(&self, variant: &str, arguments: &[&str]) -> Ran {
        self.finish(self.runner_command(variant, arguments))
    }

    /// The same as a command, to be started by the test itself.
    pub(crate) fn runner_command(&self, variant: &str, arguments: &[&str]) -> Command {
        self.terraform_command("runner", variant, arguments)
    }

    /// Runs the runner's program with workflows beside its stacks.
    pub(crate) fn pipelines(&self, arguments: &[&str]) -> Ran {
        self.finish(self.pipelines_command(arguments))
    }

    /// The same as a command, to be started by the test itself.
    pub(crate) fn pipelines_command(&self, arguments: &[&str]) -> Command {
        self.terraform_command("pipelines", "", arguments)
    }

    /// Runs a variant of the program whose providers are locked.
    pub(crate) fn locked(&self, variant: &str, arguments: &[&str]) -> Ran {
        self.finish(self.locked_command(variant, arguments))
    }

    /// The same as a command, to be started by the test itself.
    pub(crate) fn locked_command(&self, variant: &str, arguments: &[&str]) -> Command {
        self.terraform_command("locked", variant, arguments)
    }

    /// Runs a variant of the program that has stacks in any number.
    pub(crate) fn many(&self, variant: &str, arguments: &[&str]) -> Ran {
        self.finish(self.many_command(variant, arguments))
    }

    /// The same as a command, to be started by the test itself.
    pub(crate) fn many_command(&self, variant: &str, arguments: &[&str]) -> Command {
        self.terraform_command("many", variant, arguments)
    }

    /// Runs a variant of the program that the second day of several stacks is tested with.
    pub(crate) fn estate(&self, variant: &str, arguments: &[&str]) -> Ran {
        self.finish(self.estate_command(variant, arguments))
    }

    /// The same as a command, to be started by the test itself.
    pub(crate) fn estate_command(&self, variant: &str, arguments: &[&str]) -> Command {
        self.terraform_command("estate", variant, arguments)
    }

    /// A run of the program whose stacks a file describes, to be started by the test itself.
    pub(crate) fn evolving_command(&self, file: &str, arguments: &[&str]) -> Command {
        self.terraform_command("evolving", file, arguments)
    }

    fn terraform_command(&self, program_name: &str, variant: &str, arguments: &[&str]) -> Command {
        let mut command = program(program_name);
        command.args(arguments).env("FIXTURE", variant).current_dir(self.folder.path());
        for name in [
            "TF_CLI_CONFIG_FILE",
            "TF_PLUGIN_CACHE_DIR",
            "TF_WORKSPACE",
            "FORMWORK_TERRAFORM",
            "FORMWORK_LOCKS",
            "FORMWORK_COMMIT",
            "FORMWORK_OLDER",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the fixture as it is, with variables in its environment.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = program("fixture");
        command.args(arguments).env("FIXTURE", "base").current_dir(self.folder.path());
        command.envs(variables.iter().copied());
        self.finish(command)
    }

    /// Runs the fixture as a job does: of the environment it gets these variables and no others that matter.
    pub(crate) fn run_in_job(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        self.finish(self.command_in_job(variables, arguments))
    }

    /// The same as a command, to be started by the test itself.
    pub(crate) fn command_in_job(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Command {
        let mut command = program("fixture");
        command
            .args(arguments)
            .env_clear()
            .env(PROGRAM, "fixture")
            .env("FIXTURE", "base")
            .current_dir(self.folder.path());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(variables.iter().copied());
        command
    }

    /// Runs the fixture as it is, in a folder within the folder.
    pub(crate) fn run_below(&self, folder: &str, arguments: &[&str]) -> Ran {
        let mut command = program("fixture");
        command.args(arguments).current_dir(self.path(folder));
        self.finish(command)
    }

    /// Runs git.
    pub(crate) fn git(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.folder.path());
        let ran = self.finish(command);
        assert_eq!(ran.code, 0, "git {arguments:?}: {}", ran.stderr);
        ran
    }

    pub(crate) fn finish(&self, mut command: Command) -> Ran {
        for name in ["CLICOLOR_FORCE", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        let output = command.envs(GIT).env("GIT_CEILING_DIRECTORIES", std::env::temp_dir()).output();
        let Output { status, stdout, stderr } = output.expect("the program can be started");
        // The folder's name differs from run to run.
        let name = self.folder.path().display().to_string();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(&name, "[FOLDER]");
        Ran { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
    }
}

/// The variable that says which of the programs of the tests runs: they are one binary, which links faster than several.
const PROGRAM: &str = "FORMWORK_TEST_PROGRAM";

/// A program of the tests: see `programs/main.rs` of the package.
fn program(name: &str) -> Command {
    let mut command = Command::new(crate::PROGRAMS);
    command.env(PROGRAM, name);
    command
}
