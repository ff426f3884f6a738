//! A folder with a document, the real terraform, and the simulated providers.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

use formwork_sandbox::{ObjectName, Sandbox};
use formwork_schema::{Catalogue, Library};
use serde_json::{Value, json};

pub(crate) struct TestStack {
    folder: tempfile::TempDir,
    pub(crate) sandbox: Sandbox,
    library: Library,
    version: Option<&'static str>,
}

/// What terraform printed, and whether it was content.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) good: bool,
    pub(crate) text: String,
}

impl TestStack {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::open(&folder.path().join("cloud"), folder.path()).unwrap();
        Self { folder, sandbox, library: Library::embedded(), version: None }
    }

    /// With a certain version of the AWS provider.
    pub(crate) fn with_aws(version: &'static str) -> Self {
        Self { version: Some(version), ..Self::new() }
    }

    /// Runs terraform on a document with the AWS provider in eu-central-1; ready for any other command.
    pub(crate) fn terraform(&self, document: &Value, arguments: &[&str]) -> Ran {
        let mut document = document.clone();
        if document.get("provider").is_none() {
            document["provider"] = json!({ "aws": { "region": "eu-central-1" } });
        }
        let path = self.folder.path().join("main.tf.json");
        std::fs::write(path, document.to_string()).unwrap();
        let mut names = BTreeSet::new();
        for kind in ["resource", "data", "ephemeral"] {
            names.extend(document[kind].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        }
        let state = std::fs::read_to_string(self.folder.path().join("terraform.tfstate")).unwrap_or_default();
        if let Ok(state) = serde_json::from_str::<Value>(&state) {
            let types = state["resources"].as_array().into_iter().flatten();
            names.extend(types.map(|resource| resource["type"].as_str().unwrap().to_owned()));
        }
        let of_version = |catalogue: &&Arc<Catalogue>| {
            self.version.is_none_or(|version| {
                catalogue.source() != "hashicorp/aws" || catalogue.version().to_string() == version
            })
        };
        let newest = |source| self.library.versions(source).iter().find(of_version);
        let catalogues: Vec<_> = self.library.sources().filter_map(newest).collect();
        let reattach = self.sandbox.serve("test", catalogues, &names).unwrap();
        let run = |arguments: &[&str]| {
            let output = Command::new("terraform")
                .args(arguments)
                .arg("-no-color")
                .current_dir(self.folder.path())
                .env("TF_REATTACH_PROVIDERS", &reattach)
                .env("CHECKPOINT_DISABLE", "1")
                .env_remove("TF_CLI_CONFIG_FILE")
                .output()
                .expect("terraform is on the path: see README.md, \"Prerequisites\"");
            let text = [output.stdout, output.stderr].concat();
            Ran { good: output.status.success(), text: String::from_utf8(text).unwrap() }
        };
        let initialized = run(&["init", "-input=false"]);
        assert!(initialized.good, "{}", initialized.text);
        run(arguments)
    }

    /// Plans a document and expects success.
    pub(crate) fn plan(&self, document: &Value) -> String {
        let ran = self.terraform(document, &["plan", "-input=false"]);
        assert!(ran.good, "{}", ran.text);
        ran.text
    }

    /// Plans a document and expects that it is refused.
    pub(crate) fn refused_plan(&self, document: &Value) -> String {
        let ran = self.terraform(document, &["plan", "-input=false"]);
        assert!(!ran.good, "{}", ran.text);
        words(&ran.text)
    }

    /// Applies a document and expects success.
    pub(crate) fn apply(&self, document: &Value) -> String {
        let ran = self.terraform(document, &["apply", "-input=false", "-auto-approve"]);
        assert!(ran.good, "{}", ran.text);
        ran.text
    }

    /// Applies a document and expects that it fails.
    pub(crate) fn failed_apply(&self, document: &Value) -> String {
        let ran = self.terraform(document, &["apply", "-input=false", "-auto-approve"]);
        assert!(!ran.good, "{}", ran.text);
        words(&ran.text)
    }

    /// The outputs in the state.
    pub(crate) fn outputs(&self) -> Value {
        let mut outputs = json!({});
        for (name, output) in self.state()["outputs"].as_object().unwrap() {
            outputs[name] = output["value"].clone();
        }
        outputs
    }

    /// The attributes of a resource in the state.
    pub(crate) fn attributes(&self, address: &str) -> Value {
        let (kind, name) = address.split_once('.').unwrap();
        let state = self.state();
        let mut resources = state["resources"].as_array().unwrap().iter();
        let found = resources.find(|it| it["type"] == kind && it["name"] == name).unwrap();
        found["instances"][0]["attributes"].clone()
    }

    pub(crate) fn state(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join("terraform.tfstate")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Names an object of AWS in eu-central-1.
    pub(crate) fn name<'a>(&'a self, kind: &'a str, id: &'a str) -> ObjectName<'a> {
        let catalogue = &self.library.versions("hashicorp/aws")[0];
        ObjectName { catalogue, kind, region: Some("eu-central-1"), id, attributes: None }
    }
}

/// Terraform breaks lines where it likes.
fn words(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| !matches!(*word, "│" | "╷" | "╵"));
    words.collect::<Vec<_>>().join(" ")
}
