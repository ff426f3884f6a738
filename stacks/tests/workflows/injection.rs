//! Hostile text in everything that a workflow reads: branches, titles, versions, payloads, results of other jobs, and
//! names of files. Each `run:` step of every rendered workflow is run with it, by bash, whatever its conditions say; a
//! file that the text would make must not come into being.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use formwork::workflows::{Environment, Input, Job, Renderer, Step, Tool, Triggers, Workflow};
use serde_json::{Value, json};

use crate::workflow::{Github, Steps, read};
use crate::world::World;

/// Texts that a shell would act on if they got to it. CANARY is a file that they make.
const ATTACKS: [&str; 5] = [
    "$(touch CANARY)`touch CANARY`",
    "\"; touch CANARY; \"",
    "'; touch CANARY; '",
    // Whoever can add a line to the file of variables runs what the variable names.
    "a\ntouch CANARY\nBASH_ENV=CANARY.sh\nb",
    "--x || touch CANARY # ${{ github.token }}",
];

/// Every rendered workflow: those of the systems, and this repository's own.
fn workflows() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    let mut rest = vec![root.join("snapshots/workflows"), root.join(".github/workflows")];
    while let Some(path) = rest.pop() {
        if path.is_dir() {
            rest.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
    assert!(found.len() > 20, "{found:?}");
    found
}

/// The context paths that expressions of a text read, such as `github.event.client_payload.service`.
fn context_paths(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let contexts = ["github.", "inputs.", "secrets.", "vars.", "needs.", "env."];
    let words = text.split(move |character| !is_part(character));
    words.filter(move |word| contexts.iter().any(|context| word.starts_with(context)))
}

/// Puts a value at a path of the contexts.
fn put(github: &mut Github, context_path: &str, value: &str) {
    let (context, path) = context_path.split_once('.').unwrap();
    let root = match context {
        "github" => &mut github.event,
        "needs" => &mut github.needs,
        _ => github.given.entry(context.to_owned()).or_insert_with(|| json!({})),
    };
    let target = path.split('.').fold(root, |value, part| {
        if !value.is_object() {
            *value = json!({});
        }
        &mut value[part]
    });
    *target = json!(value);
}

/// Whether what a job runs could read anything from outside.
fn reads(job: &Value) -> bool {
    let steps = job["steps"].as_array().into_iter().flatten();
    let scripts = steps.filter(|step| step["run"].is_string());
    let mut texts = scripts.map(|step| step["env"].to_string());
    texts.any(|text| text.contains("${{"))
}

/// A world with hostile text at every path that the workflow reads.
fn hostile(world: &mut World, workflow: &Value, attack: &str) {
    let text = workflow.to_string();
    for path in context_paths(&text) {
        if path != "github.event_name" {
            put(&mut world.github, path, attack);
        }
    }
    for name in ["ref_name", "head_ref", "base_ref", "event.head_commit.message", "event.pull_request.title"]
    {
        put(&mut world.github, &format!("github.{name}"), attack);
    }
    world.write("report.json", &json!({"files": [{"path": attack, "class": "EXPAND"}]}).to_string());
    world.write("aws/migrate/answer.json", &json!({"version": attack}).to_string());
    world.write("aws/migrate/invocation.json", "{}");
}

/// A world in which the program only notes what it is given.
fn recording() -> World {
    let mut world = World::bare("any", "acme/shop");
    let recorder = include_str!("stand-ins/recorder.sh");
    for file in [world.path("bin/formwork-stacks"), world.github.artifact("tool").join("formwork-stacks")] {
        world.script(file.to_str().unwrap(), recorder);
    }
    for (variable, path) in [("ARGUMENTS", "arguments"), ("REPORT", "report.json")] {
        world.github.env.insert(variable.to_owned(), world.path(path).display().to_string());
    }
    world
}

#[test]
fn hostile_text_runs_nothing_in_any_workflow() {
    let mut world = recording();
    // Where it sends what it is given would be another machine.
    world.script("bin/curl", include_str!("stand-ins/tool.sh"));
    let canary = world.path("canary");
    let name = canary.display().to_string();
    fs::write(format!("{name}.sh"), format!("touch {name}\n")).unwrap();
    // Names of files are text of whoever opens a pull request.
    for file in ["000002_$(touch canary).up.sql", "000003_`touch canary`'\";touch canary;.up.sql"] {
        world.write(&format!("shop/db/migrations/{file}"), "SELECT 1;\n");
    }
    world.commit("shop");
    for other in ["jcom-dev/shtetl", "jcom-dev/shtetl-api"] {
        world.github.others.insert(other.to_owned(), world.path("shop"));
    }
    world.github.steps = Steps::All;
    fs::create_dir_all(world.github.artifact("tool")).unwrap();
    fs::copy(world.path("bin/formwork-stacks"), world.github.artifact("tool").join("formwork-stacks"))
        .unwrap();
    let mut ran = 0;
    for file in workflows() {
        let workflow = read(&file);
        for attack in ATTACKS.map(|attack| attack.replace("CANARY", &name)) {
            hostile(&mut world, &workflow, &attack);
            for (id, job) in workflow["jobs"].as_object().unwrap().iter().filter(|(_, job)| reads(job)) {
                let matrix = job["strategy"]["matrix"]["include"][0].clone();
                let needs = world.github.needs.clone();
                let job = world.github.run(&workflow, id, matrix);
                world.github.needs = needs;
                ran += job.steps.len();
                let job_name = format!("{}, {id}", file.display());
                assert!(!canary.exists(), "{job_name} ran {attack}: {}", job.log);
                assert!(
                    !job.folder.join("canary").exists(),
                    "{job_name} ran the name of a file: {}",
                    job.log
                );
                fs::remove_dir_all(&job.folder).unwrap();
            }
            // What the program got, it got whole.
            let arguments = fs::read_to_string(world.path("arguments")).unwrap_or_default();
            let as_json = json!(attack).to_string();
            for argument in arguments.split('\0').filter(|argument| argument.contains("touch")) {
                let is_whole = argument.contains(&attack) || argument.contains(&as_json);
                assert!(is_whole, "{}: {argument} is a part of {attack}", file.display());
            }
            fs::write(world.path("arguments"), "").unwrap();
        }
    }
    assert!(ran > 1000, "{ran} steps ran");
}

#[test]
fn names_of_stacks_and_environments_stay_names() {
    let mut world = recording();
    let canary = world.path("canary");
    for attack in ATTACKS.map(|attack| attack.replace("CANARY", &canary.display().to_string())) {
        let tool = Tool::new("formwork-stacks");
        let start = tool.call("release start").arguments(["--stack", &attack]);
        let job = Job::new("apply", attack.as_str(), 10)
            .env("NAME", attack.as_str())
            .environment(Environment::new(attack.as_str()).url(attack.as_str()))
            .steps(tool.install_program())
            .steps([tool.plan(&attack), tool.apply(&attack)])
            .step(Step::run(&attack, start.option_variable("--commit", "NAME")));
        let triggers = Triggers::new().dispatch_with("version", Input::text(&attack));
        let workflow = Workflow::new("apply.yml", &attack, &attack, triggers).job(job);
        world.write("apply.yml", &Renderer::new().unwrap().workflow(&workflow).unwrap());
        let rendered = read(&world.path("apply.yml"));
        let keys: BTreeSet<&str> = rendered.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["concurrency", "defaults", "jobs", "name", "on", "permissions"].into(), "{attack}");
        let job = world.github.run(&rendered, "apply", json!({}));
        assert!(job.succeeded && !canary.exists(), "{attack}: {}", job.log);
        let arguments = fs::read_to_string(world.path("arguments")).unwrap();
        let commit = format!("--commit={attack}");
        let wanted =
            ["plan", "--plan-dir", "plans", "--markdown", &attack, "apply", "--plan-dir", "plans", &attack];
        let wanted = [&wanted[..], &["release", "start", "--stack", &attack, &commit]].concat();
        assert_eq!(arguments.trim_end_matches('\0').split('\0').collect::<Vec<_>>(), wanted);
        fs::write(world.path("arguments"), "").unwrap();
    }
}

