//! What surrounds a workflow: repositories, environments with their variables, roles, and the programs that steps call.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::support::http::{Asked, Reply, Server};
use crate::workflow::{Github, JobRan, Roles, WorkflowRan, copy, read};

/// The commit that is deployed.
pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What builds and tests the code of systems, and has a stand-in; and what would only take time.
const TOOLS: [&str; 16] = [
    "black",
    "cargo",
    "codecovcli",
    "docker",
    "go",
    "make",
    "mypy",
    "npm",
    "npx",
    "pip",
    "poetry",
    "pylint",
    "pytest",
    "rustup",
    "sleep",
    "sudo",
];

pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) github: Github,
    /// Takes what is told to Slack.
    pub(crate) slack: Server,
    system: String,
}

impl World {
    /// A repository of a system, `OWNER/NAME`. The stacks are in the sandbox already: those that make roles and
    /// environments, and what these need.
    pub(crate) fn new(system: &str, repository: &str, region: &str, stacks: &[&str]) -> Self {
        let mut world = Self::bare(system, repository);
        let applied = Applied::of(system, stacks);
        copy(&applied.folder, &world.github.kept_folder());
        world.add_environments(&applied.github, repository.split_once('/').unwrap().1);
        world.github.roles = Some(roles(&applied.bootstrap, region));
        world
    }

