//! An empty folder, and what a user types in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::own_cargo::own_variables;

/// The repository, which projects take formwork from.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A folder that is removed at the end.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
}

/// What a command ended with and printed.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    /// A folder whose projects are compiled with the profile of this repository: what is compiled for the tests is there
    /// already.
    pub(crate) fn new() -> Self {
        let folder = Self { folder: tempfile::tempdir().unwrap() };
        let manifest = std::fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap();
        let (_, profile) = manifest.split_once("[profile.dev]").unwrap();
        std::fs::create_dir(folder.path(".cargo")).unwrap();
        folder.write(".cargo/config.toml", &format!("[profile.dev]{profile}"));
        folder
    }

    /// Gives a project that `new` has made the features that the tests of this repository are compiled with, or all of
    /// Formwork, and what is below it, would be compiled once more for it.
    pub(crate) fn share(&self, project: &str) {
        let manifest = format!("{project}/Cargo.toml");
        self.edit(&manifest, "default = [\"sandbox\"]", &format!("default = {:?}", formwork_cli::features()));
        self.edit(&manifest, "default-features = false", "default-features = true");
        // What reads YAML in tests.
        self.edit(&manifest, "[dependencies]\n", "[dependencies]\nserde-saphyr = \"2\"\n");
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        std::fs::write(self.path(path), text).unwrap();
    }

    /// Changes a piece of a file that must be there.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, &text.replacen(from, to, 1));
    }

    /// Runs the tool in a folder below; arguments are separated by spaces.
    pub(crate) fn formwork(&self, below: &str, line: &str) -> Ran {
        run(self.tool(below).args(line.split_whitespace()))
    }

    /// The same, for what must work.
    pub(crate) fn does(&self, below: &str, line: &str) -> Ran {
        let ran = self.formwork(below, line);
        assert_eq!(ran.code, 0, "formwork {line}\n{}{}", ran.stdout, ran.stderr);
        ran
    }

    pub(crate) fn tool(&self, below: &str) -> Command {
        self.command(env!("CARGO_BIN_EXE_formwork"), below)
    }

    pub(crate) fn cargo(&self, below: &str) -> Command {
        self.command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), below)
    }

    pub(crate) fn command(&self, program: &str, below: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path(below));
        // What is compiled for this repository is there already.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        command.env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_DEV_DEBUG", "false");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        command.env("GIT_CEILING_DIRECTORIES", std::env::temp_dir()).env("HOME", self.folder.path());
        // HOME is one without credentials; cargo has its own.
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            if std::env::var_os(name).is_none()
                && let Some(home) = std::env::var_os("HOME")
            {
                command.env(name, Path::new(&home).join(folder));
            }
        }
        for name in own_variables() {
            command.env_remove(name);
        }
        for name in [
            "INSTA_UPDATE",
            "INSTA_FORCE_PASS",
            "TF_CLI_CONFIG_FILE",
            "TF_PLUGIN_CACHE_DIR",
            "FORMWORK_LOCKS",
        ] {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
    }
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}