#[test]
fn text_that_is_pasted_into_a_script_would_be_noticed() {
    let mut world = World::bare("any", "acme/shop");
    let canary = world.path("canary");
    let workflow = json!({"jobs": {"unsafe": {"steps": [
        {"name": "Greet", "run": "echo \"hello ${{ github.head_ref }}\""},
    ]}}});
    for attack in &ATTACKS[..2] {
        let attack = attack.replace("CANARY", &canary.display().to_string());
        put(&mut world.github, "github.head_ref", &attack);
        world.github.run(&workflow, "unsafe", json!({}));
        assert!(canary.exists(), "{attack} was not noticed");
        fs::remove_file(&canary).unwrap();
    }
}

#[test]
fn no_script_has_an_expression_in_it() {
    for file in workflows() {
        let workflow = read(&file);
        for (id, job) in workflow["jobs"].as_object().unwrap() {
            assert!(!job["defaults"].to_string().contains("${{"), "{}, {id}", file.display());
            for step in job["steps"].as_array().into_iter().flatten() {
                for part in ["run", "shell", "working-directory"] {
                    let text = step[part].as_str().unwrap_or_default();
                    assert!(!text.contains("${{"), "{}, {id}: {part} of {}", file.display(), step["name"]);
                }
            }
        }
    }
}
