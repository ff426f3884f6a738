//! `list`: stacks in the order in which they are applied.

use crate::support::TestEnv;
use insta::assert_snapshot;

#[test]
fn stacks_stand_behind_what_they_need() {
    let env = TestEnv::new();
    let ran = env.run(&["list"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_snapshot!(ran.stdout, @r#"
        alerts  resources:    1
        pages   resources:    1
        worker  resources:    1  after alerts
        "#);
}

#[test]
fn scripts_read_json() {
    let ran = TestEnv::new().run(&["list", "--json", "worker"]);
    assert_snapshot!(ran.stdout, @r#"
        [
          {
            "name": "worker",
            "path": "worker/main.tf.json",
            "digest": "sha256:83dd3600f1b54d49342b543488caad10c024a895f5aa4984341e4211f05c75bb",
            "dependencies": [
              "alerts"
            ],
            "providers": {
              "aws": {
                "source": "hashicorp/aws",
                "version": ">= 6.47.0, < 7.0.0"
              }
            },
            "counts": {
              "resources": 1,
              "data": 1,
              "outputs": 1
            }
          }
        ]
        "#);
}

#[test]
fn mistakes_end_it() {
    let ran = TestEnv::new().run_as("cycle", &["list"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
}
