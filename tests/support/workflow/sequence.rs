//! A whole workflow: its jobs in the order in which they need each other, with their conditions, matrices and what they
//! put out; and the workflows that it calls.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::workflow::expression::{Before, Contexts, fill, text};
use crate::workflow::{Github, JobRan, Steps, plain, read};

/// What came of a workflow.
#[derive(Debug, Default)]
pub(crate) struct WorkflowRan {
    /// `success`, `failure` or `skipped` of each job.
    pub(crate) results: BTreeMap<String, String>,
    /// What each job put out, as the context `jobs` has it.
    outputs: Json,
    /// The jobs that ran, in their order; those of a called workflow as `caller/job`.
    pub(crate) jobs: Vec<(String, JobRan)>,
}

impl WorkflowRan {
    /// The jobs that ended like this.
    pub(crate) fn that(&self, result: &str) -> Vec<&str> {
        self.results.iter().filter(|it| it.1 == result).map(|it| it.0.as_str()).collect()
    }

    /// What a job printed; nothing if it did not run.
    pub(crate) fn log(&self, id: &str) -> String {
        self.jobs.iter().filter(|(job, _)| job == id).map(|(_, ran)| ran.log.as_str()).collect()
    }

    /// A job that ran, with the first combination of its matrix.
    pub(crate) fn job(&self, id: &str) -> &JobRan {
        let found = self.jobs.iter().find(|(job, _)| job == id);
        &found.unwrap_or_else(|| panic!("`{id}` did not run: {:?}", self.results)).1
    }

    /// What every job printed, for the message of a test that fails.
    pub(crate) fn everything(&self) -> String {
        let shown = self.jobs.iter().map(|(job, ran)| format!("#### {job}\n{}\n", ran.log));
        format!("{:?}\n{}", self.results, shown.collect::<String>())
    }
}

impl Github {
    /// Runs the workflow in a file, as the event at hand starts it.
    pub(crate) fn run_workflow(&mut self, file: &Path) -> WorkflowRan {
        let workflow = read(file);
        self.assert_started(&workflow, file);
        self.needs = json!({});
        self.artifacts_of_run.replace(Some(BTreeSet::new()));
        let ran = self.run_jobs(&workflow, file);
        self.artifacts_of_run.replace(None);
        ran
    }

    fn assert_started(&self, workflow: &Json, file: &Path) {
        let event = self.event["event_name"].as_str().unwrap();
        let triggers = workflow["on"].as_object().unwrap();
        let trigger = triggers.get(event);
        let trigger = trigger.unwrap_or_else(|| panic!("{event} does not start {}", file.display()));
        let branch = if event == "pull_request" { &self.event["base_ref"] } else { &self.event["ref_name"] };
        let branches = trigger["branches"].as_array();
        let is_for = branches.is_none_or(|branches| branches.contains(branch));
        assert!(is_for, "{event} of {branch} does not start {}", file.display());
    }

    fn run_jobs(&mut self, workflow: &Json, file: &Path) -> WorkflowRan {
        let jobs = workflow["jobs"].as_object().unwrap();
        let mut done: Map<String, Json> = Map::new();
        let mut ran = WorkflowRan::default();
        while done.len() < jobs.len() {
            let is_next =
                |id: &String| !done.contains_key(id) && needed(workflow, id).all(|it| done.contains_key(it));
            let id = jobs.keys().find(|id| is_next(id)).expect("jobs need each other in a circle").clone();
            let before = before(workflow, &id, &done);
            self.needs = needed(workflow, &id).map(|it| (it.to_owned(), done[it].clone())).collect();
            let result = if self.wants_after(workflow, &id, before) || self.steps == Steps::All {
                self.run_wanted(workflow, file, &id, &mut ran)
            } else {
                json!({"result": "skipped", "outputs": {}})
            };
            ran.results.insert(id.clone(), text(&result["result"]));
            ran.outputs[&id] = json!({"outputs": result["outputs"].clone()});
            done.insert(id, result);
        }
        ran
    }

