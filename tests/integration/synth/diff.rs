//! `diff`: what changed, against the folder or a git revision.

use crate::support::TestEnv;
use insta::assert_snapshot;

#[test]
fn changes_are_named_by_address_and_argument() {
    let env = TestEnv::new();
    env.run(&["synth"]);
    let ran = env.run_as("changed", &["diff"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_snapshot!(ran.stdout, @r#"
        pages
          ~ aws_s3_bucket.pages
              tags.Owner: "shop" -> "pages $${team}"
        worker
          + aws_cloudwatch_log_group.audit
          - aws_cloudwatch_log_group.logs
        "#);
    let one = env.run_as("changed", &["diff", "pages", "--exit-code"]);
    assert_eq!(one.code, 1);
    assert_snapshot!(one.stdout, @r#"
        pages
          ~ aws_s3_bucket.pages
              tags.Owner: "shop" -> "pages $${team}"
        "#);
}

#[test]
fn no_change_is_said_beside_the_output() {
    let env = TestEnv::new();
    env.run(&["synth"]);
    let ran = env.run(&["diff", "--exit-code"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_snapshot!(ran.stderr, @"Unchanged no resource or argument differs");
    assert_snapshot!(env.run(&["diff", "--markdown"]).stdout, @"No changes.");
    assert_snapshot!(env.run(&["diff", "--json"]).stdout, @r#"
        {
          "changes": []
        }
        "#);
}

#[test]
fn stacks_that_are_gone_are_removed() {
    let env = TestEnv::new();
    env.run(&["synth"]);
    assert_snapshot!(env.run_as("fewer", &["diff"]).stdout, @r#"
        alerts
          - aws_sns_topic.topic
          - output.topic_arn
          - provider.aws
          - terraform.required_providers
        worker
          - aws_cloudwatch_log_group.logs
          - data.terraform_remote_state.alerts
          - output.topic
          - terraform.required_providers
        "#);
}

#[test]
fn scripts_read_json_and_reviewers_markdown() {
    let env = TestEnv::new();
    env.run(&["synth"]);
    assert_snapshot!(env.run_as("changed", &["diff", "--json", "pages"]).stdout, @r#"
        {
          "changes": [
            {
              "stack": "pages",
              "address": "aws_s3_bucket.pages",
              "kind": "changed",
              "arguments": [
                {
                  "path": "tags.Owner",
                  "before": "shop",
                  "after": "pages $${team}"
                }
              ]
            }
          ]
        }
        "#);
    assert_snapshot!(env.run_as("changed", &["diff", "--markdown"]).stdout, @r#"
        | stack | removed | changed | added |
        | --- | --: | --: | --: |
        | pages | 0 | 1 | 0 |
        | worker | 1 | 0 | 1 |

        <details><summary>pages</summary>

        ````diff
        ! aws_s3_bucket.pages
              tags.Owner: "shop" -> "pages $${team}"
        ````

        </details>

        <details><summary>worker</summary>

        ````diff
        - aws_cloudwatch_log_group.logs
        + aws_cloudwatch_log_group.audit
        ````

        </details>
        "#);
    assert_eq!(env.run(&["diff", "--json", "--markdown"]).code, 2);
}

#[test]
fn revisions_are_compared_with() {
    let env = TestEnv::new();
    env.git(&["init", "-q"]);
    env.run(&["synth"]);
    env.git(&["add", "-A"]);
    env.git(&["commit", "-q", "-m", "documents"]);
    env.run_as("changed", &["synth"]);
    assert_snapshot!(env.run_as("changed", &["diff", "--against", "HEAD", "pages"]).stdout, @r#"
        pages
          ~ aws_s3_bucket.pages
              tags.Owner: "shop" -> "pages $${team}"
        "#);
    let unknown = env.run(&["diff", "--against", "nonsense"]);
    assert_eq!(unknown.code, 1);
    assert_snapshot!(unknown.stderr, @"error: git does not know the revision `nonsense`");
    let option = env.run(&["diff", "--against=--help"]);
    assert_eq!(option.code, 1);
    assert_snapshot!(option.stderr, @"error: git does not know the revision `--help`");
}

#[test]
fn revisions_may_hold_snapshots_only() {
    let env = TestEnv::new();
    env.git(&["init", "-q"]);
    env.run(&["synth"]);
    let document = env.read("formwork.out/pages/main.tf.json");
    env.write("snapshots/pages.snap", &format!("---\nsource: tests/x.rs\n---\n{document}"));
    env.git(&["add", "snapshots"]);
    env.git(&["commit", "-q", "-m", "snapshots"]);
    assert_snapshot!(env.run_as("changed", &["diff", "--against", "HEAD", "pages"]).stdout, @r#"
        pages
          ~ aws_s3_bucket.pages
              tags.Owner: "shop" -> "pages $${team}"
        "#);
    let elsewhere = env.run(&["diff", "--against", "HEAD", "--snapshots", "nowhere"]);
    assert_eq!(elsewhere.code, 1);
    assert_snapshot!(elsewhere.stderr, @r#"
        error: the revision `HEAD` has no documents in formwork.out and no snapshots in nowhere
          hint: name the folders with --out and --snapshots
        "#);
}

#[test]
fn a_revision_needs_a_repository() {
    let env = TestEnv::new();
    let ran = env.run(&["diff", "--against", "HEAD"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("`--against` needs a git repository"), "{}", ran.stderr);
}

#[test]
fn a_pattern_may_mean_a_stack_that_is_gone() {
    let env = TestEnv::new();
    env.run(&["synth"]);
    assert_snapshot!(env.run_as("fewer", &["diff", "al*"]).stdout, @r#"
        alerts
          - aws_sns_topic.topic
          - output.topic_arn
          - provider.aws
          - terraform.required_providers
        "#);
    let nothing = env.run_as("fewer", &["diff", "wroker"]);
    assert_eq!(nothing.code, 2);
    assert_snapshot!(nothing.stderr, @r#"
        error: no stack matches `wroker`
          hint: did you mean `worker`?
        "#);
}

#[test]
fn a_stack_that_a_revision_had_is_removed() {
    let env = TestEnv::new();
    env.git(&["init", "-q"]);
    env.run(&["synth"]);
    env.git(&["add", "-A"]);
    env.git(&["commit", "-q", "-m", "documents"]);
    env.run_as("fewer", &["synth"]);
    assert_snapshot!(env.run_as("fewer", &["diff", "--against", "HEAD"]).stdout, @r#"
        alerts
          - aws_sns_topic.topic
          - output.topic_arn
          - provider.aws
          - terraform.required_providers
        worker
          - aws_cloudwatch_log_group.logs
          - data.terraform_remote_state.alerts
          - output.topic
          - terraform.required_providers
        "#);
}

#[test]
fn folders_of_a_revision_may_be_named_from_anywhere() {
    let env = TestEnv::new();
    env.git(&["init", "-q"]);
    env.run(&["synth"]);
    // Neither a snapshot of something else nor what Terraform fetched is a stack's document.
    env.write("formwork.out/pages/.terraform/modules/x/main.tf.json", "nonsense");
    env.write("snapshots/other.snap", "---\nsource: tests/x.rs\n---\nsome text\n");
    env.git(&["add", "-A", "-f"]);
    env.git(&["commit", "-q", "-m", "documents"]);
    env.write("below/x", "");
    let absolute = env.path("formwork.out").display().to_string();
    for folder in ["../formwork.out", "../formwork.out/", &absolute] {
        let ran = env.run_below("below", &["diff", "--against", "HEAD", "--out", folder, "--exit-code"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{folder}: {}", ran.stderr);
    }
    let wrong = env.run_below("below", &["diff", "--against", "HEAD"]);
    assert_eq!(wrong.code, 1);
}

#[test]
fn without_documents_everything_is_new() {
    let ran = TestEnv::new().run(&["diff", "pages"]);
    assert_eq!(ran.code, 0);
    assert_snapshot!(ran.stdout, @r#"
        pages
          + aws_s3_bucket.pages
          + output.arn
          + provider.aws
          + terraform.required_providers
        "#);
    assert_snapshot!(ran.stderr, @"hint: nothing was synthesized to formwork.out yet, so that everything is new");
}

#[test]
fn policies_with_references_are_looked_into() {
    let env = TestEnv::new();
    env.run_as("policy", &["synth"]);
    assert_snapshot!(env.run_as("wider-policy", &["diff"]).stdout, @r#"
        readers
          ~ aws_iam_policy.read
              policy.Statement[0].Action[1]: "s3:GetObject" -> "s3:*"
        "#);
}
