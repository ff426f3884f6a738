//! Stacks that read each other on the second day: what was applied counts.

use std::process::Command;

use crate::support::{Ran, TestEnv};

/// For real, and in the sandbox.
const PLACES: [&[&str]; 2] = [&[], &["--sandbox"]];

/// Adds to arguments where to work.
fn within(place: &'static [&'static str]) -> impl Fn(&[&'static str]) -> Vec<&'static str> {
    move |arguments| [arguments, place].concat()
}

fn good(env: &TestEnv, variant: &str, arguments: &[&str]) -> Ran {
    let ran = env.estate(variant, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran
}

#[test]
fn two_stacks_with_one_state_are_a_mistake_with_both_lines() {
    let env = TestEnv::new();
    let ran = env.estate("one-place", &["synth"]);
    assert_eq!(ran.code, 1);
    let message = "stack `second` keeps its state in the same place as `first`: local: states/all.tfstate";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    assert!(ran.stderr.contains("programs/estate/mod.rs:"), "{}", ran.stderr);
}

#[test]
fn what_others_have_read_is_not_destroyed_without_them() {
    for place in PLACES {
        let (env, with) = (TestEnv::new(), within(place));
        good(&env, "", &with(&["apply", "--auto-approve"]));
        let refused = env.estate("", &with(&["destroy", "network", "--auto-approve"]));
        assert_eq!(refused.code, 1);
        assert!(refused.stderr.contains("service (1 object) reads network"), "{}", refused.stderr);
        assert!(refused.stderr.contains("--despite-readers"), "{}", refused.stderr);
        assert!(good(&env, "", &with(&["plan"])).stderr.contains("network: no changes"));
        // The program reads it no more, but what was applied does.
        let refused = env.estate("apart", &with(&["destroy", "network", "--auto-approve"]));
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        good(&env, "", &with(&["destroy", "alone", "--auto-approve"]));
        // Once it has let go, nothing is in the way.
        good(&env, "apart", &with(&["apply", "service", "--auto-approve"]));
        good(&env, "apart", &with(&["destroy", "network", "--auto-approve"]));
        good(&env, "apart", &with(&["destroy", "--auto-approve"]));
    }
}

#[test]
fn a_stack_can_be_destroyed_when_what_it_has_read_is_gone() {
    let env = TestEnv::new();
    good(&env, "", &["apply", "--auto-approve"]);
    good(&env, "", &["destroy", "network", "--auto-approve", "--despite-readers"]);
    let planned = env.estate("", &["plan", "service"]);
    assert!(planned.stderr.contains("service: deferred: needs output vpc_id"), "{}", planned.stderr);
    let ran = good(&env, "", &["destroy", "service", "--auto-approve"]);
    assert!(ran.stderr.contains("service: destroyed: 0 added, 0 changed, 1 destroyed"), "{}", ran.stderr);
}

#[test]
fn a_chain_is_planned_as_a_whole_before_anything_goes() {
    let env = TestEnv::new();
    good(&env, "", &["apply", "--auto-approve"]);
    let refused = env.estate("", &["destroy", "--auto-approve", "--fail-on", "destroy:terraform_*"]);
    assert_eq!(refused.code, 1);
    let kept = good(&env, "", &["plan"]);
    assert_eq!(kept.stderr.matches(": no changes").count(), 3, "{}", kept.stderr);
    let all = good(&env, "", &["destroy", "--auto-approve"]);
    assert_eq!(all.stderr.matches(": destroyed: ").count(), 3, "{}", all.stderr);
}

#[test]
fn an_output_that_is_null_is_null_for_its_readers() {
    for place in PLACES {
        let (env, with) = (TestEnv::new(), within(place));
        // What was never applied is not null.
        let waits = good(&env, "null,more", &with(&["plan", "b"]));
        assert!(
            waits.stderr.contains("b: deferred: needs outputs port, replica of stack a"),
            "{}",
            waits.stderr
        );
        // With the plan of what it reads it is known that one of them is.
        let plan = good(&env, "null,more", &with(&["plan"]));
        assert!(plan.stderr.contains("b: 1 to add"), "{}", plan.stderr);
        assert!(plan.stdout.contains("input: \"none:5432\""), "{}", plan.stdout);
        good(&env, "null", &with(&["apply", "--auto-approve"]));
        assert_eq!(good(&env, "null", &with(&["output", "b", "used"])).stdout, "none\n");
        assert!(good(&env, "null", &with(&["plan"])).stderr.contains("b: no changes"));
        good(&env, "null", &with(&["drift"]));
        // It gets a value, and loses it again.
        good(&env, "null", &with(&["apply", "--auto-approve", "--var", "on=true"]));
        assert_eq!(good(&env, "null", &with(&["output", "b", "used"])).stdout, "replica.example.com\n");
        good(&env, "null", &with(&["apply", "--auto-approve"]));
        assert_eq!(good(&env, "null", &with(&["output", "b", "used"])).stdout, "none\n");
        // An output that is new in the program is not null: it waits for its stack.
        let waits = env.estate("null,more", &with(&["apply", "b", "--auto-approve"]));
        assert_eq!(waits.code, 1);
        assert!(waits.stderr.contains("b: deferred: needs output port of stack a"), "{}", waits.stderr);
        good(&env, "null,more", &with(&["apply", "--auto-approve"]));
        assert_eq!(good(&env, "null,more", &with(&["output", "b", "used"])).stdout, "none:5432\n");
        good(&env, "null,more", &with(&["destroy", "--auto-approve"]));
    }
}

#[test]
fn outputs_come_from_the_workspace_that_a_stack_is_applied_in() {
    let env = TestEnv::new();
    good(&env, "workspaces", &["apply", "--auto-approve", "--var", "env=PRODUCTION"]);
    for stack in ["a", "b"] {
        let mut terraform = Command::new("terraform");
        terraform.args(["workspace", "new", "dev"]).current_dir(env.path(&format!("formwork.out/{stack}")));
        let ran = env.finish(terraform);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let in_dev = |arguments: &[&str]| {
        let mut command = env.estate_command("workspaces", arguments);
        command.env("TF_WORKSPACE", "dev");
        let ran = env.finish(command);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran.stdout
    };
    in_dev(&["apply", "--auto-approve", "--var", "env=dev"]);
    assert_eq!(in_dev(&["output", "b", "used"]), "dev\n");
    for stack in ["a", "b"] {
        let mut terraform = Command::new("terraform");
        terraform
            .args(["workspace", "select", "default"])
            .current_dir(env.path(&format!("formwork.out/{stack}")));
        assert_eq!(env.finish(terraform).code, 0);
    }
    assert_eq!(good(&env, "workspaces", &["output", "b", "used"]).stdout, "PRODUCTION\n");
}

#[test]
fn what_is_sensitive_stays_sensitive_in_a_stack_that_reads_it() {
    for place in PLACES {
        let (env, with) = (TestEnv::new(), within(place));
        good(&env, "sensitive", &with(&["apply", "a", "--auto-approve"]));
        for how in [
            &["plan"][..],
            &["plan", "--json"],
            &["plan", "--markdown"],
            &["apply", "--auto-approve"],
            &["output"],
        ] {
            let ran = good(&env, "sensitive", &with(how));
            assert!(
                !format!("{}{}", ran.stdout, ran.stderr).contains("correct-horse"),
                "{how:?}: {}",
                ran.stdout
            );
        }
        assert_eq!(good(&env, "sensitive", &with(&["output", "b", "copy"])).stdout, "correct-horse\n");
    }
}

#[test]
fn a_stack_without_a_plan_at_its_review_is_no_success() {
    let env = TestEnv::new();
    good(&env, "", &["plan", "network", "service", "--plan-dir", "plans"]);
    good(&env, "", &["apply", "network", "--plan-dir", "plans"]);
    let ran = env.estate("", &["apply", "service", "--plan-dir", "plans"]);
    assert_eq!(ran.code, 1);
    let message = "`service` had no plan when it was reviewed: it lacked output vpc_id of stack network";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: plan it again"), "{}", ran.stderr);
}

#[test]
fn a_failure_keeps_others_from_being_begun_if_that_is_wanted() {
    for (further, code) in [("--fail-fast", ": not begun"), ("--keep-going", ": applied: ")] {
        let env = TestEnv::new();
        let ran = env.estate("broken", &["apply", "--auto-approve", "--stack-parallelism", "1", further]);
        assert_eq!(ran.code, 1);
        for stack in ["network", "service"] {
            assert!(ran.stderr.contains(&format!("{stack}{code}")), "{further}: {}", ran.stderr);
        }
    }
}

#[test]
fn any_command_of_terraform_reaches_a_stack() {
    for place in PLACES {
        let env = TestEnv::new();
        good(&env, "", &[&["apply", "--auto-approve"], place].concat());
        let terraform = |arguments: &[&'static str]| {
            let arguments = [&["terraform", "network"], place, &["--"], arguments].concat();
            env.estate("", &arguments)
        };
        assert_eq!(terraform(&["state", "list"]).stdout, "terraform_data.vpc\n");
        let moved = terraform(&["state", "mv", "terraform_data.vpc", "terraform_data.other"]);
        assert_eq!(moved.code, 0, "{}", moved.stderr);
        assert_eq!(terraform(&["state", "list"]).stdout, "terraform_data.other\n");
        let wrong = terraform(&["state", "show", "terraform_data.vpc"]);
        assert!(wrong.code == 1 && wrong.stderr.contains("No instance found"), "{}", wrong.stderr);
    }
}

#[test]
fn what_is_mistyped_is_said_before_anything_else() {
    let env = TestEnv::new();
    good(&env, "", &["apply", "--auto-approve"]);
    for verb in ["apply", "destroy"] {
        // Nobody can be asked here either.
        let ran = env.estate("", &[verb, "netwrok"]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("did you mean `network`?"), "{}", ran.stderr);
        let ran = env.estate("", &[verb, "network"]);
        assert!(ran.code == 2 && ran.stderr.contains("nobody can be asked"), "{}", ran.stderr);
    }
    let nothing =
        env.estate("", &["destroy", "alone", "--target", "terraform_data.ilsand", "--auto-approve"]);
    assert_eq!(nothing.code, 1);
    assert!(
        nothing.stderr.contains("nothing that was applied is terraform_data.ilsand"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn who_has_read_what_is_dropped_lets_go_of_it_first() {
    let env = TestEnv::new();
    good(&env, "removal", &["apply", "--sandbox", "--auto-approve"]);
    let planned = good(&env, "removal,later", &["plan", "--sandbox"]);
    let note = "network: drops output shared: stacks that have read it are applied before it";
    assert!(planned.stderr.contains(note), "{}", planned.stderr);
    // Alone it cannot be done, and is not tried.
    let alone = env.estate("removal,later", &["apply", "network", "--sandbox", "--auto-approve"]);
    assert_eq!(alone.code, 1);
    assert!(
        alone.stderr.contains("`network` drops output shared, and `service` has read it"),
        "{}",
        alone.stderr
    );
    assert!(alone.stderr.contains("`cargo run -- apply network service`"), "{}", alone.stderr);
    // Neither can it in one step with something new in the other direction.
    let both = env.estate("removal,later,new-output", &["apply", "--sandbox", "--auto-approve"]);
    assert_eq!(both.code, 1);
    assert!(both.stderr.contains("it needs output cidr of stack network"), "{}", both.stderr);
    assert!(both.stderr.contains("hint: in two applies"), "{}", both.stderr);
    let ran = good(&env, "removal,later", &["apply", "--sandbox", "--auto-approve"]);
    assert!(ran.stderr.ends_with("Done applied: network, service\n"), "{}", ran.stderr);
    let again = good(&env, "removal,later", &["plan", "--sandbox"]);
    assert_eq!(again.stderr.matches(": no changes").count(), 2, "{}", again.stderr);
}

#[test]
fn who_has_read_what_is_dropped_lets_go_of_it_first_by_reviewed_plans_too() {
    let env = TestEnv::new();
    good(&env, "removal", &["apply", "--sandbox", "--auto-approve"]);
    good(&env, "removal,later", &["plan", "--sandbox", "--plan-dir", "plans"]);
    let ran = good(&env, "removal,later", &["apply", "--sandbox", "--plan-dir", "plans"]);
    assert!(ran.stderr.ends_with("Done applied: network, service\n"), "{}", ran.stderr);
    let again = good(&env, "removal,later", &["plan", "--sandbox"]);
    assert_eq!(again.stderr.matches(": no changes").count(), 2, "{}", again.stderr);
    // What needs something new in the other direction takes two applies.
    good(&env, "removal", &["apply", "--sandbox", "--auto-approve"]);
    good(&env, "removal,later,new-output", &["plan", "--sandbox", "--plan-dir", "plans"]);
    let both = env.estate("removal,later,new-output", &["apply", "--sandbox", "--plan-dir", "plans"]);
    assert_eq!(both.code, 1, "{}", both.stderr);
    assert!(both.stderr.contains("hint: in two applies"), "{}", both.stderr);
    assert!(!both.stderr.contains("DependencyViolation"), "{}", both.stderr);
}

#[test]
fn a_stack_that_is_taken_out_of_the_program_stays_in_reach() {
    for place in PLACES {
        let (env, with) = (TestEnv::new(), within(place));
        good(&env, "", &with(&["apply", "--auto-approve"]));
        let said = "alone is no longer part of the program and has 1 object in its state";
        for _ in 0..2 {
            let synthesized = good(&env, "without-alone", &["synth"]);
            assert!(synthesized.stderr.contains(said), "{}", synthesized.stderr);
            assert!(synthesized.stderr.contains("`cargo run -- destroy alone`"), "{}", synthesized.stderr);
            assert!(good(&env, "without-alone", &["list"]).stderr.contains(said));
            let planned = good(&env, "without-alone", &with(&["plan"]));
            assert!(planned.stderr.contains(said), "{}", planned.stderr);
        }
        let applied = env.estate("without-alone", &with(&["apply", "alone", "--auto-approve"]));
        assert_eq!(applied.code, 2);
        assert!(applied.stderr.contains("`alone` is no longer part of the program"), "{}", applied.stderr);
        // Not with all others, but by its name.
        let planned = good(&env, "without-alone", &with(&["plan", "--destroy", "alone"]));
        assert!(planned.stdout.contains("terraform_data.island is destroyed"), "{}", planned.stdout);
        let destroyed = good(&env, "without-alone", &with(&["destroy", "alone", "--auto-approve"]));
        assert!(
            destroyed.stderr.contains("alone: destroyed: 0 added, 0 changed, 1 destroyed"),
            "{}",
            destroyed.stderr
        );
        let synthesized = good(&env, "without-alone", &["synth"]);
        assert!(!synthesized.stderr.contains("alone"), "{}", synthesized.stderr);
        // What comes back is a stack like any other.
        good(&env, "", &with(&["apply", "--auto-approve"]));
        good(&env, "without-alone", &["synth"]);
        let back = good(&env, "", &with(&["plan"]));
        assert!(!back.stderr.contains("no longer part"), "{}", back.stderr);
        assert_eq!(back.stderr.matches(": no changes").count(), 3, "{}", back.stderr);
    }
}

#[test]
fn a_retired_stack_that_has_read_another_keeps_it_from_being_destroyed() {
    let env = TestEnv::new();
    good(&env, "removal", &["apply", "--sandbox", "--auto-approve"]);
    let refused = env.estate("only-network", &["destroy", "network", "--sandbox", "--auto-approve"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("service (2 objects) reads network"), "{}", refused.stderr);
    let refused = env.estate("only-network", &["apply", "--sandbox", "--auto-approve"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("hint: destroy that first: `cargo run -- destroy service`"),
        "{}",
        refused.stderr
    );
    good(&env, "only-network", &["destroy", "network", "service", "--sandbox", "--auto-approve"]);
}

#[test]
fn what_vanished_is_said_until_it_is_applied_and_what_is_protected_is_an_error() {
    for place in PLACES {
        let (env, with) = (TestEnv::new(), within(place));
        good(&env, "precious", &with(&["apply", "--auto-approve"]));
        for arguments in [&["synth"][..], &["synth"], &with(&["plan"]), &with(&["apply", "--auto-approve"])] {
            let ran = env.estate("precious,gone", arguments);
            assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.stderr);
            let message = "terraform_data.table must not be destroyed (`prevent_destroy`), and is gone from the program";
            assert!(ran.stderr.contains(message), "{arguments:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("Removed::keep"), "{}", ran.stderr);
        }
        let list = |variant: &str| {
            let arguments = [&["terraform", "store"], place, &["--", "state", "list"]].concat();
            good(&env, variant, &arguments).stdout
        };
        assert!(list("precious").contains("terraform_data.table"));
        // What is not protected is a warning, by each of them.
        for arguments in [&["synth"][..], &["synth"], &with(&["plan"])] {
            let ran = good(&env, "precious,gone,destroyed", arguments);
            let warning = "terraform_data.queue is gone: the next apply destroys it";
            assert!(ran.stderr.contains(warning), "{arguments:?}: {}", ran.stderr);
        }
        good(&env, "precious,gone,kept", &with(&["apply", "--auto-approve"]));
        assert_eq!(list("precious,gone,kept"), "terraform_data.plain\n");
        // Then it is done, and nothing is said any more.
        let after = good(&env, "precious,gone", &with(&["plan"]));
        assert!(!after.stderr.contains("is gone"), "{}", after.stderr);
    }
}

#[test]
fn a_destroy_by_reviewed_plans_asks_nobody_about_readers() {
    let env = TestEnv::new();
    good(&env, "", &["apply", "--auto-approve"]);
    good(&env, "", &["plan", "network", "--destroy", "--plan-dir", "plans"]);
    let refused = env.estate("", &["destroy", "network", "--plan-dir", "plans"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("error: stacks that stay need what is to be destroyed"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains("Only `yes` does it"), "{}", refused.stderr);
    good(&env, "", &["destroy", "network", "--plan-dir", "plans", "--despite-readers"]);
}

#[test]
fn what_moves_from_one_state_to_another_is_forgotten_here_and_imported_there() {
    for order in [["shop", "orders"], ["orders", "shop"]] {
        let env = TestEnv::new();
        good(&env, "across", &["apply", "--sandbox", "--auto-approve"]);
        let changed = env.estate("across,later,slower", &["moves", "--across", "--sandbox"]);
        assert_eq!((changed.code, changed.stdout.as_str()), (1, ""), "{}", changed.stderr);
        let message = "aws_sqs_queue.jobs of shop is aws_sqs_queue.jobs of orders now, and more than its place changed: delay_seconds";
        assert!(changed.stderr.contains(message), "{}", changed.stderr);
        let lines = good(&env, "across,later", &["moves", "--across", "--sandbox"]).stdout;
        let id = lines.split("\", \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        assert_eq!(
            lines,
            format!(
                "// orders\nstack.import_existing(Import::id(\"aws_sqs_queue.jobs\", \"{id}\"));\n// shop\nstack.removed(Removed::keep(\"aws_sqs_queue.jobs\"));\n"
            )
        );
        let said = |arguments: &[&str]| {
            let mut command = env.estate_command("across,later,said", arguments);
            command.env("QUEUE", id);
            let ran = env.finish(command);
            assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
            ran
        };
        for stack in order {
            let applied = said(&["apply", stack, "--sandbox", "--auto-approve"]);
            assert!(applied.stderr.contains("0 added, 0 changed, 0 destroyed"), "{}", applied.stderr);
        }
        let planned = said(&["plan", "--sandbox"]);
        assert_eq!(planned.stderr.matches(": no changes").count(), 2, "{}", planned.stderr);
        let nothing = said(&["moves", "--across", "--sandbox"]);
        assert!(nothing.stderr.contains("nothing seems to have moved"), "{}", nothing.stderr);
        let list = env.estate("across,later", &["terraform", "orders", "--sandbox", "--", "state", "list"]);
        assert_eq!(list.stdout, "aws_sqs_queue.jobs\naws_sqs_queue.own\n");
    }
}
