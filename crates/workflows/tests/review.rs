//! Each rule of the review: a workflow that keeps all of them, and for each rule one that breaks it.

use std::collections::BTreeMap;

use formwork_workflows::{
    Call, Command, Concurrency, Effect, Environment, Expression, Inventory, Job, Matrix, Paths, Permissions,
    Reference, Repository, Scope, Step, Text, Triggers, Workflow, review,
};
use serde_json::{Value as Json, json};

/// The stacks `shop` and `roles`, and `github`, which makes the repository's environment.
fn inventory() -> Inventory {
    let trust = json!({ "Statement": [{ "Condition": { "StringEquals": {
        "token.actions.githubusercontent.com:sub": "repo:acme/shop:environment:prod"
    }}}]});
    let documents = [
        (
            "shop",
            json!({
                "resource": { "aws_lambda_function": { "orders": { "function_name": "shop-orders" } } },
                "output": { "url": { "value": "https://shop.example.com" } }
            }),
        ),
        (
            "roles",
            json!({
                "resource": { "aws_iam_role": {
                    "release": { "name": "release-shop", "assume_role_policy": trust.to_string() },
                    "other": { "name": "other-role", "assume_role_policy": trust.to_string() }
                }},
                "output": { "release_arn": { "value": "${aws_iam_role.release.arn}" } }
            }),
        ),
        (
            "github",
            json!({
                "resource": {
                    "github_repository_environment": { "prod": { "repository": "shop", "environment": "prod" } },
                    "github_actions_environment_variable": { "role": {
                        "repository": "shop", "environment": "prod", "variable_name": "ROLE_ARN",
                        "value": "${data.terraform_remote_state.roles.outputs.release_arn}"
                    }},
                    "github_branch_protection": { "main": {
                        "repository_id": "shop", "required_status_checks": [{ "contexts": ["Test"] }]
                    }}
                }
            }),
        ),
    ];
    let documents: BTreeMap<String, Json> = documents.map(|(name, json)| (name.to_owned(), json)).into();
    let mut inventory = Inventory::read(&documents);
    inventory.releases.insert("shop".to_owned(), ["orders".to_owned()].into());
    inventory
}

fn orders() -> Reference {
    Reference::Release { stack: "shop".to_owned(), service: "orders".to_owned() }
}

fn call(verb: &str) -> Step {
    Step::run(verb, Command::new("./tool/shop").arguments(verb.split(' '))).refers(orders())
}

fn test() -> Job {
    Job::new("test", "Test", 10)
        .step(Step::checkout().id("source"))
        .step(Step::upload("package", "dist", 1))
        .output("sum", "source", "sum")
}

/// A job in the environment, under its role.
fn released(id: &str) -> Job {
    Job::new(id, "Release", 10)
        .needs("test")
        .environment(Environment::new("prod"))
        .concurrency(Concurrency::waiting("change-shop"))
        .assume_role("release-shop", "ROLE_ARN", "eu-central-1")
}

fn release() -> Job {
    released("release")
        .step(Step::download("package", "dist"))
        .step(call("release verify orders"))
        .step(call("release promote orders").effect(Effect::Promotes))
}

fn triggers() -> Triggers {
    Triggers::new().pull_request(Paths::branches(["main"])).push(Paths::branches(["main"]))
}

fn workflow(jobs: impl IntoIterator<Item = Job>) -> Workflow {
    Workflow::new("ci.yml", "CI", "Tests and releases.", triggers()).job(test()).jobs(jobs)
}

fn called_workflow() -> Workflow {
    Workflow::new("called.yml", "Called", "Is called.", Triggers::new().call(Call::new()))
        .concurrency(Concurrency::by_branch_of("called"))
}

fn mistakes(workflow: Workflow) -> Vec<String> {
    let repository = Repository::new("acme/shop").workflow(workflow);
    review(&[repository], &inventory()).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn finds(job: Job, expected: &str) {
    let found = mistakes(workflow([job]));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains(expected), "{}", found[0]);
}

#[test]
fn what_keeps_the_rules_has_no_mistake() {
    assert_eq!(mistakes(workflow([release()])), [] as [&str; 0]);
}

#[test]
fn a_job_that_changes_something_has_an_environment_and_is_never_cancelled() {
    let alone = Job::new("apply", "Apply", 10).concurrency(Concurrency::waiting("shop"));
    finds(alone.step(call("apply shop")), "applies without an environment");
    let beside = Job::new("apply", "Apply", 10).environment(Environment::new("prod"));
    finds(beside.step(call("apply shop")), "applies beside other runs");
    let cancelled = release().concurrency(Concurrency::replacing("change-shop"));
    finds(cancelled, "promotes and may be cancelled by the next run");
    // What a script does counts, whatever its step says of itself.
    let migrates = Job::new("migrate", "Migrate", 10).concurrency(Concurrency::waiting("shop"));
    finds(
        migrates.step(Step::run("Go", Command::new("migrate").argument("up"))),
        "migrates without an environment",
    );
}

