//! `apply` and `destroy`: the order of the stacks, failures, questions, reviewed plans.

use crate::support::{Ran, TestEnv};
use insta::assert_snapshot;
use serde_json::Value;

/// The lines that say what became of a stack, sorted, since independent stacks end in any order.
fn outcomes(ran: &Ran) -> Vec<&str> {
    let words = ["applied:", "destroyed:", "skipped,", "no changes", "deferred:"];
    let is_outcome = |line: &&str| words.iter().any(|word| line.contains(word));
    let mut lines: Vec<&str> = ran.stderr.lines().filter(is_outcome).collect();
    lines.pop();
    lines.sort_unstable();
    lines
}

fn position(ran: &Ran, line: &str) -> usize {
    ran.stderr.find(line).unwrap_or_else(|| panic!("no `{line}` in {}", ran.stderr))
}

#[test]
fn stacks_are_applied_after_those_they_need_and_destroyed_before_them() {
    let env = TestEnv::new();
    let ran = env.runner("", &["apply", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(position(&ran, "network: applied: 2 added") < position(&ran, "data: planning"));
    assert!(position(&ran, "data: applied: 1 added") < position(&ran, "app: planning"));
    assert!(ran.stderr.ends_with("Done applied: app, data, island, network\n"), "{}", ran.stderr);
    assert_eq!(env.runner("", &["output", "app", "url"]).stdout, "subnets in vpc-1\n");

    let again = env.runner("", &["apply", "--auto-approve"]);
    assert_eq!(again.code, 0);
    assert!(again.stderr.ends_with("Done unchanged: app, data, island, network\n"), "{}", again.stderr);

    let ran = env.runner("", &["destroy", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(position(&ran, "app: destroyed: ") < position(&ran, "data: destroying"));
    assert!(position(&ran, "data: destroyed: ") < position(&ran, "network: destroying"));
    assert_eq!(env.runner("", &["output"]).stdout, "");
}

#[test]
fn a_change_reaches_the_stacks_that_read_it() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    let ran = env.runner("changed", &["apply", "--auto-approve", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let summary: Vec<(&str, &str, u64)> = report["stacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stack| {
            let changed = stack["summary"]["change"].as_u64().unwrap_or_default();
            (stack["stack"].as_str().unwrap(), stack["status"].as_str().unwrap(), changed)
        })
        .collect();
    assert_eq!(
        summary,
        [
            ("app", "applied", 1),
            ("data", "applied", 1),
            ("island", "unchanged", 0),
            ("network", "applied", 1)
        ]
    );
    assert_eq!(env.runner("", &["output", "app", "url"]).stdout, "subnets in vpc-2\n");
}

#[test]
fn a_failure_stops_what_needs_it_and_nothing_else() {
    let env = TestEnv::new();
    let ran = env.runner("failing", &["apply", "--auto-approve"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        outcomes(&ran),
        [
            "app: skipped, since it needs network",
            "data: skipped, since it needs network",
            "island: applied: 3 added, 0 changed, 0 destroyed",
        ]
    );
    let error = position(&ran, "error: network / terraform_data.broken: local-exec provisioner error\n");
    assert!(ran.stderr[error..].contains("no good"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("error: skipped: app, data; applied: island; failed: network\n"));
    // What failed half-way is continued.
    let ran = env.runner("", &["apply", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("network: applied: 0 added, 0 changed, 1 destroyed"), "{}", ran.stderr);
}

#[test]
fn a_reviewed_plan_is_applied_as_it_is() {
    let env = TestEnv::new();
    let plan = env.runner("", &["plan", "--plan-dir", "plans", "--var", "colour=blue"]);
    assert_eq!(plan.code, 0, "{}", plan.stderr);
    let apply = ["apply", "--plan-dir", "plans", "--var", "colour=blue"];
    let ran = env.runner("", &apply);
    // Two had no plan, and the one that needs the other is not looked at.
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let message = "data / `data` had no plan when it was reviewed: it lacked output vpc_id of stack network";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    assert_eq!(
        outcomes(&ran),
        [
            "app: skipped, since it needs data",
            "island: applied: 3 added, 0 changed, 0 destroyed",
            "network: applied: 2 added, 0 changed, 0 destroyed",
        ]
    );
    assert_eq!(env.runner("", &["output", "island", "palm"]).stdout, "a blue palm\n");
    // It was for the state before.
    let ran = env.runner("", &apply);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("island / Saved plan is stale"), "{}", ran.stderr);
}

#[test]
fn a_reviewed_plan_to_destroy_is_for_destroy() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    assert_eq!(env.runner("", &["plan", "--destroy", "--plan-dir", "plans"]).code, 0);
    let ran = env.runner("", &["apply", "island", "--plan-dir", "plans"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("it destroys everything, which is for `destroy`"), "{}", ran.stderr);
    let ran = env.runner("", &["destroy", "--plan-dir", "plans"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(position(&ran, "data: destroyed: ") < position(&ran, "network: destroying"));
    assert_eq!(env.runner("", &["output"]).stdout, "");
}

#[test]
fn a_plan_is_refused_once_anything_changed() {
    let env = TestEnv::new();
    let arguments = ["plan", "island", "--plan-dir", "plans", "--var", "colour=blue"];
    assert_eq!(env.runner("", &arguments).code, 0);
    let refusal = |variant: &str, further: &[&str]| {
        let mut arguments = vec!["apply", "island", "--plan-dir", "plans"];
        arguments.extend(further);
        let ran = env.runner(variant, &arguments);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let line = ran.stderr.lines().find_map(|line| line.split_once("would be applied now: "));
        line.unwrap_or_else(|| panic!("{}", ran.stderr)).1.to_owned()
    };
    let blue = ["--var", "colour=blue"];
    assert_eq!(refusal("felled", &blue), "the document changed since");
    assert_eq!(refusal("", &[]), "variable `colour` was given then, and is not now");
    assert_eq!(refusal("", &["--var", "colour=red"]), "variable `colour` has another value");
    assert_eq!(
        refusal("", &["--var", "colour=blue", "--var", "secret=x"]),
        "variable `secret` was not given then"
    );
    assert_eq!(
        refusal("", &["--sandbox", "--var", "colour=blue"]).split(';').next(),
        Some("it was made with the real providers, not the sandbox ones")
    );
    let record = env.read("plans/island.json");
    assert!(!record.contains("blue"), "{record}");
    env.write("plans/island.json", &record.replace("\"terraform 1.", "\"terraform 0."));
    assert!(refusal("", &blue).starts_with("it was made with terraform 0."));
    env.write("plans/island.json", &record);
    env.write("plans/island.tfplan", "another");
    assert_eq!(refusal("", &blue), "the plan file is another one");
    // A plan that failed leaves no earlier one behind.
    assert_eq!(env.runner("", &["plan", "island", "--plan-dir", "plans", "--target", "?"]).code, 1);
    let ran = env.runner("", &["apply", "island", "--plan-dir", "plans"]);
    assert!(ran.stderr.contains("there is no plan of `island` in plans"), "{}", ran.stderr);
}

/// Makes the record of a plan fit to whatever plan file lies beside it, as somebody would who wants it to be applied.
fn forge(env: &TestEnv, stack: &str, bytes: &[u8]) {
    let record: Value = serde_json::from_str(&env.read(&format!("plans/{stack}.json"))).unwrap();
    let known = record["outcome"]["changed"]["plan"].as_str().unwrap().to_owned();
    std::fs::write(env.path(&format!("plans/{stack}.tfplan")), bytes).unwrap();
    let sum =
        std::process::Command::new("sha256sum").arg(env.path(&format!("plans/{stack}.tfplan"))).output();
    let sum = String::from_utf8(sum.unwrap().stdout).unwrap();
    let sum = format!("sha256:{}", sum.split(' ').next().unwrap());
    env.write(&format!("plans/{stack}.json"), &record.to_string().replace(&known, &sum));
}

/// The files of a plan file, and a plan file of files.
fn unzipped(path: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let read = |index| {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    };
    (0..6).map(read).collect()
}

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_plan_of_another_document_is_refused_whatever_its_record_says() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["plan", "island", "--plan-dir", "plans"]).code, 0);
    let honest = env.read("plans/island.json");
    let files = unzipped(&env.path("plans/island.tfplan"));
    let apply = || env.runner("", &["apply", "island", "--plan-dir", "plans"]);
    let refused = |said: &str| {
        let ran = apply();
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert!(!env.path("formwork.out/island/ran").exists(), "{said}");
        env.write("plans/island.json", &honest);
    };
    // Terraform itself planned another document: one with a command in it.
    std::fs::create_dir_all(env.path("other")).unwrap();
    let document = env.read("formwork.out/island/main.tf.json");
    let evil = document.replacen(
        "\"input\"",
        "\"provisioner\": [{\"local-exec\": {\"command\": \"touch ran\"}}], \"input\"",
        1,
    );
    assert_ne!(document, evil);
    env.write("formwork.out/island/main.tf.json", &evil);
    let mut terraform = std::process::Command::new("terraform");
    terraform
        .args(["plan", "-input=false", "-no-color", "-out=evil"])
        .current_dir(env.path("formwork.out/island"));
    let planned = terraform.env_remove("TF_CLI_CONFIG_FILE").output().unwrap();
    assert!(planned.status.success(), "{planned:?}");
    let bytes = std::fs::read(env.path("formwork.out/island/evil")).unwrap();
    forge(&env, "island", &bytes);
    refused("it was made from another document");

    type Files = Vec<(String, Vec<u8>)>;
    let with = |change: &dyn Fn(&mut Files)| {
        let mut files = files.clone();
        change(&mut files);
        forge(&env, "island", &zipped(&files));
    };
    let override_file = "tfconfig/m-/x_override.tf.json".to_owned();
    with(&|files| files.push((override_file.clone(), evil.clone().into_bytes())));
    refused("it was made with another file `x_override.tf.json`");
    let nulls = "tfconfig/m-/formwork_upstream_override.tf.json".to_owned();
    with(&|files| files.push((nulls.clone(), evil.clone().into_bytes())));
    refused("another file `formwork_upstream_override.tf.json`");
    with(&|files| files.push(("tfconfig/m-net/main.tf".to_owned(), Vec::new())));
    refused("it has a module `net`, which the document does not call");
    with(&|files| files.push(("../../main.tf.json".to_owned(), Vec::new())));
    refused("it has a file `../../main.tf.json`, which no plan has");
    with(&|files| files.retain(|(name, _)| name != "tfconfig/m-/main.tf.json"));
    refused("it was made without the document");
    let elsewhere = |text: &[u8]| String::from_utf8_lossy(text).replace("\".\"", "\"..\"").into_bytes();
    with(&|files| {
        let modules = files.iter_mut().find(|(name, _)| name == "tfconfig/modules.json").unwrap();
        modules.1 = elsewhere(&modules.1);
    });
    refused("its modules are in other folders");
    with(&|files| files.retain(|(name, _)| name != "tfplan"));
    refused("it has no file `tfplan`");
    forge(&env, "island", b"another");
    refused("it is not a plan of terraform's");
    // What is no plain file is not waited for.
    std::fs::remove_file(env.path("plans/island.tfplan")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(env.path("plans/island.tfplan")).status();
    assert!(pipe.unwrap().success());
    refused("island.tfplan is not a plain file");
    std::fs::remove_file(env.path("plans/island.tfplan")).unwrap();
    std::os::unix::fs::symlink(env.path("formwork.out/island/evil"), env.path("plans/island.tfplan"))
        .unwrap();
    refused("island.tfplan is not a plain file");
    std::fs::remove_file(env.path("plans/island.tfplan")).unwrap();
    std::fs::write(env.path("plans/island.tfplan"), zipped(&files)).unwrap();
    with(&|_| ());
    let ran = apply();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn what_a_reviewed_plan_does_is_read_from_the_plan_and_not_from_its_record() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "island", "--auto-approve"]).code, 0);
    // A plan to destroy is one, whatever way it was asked for.
    assert_eq!(env.runner("", &["plan", "island", "--plan-dir", "plans", "--", "-destroy"]).code, 0);
    assert!(env.read("plans/island.json").contains("\"mode\": \"destroy\""));
    env.write("plans/island.json", &env.read("plans/island.json").replace("\"destroy\"", "\"apply\""));
    let ran = env.runner("", &["apply", "island", "--plan-dir", "plans"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("it destroys everything, which is for `destroy`"), "{}", ran.stderr);
    let ran = env.runner("", &["apply", "island", "--auto-approve", "--", "-destroy"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("the plan that terraform made destroys everything"), "{}", ran.stderr);
    // A record that says that nothing goes does not get it past a guard, nor into what is said.
    assert_eq!(env.runner("felled", &["plan", "island", "--plan-dir", "plans"]).code, 0);
    let record = env.read("plans/island.json");
    env.write("plans/island.json", &record.replace("\"remove\": 1", "\"remove\": 0"));
    let ran = env.runner("felled", &["apply", "island", "--plan-dir", "plans", "--fail-on", "destroy"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("terraform_data.tree is destroyed"), "{}", ran.stderr);
}

#[test]
fn nobody_else_can_read_a_plan() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::new();
    let mode = |path: &str| std::fs::metadata(env.path(path)).unwrap().permissions().mode() & 0o777;
    // As `mkdir` leaves it.
    std::fs::create_dir(env.path("plans")).unwrap();
    std::fs::set_permissions(env.path("plans"), PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(env.runner("", &["plan", "island", "--plan-dir", "plans"]).code, 0);
    assert_eq!(
        (mode("plans"), mode("plans/island.tfplan"), mode("plans/island.json")),
        (0o700, 0o600, 0o600)
    );
    assert_eq!(env.runner("", &["plan", "island", "--sandbox"]).code, 0);
    assert_eq!(mode("formwork.out/.sandbox"), 0o700);
}

#[test]
fn values_of_variables_are_on_no_command_line() {
    let env = TestEnv::new();
    let real = std::process::Command::new("sh").args(["-c", "command -v terraform"]).output().unwrap();
    let real = String::from_utf8(real.stdout).unwrap();
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >> {}\nexec {} \"$@\"\n",
        env.path("called").display(),
        real.trim()
    );
    env.write("terraform", &script);
    std::fs::set_permissions(env.path("terraform"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let arguments =
        ["apply", "island", "--auto-approve", "--var", "secret=sword${fish}\"", "--var", "colour=blue"];
    let mut command = env.runner_command("", &arguments);
    command.env("FORMWORK_TERRAFORM", env.path("terraform"));
    let ran = env.finish(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let called = env.read("called");
    assert!(
        called.contains("-var-file=") && !called.contains("sword") && !called.contains("blue"),
        "{called}"
    );
    assert_eq!(env.runner("", &["output", "island", "secret"]).stdout, "sword${fish}\"\n");
}

#[test]
fn what_a_provisioner_says_repeats_a_secret_in_no_form_and_commands_no_terminal() {
    let env = TestEnv::new();
    let secret = r#"wJalr/K7M"D&X+1"#;
    let forms = [
        secret,
        r#"{"a": "wJalr/K7M\"D\u0026X+1"}"#,
        r#"{"a": "{\"b\": \"wJalr\/K7M\\\"D&X+1\"}"}"#,
        "a=wJalr%2fK7M%22D%26X%2B1",
        "wJalr&#x2F;K7M&quot;D&amp;X&#43;1",
        "774A616C722f4b374d224426582b31",
        "Basic dXNlcjp3SmFsci9LN00iRCZYKzE=",
    ];
    let said: String = forms.iter().enumerate().map(|(at, form)| format!("{at}: {form}\n")).collect();
    env.write("said", &format!("{said}\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}1A\n"));
    env.write("values.tfvars", &format!("colour = \"red\"\nsecret = {}\n", serde_json::json!(secret)));
    for given in [["--var", &format!("secret={secret}")], ["--var-file", "values.tfvars"]] {
        let arguments = [&["apply", "island", "--auto-approve", "--json"][..], &given].concat();
        let mut command = env.runner_command("leaking", &arguments);
        command.env("SAID", env.path("said"));
        let ran = env.finish(command);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        for shown in [&ran.stderr, &ran.stdout] {
            for (at, form) in forms.iter().enumerate() {
                assert!(!shown.contains(form) && !shown.contains("K7M"), "{form}: {shown}");
                assert!(shown.contains(&format!("{at}: ")), "{at}: {shown}");
            }
            assert!(shown.contains("(sensitive value)"), "{shown}");
            assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{shown:?}");
        }
        assert!(ran.stderr.contains("\\u001b[2J") && ran.stderr.contains("\\u009b1A"), "{}", ran.stderr);
    }
}

#[test]
fn state_that_a_killed_sandbox_could_not_save_is_taken_over() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "island", "--sandbox", "--auto-approve"]).code, 0);
    let folder = "formwork.out/.sandbox/island";
    let state: Value = serde_json::from_str(&env.read(&format!("{folder}/terraform.tfstate"))).unwrap();
    let mut older = state.clone();
    older["resources"] = serde_json::json!([]);
    older["serial"] = serde_json::json!(1);
    let mut newer = state;
    newer["serial"] = serde_json::json!(1000);
    env.write(&format!("{folder}/terraform.tfstate"), &older.to_string());
    env.write(&format!("{folder}/errored.tfstate"), &newer.to_string());
    let ran = env.runner("", &["apply", "island", "--sandbox", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("island: no changes"), "{}", ran.stderr);
    assert!(!env.path(&format!("{folder}/errored.tfstate")).exists());
    // One that is not later stays, with a word.
    env.write(&format!("{folder}/errored.tfstate"), &older.to_string());
    let ran = env.runner("", &["apply", "island", "--sandbox", "--auto-approve"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("errored.tfstate is not a later state than the one that is there"),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let env = TestEnv::new();
    for command in ["apply", "destroy", "bootstrap"] {
        let ran = env.runner("", &[command]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("nobody can be asked"), "{}", ran.stderr);
    }
    assert!(!env.path("formwork.out").exists());
}

/// Runs a command on a terminal and types an answer.
fn on_terminal(env: &TestEnv, arguments: &str, answer: &str) -> String {
    let program = env.runner_command("", &[]);
    let line = format!("{} {arguments}", program.get_program().to_string_lossy());
    let mut command = std::process::Command::new("script");
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command.current_dir(env.path("")).env_remove("TF_CLI_CONFIG_FILE").env("FIXTURE", "");
    env.write("answer", answer);
    command.stdin(std::fs::File::open(env.path("answer")).expect("it was just written"));
    env.finish(command).stdout
}

#[test]
fn an_apply_on_a_terminal_shows_the_plan_and_asks() {
    let env = TestEnv::new();
    let shown = on_terminal(&env, "apply island", "no\n");
    assert!(shown.contains("terraform_data.palm"), "{shown}");
    assert!(shown.contains("Apply this to island? Only `yes` does it:"), "{shown}");
    assert!(shown.contains("(sensitive value)") && !shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("declined: island"), "{shown}");
    assert_eq!(env.runner("", &["output", "island"]).stdout, "");
    let shown = on_terminal(&env, "apply island", "yes\n");
    assert!(shown.contains("applied: island"), "{shown}");
    assert_eq!(env.runner("", &["output", "island", "palm"]).stdout, "a green palm\n");
}

#[test]
fn guards_hold_for_an_apply_too() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "island", "--auto-approve"]).code, 0);
    let ran = env.runner("felled", &["apply", "island", "--auto-approve", "--fail-on", "destroy"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("terraform_data.tree is destroyed: `--fail-on destroy` forbids it"));
    assert!(env.runner("", &["plan", "island"]).stderr.contains("island: no changes"));
}

#[test]
fn simulated_and_real_state_are_apart() {
    let env = TestEnv::new();
    let ran = env.runner("backend", &["apply", "--auto-approve", "--sandbox"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("sandbox: a simulation, nothing here is real\n"), "{}", ran.stderr);
    let ran = env.runner("backend", &["output", "app", "url", "--sandbox"]);
    assert_eq!(ran.stdout, "subnets in vpc-1\n");
    assert!(ran.stderr.contains("sandbox: a simulation"));
    assert!(!env.path("formwork.out/island/kept").exists());
    assert_eq!(env.runner("backend", &["output"]).stdout, "");
    assert!(env.runner("backend", &["plan", "app"]).stderr.contains("app: deferred"));
}

#[test]
fn state_that_could_not_be_saved_is_not_lost() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "island", "--auto-approve"]).code, 0);
    let state = env.read("formwork.out/island/terraform.tfstate");
    env.write("formwork.out/island/errored.tfstate", &state);
    let ran = env.runner("", &["apply", "island", "--auto-approve"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @r#"
        island: planning
        error: island / an earlier apply could not save its state: it is in formwork.out/island/errored.tfstate
          hint: save it with `terraform -chdir=formwork.out/island state push errored.tfstate`, delete the file, and run this again
        error: failed: island
        "#);
}
