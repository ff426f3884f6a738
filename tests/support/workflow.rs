//! Runs the steps of a rendered job in a clean folder, as GitHub's runner does as far as our workflows go: scripts are
//! run by bash as they stand, expressions are evaluated, files for outputs, variables and summaries are there.
//!
//! Actions are the one thing that stands in for GitHub's own: a checkout copies a folder, artifacts are folders, and what
//! installs tools or assumes roles does nothing.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value as Json, json};

use crate::expression::{Contexts, evaluate, is_true, text};

/// GitHub, as far as jobs see it.
pub(crate) struct Github {
    folder: tempfile::TempDir,
    /// The `github` context.
    pub(crate) event: Json,
    /// What a checkout brings.
    pub(crate) repository: PathBuf,
    /// `inputs`, `vars` and `secrets`.
    pub(crate) given: BTreeMap<String, Json>,
    /// What jobs before have put out, by their ids.
    pub(crate) needs: Json,
    /// Folders that are searched for programs before the others.
    pub(crate) path: Vec<PathBuf>,
    /// Variables that GitHub or the machine set.
    pub(crate) env: BTreeMap<String, String>,
    /// A folder that outlives jobs, at its place in every job's folder: it stands for remote state.
    pub(crate) kept: Option<String>,
    jobs: usize,
}

/// What came of a job.
#[derive(Debug)]
pub(crate) struct JobRan {
    /// Whether every step succeeded.
    pub(crate) succeeded: bool,
    /// The job's outputs.
    pub(crate) outputs: Json,
    /// What the steps printed, under their names.
    pub(crate) log: String,
    /// The job's summary.
    pub(crate) summary: String,
    /// The steps that ran.
    pub(crate) steps: Vec<String>,
    /// The folder that it worked in.
    pub(crate) folder: PathBuf,
}

impl Github {
    pub(crate) fn new(repository: &Path) -> Self {
        let event = json!({
            "event_name": "push", "ref": "refs/heads/main", "ref_name": "main", "sha": "0".repeat(40),
            "repository": "acme/shop", "run_id": "7", "actor": "somebody", "token": "a-token", "base_ref": "",
            "event": {}, "workflow": "w",
        });
        Self {
            folder: tempfile::tempdir().unwrap(),
            event,
            repository: repository.to_owned(),
            given: BTreeMap::new(),
            needs: json!({}),
            path: Vec::new(),
            env: BTreeMap::new(),
            kept: None,
            jobs: 0,
        }
    }

    /// The folder of an artifact, to be filled or looked into.
    pub(crate) fn artifact(&self, name: &str) -> PathBuf {
        self.folder.path().join("artifacts").join(name)
    }

    /// Runs a job of a workflow with one combination of its matrix, and keeps its outputs for the next.
    pub(crate) fn run(&mut self, workflow: &Json, id: &str, matrix: Json) -> JobRan {
        self.jobs += 1;
        let folder = self.folder.path().join(format!("job-{}", self.jobs));
        fs::create_dir_all(&folder).unwrap();
        let job = &workflow["jobs"][id];
        assert!(job["steps"].is_array(), "there is no job `{id}` with steps");
        let mut run = Run {
            github: self,
            folder: folder.clone(),
            contexts: BTreeMap::new(),
            env: BTreeMap::new(),
            path: Vec::new(),
            failed: false,
            log: String::new(),
            steps: Vec::new(),
        };
        run.contexts.insert("github".to_owned(), run.github.event.clone());
        run.contexts.insert("needs".to_owned(), run.github.needs.clone());
        run.contexts.insert("matrix".to_owned(), matrix);
        run.contexts.insert("runner".to_owned(), json!({"os": "Linux"}));
        run.contexts.insert("steps".to_owned(), json!({}));
        run.contexts.extend(run.github.given.clone());
        run.add_env(&workflow["env"]);
        run.add_env(&job["env"]);
        for step in job["steps"].as_array().unwrap() {
            run.step(step, &job["defaults"]["run"]["working-directory"]);
        }
        let outputs: Map<String, Json> = job["outputs"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), json!(run.fill(value.as_str().unwrap()))))
            .collect();
        let summary = fs::read_to_string(run.file("summary")).unwrap_or_default();
        let (succeeded, log, steps) = (!run.failed, run.log, run.steps);
        let result = if succeeded { "success" } else { "failure" };
        self.needs[id] = json!({"result": result, "outputs": outputs.clone()});
        JobRan { succeeded, outputs: outputs.into(), log, summary, steps, folder }
    }

    /// Whether a job's condition holds, with what the jobs before have put out.
    pub(crate) fn wants(&self, workflow: &Json, id: &str) -> bool {
        let mut contexts: Contexts = self.given.clone();
        contexts.insert("github".to_owned(), self.event.clone());
        contexts.insert("needs".to_owned(), self.needs.clone());
        let condition = workflow["jobs"][id]["if"].as_str().unwrap_or("success()");
        is_true(&evaluate(condition, &contexts, false))
    }
}