#[test]
fn a_run_that_no_later_one_makes_up_for_is_not_dropped() {
    let lost = "in a workflow whose run is dropped if another comes to wait";
    let with = |triggers: Triggers, job: Job, concurrency: Concurrency| {
        let workflow = Workflow::new("cd.yml", "CD", "Releases.", triggers).job(test()).job(job);
        mistakes(workflow.concurrency(concurrency))
    };
    let by_branch = Concurrency::by_branch;
    // Started by hand, from elsewhere, or for plans that another run made.
    let reviewed = || released("apply").step(call("apply --plan-dir plans shop").effect(Effect::Applies));
    for (triggers, job) in [
        (triggers().dispatch(), release()),
        (triggers().repository_dispatch("deploy"), release()),
        (triggers(), reviewed()),
    ] {
        let found = with(triggers.clone(), job.clone(), by_branch());
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].contains(lost), "{}", found[0]);
        assert_eq!(with(triggers, job, Concurrency::waiting("cd")), [] as [&str; 0]);
    }
    // What the next push brings too, and what changes nothing.
    assert_eq!(with(triggers(), release(), by_branch()), [] as [&str; 0]);
    let own = released("apply").step(call("plan --plan-dir plans shop"));
    let own = own.step(call("apply --plan-dir plans shop").effect(Effect::Applies));
    assert_eq!(with(triggers(), own, by_branch()), [] as [&str; 0]);
    assert_eq!(with(triggers().dispatch(), Job::new("look", "Look", 5), by_branch()), [] as [&str; 0]);
}

#[test]
fn what_is_promoted_was_verified() {
    let promote = || call("release promote orders").effect(Effect::Promotes);
    finds(released("release").step(promote()), "promotes `orders` of `shop` unverified");
    let late = released("release").step(promote()).step(call("release verify orders"));
    finds(late, "promotes `orders` of `shop` unverified");
    let knowing = released("release").step(call("release promote orders --unverified"));
    assert_eq!(mistakes(workflow([knowing])), [] as [&str; 0]);
    let verified = released("verify").step(call("release verify orders"));
    let jobs = [verified, released("promote").needs("verify").step(promote())];
    assert_eq!(mistakes(workflow(jobs)), [] as [&str; 0]);
}

#[test]
fn names_are_those_of_the_stacks() {
    finds(release().step(Step::run("See", Command::new("true")).on_stack("shp")), "did you mean `shop`?");
    let service = Reference::Release { stack: "shop".to_owned(), service: "order".to_owned() };
    finds(release().step(Step::run("See", Command::new("true")).refers(service)), "did you mean `orders`?");
    let function = Reference::Function("shop-order".to_owned());
    finds(
        release().step(Step::run("See", Command::new("true")).refers(function)),
        "did you mean `shop-orders`?",
    );
    let output = Reference::Output { stack: "shop".to_owned(), name: "uri".to_owned() };
    finds(
        release().step(Step::run("See", Command::new("true")).refers(output)),
        "there is no output of `shop` `uri`",
    );
}

#[test]
fn roles_are_assumed_as_they_allow_it() {
    let assume = |environment: &str, role: &str, variable: &str| {
        Job::new("release", "Release", 10).environment(Environment::new(environment)).assume_role(
            role,
            variable,
            "eu-central-1",
        )
    };
    finds(assume("prod", "release-shop", "ROLE"), "the environment has no variable `ROLE`");
    finds(assume("prod", "other-role", "ROLE_ARN"), "holds the ARN of `release-shop`, not of `other-role`");
    let found = mistakes(workflow([assume("prd", "release-shop", "ROLE_ARN")]));
    assert!(found[0].contains("did you mean `prod`?"), "{found:#?}");
    assert!(found.last().unwrap().contains("it trusts `repo:acme/shop:environment:prod`"), "{found:#?}");
    let step = Step::assume_role("release-shop", "ROLE_ARN", "eu-central-1");
    let silent = Job::new("release", "Release", 10).environment(Environment::new("prod")).step(step);
    finds(silent, "assumes a role without a token to show");
    let idle = Job::new("lint", "Lint", 10).permissions(Permissions::none().write(Scope::IdToken));
    finds(idle, "may get a token for AWS and assumes no role");
}

