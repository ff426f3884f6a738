//! `plan --html`, `review` and `comment --html`: pages for who reviews a plan. What a browser makes of them is for
//! `tools/review-page`.

use crate::support::TestEnv;

const SECRET: [&str; 2] = ["--var", "secret=swordfish"];

fn with_secret(arguments: &[&'static str]) -> Vec<&'static str> {
    [arguments, &SECRET].concat()
}

#[test]
fn a_plan_is_a_page_without_secrets() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    let planned = with_secret(&["plan", "--plan-dir", "plans", "--html", "pages/plan.html"]);
    let ran = env.runner("changed,replaced,felled", &planned);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = env.read("pages/plan.html");
    for said in [
        "<h1>Plan of 4 stacks</h1>",
        "terraform_data.tree",
        "terraform_data.subnets</a>, for triggers_replace",
        "(sensitive value, changed)",
        "programs/runner/mod.rs:",
        "Used by <a href=\"#c",
        "<svg ",
    ] {
        assert!(page.contains(said), "no {said}");
    }
    for secret in ["swordfish", "hunter2", "aHVudGVyM"] {
        assert!(!page.contains(secret), "{secret}");
    }
    // Of the plans that were kept: the same, whatever is said of how they were made.
    let review =
        with_secret(&["review", "network", "island", "--plan-dir", "plans", "--html", "review.html"]);
    let ran = env.runner("changed,replaced,felled", &review);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let reviewed = env.read("review.html");
    assert!(reviewed.contains("<h1>Plan of 2 stacks</h1>") && reviewed.contains("terraform_data.tree"));
    assert!(!reviewed.contains("swordfish") && !reviewed.contains("hunter2"));
    // Nothing is left of the way that they were written.
    let names = std::fs::read_dir(env.path("pages")).unwrap().map(|it| it.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["plan.html"]);
}

#[test]
fn reports_of_several_jobs_are_one_page() {
    let env = TestEnv::new();
    for stack in ["network", "island"] {
        let ran = env.runner("", &["plan", stack, "--json"]);
        env.write(&format!("reports/{stack}.json"), &ran.stdout);
    }
    let ran = env.runner("", &["comment", "reports", "network", "island", "data", "--html", "page.html"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("- **Risk**: 5 added\n"), "{}", ran.stdout);
    let page = env.read("page.html");
    for said in ["<h1>Plan of 3 stacks</h1>", "it was not planned", "terraform_data.vpc", "runner/mod.rs:"] {
        assert!(page.contains(said), "no {said}");
    }
}

#[test]
fn a_page_that_cannot_be_written_is_an_error_that_names_it() {
    let env = TestEnv::new();
    env.write("taken", "a file");
    let ran = env.runner("", &["plan", "network", "--html", "taken/page.html"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("cannot write taken/page.html"), "{}", ran.stderr);
    let ran = env.runner("", &["review", "--plan-dir", "none", "--html", "page.html"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("there is no plan of `network` in none"), "{}", ran.stderr);
}
