//! The example programs synthesize.

mod support;

use support::TestEnv;

#[test]
fn examples_synthesize() {
    for (example, stack) in [("bucket", "pages"), ("custom_module", "team")] {
        let env = TestEnv::new();
        let ran = env.run_example(example, &["synth"]);
        assert_eq!(ran.code, 0, "{example}: {}", ran.stderr);
        assert!(env.path(&format!("formwork.out/{stack}/main.tf.json")).exists(), "{example}");
    }
}
