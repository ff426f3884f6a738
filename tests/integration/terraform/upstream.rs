//! Plans of stacks that read each other: what a plan brings is known to the plans of those that read it.

use serde_json::Value;

use crate::support::{Ran, TestEnv};

/// For real, and in the sandbox.
const PLACES: [&[&str]; 2] = [&[], &["--sandbox"]];

fn run(env: &TestEnv, variant: &str, arguments: &[&str], place: &[&str], code: i32) -> Ran {
    let ran = env.estate(variant, &[arguments, place].concat());
    assert_eq!(ran.code, code, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran
}

#[test]
fn what_is_not_applied_yet_is_a_placeholder_where_it_is_not_known() {
    for place in PLACES {
        let env = TestEnv::new();
        let plan = run(&env, "upstream", &["plan", "--plan-dir", "plans"], place, 0);
        let says = |text: &str| assert!(plan.stderr.contains(text), "{text}: {}", plan.stderr);
        says("network: 1 to add");
        says("service: deferred: needs output vpc_id of stack network");
        says("a preview: 3 to add");
        says("top: deferred: needs output used of stack service");
        // How many there are has to be known: there is no preview, and that is said.
        says("zones: deferred: needs output vpc_id of stack network");
        says("no preview until that is applied: Invalid for_each argument");
        assert!(
            plan.stdout
                .contains("A preview, which can't be applied: it lacks output vpc_id of stack network.")
        );
        assert!(!plan.stdout.contains("correct-horse"), "{}", plan.stdout);
        // What is known of the plan before is used, and what is not stays unknown.
        let json = run(&env, "upstream", &["plan", "--json"], place, 0).stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        let service = json["stacks"].as_array().unwrap().iter().find(|it| it["stack"] == "service").unwrap();
        assert_eq!(service["status"], "deferred");
        let resources = service["changes"]["resources"].as_array().unwrap();
        assert!(resources.iter().all(|it| it["address"].as_str().unwrap().starts_with("terraform_data.")));
        // Nothing of it can be applied.
        assert!(env.path("plans/network.tfplan").exists());
        assert!(!env.path("plans/service.tfplan").exists());
        let refused = run(&env, "upstream", &["apply", "service", "--plan-dir", "plans"], place, 1);
        assert!(refused.stderr.contains("`service` had no plan when it was reviewed"), "{}", refused.stderr);
        // Nothing of what was laid over the documents is left.
        let folder = std::fs::read_dir(env.path("formwork.out/service")).unwrap();
        let names: Vec<String> =
            folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(names.iter().all(|name| !name.starts_with("formwork_")), "{names:?}");
    }
}

#[test]
fn a_value_that_a_plan_brings_is_read_by_the_next_and_applied_if_it_comes_true() {
    for place in PLACES {
        let env = TestEnv::new();
        run(&env, "upstream", &["apply", "--auto-approve"], place, 0);
        assert!(run(&env, "upstream", &["plan"], place, 0).stderr.contains("service: no changes"));
        let plan = run(&env, "upstream,other", &["plan", "--plan-dir", "plans"], place, 0);
        assert!(plan.stdout.contains("10.1.0.0/16 a+b in "), "{}", plan.stdout);
        assert!(plan.stderr.contains("service: 0 to add, 1 to change"), "{}", plan.stderr);
        // `network` is not what it was planned with yet.
        let refused = run(&env, "upstream,other", &["apply", "service", "--plan-dir", "plans"], place, 1);
        let message =
            "`service` was planned with another value of output cidr of stack network than there is now";
        assert!(refused.stderr.contains(message), "{}", refused.stderr);
        // `top` reads what is known after the apply of `service`.
        let applied = run(&env, "upstream,other", &["apply", "--plan-dir", "plans"], place, 1);
        assert!(applied.stderr.contains("error: applied: network, service; failed: top; unchanged: zones"));
        run(&env, "upstream,other", &["apply", "--auto-approve"], place, 0);
        let plan = run(&env, "upstream,other", &["plan"], place, 0);
        assert!(plan.stderr.contains("Done unchanged: network, service, top, zones"), "{}", plan.stderr);
    }
}

#[test]
fn what_a_replacement_brings_stays_unknown() {
    for place in PLACES {
        let env = TestEnv::new();
        run(&env, "upstream", &["apply", "--auto-approve"], place, 0);
        let plan = run(&env, "upstream,replaced", &["plan"], place, 0);
        assert!(plan.stderr.contains("service: deferred: needs output vpc_id of stack network"));
        assert!(plan.stdout.contains("(known after apply)"), "{}", plan.stdout);
        run(&env, "upstream,replaced", &["apply", "--auto-approve"], place, 0);
        let plan = run(&env, "upstream,replaced", &["plan"], place, 0);
        for stack in ["network", "service", "zones", "top"] {
            assert!(plan.stderr.contains(&format!("{stack}: no changes")), "{}", plan.stderr);
        }
    }
}
