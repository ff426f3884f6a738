//! A folder in which the real terraform binary runs.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A root module.
pub(crate) struct Root {
    folder: PathBuf,
    /// Removes the folder at the end, if it is our own.
    _own: Option<TempDir>,
}

impl Root {
    /// A folder with nothing in it, which is removed at the end.
    pub(crate) fn new() -> Self {
        let own = tempfile::tempdir().unwrap();
        Self { folder: own.path().to_owned(), _own: Some(own) }
    }

    /// A folder that somebody else removes.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder, _own: None }
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.join(path)).unwrap()
    }

    /// Runs terraform, which must succeed, and returns what it printed.
    pub(crate) fn terraform(&self, arguments: &[&str]) -> String {
        let output = self.ran(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "terraform {arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs terraform, whether it succeeds or not.
    pub(crate) fn ran(&self, arguments: &[&str]) -> Output {
        Command::new("terraform")
            .args(arguments)
            .current_dir(&self.folder)
            .env("CHECKPOINT_DISABLE", "1")
            .env("NO_COLOR", "1")
            .env_remove("TF_CLI_CONFIG_FILE")
            .env_remove("TF_WORKSPACE")
            .output()
            .expect("these tests need terraform 1.11 or later on the path: see README.md, \"Prerequisites\"")
    }

    /// Applies what is in the folder and returns the values of the outputs.
    pub(crate) fn outputs(&self) -> serde_json::Map<String, serde_json::Value> {
        self.terraform(&["init", "-input=false"]);
        self.terraform(&["apply", "-auto-approve", "-input=false"]);
        let outputs: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&self.terraform(&["output", "-json"])).unwrap();
        outputs.into_iter().map(|(name, output)| (name, output["value"].clone())).collect()
    }
}