#[test]
fn a_role_for_pull_requests_is_assumed_by_their_jobs_alone() {
    let plan = || Job::new("plan", "Plan", 10).assume_role("plan-shop", "PLAN_ARN", "eu-central-1");
    let found = |triggers: Triggers, subject: &str| {
        let mut inventory = inventory();
        inventory.roles.insert("plan-shop".to_owned(), [format!("repo:acme/shop:{subject}")].into());
        let variables = inventory.variables.entry("shop".to_owned()).or_default();
        variables.insert("PLAN_ARN".to_owned(), Some("plan-shop".to_owned()));
        let workflow = Workflow::new("plan.yml", "Plan", "Plans.", triggers).job(test()).job(plan());
        let found = review(&[Repository::new("acme/shop").workflow(workflow)], &inventory);
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let requests = || Triggers::new().pull_request(Paths::branches(["main"]));
    assert_eq!(found(requests(), "pull_request"), [] as [&str; 0]);
    assert!(
        found(requests(), "ref:refs/heads/main")[0].contains("does not trust `repo:acme/shop:pull_request`")
    );
    // A workflow for both may have jobs for either.
    assert_eq!(found(triggers(), "pull_request"), [] as [&str; 0]);
    assert_eq!(found(triggers(), "ref:refs/heads/main"), [] as [&str; 0]);
}

#[test]
fn jobs_wait_for_what_there_is() {
    finds(Job::new("lint", "Lint", 10).needs("tets"), "did you mean `test`?");
    let circle = [Job::new("one", "One", 10).needs("two"), Job::new("two", "Two", 10).needs("one")];
    assert!(mistakes(workflow(circle))[0].contains("waits for itself"));
    finds(Job::new("test", "Again", 10), "two jobs have the id `test`");
    finds(Job::new("no id", "Lint", 10), "GitHub refuses the job id `no id`");
    finds(Job::new("lint", "Lint", 0), "GitHub refuses a limit of 0 minutes");
    let many = Matrix::of("number", (0..300).map(|number| number.to_string()));
    finds(Job::new("lint", "Lint", 10).matrix(many), "a matrix of 300 runs");
    finds(
        Job::new("lint", "Lint", 10).step(Step::download("package", "dist")),
        "brings the artifact `package`, which no job before it keeps",
    );
}

#[test]
fn an_artifact_is_kept_once_in_a_run() {
    let keeps = |id: &str| Job::new(id, "Keep", 10).step(Step::upload("package", "dist", 1));
    finds(keeps("again"), "keeps the artifact `package`, which `test` keeps in the same run");
    let called = |job: Job| {
        let other = called_workflow();
        let caller = workflow([Job::calling("call", "Call", "called.yml"), release().needs("call")]);
        let repository = Repository::new("acme/shop").workflow(caller).workflow(other.job(job));
        review(&[repository], &inventory()).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let found = called(keeps("inner"));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("which `test` keeps in the same run"), "{}", found[0]);
    assert!(found[0].contains("ci.yml / call / inner"), "{}", found[0]);
    // One that runs only if the other says so keeps what that has not.
    let first = keeps("first")
        .step(Step::run("Look", Command::new("true")).id("look"))
        .output("found", "look", "found");
    let found = Expression::job_output("first", "found").is("true");
    let second = keeps("second").needs("first").when(found.not());
    let repository = Repository::new("acme/other").workflow(
        Workflow::new("keep.yml", "Keep", "Keeps once.", Triggers::new().dispatch()).job(first).job(second),
    );
    assert_eq!(review(&[repository], &inventory()), []);
    let matrix = Matrix::of("os", ["linux", "windows"]);
    let each = Job::new("each", "Each", 10).matrix(matrix.clone()).step(Step::upload("binary", "dist", 1));
    finds(each, "keeps the artifact `binary` once for each run of its matrix");
    let named = Text::from("binary-").then(Expression::matrix("os"));
    let each = Job::new("each", "Each", 10).matrix(matrix).step(Step::upload_as("Keep", named, "dist", 1));
    assert_eq!(mistakes(workflow([each])), [] as [&str; 0]);
}

#[test]
fn what_is_needed_after_an_approval_is_kept_as_long_as_one_may_take() {
    let made = |days| Job::new("make", "Make", 10).step(Step::upload("binary", "dist", days));
    let asked = Job::new("ask", "Ask", 10).needs("make").environment(Environment::new("approval"));
    let takes = || Job::new("take", "Take", 10).step(Step::download("binary", "dist"));
    // No stack makes the environment here, which is said too.
    let found = |jobs: Vec<Job>| {
        let mut found = mistakes(workflow(jobs));
        found.retain(|mistake| mistake.contains("artifact"));
        found
    };
    let late = found(vec![made(1), asked.clone(), takes().needs("ask")]);
    assert_eq!(late.len(), 1, "{late:#?}");
    assert!(late[0].contains("needs the artifact `binary`, which is kept for 1 days"), "{}", late[0]);
    assert!(late[0].contains("`approval`"), "{}", late[0]);
    assert_eq!(found(vec![made(30), asked, takes().needs("ask")]), [] as [&str; 0]);
    // Its own environment may be waited for too; that of a stack tells whether it is.
    let own = takes().needs("make").environment(Environment::new("approval"));
    assert_eq!(found(vec![made(29), own]).len(), 1);
    assert_eq!(found(vec![made(1), takes().needs("make")]), [] as [&str; 0]);
}

#[test]
fn a_run_that_changes_something_is_not_dropped() {
    let with = |concurrency: Concurrency| {
        let step =
            Step::run("Apply", Command::new("make").argument("infrastructure")).effect(Effect::Applies);
        let job = Job::new("infra", "Infra", 10).environment(Environment::new("prod")).step(step);
        mistakes(workflow([job.concurrency(concurrency)]))
    };
    assert_eq!(with(Concurrency::waiting("prod")), [] as [&str; 0]);
    let dropped = with(Concurrency::newest("prod"));
    assert_eq!(dropped.len(), 1, "{dropped:#?}");
    assert!(dropped[0].contains("applies and is dropped if another run comes to wait"), "{}", dropped[0]);
}

#[test]
fn what_a_called_workflow_keeps_can_be_brought() {
    let called = called_workflow().job(Job::new("make", "Make", 10).step(Step::upload("binary", "dist", 1)));
    let takes = Job::new("take", "Take", 10).step(Step::download("binary", "dist"));
    let found = |takes: Job| {
        let caller = workflow([Job::calling("call", "Call", "called.yml"), takes]);
        let repository = Repository::new("acme/shop").workflow(caller).workflow(called.clone());
        review(&[repository], &inventory()).len()
    };
    assert_eq!((found(takes.clone()), found(takes.needs("call"))), (1, 0));
}

#[test]
fn a_check_that_is_asked_for_does_not_pass_by_being_skipped() {
    let asked = |job: Job| {
        let triggers = Triggers::new().pull_request(Paths::branches(["main"]));
        let workflow = Workflow::new("ci.yml", "CI", "Tests.", triggers);
        let workflow = workflow.job(Job::new("build", "Build", 10)).job(job.needs("build"));
        review(&[Repository::new("acme/shop").workflow(workflow)], &inventory())
    };
    let test = || Job::new("test", "Test", 10);
    let found = asked(test());
    assert_eq!(found.len(), 1, "{found:#?}");
    let message = "is skipped if `build` fails, and branches that ask for it take that for passed";
    assert_eq!(
        (found[0].location.as_str(), found[0].message.as_str()),
        ("acme/shop / ci.yml / test", message)
    );
    assert_eq!(asked(test().when(Expression::not_cancelled())), []);
}

#[test]
fn a_called_workflow_does_not_wait_for_its_caller() {
    let made = Job::new("make", "Make", 10);
    assert_eq!(
        mistakes(called_workflow().job(made.clone())),
        ["branches ask for the check `Test`, and no job of a pull request has that name\n  in acme/shop"]
    );
    let found = mistakes(called_workflow().concurrency(Concurrency::by_branch()).job(made));
    assert!(found.iter().any(|it| it.contains("is of its caller's group")), "{found:#?}");
}

#[test]
fn expressions_name_what_there_is() {
    let reads = |expression: Expression| {
        let step = Step::run("Say", Command::new("true")).env("VALUE", Text::from(expression));
        Job::new("say", "Say", 10).needs("test").step(step)
    };
    assert_eq!(mistakes(workflow([reads(Expression::job_output("test", "sum"))])), [] as [&str; 0]);
    finds(reads(Expression::job_output("test", "some")), "the job `test` has no output `some`");
    finds(reads(Expression::job_output("other", "sum")), "of a job it does not need");
    finds(reads(Expression::matrix("os")), "its matrix has no `os`");
    finds(reads(Expression::input("version")), "the workflow has no input `version`");
    finds(reads(Expression::step_output("build", "id")), "no step before has the id `build`");
}

#[test]
fn a_workflow_starts_and_gives_the_checks_that_branches_ask_for() {
    let named = |triggers: Triggers, name: &str| {
        Workflow::new("ci.yml", "CI", "Tests.", triggers).job(Job::new("test", name, 10))
    };
    assert_eq!(mistakes(named(triggers(), "Test")), [] as [&str; 0]);
    let renamed = mistakes(named(triggers(), "Tests"));
    assert!(renamed[0].contains("ask for the check `Test`") && renamed[0].contains("did you mean `Tests`?"));
    let never = mistakes(named(Triggers::new(), "Test"));
    assert!(never.iter().any(|mistake| mistake.contains("nothing starts the workflow")), "{never:#?}");
    for file in ["ci.yaml", "ci/test.yml", "ci"] {
        let found = mistakes(Workflow::new(file, "CI", "Tests.", triggers()).job(test()));
        let expected = format!("`{file}` is not the name of a workflow's file");
        assert!(found.iter().any(|mistake| mistake.contains(&expected)), "{found:#?}");
    }
}
