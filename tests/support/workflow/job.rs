//! One job: its steps in their order.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value as Json, json};

use crate::workflow::expression::{Before, Contexts, fill, holds, text};
use crate::workflow::{Github, JobRan, Steps, plain};

pub(super) fn run(github: &Github, workflow: &Json, id: &str, matrix: Json, folder: PathBuf) -> JobRan {
    let job = &workflow["jobs"][id];
    assert!(job["steps"].is_array(), "there is no job `{id}` with steps");
    let environment = job["environment"]["name"].as_str().or(job["environment"].as_str());
    let mut run = Run {
        github,
        folder,
        environment: environment.map(str::to_owned),
        permissions: job["permissions"].clone(),
        contexts: github.given.clone(),
        env: BTreeMap::new(),
        path: Vec::new(),
        before: Before::Good,
        log: String::new(),
        steps: Vec::new(),
    };
    run.add_contexts(matrix);
    run.add_env(&workflow["env"]);
    run.add_env(&job["env"]);
    let folder = &job["defaults"]["run"]["working-directory"];
    for step in job["steps"].as_array().unwrap() {
        run.step(step, folder);
    }
    let outputs: Map<String, Json> = job["outputs"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), json!(run.fill(value.as_str().unwrap()))))
        .collect();
    let summary = fs::read_to_string(run.file("summary")).unwrap_or_default();
    let succeeded = run.before == Before::Good;
    let Run { folder, log, steps, .. } = run;
    JobRan { succeeded, outputs: outputs.into(), log, summary, steps, folder }
}

pub(super) struct Run<'a> {
    pub(super) github: &'a Github,
    pub(super) folder: PathBuf,
    pub(super) environment: Option<String>,
    pub(super) permissions: Json,
    pub(super) env: BTreeMap<String, String>,
    contexts: Contexts,
    path: Vec<String>,
    before: Before,
    log: String,
    steps: Vec<String>,
}

impl Run<'_> {
    fn add_contexts(&mut self, matrix: Json) {
        let mut variables = self.contexts.get("vars").cloned().unwrap_or_else(|| json!({}));
        let of_environment = self.environment.as_ref().and_then(|name| self.github.variables.get(name));
        for (name, value) in of_environment.and_then(Json::as_object).into_iter().flatten() {
            variables[name] = value.clone();
        }
        for (name, value) in [
            ("github", self.github.event.clone()),
            ("needs", self.github.needs.clone()),
            ("matrix", matrix),
            ("runner", json!({"os": "Linux"})),
            ("steps", json!({})),
            ("vars", variables),
        ] {
            self.contexts.insert(name.to_owned(), value);
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.with_extension(name)
    }

    fn add_env(&mut self, env: &Json) {
        for (name, value) in env.as_object().into_iter().flatten() {
            let value = self.fill(&plain(value));
            self.env.insert(name.clone(), value);
        }
    }

    /// Text with its expressions evaluated.
    pub(super) fn fill(&self, template: &str) -> String {
        fill(template, &self.contexts, self.before)
    }

    /// Adds to what the job prints.
    pub(super) fn say(&mut self, line: &str) {
        self.log.push_str(line);
        self.log.push('\n');
    }

    fn step(&mut self, step: &Json, folder: &Json) {
        self.contexts.insert("env".to_owned(), json!(self.env));
        let is_wanted = holds(step["if"].as_str(), &self.contexts, self.before);
        if !is_wanted && self.github.steps == Steps::Wanted {
            return;
        }
        let name = step["name"].as_str().unwrap().to_owned();
        self.steps.push(name.clone());
        let outputs = self.file("output");
        fs::write(&outputs, "").unwrap();
        let succeeded = match step["uses"].as_str() {
            Some(action) => self.action(&name, action, &step["with"]),
            None => self.script(&name, step, folder),
        };
        let may_fail = step["continue-on-error"] == true;
        if let Some(id) = step["id"].as_str() {
            let put_out = fs::read_to_string(&outputs).unwrap();
            let put_out: Map<String, Json> = put_out
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect();
            let word = |good: bool| if good { "success" } else { "failure" };
            let (outcome, conclusion) = (word(succeeded), word(succeeded || may_fail));
            self.contexts.get_mut("steps").unwrap()[id] =
                json!({"outputs": put_out, "outcome": outcome, "conclusion": conclusion});
        }
        if !succeeded && !may_fail {
            self.before = Before::Failed;
        }
    }

    fn script(&mut self, name: &str, step: &Json, folder: &Json) -> bool {
        let script = self.file("sh");
        fs::write(&script, self.fill(step["run"].as_str().unwrap())).unwrap();
        let mut env = self.env.clone();
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            env.insert(name.clone(), self.fill(&plain(value)));
        }
        let folder = step["working-directory"].as_str().or(folder.as_str()).unwrap_or(".");
        let folder = self.folder.join(folder);
        if self.github.steps == Steps::All {
            fs::create_dir_all(&folder).unwrap();
        }
        let inherited = std::env::var("PATH").unwrap();
        let own = self.github.path.iter().map(|path| path.display().to_string());
        let path: Vec<String> = self.path.iter().cloned().chain(own).chain([inherited]).collect();
        let (variables, added) = (self.file("env"), self.file("path"));
        for file in [&variables, &added] {
            fs::write(file, "").unwrap();
        }
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script);
        command.current_dir(folder).envs(&self.github.env).envs(env);
        for name in ["TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_WORKSPACE", "FORMWORK_TERRAFORM"] {
            command.env_remove(name);
        }
        command
            .env("PATH", path.join(":"))
            .env("GITHUB_OUTPUT", self.file("output"))
            .env("GITHUB_STEP_SUMMARY", self.file("summary"))
            .env("GITHUB_ENV", &variables)
            .env("GITHUB_PATH", &added)
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_REPOSITORY", text(&self.github.event["repository"]))
            .env("GITHUB_SHA", text(&self.github.event["sha"]))
            .env("GITHUB_REF_NAME", text(&self.github.event["ref_name"]))
            .env("GITHUB_RUN_ID", "7")
            .env("GITHUB_RUN_ATTEMPT", self.github.event["run_attempt"].as_str().unwrap_or("1"));
        let output = command.output().unwrap();
        self.log.push_str(&format!(
            "== {name}: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ));
        for line in fs::read_to_string(&variables).unwrap().lines() {
            if let Some((name, value)) = line.split_once('=') {
                self.env.insert(name.to_owned(), value.to_owned());
            }
        }
        self.path.extend(fs::read_to_string(&added).unwrap().lines().map(str::to_owned));
        output.status.success()
    }
}
