//! A fake of GitHub: repositories with runs, statuses, deployments and issues. Requests and answers are held to
//! GitHub's published description; a request that it does not know is answered 418, and fails the test.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use crate::support::http::{Asked, Reply, Server};
use crate::support::openapi::{Description, Operation};

pub(crate) const TOKEN: &str = "ghs_a-token-that-nobody-may-see";

/// What the fake does beside what it is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    /// How often lists of runs are asked for until the run shows.
    pub(crate) appears_after: usize,
    /// How often the run is asked for until it has ended.
    pub(crate) ends_after: usize,
    /// How it ends.
    pub(crate) conclusion: &'static str,
    /// Runs of others that are listed before it, most of them on further pages.
    pub(crate) others: usize,
    /// Answers that stand in the place of the right ones, by method and path, once each, after the request was
    /// carried out or not.
    pub(crate) faults: Vec<(&'static str, &'static str, Fault)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The request is carried out, and the answer is lost.
    LostAfter,
    /// The request is not carried out, and this is said.
    Instead(Reply),
}

#[derive(Default)]
struct State {
    dispatched: Vec<Value>,
    lists: usize,
    looks: usize,
    statuses: Vec<Value>,
    deployments: Vec<Value>,
    /// With the ids of their deployments, newest first.
    deployment_statuses: Vec<(u64, Value)>,
    issues: Vec<Value>,
    comments: usize,
    violations: Vec<String>,
    faults: Vec<(&'static str, &'static str, Fault)>,
    fixed: Map<String, Value>,
}

pub(crate) struct GitHub {
    pub(crate) server: Server,
    state: Arc<Mutex<State>>,
}

impl GitHub {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        Self::with(behaviour, json!({}))
    }

    /// With answers to reads by path, for what is not simulated.
    pub(crate) fn with(behaviour: Behaviour, fixed: Value) -> Self {
        let state = Arc::new(Mutex::new(State {
            faults: behaviour.faults.clone(),
            fixed: fixed.as_object().unwrap().clone(),
            ..State::default()
        }));
        let kept = Arc::clone(&state);
        let description = Description::load();
        let server =
            Server::start(move |asked| answer(&description, &behaviour, &mut kept.lock().unwrap(), asked));
        Self { server, state }
    }

    /// The bodies of the dispatches that were carried out.
    pub(crate) fn dispatched(&self) -> Vec<Value> {
        self.state.lock().unwrap().dispatched.clone()
    }

    pub(crate) fn issues(&self) -> Vec<Value> {
        self.state.lock().unwrap().issues.clone()
    }

    pub(crate) fn comments(&self) -> usize {
        self.state.lock().unwrap().comments
    }

    /// The deployments, in the order in which they were made.
    pub(crate) fn deployments(&self) -> Vec<Value> {
        self.state.lock().unwrap().deployments.iter().rev().cloned().collect()
    }

    /// The states and descriptions of a deployment, in the order in which they were written.
    pub(crate) fn statuses_of(&self, deployment: u64) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let state = self.state.lock().unwrap();
        let own = state.deployment_statuses.iter().rev().filter(|(id, _)| *id == deployment);
        own.map(|(_, status)| (text(&status["state"]), text(&status["description"]))).collect()
    }

    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        self.server.asked().iter().filter(|it| it.method == method && it.path() == path).count()
    }

    /// Fails if something was asked or answered that GitHub does not know.
    pub(crate) fn check(&self) {
        assert_eq!(self.state.lock().unwrap().violations, Vec::<String>::new());
    }
}

