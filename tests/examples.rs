//! The example programs synthesize.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs an example of this package, which cargo builds beside its tests.
fn run(name: &str, folder: &Path, arguments: &[&str]) -> Output {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program: PathBuf = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    for name in ["TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_WORKSPACE", "FORMWORK_TERRAFORM"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

/// The same, of a run that must succeed: what it printed.
fn succeeded(name: &str, folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = run(name, folder, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{name} {arguments:?}: {stderr}");
    (String::from_utf8(output.stdout).unwrap(), stderr)
}

#[test]
fn examples_synthesize() {
    for (example, stack) in [("bucket", "pages"), ("custom_module", "team"), ("secret", "orders")] {
        let folder = tempfile::tempdir().unwrap();
        succeeded(example, folder.path(), &["synth"]);
        let document = folder.path().join(format!("formwork.out/{stack}/main.tf.json"));
        assert!(document.exists(), "{example}");
    }
}

#[test]
fn a_generated_password_is_in_no_state() {
    let folder = tempfile::tempdir().unwrap();
    succeeded("secret", folder.path(), &["apply", "--sandbox", "--auto-approve"]);
    let pull = ["sandbox", "terraform", "orders", "--", "state", "pull"];
    let (state, _) = succeeded("secret", folder.path(), &pull);
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    let instances: Vec<&serde_json::Value> = state["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| &resource["instances"][0]["attributes"])
        .collect();
    assert_eq!(instances.len(), 3, "an ephemeral resource is in the state");
    for argument in ["password_wo", "secret_string_wo"] {
        let stored: Vec<_> = instances.iter().filter_map(|attributes| attributes.get(argument)).collect();
        assert_eq!(stored, [&serde_json::Value::Null], "{argument}");
    }
    let (_, said) = succeeded("secret", folder.path(), &["plan", "--sandbox"]);
    assert!(said.contains("orders: no changes"), "{said}");
}
