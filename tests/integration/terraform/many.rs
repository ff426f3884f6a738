//! Many stacks: only what changed, reports for machines, commands around applies.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::http::{Reply, Server};
use crate::support::{Ran, TestEnv};

/// A terraform that notes how it is started, and in which folder.
fn noting(env: &TestEnv) -> String {
    let notes = env.path("starts");
    let script =
        format!("#!/bin/sh\necho \"$1 ${{PWD##*/}}\" >> {}\nexec terraform \"$@\"\n", notes.display());
    env.write("noting", &script);
    let path = env.path("noting");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn good(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    ran
}

#[test]
fn a_plan_of_what_changed_starts_terraform_for_nothing_else() {
    let env = TestEnv::new();
    env.git(&["init", "-q", "-b", "main"]);
    good(env.many("apart,stacks=1000", &["synth"]));
    env.git(&["add", "-f", "formwork.out"]);
    env.git(&["commit", "-q", "-m", "documents"]);
    let terraform = noting(&env);
    let variant = "apart,stacks=1000,changed=9,changed=499,changed=999";
    let planned = good(env.many(variant, &["plan", "--changed", "--terraform", &terraform]));
    assert!(planned.stderr.contains("s0009, s0499, s0999"), "{}", planned.stderr);
    let starts = env.read("starts");
    let plans: Vec<&str> = starts.lines().filter(|start| start.starts_with("plan ")).collect();
    assert_eq!(plans.len(), 3, "{starts}");
    let elsewhere = |start: &&str| {
        !start.starts_with("version ")
            && !["s0009", "s0499", "s0999"].iter().any(|name| start.ends_with(name))
    };
    assert_eq!(starts.lines().find(elsewhere), None, "{starts}");
}

#[test]
fn what_changed_is_applied_with_what_reads_it_and_nothing_else() {
    let env = TestEnv::new();
    env.git(&["init", "-q", "-b", "main"]);
    good(env.many("stacks=3", &["apply", "--auto-approve"]));
    env.git(&["add", "-f", "formwork.out/*/main.tf.json"]);
    env.git(&["commit", "-q", "-m", "documents"]);
    let ran = good(env.many("stacks=3,changed=1", &["apply", "--changed", "HEAD", "--auto-approve"]));
    assert!(ran.stderr.contains("s0001: applied: 0 added, 1 changed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("s0002: no changes"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("s0000:"), "{}", ran.stderr);
    let ran = good(env.many("stacks=3", &["apply", "--changed", "HEAD", "--auto-approve"]));
    assert!(ran.stderr.contains("nothing changed since HEAD"), "{}", ran.stderr);
    // Documents of another program are compared with those of this one.
    good(env.many("stacks=3,changed=2", &["synth", "--out", "theirs"]));
    let listed = good(env.many("stacks=3", &["list", "--documents", "theirs", "--changed"]));
    assert_eq!(listed.stdout.lines().count(), 1, "{}", listed.stdout);
    let planned = good(env.many("stacks=3", &["plan", "--documents", "theirs", "--changed", "--json"]));
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    assert_eq!(planned["stacks"].as_array().unwrap().len(), 1);
    assert_eq!(planned["stacks"][0]["stack"], "s0002");
}

/// The stacks of a report, by name.
fn stacks(report: &str) -> BTreeMap<String, Value> {
    let report: Value = serde_json::from_str(report).unwrap();
    assert_eq!(report["format_version"], 1);
    let of_stack = |stack: &Value| (stack["stack"].as_str().unwrap().to_owned(), stack.clone());
    report["stacks"].as_array().unwrap().iter().map(of_stack).collect()
}

#[test]
fn a_report_has_every_stack_also_when_some_fail() {
    let env = TestEnv::new();
    env.write("reports/report.json", "of an earlier run");
    let apply = ["apply", "--auto-approve", "--report", "reports/report.json"];
    assert_eq!(env.many("stacks=4,failing=1", &apply).code, 1);
    let text = env.read("reports/report.json");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&report["verb"], &report["exit_code"]), (&json!("apply"), &json!(1)));
    assert!(report["seconds"].as_f64().unwrap() > 0.0 && report["started"].as_f64().unwrap() > 1e9);
    let all = stacks(&text);
    let status = |name: &str| all[name]["status"].as_str().unwrap();
    assert_eq!([status("s0000"), status("s0001"), status("s0002")], ["applied", "failed", "skipped"]);
    assert_eq!(
        all["s0000"]["counts"],
        json!({"import": 0, "add": 1, "change": 0, "remove": 0, "drifted": 0})
    );
    assert_eq!(all["s0000"]["waited_for"], json!([]));
    assert_eq!(all["s0001"]["waited_for"], json!(["s0000"]));
    assert_eq!(all["s0002"]["because_of"], "s0001");
    assert!(all["s0000"]["seconds"].as_f64().unwrap() > 0.0);
    assert!(all["s0001"]["diagnostics"][0]["detail"].as_str().unwrap().contains("no good"), "{text}");
    // Nothing else is left in the folder.
    assert_eq!(std::fs::read_dir(env.path("reports")).unwrap().count(), 1);
    // What nothing was done for has no report, and not that of an earlier run.
    assert_eq!(env.many("", &["plan", "nonsense", "--report", "reports/report.json"]).code, 2);
    assert!(!env.path("reports/report.json").exists());
    let folder = env.many("", &["plan", "--report", "reports"]);
    assert_eq!(folder.code, 2);
    assert!(
        folder.stderr.contains("hint: name a file in it: `--report reports/report.json`"),
        "{}",
        folder.stderr
    );
}

#[test]
fn every_verb_that_works_on_many_stacks_reports() {
    let env = TestEnv::new();
    let report = |variant: &str, arguments: &[&str]| {
        let ran = env.many(variant, &[arguments, &["--report", "report.json"]].concat());
        let report = env.read("report.json");
        let code = serde_json::from_str::<Value>(&report).unwrap()["exit_code"].clone();
        assert_eq!(code, ran.code, "{}", ran.stderr);
        let stacks = stacks(&report).into_values();
        stacks.map(|stack| stack["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(report("stacks=2", &["plan"]), ["planned", "deferred"]);
    assert_eq!(report("stacks=2", &["apply", "--auto-approve"]), ["applied"; 2]);
    assert_eq!(report("stacks=2", &["drift"]), ["unchanged"; 2]);
    // What stays needs it: nothing is begun.
    assert_eq!(report("stacks=2", &["destroy", "s0000", "--auto-approve"]), ["stopped"]);
    assert_eq!(report("stacks=2", &["destroy", "--auto-approve"]), ["destroyed"; 2]);
}

#[test]
fn junit_reads_a_report() {
    let env = TestEnv::new();
    let run = |variant: &str, verb: &[&str]| {
        env.many(variant, &[verb, &["--report", "report.xml"]].concat());
        env.read("report.xml")
    };
    let text = run("stacks=4,failing=1", &["apply", "--auto-approve"]);
    let document = roxmltree::Document::parse(&text).unwrap();
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    let number = |name: &str| suite.attribute(name).unwrap();
    assert_eq!([number("tests"), number("failures"), number("skipped")], ["4", "1", "2"]);
    let case = |name: &str| {
        suite
            .children()
            .find(|case| case.attribute("name") == Some(name))
            .unwrap()
            .first_element_child()
            .unwrap()
    };
    let failure = case("s0001");
    assert!(failure.has_tag_name("failure") && failure.text().unwrap().contains("no good"), "{text}");
    assert_eq!(case("s0002").attribute("message"), Some("it needs s0001"));
    assert_eq!(case("s0000").text(), Some("applied: 1 added, 0 changed, 0 destroyed"));
    // Deferred is no failure of a plan, and one of an apply.
    assert!(run("stacks=5", &["plan", "s0004"]).contains("failures=\"0\" errors=\"0\" skipped=\"1\""));
    assert!(run("stacks=5", &["apply", "s0004", "--auto-approve"]).contains("failures=\"1\""));
}

#[test]
fn commands_run_around_an_apply_and_are_shown_before() {
    let env = TestEnv::new();
    let secret = ["--var", "secret=hunter2"];
    let with = |arguments: &[&'static str]| [arguments, &secret].concat();
    let planned = good(env.many("hooks", &with(&["plan", "store"])));
    let shown = "  before_apply: sh -c 'echo noted >> notes'\n  after_apply: touch 'a b; $HOME'\n";
    assert!(planned.stdout.contains(shown), "{}", planned.stdout);
    let comment = good(env.many("hooks", &with(&["plan", "--markdown"]))).stdout;
    assert!(comment.contains("**Runs around the apply**\n\n- `store` / `before_apply: sh -c "), "{comment}");
    let json = good(env.many("hooks", &with(&["plan", "store", "--json"]))).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["stacks"][0]["changes"]["hooks"]["after_apply"], json!([["touch", "a b; $HOME"]]));
    assert!(!env.path("notes").exists());
    let applied = good(env.many("hooks", &with(&["apply", "--auto-approve"])));
    assert_eq!(env.read("notes"), "before store hunter2\nnoted\n");
    assert!(env.path("a b; $HOME").exists());
    // What they print is shown without secrets, and a terminal obeys none of it.
    assert!(applied.stderr.contains("store: before_apply: said (sensitive value)\n"), "{}", applied.stderr);
    assert!(applied.stderr.contains("\\u001b[2J"), "{}", applied.stderr);
    // Nothing is applied, so nothing is run; the same for a destroy.
    good(env.many("hooks", &with(&["apply", "--auto-approve"])));
    good(env.many("hooks", &with(&["destroy", "--auto-approve"])));
    assert_eq!(env.read("notes").lines().count(), 2);
    // It is a part of the stack, and seen where that is compared.
    good(env.many("hooks", &["synth"]));
    let diff = good(env.many("hooks-changed", &["diff"])).stdout;
    assert!(diff.contains("~ before_apply"), "{diff}");
}

#[test]
fn a_command_that_fails_stops_its_stack_and_those_that_need_it() {
    let env = TestEnv::new();
    let secret = ["apply", "--auto-approve", "--var", "secret=hunter2"];
    let before = env.many("hooks-before-fails", &secret);
    assert_eq!(before.code, 1);
    let message = "`before_apply` of `store` failed: `sh -c 'echo no hunter2; exit 3'`: exit status: 3";
    assert!(before.stderr.contains(message), "{}", before.stderr);
    assert!(before.stderr.contains("  no (sensitive value)\n"), "{}", before.stderr);
    assert!(before.stderr.contains("reader: skipped, since it needs store"), "{}", before.stderr);
    let planned = env.many("hooks", &["plan", "store"]);
    assert!(planned.stderr.contains("store: 1 to add"), "{}", planned.stderr);
    let after = env.many("hooks-after-fails", &secret);
    assert_eq!(after.code, 1);
    assert!(
        after.stderr.contains("`after_apply` of `store` failed: `no-such-program`: "),
        "{}",
        after.stderr
    );
    assert!(after.stderr.contains("hint: the stack itself was applied"), "{}", after.stderr);
    assert!(after.stderr.contains("reader: skipped, since it needs store"), "{}", after.stderr);
    let planned = env.many("hooks", &["plan", "store", "--var", "secret=hunter2"]);
    assert!(planned.stderr.contains("store: no changes"), "{}", planned.stderr);
}

#[test]
fn a_reviewed_plan_is_one_with_its_commands() {
    let env = TestEnv::new();
    good(env.many("hooks", &["plan", "store", "--plan-dir", "plans"]));
    let refused = env.many("hooks-changed", &["apply", "store", "--plan-dir", "plans"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("is not what would be applied now: "), "{}", refused.stderr);
    assert!(!env.path("notes").exists());
    let reviewed = good(env.many("hooks", &["plan", "store", "--reviewed", "--plan-dir", "plans"]));
    assert!(reviewed.stdout.contains("before_apply: sh -c 'echo noted >> notes'"), "{}", reviewed.stdout);
    // The record may be anybody's: what counts is in the plan file.
    good(env.many("hooks-changed", &["plan", "store", "--plan-dir", "theirs"]));
    let mut record: Value = serde_json::from_str(&env.read("plans/store.json")).unwrap();
    let theirs: Value = serde_json::from_str(&env.read("theirs/store.json")).unwrap();
    record["document"] = theirs["document"].clone();
    env.write("plans/store.json", &record.to_string());
    let refused = env.many("hooks-changed", &["apply", "store", "--plan-dir", "plans"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(!env.path("notes").exists());
    good(env.many("hooks-changed", &["apply", "store", "--plan-dir", "theirs"]));
    assert_eq!(env.read("notes"), "before store hunter2\nchanged\n");
}

#[test]
fn commands_do_not_run_for_a_note_of_what_is_protected() {
    let env = TestEnv::new();
    good(env.many("hooks", &["apply", "store", "--auto-approve"]));
    let before = env.read("notes");
    let planned = good(env.many("hooks-protected", &["plan", "store"])).stdout;
    assert!(planned.contains("formwork_protected") && !planned.contains("before_apply"), "{planned}");
    good(env.many("hooks-protected", &["apply", "store", "--auto-approve"]));
    assert_eq!(env.read("notes"), before);
    let noted = good(env.many("hooks-protected", &["plan", "store"]));
    assert!(noted.stderr.contains("store: no changes"), "{}", noted.stderr);
}

#[test]
fn commands_are_only_named_in_the_sandbox_unless_they_are_asked_for() {
    let env = TestEnv::new();
    let apply = |further: &[&'static str]| {
        good(env.many("hooks", &[&["apply", "store", "--sandbox", "--auto-approve"], further].concat()))
    };
    let ran = apply(&[]);
    let said = "before_apply: sh -c 'echo noted >> notes' is not run in the sandbox (--run-hooks runs it)";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(!env.path("notes").exists());
    apply(&["--run-hooks", "--var", "secret=hunter2"]);
    assert_eq!(env.read("notes").lines().count(), 2);
}

#[test]
fn outputs_are_obeyed_by_no_terminal() {
    let env = TestEnv::new();
    let planned = good(env.many("control", &["plan"])).stdout;
    let applied = good(env.many("control", &["apply", "--auto-approve"]));
    let comment = good(env.many("control", &["plan", "--markdown"])).stdout;
    let listed = good(env.many("control", &["output"])).stdout;
    for shown in [&planned, &applied.stderr, &comment, &listed] {
        assert!(!shown.contains(|letter: char| letter.is_control() && letter != '\n'), "{shown:?}");
    }
    assert!(listed.contains("control.thing = \"\\u009b2J\""), "{listed}");
    // Whoever reads a pipe gets the text itself.
    let raw = "a\u{1b}[2Jb\u{9b}2Jc";
    assert_eq!(good(env.many("control", &["output", "control", "text"])).stdout, format!("{raw}\n"));
    assert_eq!(good(env.many("control", &["output", "control", "text", "--raw"])).stdout, raw);
    let list = env.many("control", &["output", "control", "list", "--raw"]);
    assert_eq!(list.code, 1);
    assert!(list.stderr.contains("hint: leave out --raw to get it as JSON"), "{}", list.stderr);
    // A terminal, which `script` brings, gets it in a form that it does not obey; with `--raw` as it is.
    let on_terminal = |further: &str| {
        let program = env.many_command("control", &[]);
        let mut command = std::process::Command::new("script");
        let line = format!("{} output control text {further}", program.get_program().display());
        command.args(["--quiet", "--return", "--command", &line, "typescript"]).current_dir(env.path(""));
        for (name, value) in program.get_envs() {
            value.map(|value| command.env(name, value));
        }
        good(env.finish(command)).stdout
    };
    assert!(on_terminal("").contains("a\\u001b[2Jb\\u009b2Jc"));
    assert!(on_terminal("--raw").contains(raw));
}

#[test]
fn a_state_that_can_be_saved_nowhere_is_kept_as_terraform_printed_it() {
    let env = TestEnv::new();
    let server = Server::start(|asked| Reply::new(if asked.method == "GET" { 404 } else { 507 }, ""));
    env.write("tmp/keep", "");
    let run = |arguments: &[&str]| {
        let mut command = env.many_command("unsaved", arguments);
        command.env("STATES", format!("{}/state", server.url)).env("TMPDIR", env.path("tmp"));
        env.finish(command)
    };
    let failed = run(&["apply", "--auto-approve"]);
    assert_eq!(failed.code, 1);
    let kept = std::fs::read_dir(env.path("tmp")).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<_> = kept.filter(|path| path.display().to_string().ends_with("-errored.tfstate")).collect();
    let [kept] = &kept[..] else { panic!("{kept:?}: {}", failed.stderr) };
    let name = kept.file_name().unwrap().to_string_lossy();
    let said =
        format!("terraform printed it, and it is kept in [FOLDER]/tmp/{name}, which only you can read");
    assert!(failed.stderr.contains(&said), "{}", failed.stderr);
    let hint = format!("`terraform -chdir=formwork.out/unsaved state push [FOLDER]/tmp/{name}`");
    assert!(failed.stderr.contains(&hint), "{}", failed.stderr);
    assert!(!failed.stderr.contains("hunter2"), "{}", failed.stderr);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(kept).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let state: Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
    assert_eq!(state["resources"][0]["name"], "thing");
    // What terraform left is no state, and nobody is told that it is one.
    for left in ["folder", "empty", "half"] {
        let path = "formwork.out/unsaved/errored.tfstate";
        match left {
            "folder" => {}
            "empty" => {
                std::fs::remove_dir(env.path(path)).unwrap();
                env.write(path, "");
            }
            _ => env.write(path, "{\"version\": 4, "),
        }
        let next = run(&["plan"]);
        assert_eq!(next.code, 1, "{left}");
        let said = format!("could not save its state, not even in {path}, which is no whole state");
        assert!(next.stderr.contains(&said), "{left}: {}", next.stderr);
        assert!(!next.stderr.contains("state push errored.tfstate"), "{left}: {}", next.stderr);
    }
    // Also without it the next run knows that something was made.
    std::fs::remove_file(env.path("formwork.out/unsaved/errored.tfstate")).unwrap();
    let next = run(&["apply", "--auto-approve"]);
    assert_eq!(next.code, 1);
    assert!(next.stderr.contains("cargo run -- import unsaved 'terraform_data.thing'"), "{}", next.stderr);
}

#[test]
fn unlocking_what_nobody_has_locked_says_so() {
    let env = TestEnv::new();
    good(env.many("stacks=1", &["apply", "--auto-approve"]));
    let ran = good(env.many("stacks=1", &["unlock", "s0000"]));
    assert!(ran.stderr.contains("s0000: nobody has locked its state"), "{}", ran.stderr);
}
