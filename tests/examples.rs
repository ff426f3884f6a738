//! The example programs synthesize.

mod support;

use support::TestEnv;

#[test]
fn examples_synthesize() {
    for (example, stack) in [("bucket", "pages"), ("custom_module", "team"), ("secret", "orders")] {
        let env = TestEnv::new();
        let ran = env.run_example(example, &["synth"]);
        assert_eq!(ran.code, 0, "{example}: {}", ran.stderr);
        assert!(env.path(&format!("formwork.out/{stack}/main.tf.json")).exists(), "{example}");
    }
}

#[test]
fn a_generated_password_is_in_no_state() {
    let env = TestEnv::new();
    let applied = env.run_example("secret", &["apply", "--sandbox", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    let state = env.run_example("secret", &["sandbox", "terraform", "orders", "--", "state", "pull"]);
    assert_eq!(state.code, 0, "{}", state.stderr);
    let state: serde_json::Value = serde_json::from_str(&state.stdout).unwrap();
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
    let again = env.run_example("secret", &["plan", "--sandbox"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stderr.contains("orders: no changes"), "{}", again.stderr);
}
