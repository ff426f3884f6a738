//! The systems in the sandbox: applied, planned again, changed from outside, and destroyed, by the real terraform.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

/// What a command of the program printed, and its exit code.
struct Ran {
    code: i32,
    text: String,
}

fn run(out: &Path, arguments: &[&str]) -> Ran {
    // What stands behind `--` is terraform's.
    let end = arguments.iter().position(|argument| *argument == "--").unwrap_or(arguments.len());
    let (ours, theirs) = arguments.split_at(end);
    let output = Command::new(env!("CARGO_BIN_EXE_formwork-stacks"))
        .args(ours)
        .arg("--out")
        .arg(out)
        .args(theirs)
        .env_remove("TF_CLI_CONFIG_FILE")
        .output()
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), text }
}

fn good(out: &Path, arguments: &[&str]) -> String {
    let ran = run(out, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.text);
    ran.text
}

#[test]
fn every_stack_is_applied_found_unchanged_drifts_is_put_right_and_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let names = good(out, &["synth"]);
    let count = names.lines().filter(|line| line.contains(" resources, ")).count();
    let applied = good(out, &["apply", "--sandbox", "--auto-approve"]);
    assert_eq!(applied.lines().filter(|line| line.contains(": applied: ")).count(), count, "{applied}");
    let planned = good(out, &["plan", "--sandbox"]);
    assert_eq!(planned.lines().filter(|line| line.ends_with(": no changes")).count(), count, "{planned}");

    // In place, and by replacement.
    let dev = ["--stack", "shtetl-dev"];
    good(out, &[&["sandbox", "drift", "aws_lambda_function.shul_function", "timeout=3"][..], &dev].concat());
    let plan = good(out, &["plan", "--sandbox", "shtetl-dev"]);
    assert!(plan.contains("aws_lambda_function.shul") && plan.contains("0 to destroy"), "{plan}");
    good(out, &["apply", "--sandbox", "--auto-approve", "shtetl-dev"]);
    good(
        out,
        &[
            &["sandbox", "drift", "aws_nat_gateway.network_nat_us-east-1a", "connectivity_type=private"][..],
            &dev,
        ]
        .concat(),
    );
    let drift = run(out, &["drift", "--sandbox", "shtetl-dev"]);
    assert_eq!(drift.code, 1, "{}", drift.text);
    assert!(drift.text.contains("connectivity_type"), "{}", drift.text);
    let guarded = run(out, &["plan", "--sandbox", "shtetl-dev", "--fail-on", "replace:aws_nat_gateway"]);
    assert_eq!(guarded.code, 1, "{}", guarded.text);
    assert!(guarded.text.contains("aws_nat_gateway.network_nat_us-east-1a"), "{}", guarded.text);
    good(out, &["apply", "--sandbox", "--auto-approve", "shtetl-dev"]);

    // What is there is taken into a state that has forgotten it.
    let bucket = "aws_s3_bucket.state_bucket";
    good(out, &["sandbox", "terraform", "shtetl-bootstrap", "--", "state", "rm", bucket]);
    good(out, &["import", "--sandbox", "shtetl-bootstrap", bucket, "shtetl-terraform-state"]);
    let again = good(out, &["plan", "--sandbox", "shtetl-bootstrap"]);
    assert!(again.contains("shtetl-bootstrap: no changes"), "{again}");

    // What is protected stays until somebody says otherwise.
    good(out, &["destroy", "--sandbox", "--auto-approve", "shtetl-dev"]);
    let protected = run(out, &["destroy", "--sandbox", "--auto-approve", "shtetl-prod"]);
    assert_eq!(protected.code, 1, "{}", protected.text);
    assert!(protected.text.contains("Cannot delete protected DB Instance"), "{}", protected.text);
}

#[test]
fn the_image_of_workers_is_checked_before_anything_is_planned() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let image = |value: &str| format!("worker_ami_id={value}");
    let refused = run(out, &["plan", "--sandbox", "replicator-dev", "--var", &image("my-image")]);
    assert_eq!(refused.code, 1, "{}", refused.text);
    assert!(refused.text.contains("worker_ami_id must be the id of a machine image"), "{}", refused.text);
    let applied = ["apply", "--sandbox", "--auto-approve", "replicator-dev", "--var", &image("ami-00000001")];
    good(out, &applied);
    // The same image again changes nothing; what stands in for one in the sandbox is another.
    let same = good(out, &["plan", "--sandbox", "replicator-dev", "--var", &image("ami-00000001")]);
    assert!(same.contains("replicator-dev: no changes"), "{same}");
    let other = good(out, &["plan", "--sandbox", "replicator-dev"]);
    assert!(other.contains("aws_launch_template.worker_template"), "{other}");
    // Whoever may read outputs sees that there is a key, and has to ask for it by name.
    let outputs = good(out, &["output", "--sandbox", "replicator-dev"]);
    assert!(outputs.contains("replicator-dev.api_key = (sensitive value)"), "{outputs}");
    good(out, &["destroy", "--sandbox", "--auto-approve", "replicator-dev"]);
}

#[test]
fn the_five_stacks_of_an_environment_come_and_go_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    for environment in ["scheduler-local-*", "scheduler-dev-*"] {
        let applied = good(out, &["apply", "--sandbox", "--auto-approve", environment]);
        assert_eq!(applied.lines().filter(|line| line.contains(": applied: ")).count(), 5, "{applied}");
        let planned = good(out, &["plan", "--sandbox", environment]);
        assert_eq!(planned.lines().filter(|line| line.ends_with(": no changes")).count(), 5, "{planned}");
    }
    let destroyed = good(out, &["destroy", "--sandbox", "--auto-approve", "scheduler-dev-*"]);
    let database = destroyed.find("scheduler-dev-database: destroyed").expect("it is gone");
    let api = destroyed.find("scheduler-dev-api: destroyed").expect("it is gone");
    assert!(api < database, "{destroyed}");
}