fn answer(description: &Description, behaviour: &Behaviour, state: &mut State, asked: &Asked) -> Reply {
    let Some(operation) = description.operation(&asked.method, asked.path()) else {
        state.violations.push(format!("unknown: {} {}", asked.method, asked.target));
        return Reply::new(418, "{}");
    };
    let query: Vec<String> = asked
        .target
        .split_once('?')
        .map(|(_, query)| query.split('&').filter_map(|it| Some(it.split_once('=')?.0.to_owned())).collect())
        .unwrap_or_default();
    let query: Vec<&str> = query.iter().map(String::as_str).collect();
    if let Err(violation) = operation.check_request(&asked.json(), &query) {
        state.violations.push(violation);
    }
    if asked.header("x-github-api-version").is_none() || asked.header("user-agent").is_none() {
        state.violations.push("a header is missing".to_owned());
    }
    let fault = state.faults.iter().position(|it| it.0 == asked.method && it.1 == asked.path());
    let fault = fault.map(|index| state.faults.remove(index).2);
    let is_lost = matches!(fault, Some(Fault::LostAfter));
    if let Some(Fault::Instead(reply)) = fault {
        return reply;
    }
    let reply = carry_out(description, behaviour, state, asked, &operation);
    let body = serde_json::from_str(&reply.body).unwrap_or(Value::Null);
    if let Err(violation) = operation.check_answer(reply.status, &body) {
        state.violations.push(format!("the fake itself: {violation}"));
    }
    if is_lost { Reply::lost() } else { reply }
}

fn carry_out(
    description: &Description,
    behaviour: &Behaviour,
    state: &mut State,
    asked: &Asked,
    operation: &Operation<'_>,
) -> Reply {
    if asked.path() == "/app/installations/77/access_tokens" {
        return Reply::json(201, &description.make("installation-token", json!({ "token": TOKEN })));
    }
    if asked.path().ends_with("/installation") {
        return Reply::json(200, &description.make("installation", json!({ "id": 77 })));
    }
    if asked.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
        return Reply::json(401, &json!({ "message": "Bad credentials" }));
    }
    if asked.method == "GET"
        && let Some(body) = state.fixed.get(asked.path())
    {
        return Reply::json(200, body);
    }
    let path: Vec<&str> = operation.template.split('/').skip(4).collect();
    match (asked.method.as_str(), path.as_slice()) {
        ("POST", ["dispatches"]) => {
            state.dispatched.push(asked.json());
            Reply::new(204, "")
        }
        ("POST", ["actions", "workflows", "{workflow_id}", "dispatches"]) => {
            state.dispatched.push(asked.json());
            let run =
                json!({ "workflow_run_id": 900, "run_url": "u", "html_url": "https://github/runs/900" });
            Reply::json(200, &description.make("workflow-dispatch-response", run))
        }
        ("GET", ["actions", "runs"]) => runs(description, behaviour, state, asked),
        ("GET", ["actions", "runs", "{run_id}"]) => {
            state.looks += 1;
            Reply::json(200, &run(description, behaviour, state))
        }
        ("GET", ["actions", "runs", "{run_id}", "jobs"]) => {
            let job = description.make("job", json!({ "name": "verify", "status": "in_progress" }));
            Reply::json(200, &json!({ "total_count": 1, "jobs": [job] }))
        }
        ("POST", ["statuses", "{sha}"]) => {
            let status = description.make("status", asked.json());
            state.statuses.insert(0, status.clone());
            Reply::json(201, &status)
        }
        ("GET", ["commits", "{ref}", "statuses"]) => Reply::json(200, &json!(state.statuses)),
        ("POST", ["deployments"]) => {
            let body = asked.json();
            let deployment = json!({
                "id": 5 + state.deployments.len(), "sha": body["ref"], "environment": body["environment"],
                "task": body["task"].as_str().unwrap_or("deploy"), "description": body["description"],
                // An empty payload is text.
                "payload": body.get("payload").cloned().unwrap_or(json!("")),
            });
            let deployment = description.make("deployment", deployment);
            state.deployments.insert(0, deployment.clone());
            Reply::json(201, &deployment)
        }
        ("GET", ["deployments"]) => {
            let is_wanted = |it: &&Value| {
                ["sha", "environment", "task"]
                    .iter()
                    .all(|name| asked.query(name).is_none_or(|text| it[name] == *text))
            };
            Reply::json(200, &json!(state.deployments.iter().filter(is_wanted).collect::<Vec<_>>()))
        }
        ("POST", ["deployments", "{deployment_id}", "statuses"]) => {
            let mut status = asked.json();
            // GitHub takes this and does not say it again.
            status.as_object_mut().unwrap().remove("auto_inactive");
            let status = description.make("deployment-status", status);
            state.deployment_statuses.insert(0, (deployment_id(operation), status.clone()));
            Reply::json(201, &status)
        }
        ("GET", ["deployments", "{deployment_id}", "statuses"]) => {
            let of = deployment_id(operation);
            let found =
                state.deployment_statuses.iter().filter(|(id, _)| *id == of).map(|(_, status)| status);
            Reply::json(200, &json!(found.collect::<Vec<_>>()))
        }
        ("GET", ["issues"]) => Reply::json(200, &json!(state.issues)),
        ("POST", ["issues"]) => {
            let number = state.issues.len() + 1;
            let body = asked.json();
            let issue = json!({
                "number": number, "state": "open", "title": body["title"], "body": body["body"],
                "labels": body["labels"], "html_url": format!("https://github/issues/{number}"),
            });
            let issue = description.make("issue", issue);
            state.issues.insert(0, issue.clone());
            Reply::json(201, &issue)
        }
        ("PATCH", ["issues", "{issue_number}"]) => {
            let number = operation.values.last().and_then(|it| it.parse::<usize>().ok()).unwrap();
            let position = state.issues.len() - number;
            state.issues[position]["state"] = asked.json()["state"].clone();
            Reply::json(200, &state.issues[position])
        }
        ("POST", ["issues", "{issue_number}", "comments"]) => {
            state.comments += 1;
            Reply::json(201, &description.make("issue-comment", asked.json()))
        }
        _ => Reply::json(404, &json!({ "message": "Not Found" })),
    }
}