struct Run<'a> {
    github: &'a Github,
    folder: PathBuf,
    contexts: Contexts,
    env: BTreeMap<String, String>,
    path: Vec<String>,
    failed: bool,
    log: String,
    steps: Vec<String>,
}

impl Run<'_> {
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
    fn fill(&self, template: &str) -> String {
        let mut filled = String::new();
        let mut rest = template;
        while let Some(start) = rest.find("${{") {
            filled.push_str(&rest[..start]);
            let end = closing(&rest[start..]) + start;
            filled.push_str(&text(&evaluate(&rest[start + 3..end], &self.contexts, self.failed)));
            rest = &rest[end + 2..];
        }
        filled + rest
    }

    fn step(&mut self, step: &Json, folder: &Json) {
        self.contexts.insert("env".to_owned(), json!(self.env));
        let condition = step["if"].as_str().unwrap_or("success()");
        // A condition without a function of status asks for success besides.
        let asks =
            ["success()", "failure()", "always()", "cancelled()"].iter().any(|name| condition.contains(name));
        if !is_true(&evaluate(condition, &self.contexts, self.failed)) || (self.failed && !asks) {
            return;
        }
        let name = step["name"].as_str().unwrap().to_owned();
        self.steps.push(name.clone());
        let outputs = self.file("output");
        fs::write(&outputs, "").unwrap();
        let succeeded = match step["uses"].as_str() {
            Some(action) => self.action(action, &step["with"]),
            None => self.script(&name, step, folder),
        };
        if let Some(id) = step["id"].as_str() {
            let put_out = fs::read_to_string(&outputs).unwrap();
            let put_out: Map<String, Json> = put_out
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect();
            let conclusion = if succeeded { "success" } else { "failure" };
            self.contexts.get_mut("steps").unwrap()[id] =
                json!({"outputs": put_out, "conclusion": conclusion});
        }
        if !succeeded && step["continue-on-error"] != true {
            self.failed = true;
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
        let inherited = std::env::var("PATH").unwrap();
        let own = self.github.path.iter().map(|path| path.display().to_string());
        let path: Vec<String> = self.path.iter().cloned().chain(own).chain([inherited]).collect();
        let (variables, added) = (self.file("env"), self.file("path"));
        for file in [&variables, &added] {
            fs::write(file, "").unwrap();
        }
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script);
        command.current_dir(self.folder.join(folder)).envs(&self.github.env).envs(env);
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
            .env("GITHUB_RUN_ID", "7");
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

    /// Stands in for GitHub's actions.
    fn action(&mut self, action: &str, with: &Json) -> bool {
        let name = action.split('@').next().unwrap();
        let input = |input: &str| self.fill(&plain(&with[input]));
        match name {
            "actions/checkout" => {
                let folder = match with["path"].as_str() {
                    Some(path) => self.folder.join(path),
                    None => self.folder.clone(),
                };
                copy(&self.github.repository, &folder);
                if let Some(kept) = &self.github.kept {
                    let shared = self.github.folder.path().join("kept");
                    fs::create_dir_all(&shared).unwrap();
                    std::os::unix::fs::symlink(&shared, folder.join(kept)).unwrap();
                }
                true
            }
            "actions/upload-artifact" => {
                let to = self.github.artifact(&input("name"));
                input("path").lines().all(|path| {
                    let from = self.folder.join(path);
                    copy(&from, &if from.is_dir() { to.clone() } else { to.join(from.file_name().unwrap()) });
                    from.exists()
                })
            }
            "actions/download-artifact" => {
                let to = self.folder.join(input("path"));
                if !with["name"].is_null() {
                    let from = self.github.artifact(&input("name"));
                    copy(&from, &to);
                    return from.exists();
                }
                let pattern = input("pattern");
                let prefix = pattern.trim_end_matches('*');
                for entry in fs::read_dir(self.github.artifact("")).into_iter().flatten() {
                    let name = entry.unwrap().file_name().into_string().unwrap();
                    if name.starts_with(prefix) {
                        let merged = with["merge-multiple"] == true;
                        let to = if merged { to.clone() } else { to.join(&name) };
                        copy(&self.github.artifact(&name), &to);
                    }
                }
                true
            }
            "actions/cache"
            | "actions/setup-go"
            | "actions/setup-node"
            | "actions/setup-python"
            | "aws-actions/configure-aws-credentials"
            | "hashicorp/setup-terraform" => true,
            other => panic!("nothing stands in for {other}"),
        }
    }
}

/// Where an expression's braces close; what is in quotes is text.
fn closing(text: &str) -> usize {
    let mut quoted = false;
    for (index, character) in text.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '}' if !quoted && text[index..].starts_with("}}") => return index,
            _ => {}
        }
    }
    panic!("an expression does not end: {text}");
}

fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.exists() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        // A program is large, is copied from job to job, and nobody writes to it.
        let is_program = from.metadata().unwrap().len() > 10_000_000;
        if !is_program || fs::hard_link(from, to).is_err() {
            fs::copy(from, to).unwrap();
        }
    }
}