    /// A repository without environments, whose jobs may assume any role.
    pub(crate) fn bare(system: &str, repository: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = repository.split_once('/').unwrap().1;
        let mut github = Github::new(&folder.path().join(name));
        github.kept = Some("formwork.out".to_owned());
        github.event["repository"] = json!(repository);
        github.event["sha"] = json!(COMMIT);
        let slack = Server::start(|_| Reply::new(200, "ok"));
        let mut world = Self { folder, github, slack, system: system.to_owned() };
        world.add_programs();
        world.add_repository(name);
        world.github.given.insert("inputs".to_owned(), json!({}));
        let secrets = json!({"SLACK_WEBHOOK_URL": world.slack.url});
        world.github.given.insert("secrets".to_owned(), secrets);
        world
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file of a repository, or of anything else in the world.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a program.
    pub(crate) fn script(&self, path: &str, text: &str) {
        self.write(path, text);
        fs::set_permissions(self.path(path), PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// A repository as a folder: smoke tests, those that are rendered or all there are, and the program's lock file.
    pub(crate) fn add_repository(&self, name: &str) {
        let rendered = snapshots(&self.system, name).join("smoke");
        let smoke =
            if rendered.exists() { rendered } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("../smoke") };
        for file in fs::read_dir(smoke).unwrap() {
            let file = file.unwrap();
            // As many tries, and nobody waits between them.
            let text = fs::read_to_string(file.path()).unwrap();
            let text = text.replace("interval = \"10s\"", "interval = \"10ms\"");
            let text = text.replace("interval = \"5s\"", "interval = \"10ms\"");
            self.write(&format!("{name}/smoke/{}", file.file_name().to_str().unwrap()), &text);
        }
        self.write(&format!("{name}/infrastructure/Cargo.lock"), "");
    }

    /// The first pull request: a branch with the files that are rendered into a repository, of which nothing else is there,
    /// and the infrastructure's program with them.
    pub(crate) fn begin(&mut self, name: &str, base: &str) {
        let folder = self.path(name);
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        let empty = self.commit(name);
        let rendered = snapshots(&self.system, name);
        copy(&rendered, &folder);
        let reviewed = format!("infrastructure/snapshots/workflows/{}/{name}", self.system);
        fs::create_dir_all(folder.join(&reviewed)).unwrap();
        copy(&rendered, &folder.join(reviewed));
        self.write(&format!("{name}/infrastructure/Cargo.lock"), "");
        self.commit(name);
        let script = format!("git update-ref refs/remotes/origin/{base} {empty}");
        let status = Command::new("sh").args(["-c", &script]).current_dir(&folder).status();
        assert!(status.unwrap().success());
        self.pull_request(base);
    }

    /// Makes a commit of a repository's files, and returns its id.
    pub(crate) fn commit(&self, name: &str) -> String {
        let script = "git init -q && git add -A && git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m x && git rev-parse HEAD";
        let mut command = Command::new("bash");
        command.args(["-ec", script]).current_dir(self.path(name));
        let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Leads AWS's services to a fake.
    pub(crate) fn use_aws(&mut self, aws: &Aws) {
        let variables = aws.variables();
        self.github.env.extend(variables.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }

    /// Leads a URL of the system to a server; `*` is any that is not named.
    pub(crate) fn lead(&self, from: &str, to: &Server) {
        let present = fs::read_to_string(self.path("hosts")).unwrap_or_default();
        self.write("hosts", &format!("{from} {}\n{present}", to.url));
    }

    /// Runs a workflow of a repository of the system.
    pub(crate) fn run(&mut self, repository: &str, file: &str) -> WorkflowRan {
        let file = rendered(&self.system, repository, file);
        self.github.run_workflow(&file)
    }

    /// Runs some jobs of a workflow alone, in this order, and returns the last.
    pub(crate) fn run_jobs(&mut self, repository: &str, file: &str, jobs: &[&str]) -> JobRan {
        let workflow = read(&rendered(&self.system, repository, file));
        let ran = jobs.iter().map(|job| self.github.run(&workflow, job, json!({}))).last();
        ran.unwrap()
    }

    /// What the stand-ins were asked so far, and what they were to write.
    pub(crate) fn notes(&self) -> String {
        fs::read_to_string(self.path("notes")).unwrap_or_default()
    }

    /// The state of a stack in the sandbox.
    pub(crate) fn state(&self, stack: &str) -> Value {
        state(&self.github.kept_folder(), stack)
    }

    /// A pull request of a branch of the same repository.
    pub(crate) fn pull_request(&mut self, base: &str) {
        let repository = self.github.event["repository"].clone();
        let event = &mut self.github.event;
        event["event_name"] = json!("pull_request");
        event["base_ref"] = json!(base);
        event["ref"] = json!("refs/pull/5/merge");
        event["ref_name"] = json!("5/merge");
        event["event"] = json!({"pull_request": {"number": 5, "head": {"repo": {"full_name": repository}}}});
    }

    /// A push to a branch.
    pub(crate) fn push(&mut self, branch: &str, before: &str) {
        let event = &mut self.github.event;
        event["event_name"] = json!("push");
        event["base_ref"] = json!("");
        event["ref"] = json!(format!("refs/heads/{branch}"));
        event["ref_name"] = json!(branch);
        event["event"] = json!({"before": before});
    }

    fn add_programs(&mut self) {
        let script = |name: &str| {
            let text = match name {
                "aws" => include_str!("stand-ins/aws.sh"),
                "gh" => include_str!("stand-ins/gh.sh"),
                "formwork-stacks" => include_str!("stand-ins/formwork-stacks.sh"),
                _ => include_str!("stand-ins/tool.sh"),
            };
            self.script(&format!("bin/{name}"), text);
        };
        for name in TOOLS.iter().chain(&["aws", "gh", "formwork-stacks"]) {
            script(name);
        }
        let text = |path: &str| self.path(path).display().to_string();
        let variables = [
            ("NOTES", text("notes")),
            ("HOSTS", text("hosts")),
            ("AWS_FOLDER", text("aws")),
            ("PROGRAM", text("bin/formwork-stacks")),
            ("REAL_PROGRAM", env!("CARGO_BIN_EXE_formwork-stacks").to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        self.github.env = variables.map(|(name, value)| (name.to_owned(), value)).into();
        self.github.path = vec![self.path("bin")];
    }

    /// The variables that the stack of GitHub's side gave the repository and its environments.
    fn add_environments(&mut self, state: &Value, name: &str) {
        let mut own = json!({});
        for (kind, attributes) in resources(state) {
            let text = |name: &str| attributes[name].as_str().unwrap().to_owned();
            match kind {
                "github_actions_variable" if attributes["repository"] == name => {
                    own[text("variable_name")] = attributes["value"].clone();
                }
                "github_actions_environment_variable" if attributes["repository"] == name => {
                    let of = self.github.variables.entry(text("environment")).or_insert_with(|| json!({}));
                    of[text("variable_name")] = attributes["value"].clone();
                }
                _ => {}
            }
        }
        self.github.given.insert("vars".to_owned(), own);
    }
}

/// The stacks of a system that are there before any workflow runs, applied once for all tests and copied.
struct Applied {
    folder: PathBuf,
    bootstrap: Value,
    github: Value,
}

impl Applied {
    fn of(system: &str, stacks: &[&str]) -> Arc<Self> {
        static ALL: Mutex<BTreeMap<String, Arc<OnceLock<Arc<Applied>>>>> = Mutex::new(BTreeMap::new());
        let of_system = Arc::clone(ALL.lock().unwrap().entry(system.to_owned()).or_default());
        // Others wait here for the first.
        let apply = || {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("applied-{system}"));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            program(&folder, &[&["apply", "--sandbox", "--auto-approve"], stacks].concat());
            let state = |name: &str| state(&folder, &format!("{system}-{name}"));
            let (bootstrap, github) = (state("bootstrap"), state("github"));
            Arc::new(Self { folder, bootstrap, github })
        };
        Arc::clone(of_system.get_or_init(apply))
    }
}

/// A rendered workflow, as it is committed; another test compares it with the program.
pub(crate) fn rendered(system: &str, repository: &str, file: &str) -> PathBuf {
    snapshots(system, repository).join(".github/workflows").join(file)
}

/// What is rendered into a repository.
fn snapshots(system: &str, repository: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots/workflows");
    root.join(system).join(repository)
}

/// A server on which everything is well, but the paths that are broken.
pub(crate) fn website(broken: &'static [&'static str]) -> Server {
    let answer = move |asked: &Asked| {
        if broken.contains(&asked.path()) {
            Reply::json(503, &json!({}))
        } else {
            Reply::json(200, &json!({"status": "ok", "written": true, "read": true}))
        }
    };
    Server::start(answer)
}

/// Runs the program, and returns what it printed.
pub(crate) fn program(out: &Path, arguments: &[&str]) -> String {
    // What stands behind `--` is terraform's.
    let end = arguments.iter().position(|argument| *argument == "--").unwrap_or(arguments.len());
    let mut command = Command::new(env!("CARGO_BIN_EXE_formwork-stacks"));
    command.args(&arguments[..end]).arg("--out").arg(out).args(&arguments[end..]);
    let output = command.env_remove("TF_CLI_CONFIG_FILE").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn state(out: &Path, stack: &str) -> Value {
    serde_json::from_str(&program(out, &["sandbox", "terraform", stack, "--", "state", "pull"])).unwrap()
}

/// The type and the attributes of everything in a state.
pub(crate) fn resources(state: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = state["resources"].as_array().into_iter().flatten();
    all.flat_map(|resource| {
        let instances = resource["instances"].as_array().into_iter().flatten();
        instances.map(|it| (resource["type"].as_str().unwrap(), &it["attributes"]))
    })
}

/// Who may assume the roles of a state with a token of GitHub's.
fn roles(state: &Value, region: &str) -> Roles {
    let mut subjects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (kind, attributes) in resources(state) {
        let Some(policy) = attributes["assume_role_policy"].as_str().filter(|_| kind == "aws_iam_role")
        else {
            continue;
        };
        let policy: Value = serde_json::from_str(policy).unwrap();
        let mut of_role = Vec::new();
        for statement in policy["Statement"].as_array().unwrap() {
            for operator in ["StringEquals", "StringLike"] {
                let subject = &statement["Condition"][operator]["token.actions.githubusercontent.com:sub"];
                let all = subject.as_array().cloned().unwrap_or_else(|| vec![subject.clone()]);
                of_role.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
            }
        }
        subjects.insert(attributes["arn"].as_str().unwrap().to_owned(), of_role);
    }
    Roles { subjects, region: region.to_owned() }
}