    fn run_wanted(&mut self, workflow: &Json, file: &Path, id: &str, ran: &mut WorkflowRan) -> Json {
        let job = &workflow["jobs"][id];
        if let Some(called) = job["uses"].as_str() {
            return self.call(&file.with_file_name(called.rsplit('/').next().unwrap()), id, job, ran);
        }
        let environment = job["environment"]["name"].as_str();
        if environment.is_some_and(|name| self.declined.contains(name)) {
            return json!({"result": "failure", "outputs": {}});
        }
        let mut results = Vec::new();
        for combination in combinations(&job["strategy"]["matrix"]) {
            let of_job = self.run(workflow, id, combination);
            results.push(self.needs[id].clone());
            ran.jobs.push((id.to_owned(), of_job));
        }
        let failed = results.iter().find(|result| result["result"] == "failure");
        failed.or(results.last()).unwrap().clone()
    }

    /// A called workflow gets the caller's event, and of its secrets those that it is given.
    fn call(&mut self, file: &Path, id: &str, job: &Json, ran: &mut WorkflowRan) -> Json {
        let workflow = read(file);
        let contexts: Contexts = self.given.clone();
        let secrets: Map<String, Json> = job["secrets"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), json!(fill(&plain(value), &contexts, Before::Good))))
            .collect();
        let wanted = workflow["on"]["workflow_call"]["secrets"].as_object().into_iter().flatten();
        for (name, _) in wanted {
            assert!(secrets.contains_key(name), "{} is not given the secret {name}", file.display());
        }
        let own = self.given.insert("secrets".to_owned(), secrets.into());
        let called = self.run_jobs(&workflow, file);
        self.given.extend(own.map(|secrets| ("secrets".to_owned(), secrets)));
        let result = if called.that("failure").is_empty() { "success" } else { "failure" };
        let of_jobs: Contexts = [("jobs".to_owned(), called.outputs.clone())].into();
        let outputs: Map<String, Json> = workflow["on"]["workflow_call"]["outputs"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, output)| {
                (name.clone(), json!(fill(&plain(&output["value"]), &of_jobs, Before::Good)))
            })
            .collect();
        ran.jobs.extend(called.jobs.into_iter().map(|(job, it)| (format!("{id}/{job}"), it)));
        json!({"result": result, "outputs": outputs})
    }
}

fn needed<'a>(workflow: &'a Json, id: &str) -> impl Iterator<Item = &'a str> {
    workflow["jobs"][id]["needs"].as_array().into_iter().flatten().filter_map(Json::as_str)
}

/// GitHub Docs, "Status check functions": `success()` asks the jobs that are needed, `failure()` those before them too.
fn before(workflow: &Json, id: &str, done: &Map<String, Json>) -> Before {
    let mut all = BTreeSet::new();
    let mut rest: Vec<&str> = needed(workflow, id).collect();
    while let Some(next) = rest.pop() {
        if all.insert(next) {
            rest.extend(needed(workflow, next));
        }
    }
    if all.iter().any(|job| done[*job]["result"] == "failure") {
        return Before::Failed;
    }
    // A job that was skipped further up counts too (actions/runner, issue 491).
    let are_good = all.iter().all(|job| done[*job]["result"] == "success");
    if are_good { Before::Good } else { Before::Skipped }
}

/// The combinations of a matrix: of its lists, or those that are written out.
fn combinations(matrix: &Json) -> Vec<Json> {
    if let Some(included) = matrix["include"].as_array() {
        return included.clone();
    }
    let lists = matrix.as_object().into_iter().flatten();
    lists.fold(vec![json!({})], |all, (name, values)| {
        let with = |combination: &Json, value: &Json| {
            let mut combination = combination.clone();
            combination[name] = value.clone();
            combination
        };
        let values = values.as_array().unwrap();
        all.iter().flat_map(|it| values.iter().map(|value| with(it, value)).collect::<Vec<_>>()).collect()
    })
}
