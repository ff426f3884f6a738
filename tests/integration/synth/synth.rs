//! `synth`: documents and manifest on disk, or diagnostics and nothing.

use crate::support::TestEnv;
use insta::assert_snapshot;

#[test]
fn documents_and_manifest_are_written() {
    let env = TestEnv::new();
    let ran = env.run(&["synth"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_snapshot!(ran.stderr, @r#"
          alerts: 1 resource, 0 data sources, 1 output
          pages: 1 resource, 0 data sources, 1 output
          worker: 1 resource, 1 data source, 1 output
        Synthesized 3 stacks to formwork.out
        "#);
    assert_snapshot!(env.read("formwork.out/worker/main.tf.json"), @r#"
        {
          "//": "Synthesized by Formwork. Change the program, not this file.",
          "terraform": {
            "required_providers": {
              "aws": {
                "source": "hashicorp/aws",
                "version": ">= 6.47.0, < 7.0.0"
              }
            }
          },
          "data": {
            "terraform_remote_state": {
              "alerts": {
                "backend": "local",
                "config": {
                  "path": "../alerts/terraform.tfstate",
                  "workspace_dir": "../alerts/terraform.tfstate.d"
                },
                "workspace": "${terraform.workspace}"
              }
            }
          },
          "resource": {
            "aws_cloudwatch_log_group": {
              "logs": {
                "name": "/shop/worker",
                "retention_in_days": 14
              }
            }
          },
          "output": {
            "topic": {
              "value": "${data.terraform_remote_state.alerts.outputs.topic_arn}"
            }
          }
        }
        "#);
    assert_snapshot!(env.read("formwork.out/manifest.json"), @r#"
        {
          "format_version": 1,
          "stacks": [
            {
              "name": "alerts",
              "path": "alerts/main.tf.json",
              "digest": "sha256:35e845615c18d734a831921e9600d91e0d1ef1947b27adf244fd520c41da6008",
              "dependencies": [],
              "providers": {
                "aws": {
                  "source": "hashicorp/aws",
                  "version": ">= 6.47.0, < 7.0.0"
                }
              },
              "counts": {
                "resources": 1,
                "data": 0,
                "outputs": 1
              }
            },
            {
              "name": "pages",
              "path": "pages/main.tf.json",
              "digest": "sha256:3acff01c3ccbdc90f74dce5df4fdf75a8a8815dc37b7353c4fd3da92b726b69c",
              "dependencies": [],
              "providers": {
                "aws": {
                  "source": "hashicorp/aws",
                  "version": ">= 6.47.0, < 7.0.0"
                }
              },
              "counts": {
                "resources": 1,
                "data": 0,
                "outputs": 1
              }
            },
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
        }
        "#);
}

#[test]
fn unchanged_files_are_not_touched() {
    let env = TestEnv::new();
    env.run(&["synth"]);
    let modified = |path: &str| std::fs::metadata(env.path(path)).unwrap().modified().unwrap();
    let files = ["formwork.out/pages/main.tf.json", "formwork.out/manifest.json"];
    let before = files.map(modified);
    let ran = env.run(&["synth"]);
    assert_snapshot!(ran.stderr, @r#"
          alerts: 1 resource, 0 data sources, 1 output (unchanged)
          pages: 1 resource, 0 data sources, 1 output (unchanged)
          worker: 1 resource, 1 data source, 1 output (unchanged)
        Synthesized 3 stacks to formwork.out
        "#);
    assert_eq!(files.map(modified), before);
    let changed = env.run_as("changed", &["synth", "pages"]);
    assert_eq!(changed.code, 0);
    assert_ne!(modified(files[0]), before[0]);
}

#[test]
fn all_mistakes_are_reported_and_nothing_is_written() {
    let env = TestEnv::new();
    env.run(&["synth"]);
    let before = env.read("formwork.out/pages/main.tf.json");
    let ran = env.run_as("broken", &["synth"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_snapshot!(ran.stderr, @r#"
        error: unknown argument `bukcet`
          --> tests/integration/programs/fixture/mistakes.rs:7
          in pages / aws_s3_bucket.typo / bukcet
          hint: did you mean `bucket`?

        error: the name of aws_s3_bucket.twice is taken
          --> tests/integration/programs/fixture/mistakes.rs:9
          --> tests/integration/programs/fixture/mistakes.rs:8
          in pages / aws_s3_bucket.twice
          hint: give one of the two another name, or open a scope around it

        error: Terraform refuses the name `no name`
          --> tests/integration/programs/fixture/mistakes.rs:10
          in pages / aws_s3_bucket.no name
          hint: a name is a letter or underscore, then letters, digits, underscores and hyphens, for example `no_name`

        error: `aws_s3_bucket.twiec` is not in the stack
          --> tests/integration/programs/fixture/mistakes.rs:11
          in pages / aws_s3_bucket.reader / bucket
          hint: did you mean `aws_s3_bucket.twice`?

        error: expected string, found a list
          --> tests/integration/programs/fixture/mistakes.rs:19
          --> tests/integration/programs/fixture/mistakes.rs:12
          in pages / aws_lambda_alias.alias / function_version

        error: 5 mistakes; nothing was written
        "#);
    assert_eq!(env.read("formwork.out/pages/main.tf.json"), before);
}

#[test]
fn a_cycle_of_stacks_is_named() {
    let ran = TestEnv::new().run_as("cycle", &["synth"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @r#"
        error: stacks depend on each other in a cycle: first -> second -> first
          --> tests/integration/programs/fixture/mistakes.rs:28
          --> tests/integration/programs/fixture/mistakes.rs:29
          hint: move what both need into a stack of its own

        error: 1 mistake; nothing was written
        "#);
}

#[test]
fn a_program_that_fails_says_why() {
    let ran = TestEnv::new().run_as("failing", &["synth"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @"error: the settings cannot be read");
}

#[test]
fn a_stack_that_is_gone_loses_its_document_only() {
    let env = TestEnv::new();
    env.run(&["synth"]);
    env.write("formwork.out/worker/terraform.tfstate", "{}");
    env.write("formwork.out/worker/.terraform/x", "");
    let ran = env.run_as("fewer", &["synth"]);
    assert_snapshot!(ran.stderr, @r#"
          pages: 1 resource, 0 data sources, 1 output (unchanged)
          alerts: removed, it is no longer part of the program
          worker: removed, it is no longer part of the program
        Synthesized 1 stack to formwork.out
        "#);
    assert!(!env.path("formwork.out/worker/main.tf.json").exists());
    assert!(env.path("formwork.out/worker/terraform.tfstate").exists());
    assert!(env.path("formwork.out/worker/.terraform/x").exists());
    assert!(!env.path("formwork.out/alerts").exists());
}

#[test]
fn patterns_select_stacks() {
    let env = TestEnv::new();
    let ran = env.run(&["synth", "w*"]);
    assert_snapshot!(ran.stderr, @r#"
          worker: 1 resource, 1 data source, 1 output
        Synthesized 1 stack to formwork.out
        "#);
    assert!(env.path("formwork.out/worker/main.tf.json").exists());
    assert!(!env.path("formwork.out/pages").exists());
    let wrong = env.run(&["synth", "wroker"]);
    assert_eq!(wrong.code, 2);
    assert_snapshot!(wrong.stderr, @r#"
        error: no stack matches `wroker`
          hint: did you mean `worker`?
        "#);
    let unreadable = env.run(&["synth", "[w"]);
    assert_eq!(unreadable.code, 2);
    assert_snapshot!(unreadable.stderr, @"error: `[w` is not a stack pattern: Pattern syntax error near position 0: invalid range pattern");
}

#[test]
fn check_only_says_whether_files_are_up_to_date() {
    let env = TestEnv::new();
    let missing = env.run(&["synth", "--check", "pages"]);
    assert_eq!(missing.code, 1);
    assert_snapshot!(missing.stderr, @r#"
        error: formwork.out/pages/main.tf.json is not up to date
        error: formwork.out/manifest.json is not up to date
          hint: run `cargo run -- synth` and review the change with `cargo run -- diff`
        "#);
    assert!(!env.path("formwork.out").exists());
    env.run(&["synth"]);
    let good = env.run(&["synth", "--check"]);
    assert_eq!(good.code, 0);
    assert_snapshot!(good.stderr, @"Checked 3 stacks in formwork.out");
    let stale = env.run_as("changed", &["synth", "--check"]);
    assert_eq!(stale.code, 1);
    assert_snapshot!(stale.stderr, @r#"
        warning: aws_cloudwatch_log_group.logs is gone and aws_cloudwatch_log_group.audit came: the next apply replaces it
          in worker
          hint: if it was renamed, say so: `stack.moved("aws_cloudwatch_log_group.logs", "aws_cloudwatch_log_group.audit")`
        error: formwork.out/pages/main.tf.json is not up to date
        error: formwork.out/worker/main.tf.json is not up to date
        error: formwork.out/manifest.json is not up to date
          hint: run `cargo run -- synth` and review the change with `cargo run -- diff`
        "#);
}

#[test]
fn the_place_does_not_change_the_bytes() {
    let (here, there) = (TestEnv::new(), TestEnv::new());
    here.run(&["synth"]);
    there.run(&["synth", "--out", "deep/er"]);
    for file in ["manifest.json", "pages/main.tf.json", "worker/main.tf.json", "alerts/main.tf.json"] {
        assert_eq!(here.read(&format!("formwork.out/{file}")), there.read(&format!("deep/er/{file}")));
    }
}

#[test]
fn a_damaged_manifest_is_an_error() {
    let env = TestEnv::new();
    env.write("formwork.out/manifest.json", "{\"format_version\": 1, \"stacks\": 3}");
    let ran = env.run(&["synth"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @r#"
        error: formwork.out/manifest.json is not a manifest of this version: invalid type: integer `3`, expected a sequence at line 1 column 33
          hint: delete it, and synthesize again
        "#);
}

#[test]
fn a_manifest_of_a_later_format_is_left_alone() {
    let env = TestEnv::new();
    env.write("formwork.out/manifest.json", "{\"format_version\": 2, \"stacks\": []}");
    let ran = env.run(&["synth"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @r#"
        error: formwork.out/manifest.json is of format 2, and this version of Formwork writes format 1
          hint: use a newer version, or delete the file and synthesize again
        "#);
    assert!(!env.path("formwork.out/pages").exists());
}

#[test]
fn a_manifest_cannot_name_files_elsewhere() {
    let env = TestEnv::new();
    env.write("main.tf.json", "mine");
    env.run(&["synth"]);
    let manifest = env.read("formwork.out/manifest.json").replace("\"name\": \"worker\"", "\"name\": \"..\"");
    env.write("formwork.out/manifest.json", &manifest);
    assert_eq!(env.run_as("fewer", &["synth"]).code, 0);
    assert_eq!(env.read("main.tf.json"), "mine");
}

#[test]
fn a_file_in_the_place_of_the_folder_is_named() {
    let env = TestEnv::new();
    env.write("taken", "mine");
    for arguments in [
        &["synth", "--out", "taken"][..],
        &["synth", "--check", "--out", "taken/deeper"],
        &["synth", "--hcl", "taken"],
        &["list", "--out", "taken"],
        &["diff", "--out", "taken"],
        &["moves", "--out", "taken"],
        &["plan", "--out", "taken"],
        &["plan", "--plan-dir", "taken"],
        &["apply", "--sandbox", "--out", "taken"],
    ] {
        let ran = env.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(": taken is no folder"), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("hint: name another one"), "{arguments:?}: {}", ran.stderr);
    }
    env.write("formwork.out/worker", "mine");
    let ran = env.run(&["synth"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("formwork.out/worker: "), "{}", ran.stderr);
    assert_eq!((env.read("taken"), env.read("formwork.out/worker")), ("mine".to_owned(), "mine".to_owned()));
}

#[cfg(unix)]
#[test]
fn an_unchanged_folder_may_be_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::new();
    env.write("files/init.sh", "echo\n");
    for variant in ["stacks=2", "in-place"] {
        assert_eq!(env.many(variant, &["synth"]).code, 0);
        let program = env.many_command(variant, &[]);
        let program = program.get_program().to_string_lossy().into_owned();
        // In a mount of its own, where even root can write nothing; where the kernel gives nobody one, without permission.
        let line = "mount --bind formwork.out formwork.out && mount -o remount,ro,bind formwork.out && exec \"$0\" synth";
        let namespace = ["--user", "--map-root-user", "--mount"];
        let mut mounted = std::process::Command::new("unshare");
        mounted.args(namespace).args(["sh", "-c", line, &program]).current_dir(env.path(""));
        mounted
            .envs(env.many_command(variant, &[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
        let can_mount = std::process::Command::new("unshare").args(namespace).arg("true").output();
        let ran = if can_mount.is_ok_and(|ran| ran.status.success()) {
            env.finish(mounted)
        } else {
            let permit = |mode| {
                let permissions = std::fs::Permissions::from_mode(mode);
                std::fs::set_permissions(env.path("formwork.out"), permissions).unwrap();
            };
            permit(0o555);
            let ran = env.many(variant, &["synth"]);
            permit(0o755);
            ran
        };
        assert_eq!(ran.code, 0, "{variant}: {}", ran.stderr);
        assert!(ran.stderr.ends_with(" to formwork.out\n"), "{}", ran.stderr);
        std::fs::remove_dir_all(env.path("formwork.out")).unwrap();
    }
}
