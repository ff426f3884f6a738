//! The first time: a repository in which nothing is but what is rendered into it, and the commands of each system's page, from
//! an empty folder.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::github::TOKEN;
use crate::world::{World, program};

/// Each repository with an infrastructure's program: its system, its branch for pull requests, and the check of it.
const REPOSITORIES: [(&str, &str, &str, &str); 5] = [
    ("cat-house", "juliangdeveloper/cat-house", "develop", "infrastructure"),
    ("outreachpass", "base2ml/outreachpass", "main", "infrastructure"),
    ("replicator", "serenorg/postgres-seren-replicator", "main", "infrastructure"),
    ("scheduler", "acme/event-scheduler", "develop", "infrastructure"),
    ("shtetl", "jcom-dev/shtetl", "dev", "synth"),
];

#[test]
fn a_broken_infrastructure_is_not_merged_in_any_system() {
    for (system, repository, branch, check) in REPOSITORIES {
        let name = repository.split_once('/').unwrap().1;
        let mut world = World::bare(system, repository);
        world.begin(name, branch);
        let run = |world: &mut World| world.run(name, "infrastructure.yml");
        let ran = run(&mut world);
        assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
        assert!([check, "tool"].iter().all(|job| ran.that("success").contains(job)), "{}", ran.everything());
        // It does not compile, documents are others than those that were reviewed: a branch asks for the check.
        for failing in ["cargo build", "cargo test --locked --test systems"] {
            world.github.env.insert("FAILING".to_owned(), failing.to_owned());
            let ran = run(&mut world);
            assert!(
                [check, "tool"].iter().all(|job| ran.that("failure").contains(job)),
                "{}",
                ran.everything()
            );
        }
        world.github.env.remove("FAILING");
        // GitHub would run another workflow than the one that was reviewed.
        let changed = format!("{name}/.github/workflows/infrastructure.yml");
        let text = fs::read_to_string(world.path(&changed)).unwrap();
        world.write(&changed, &format!("{text}# by hand\n"));
        let ran = run(&mut world);
        assert!([check, "tool"].iter().all(|job| ran.that("failure").contains(job)), "{}", ran.everything());
        assert!(ran.everything().contains("is not what the program renders"), "{}", ran.everything());
    }
}

#[test]
fn the_first_pull_request_of_shtetls_services_passes_its_checks() {
    let mut world = World::bare("shtetl", "jcom-dev/shtetl-api");
    world.add_repository("shtetl");
    world.github.others.insert("jcom-dev/shtetl".to_owned(), world.path("shtetl"));
    world.github.given.get_mut("secrets").unwrap()["MAIN_REPO_TOKEN"] = json!(TOKEN);
    world.begin("shtetl-api", "dev");
    // What the team brings: the site. What `go` builds, its stand-in makes.
    world.write("shtetl-api/web/produced/out/index.html", "<p>one");
    let ran = world.run("shtetl-api", "migration-safety-check.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert!(ran.that("success").contains(&"safety"), "{}", ran.everything());
    assert!(
        ran.job("safety").summary.contains("db/migrations/000001_init_core_schema.up.sql: EXPAND"),
        "{}",
        ran.everything()
    );
    let ran = world.run("shtetl-api", "ci-cd.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
}

#[test]
fn the_scheduler_takes_pull_requests_before_it_has_migrations() {
    let mut world = World::bare("scheduler", "acme/event-scheduler");
    world.begin("event-scheduler", "develop");
    let ran = world.run_jobs("event-scheduler", "ci.yml", &["tool", "migrations"]);
    assert!(ran.succeeded, "{}", ran.log);
    assert!(ran.log.contains("there is no folder db/migrations yet"), "{}", ran.log);
    // With one they are read.
    world.write("event-scheduler/db/migrations/000001_events.up.sql", "DROP TABLE events;\n");
    let ran = world.run_jobs("event-scheduler", "ci.yml", &["tool", "migrations"]);
    assert!(!ran.succeeded, "{}", ran.log);
}

/// The calls of the program that a page's section "The first time" shows, in their order.
fn calls(system: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/systems/{system}.md"));
    let page = fs::read_to_string(path).unwrap();
    let (_, section) =
        page.split_once("## The first time").unwrap_or_else(|| panic!("{system} has no first time"));
    let lines = section.lines().filter_map(|line| line.split_once("cargo run -- "));
    // What stands in the text is another way.
    let lines = lines.filter(|(before, _)| !before.contains('`'));
    let lines = lines.map(|(_, call)| call.split('#').next().unwrap().trim().replace('\'', ""));
    lines.map(|call| call.split_whitespace().map(str::to_owned).collect()).collect()
}

#[test]
fn the_commands_of_each_page_work_one_after_the_other_from_an_empty_folder() {
    for system in ["cat-house", "outreachpass", "replicator", "scheduler", "shtetl"] {
        let folder = tempfile::tempdir().unwrap();
        let calls = calls(system);
        assert!(calls.len() > 1, "{system}: {calls:?}");
        for call in calls {
            let (verb, rest) = call.split_first().unwrap();
            // To move a state into a bucket there has to be one: the sandbox keeps all states in files.
            assert!(["apply", "bootstrap"].contains(&verb.as_str()), "{system}: {call:?}");
            let rest = rest.iter().map(String::as_str);
            let arguments: Vec<&str> =
                ["apply", "--sandbox", "--auto-approve"].into_iter().chain(rest).collect();
            program(folder.path(), &arguments);
        }
    }
}

#[test]
fn nothing_is_applied_for_real_while_an_example_stands_for_an_account_or_for_whoever_agrees() {
    let cases = [
        ("replicator-github", "stacks/src/systems/replicator/prod.toml:37: approvers names nobody yet"),
        ("replicator-staging", "stacks/src/systems/replicator/project.toml:4: account_id is an example"),
        (
            "scheduler-github",
            "stacks/src/systems/scheduler/production.toml:58: approver_teams names nobody yet",
        ),
        ("scheduler-dev-*", "stacks/src/systems/scheduler/project.toml:4: account_id is an example"),
        ("outreachpass-dev", "stacks/src/systems/outreachpass/project.toml:5: account_id is an example"),
    ];
    for (stack, message) in cases {
        for verb in ["plan", "apply", "bootstrap"] {
            let folder = tempfile::tempdir().unwrap();
            let mut arguments = vec![verb, stack];
            if verb != "plan" {
                arguments.push("--auto-approve");
            }
            let ran = Command::new(crate::PROGRAMS)
                .args(arguments)
                .args(["--out", folder.path().to_str().unwrap()])
                .output()
                .unwrap();
            let printed = String::from_utf8(ran.stderr).unwrap();
            assert_eq!(ran.status.code(), Some(1), "{verb} {stack}: {printed}");
            assert!(printed.contains(message), "{verb} {stack}: {printed}");
            assert!(printed.contains("terraform was not run"), "{verb} {stack}: {printed}");
            assert!(!folder.path().join(stack).exists(), "{verb} {stack} wrote documents");
        }
    }
}