fn deployment_id(operation: &Operation<'_>) -> u64 {
    operation.values.last().and_then(|it| it.parse().ok()).unwrap()
}

/// Lists of runs, two to a page: those of others first.
fn runs(description: &Description, behaviour: &Behaviour, state: &mut State, asked: &Asked) -> Reply {
    let mut all: Vec<Value> = (0..behaviour.others)
        .map(|index| {
            // GitHub sends runs without a name.
            let other = json!({ "id": index, "name": null, "display_title": "gate-0000 of others", "status": "completed" });
            description.make("workflow-run", other)
        })
        .collect();
    let page: usize = asked.query("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    if page == 1 {
        state.lists += 1;
    }
    if !state.dispatched.is_empty() && state.lists > behaviour.appears_after {
        all.push(run(description, behaviour, state));
    }
    let total = all.len();
    let shown: Vec<Value> = all.into_iter().skip((page - 1) * 2).take(2).collect();
    let reply = Reply::json(200, &json!({ "total_count": total, "workflow_runs": shown }));
    if page * 2 >= total {
        return reply;
    }
    let target = asked.target.replace(&format!("&page={page}"), "");
    let host = asked.header("host").unwrap_or_default();
    reply.header("link", format!("<http://{host}{target}&page={}>; rel=\"next\"", page + 1))
}

fn run(description: &Description, behaviour: &Behaviour, state: &State) -> Value {
    let sent = state.dispatched.last().cloned().unwrap_or_default();
    let id = sent["client_payload"]["correlation_id"].as_str().or(sent["inputs"]["correlation_id"].as_str());
    let has_ended = state.looks >= behaviour.ends_after;
    let run = json!({
        "id": 900, "name": null, "display_title": format!("Verify ({})", id.unwrap_or_default()),
        "status": if has_ended { "completed" } else { "in_progress" },
        "conclusion": if has_ended { json!(behaviour.conclusion) } else { json!(null) },
        "html_url": "https://github/runs/900",
    });
    description.make("workflow-run", run)
}
