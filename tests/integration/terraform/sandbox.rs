//! `--sandbox` and the `sandbox` commands: the real terraform in front of the simulated cloud.

use crate::support::{Ran, TestEnv};
use insta::assert_snapshot;

fn run(env: &TestEnv, variant: &str, arguments: &[&str]) -> Ran {
    env.simulated(variant, arguments)
}

fn good(env: &TestEnv, variant: &str, arguments: &[&str]) -> Ran {
    let ran = run(env, variant, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran
}

/// The last line, which says what became of all stacks.
fn summary(ran: &Ran) -> &str {
    ran.stderr.lines().last().unwrap_or_default()
}

#[test]
fn stacks_are_applied_changed_replaced_and_destroyed_without_a_cloud() {
    let env = TestEnv::new();
    let first = good(&env, "base", &["apply", "--sandbox", "--auto-approve"]);
    assert!(first.stderr.starts_with("sandbox: a simulation, nothing here is real\n"), "{}", first.stderr);
    assert_eq!(summary(&first), "Done applied: alerts, pages, worker");
    let again = good(&env, "base", &["plan", "--sandbox"]);
    assert_eq!(summary(&again), "Done unchanged: alerts, pages, worker");
    let topic = good(&env, "base", &["output", "--sandbox", "worker", "topic"]);
    assert_eq!(topic.stdout, "arn:aws:sns:eu-central-1:123456789012:shop-alerts\n");

    // A tag changes in place; a log group under another name of the program is another one.
    let plan = good(&env, "changed", &["plan", "--sandbox", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    let summaries: Vec<String> = report["stacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stack| format!("{} {}", stack["stack"].as_str().unwrap(), stack["summary"]))
        .collect();
    assert_snapshot!(summaries.join("\n"), @r#"
        alerts null
        pages {"add":0,"change":1,"import":0,"remove":0}
        worker {"add":1,"change":0,"import":0,"remove":1}
        "#);
    good(&env, "changed", &["apply", "--sandbox", "--auto-approve"]);
    let destroyed = good(&env, "changed", &["destroy", "--sandbox", "--auto-approve"]);
    assert_eq!(summary(&destroyed), "Done destroyed: alerts, pages, worker");
    let cloud = env.read("formwork.out/.sandbox/cloud.jsonl");
    let open = cloud.lines().filter(|line| line.starts_with(r#"{"put""#)).count();
    let gone = cloud.lines().filter(|line| line.starts_with(r#"{"gone""#)).count();
    assert!(open <= gone, "{cloud}");
}

#[test]
fn simulated_state_is_kept_apart_from_the_real_one() {
    let env = TestEnv::new();
    good(&env, "base", &["apply", "--sandbox", "--auto-approve", "pages"]);
    assert!(env.path("formwork.out/.sandbox/pages/terraform.tfstate").exists());
    assert!(!env.path("formwork.out/pages/terraform.tfstate").exists());
    assert!(!env.path("formwork.out/pages/.terraform").exists());
    assert!(!env.path("formwork.out/.sandbox/pages/.terraform.lock.hcl").exists());

    // A plan of the sandbox is not one for the real cloud.
    good(&env, "changed", &["plan", "--sandbox", "--plan-dir", "plans", "pages"]);
    let refused = run(&env, "changed", &["apply", "--plan-dir", "plans", "pages"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("made with the sandbox providers"), "{}", refused.stderr);
}

#[test]
fn what_happens_outside_is_arranged_found_and_put_right() {
    let env = TestEnv::new();
    good(&env, "base", &["apply", "--sandbox", "--auto-approve"]);
    let drifted =
        good(&env, "base", &["sandbox", "drift", "aws_cloudwatch_log_group.logs", "retention_in_days=3"]);
    assert_snapshot!(drifted.stderr, @"Changed retention_in_days of aws_cloudwatch_log_group.logs behind the back of worker");
    let found = run(&env, "base", &["drift", "--sandbox", "worker"]);
    assert_eq!(found.code, 1);
    assert!(
        found.stderr.contains("retention_in_days") || found.stdout.contains("retention_in_days"),
        "{found:?}"
    );
    good(&env, "base", &["apply", "--sandbox", "--auto-approve", "worker"]);
    assert_eq!(run(&env, "base", &["drift", "--sandbox"]).code, 0);

    good(&env, "base", &["sandbox", "remove", "aws_s3_bucket.pages"]);
    let plan = good(&env, "base", &["plan", "--sandbox", "pages"]);
    assert_eq!(summary(&plan), "Done planned: pages");

    let failing = good(&env, "base", &["sandbox", "fail", "aws_s3_bucket.pages"]);
    assert_snapshot!(failing.stderr, @"Arranged that the next apply of aws_s3_bucket.pages in pages fails");
    let failed = run(&env, "base", &["apply", "--sandbox", "--auto-approve", "pages"]);
    assert_eq!(failed.code, 1);
    assert!(failed.stderr.contains("the sandbox was asked to let this fail"), "{}", failed.stderr);
    good(&env, "base", &["apply", "--sandbox", "--auto-approve", "pages"]);
}

#[test]
fn what_exists_outside_is_added_and_imported() {
    let env = TestEnv::new();
    let added = good(
        &env,
        "base",
        &["sandbox", "add", "aws_s3_bucket", "pages.example.com", "--region", "eu-central-1"],
    );
    assert_snapshot!(added.stderr, @"Added aws_s3_bucket pages.example.com to the sandbox");
    let taken = run(&env, "base", &["apply", "--sandbox", "--auto-approve", "pages"]);
    assert_eq!(taken.code, 1);
    assert!(taken.stderr.contains("BucketAlreadyOwnedByYou"), "{}", taken.stderr);
    good(&env, "base", &["import", "--sandbox", "pages", "aws_s3_bucket.pages", "pages.example.com"]);
    let tags = good(&env, "base", &["apply", "--sandbox", "--auto-approve", "pages"]);
    assert!(tags.stderr.contains("applied: 0 added, 1 changed, 0 destroyed"), "{}", tags.stderr);

    let list = good(&env, "base", &["sandbox", "terraform", "pages", "--", "state", "list"]);
    assert_eq!(list.stdout, "aws_s3_bucket.pages\n");
    good(&env, "base", &["sandbox", "reset"]);
    assert!(!env.path("formwork.out/.sandbox").exists());
}

#[test]
fn time_goes_by_and_what_is_cut_off_is_said() {
    let env = TestEnv::new();
    // Without a region it is in that of the stacks.
    good(&env, "base", &["sandbox", "add", "aws_vpc", "vpc-0123456789abcdef0"]);
    let cloud = env.path("formwork.out/.sandbox/cloud.jsonl");
    let text = std::fs::read_to_string(&cloud).unwrap();
    assert!(text.contains(r#""region":"eu-central-1""#), "{text}");
    let passed = good(&env, "base", &["sandbox", "clock", "+3d"]);
    assert_eq!(passed.stderr, "Set the clock of the sandbox 3 d 0 h 0 min after its beginning\n");
    let passed = good(&env, "base", &["sandbox", "clock", "+90m"]);
    assert_eq!(passed.stderr, "Set the clock of the sandbox 3 d 1 h 30 min after its beginning\n");
    let wrong = run(&env, "base", &["sandbox", "clock", "3 days"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("`3 days` is not a time to come"), "{}", wrong.stderr);

    let text = std::fs::read_to_string(&cloud).unwrap();
    std::fs::write(&cloud, &text[..text.len() - 5]).unwrap();
    let plan = good(&env, "base", &["plan", "--sandbox", "pages"]);
    let last = format!("cloud.jsonl:{} was cut off", text.lines().count());
    assert!(plan.stderr.contains(&last), "{}", plan.stderr);
    let plan = good(&env, "base", &["plan", "--sandbox", "pages"]);
    assert!(!plan.stderr.contains("cut off"), "{}", plan.stderr);
}

#[test]
fn several_commands_share_the_sandbox() {
    let env = TestEnv::new();
    std::thread::scope(|scope| {
        let apply = |stack: &'static str| {
            let env = &env;
            scope.spawn(move || good(env, "base", &["apply", "--sandbox", "--auto-approve", stack]))
        };
        let both = [apply("pages"), apply("alerts")];
        for one in both {
            one.join().unwrap();
        }
    });
    let plan = good(&env, "base", &["plan", "--sandbox", "pages", "alerts"]);
    assert_eq!(summary(&plan), "Done unchanged: alerts, pages");
}

#[test]
fn wrong_names_are_refused_with_the_nearest_right_ones() {
    let env = TestEnv::new();
    good(&env, "base", &["apply", "--sandbox", "--auto-approve", "pages"]);
    let mut said = String::new();
    for (arguments, code) in [
        (&["sandbox", "drift", "aws_s3_bucket.page", "acl=x"][..], 2),
        (&["sandbox", "drift", "aws_s3_bucket.pages", "tag=x"], 1),
        (&["sandbox", "drift", "aws_s3_bucket.pages", "tags"], 2),
        (&["sandbox", "remove", "aws_s3_bucket.pages", "--stack", "worker"], 2),
        (&["sandbox", "fail", "aws_s3_bucket.page"], 2),
        (&["sandbox", "add", "aws_s3_buckets", "x"], 2),
    ] {
        let ran = run(&env, "base", arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        said.push_str(&ran.stderr);
    }
    assert_snapshot!(said, @r#"
        error: nothing in the sandbox has the address aws_s3_bucket.page
          hint: did you mean `aws_s3_bucket.pages`?
        error: aws_s3_bucket has no argument `tag`
          hint: did you mean `tags`?
        error: invalid value 'tags' for '<ARGUMENT=VALUE>...': expected ARGUMENT=VALUE

        For more information, try '--help'.
        error: nothing in the sandbox has the address aws_s3_bucket.pages
          hint: apply a stack that has it with --sandbox first
        error: no stack has the resource aws_s3_bucket.page
          hint: did you mean `aws_s3_bucket.pages`?
        error: no provider has the resource type aws_s3_buckets
          hint: did you mean `aws_s3_bucket`?
        "#);
}

#[test]
fn a_provider_without_a_catalogue_is_named() {
    let env = TestEnv::new();
    let ran = run(&env, "foreign", &["plan", "--sandbox"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @r#"
        warning: resources of hashicorp/azurerm ~> 4.0 are not checked: no catalogue of it is known
          hint: make one with `bindings import` and add it with `Program::catalogue`
        sandbox: a simulation, nothing here is real
        error: the sandbox cannot simulate hashicorp/azurerm, which `pages` needs: no catalogue of it is known
          hint: make one with `bindings import` and add it with `Program::catalogue`
        "#);
}

#[test]
fn ephemeral_values_reach_provisioners_and_nothing_that_is_stored() {
    let env = TestEnv::new();
    good(&env, "ephemeral", &["apply", "--sandbox", "--auto-approve"]);
    let read = |name: &str| env.read(&format!("formwork.out/.sandbox/secrets/{name}.txt"));
    let referred = read("referred");
    assert!(!referred.is_empty());
    assert_eq!(read("named"), referred);
    let state = good(&env, "ephemeral", &["sandbox", "terraform", "secrets", "--", "state", "pull"]).stdout;
    assert!(!state.contains(&referred) && state.contains("terraform_data"), "{state}");
    let document = env.read("formwork.out/.sandbox/secrets/main.tf.json");
    let count = document.matches("${ephemeral.random_password.password.result}").count();
    assert_eq!(count, 2, "{document}");
    assert!(document.contains("${ephemeralasnull(ephemeral.random_password.password.result)}"), "{document}");
}
