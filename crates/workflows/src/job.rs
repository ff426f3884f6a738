//! The jobs of a workflow.

use indexmap::IndexMap;
use serde::Serialize;

use crate::{Effect, Expression, Permissions, Scope, Step, Text};

/// A job: steps on one machine, or another workflow that is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    pub(crate) id: String,
    pub(crate) name: Text,
    pub(crate) needs: Vec<String>,
    pub(crate) condition: Option<Expression>,
    pub(crate) permissions: Permissions,
    pub(crate) runner: Text,
    pub(crate) environment: Option<Environment>,
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) timeout_minutes: u32,
    pub(crate) strategy: Option<Matrix>,
    pub(crate) services: IndexMap<String, Service>,
    pub(crate) outputs: IndexMap<String, Text>,
    pub(crate) env: IndexMap<String, Text>,
    pub(crate) working_directory: Option<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) call: Option<CalledWorkflow>,
}

/// A machine of GitHub's; images are fixed, so that a new one comes by a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// Ubuntu 24.04 on x86-64.
    Ubuntu,
    /// Ubuntu 24.04 on Arm.
    UbuntuArm,
    /// macOS 15 on Apple silicon.
    Macos,
    /// macOS 15 on Intel.
    MacosIntel,
}

/// An environment on GitHub: it has the reviewers, the branches that may deploy, the role's ARN and the secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Environment {
    pub(crate) name: Text,
    pub(crate) url: Option<Text>,
}

/// Runs of one group go one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Concurrency {
    pub(crate) group: Text,
    pub(crate) cancel_in_progress: Cancel,
}

/// Whether a newer run cancels the one in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Cancel {
    Constant(bool),
    When(Text),
}

/// A job once for each combination of values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Matrix {
    pub(crate) values: IndexMap<String, Vec<String>>,
    pub(crate) include: Vec<IndexMap<String, String>>,
    pub(crate) max_parallel: Option<u32>,
}

/// A container beside the job, such as a database for tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    pub(crate) image: String,
    pub(crate) env: IndexMap<String, Text>,
    pub(crate) ports: Vec<String>,
    pub(crate) options: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CalledWorkflow {
    pub(crate) workflow: String,
    pub(crate) with: IndexMap<String, Text>,
    pub(crate) secrets: IndexMap<String, Text>,
}

impl Job {
    /// A job on Ubuntu with a limit of time. It may read the repository and nothing else.
    #[must_use]
    pub fn new(id: &str, name: impl Into<Text>, timeout_minutes: u32) -> Self {
        Self {
            id: id.to_owned(),
            name: name.into(),
            needs: Vec::new(),
            condition: None,
            permissions: Permissions::read_contents(),
            runner: Runner::Ubuntu.image().into(),
            environment: None,
            concurrency: None,
            timeout_minutes,
            strategy: None,
            services: IndexMap::new(),
            outputs: IndexMap::new(),
            env: IndexMap::new(),
            working_directory: None,
            steps: Vec::new(),
            call: None,
        }
    }

    /// A job that is another workflow of the same repository, by its file's name. Its permissions bound those of the
    /// jobs there.
    #[must_use]
    pub fn calling(id: &str, name: impl Into<Text>, workflow: &str) -> Self {
        let call = CalledWorkflow {
            workflow: format!("./.github/workflows/{workflow}"),
            with: IndexMap::new(),
            secrets: IndexMap::new(),
        };
        Self { call: Some(call), ..Self::new(id, name, 0) }
    }

    /// Gives a called workflow an input; a job of steps has none.
    #[must_use]
    pub fn call_with(mut self, name: &str, value: impl Into<Text>) -> Self {
        if let Some(call) = &mut self.call {
            call.with.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Gives a called workflow a secret; a job of steps has none.
    #[must_use]
    pub fn call_secret(mut self, name: &str, secret: Expression) -> Self {
        if let Some(call) = &mut self.call {
            call.secrets.insert(name.to_owned(), secret.into());
        }
        self
    }

    /// Waits for another job, and is skipped unless it succeeded.
    #[must_use]
    pub fn needs(mut self, job: &str) -> Self {
        if !self.needs.iter().any(|other| other == job) {
            self.needs.push(job.to_owned());
        }
        self
    }

    /// Runs only under a condition.
    #[must_use]
    pub fn when(mut self, condition: Expression) -> Self {
        self.condition = Some(condition);
        self
    }

    /// Has these permissions and no others.
    #[must_use]
    pub fn permissions(mut self, permissions: Permissions) -> Self {
        self.permissions = permissions;
        self
    }

    /// Runs on a machine.
    #[must_use]
    pub fn on(mut self, runner: Runner) -> Self {
        self.runner = runner.image().into();
        self
    }

    /// Runs on the machine that the matrix names.
    #[must_use]
    pub fn on_matrix(mut self, name: &str) -> Self {
        self.runner = Expression::matrix(name).into();
        self
    }

    /// Deploys to an environment.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Is one of a group that goes one after the other.
    #[must_use]
    pub fn concurrency(mut self, concurrency: Concurrency) -> Self {
        self.concurrency = Some(concurrency);
        self
    }

    /// Runs once for each combination.
    #[must_use]
    pub fn matrix(mut self, matrix: Matrix) -> Self {
        self.strategy = Some(matrix);
        self
    }

    /// Has a container beside it.
    #[must_use]
    pub fn service(mut self, name: &str, service: Service) -> Self {
        self.services.insert(name.to_owned(), service);
        self
    }

    /// Gives the output of a step to the jobs that need this one.
    #[must_use]
    pub fn output(mut self, name: &str, step: &str, output: &str) -> Self {
        self.outputs.insert(name.to_owned(), Expression::step_output(step, output).into());
        self
    }

    /// Sets a variable of the environment for all steps.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<Text>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Runs scripts in a folder.
    #[must_use]
    pub fn in_folder(mut self, folder: &str) -> Self {
        self.working_directory = Some(folder.to_owned());
        self
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Adds steps.
    #[must_use]
    pub fn steps(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.steps.extend(steps);
        self
    }

    /// Assumes a role of AWS: the permission to say who the job is, and the step.
    #[must_use]
    pub fn assume_role(mut self, role: &str, variable: &str, region: &str) -> Self {
        self.permissions = self.permissions.write(Scope::IdToken);
        self.step(Step::assume_role(role, variable, region))
    }

    /// Assumes whatever role a variable of the environment on GitHub names.
    #[must_use]
    pub fn assume_role_of_environment(mut self, variable: &str, region: &str) -> Self {
        self.permissions = self.permissions.write(Scope::IdToken);
        self.step(Step::assume_role_of_environment(variable, region))
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The names under which GitHub shows the job among the checks of a pull request: with a matrix, one for each run.
    #[must_use]
    pub fn check_names(&self) -> Vec<String> {
        let name = self.name.to_string();
        let Some(matrix) = &self.strategy else { return vec![name] };
        let mut runs = vec![(name.clone(), Vec::new())];
        for (key, values) in &matrix.values {
            let placeholder = format!("${{{{ matrix.{key} }}}}");
            let with = |(name, shown): &(String, Vec<String>), value: &String| {
                (name.replace(&placeholder, value), [shown.as_slice(), std::slice::from_ref(value)].concat())
            };
            runs = runs.iter().flat_map(|run| values.iter().map(move |value| with(run, value))).collect();
        }
        // A name that has no expression gets the values behind it.
        let is_plain = self.name.literal().is_some();
        let shown = |(name, values): (String, Vec<String>)| match is_plain && !values.is_empty() {
            true => format!("{name} ({})", values.join(", ")),
            false => name,
        };
        runs.into_iter().map(shown).collect()
    }

    /// What the job's steps do to the world.
    pub fn effects(&self) -> impl Iterator<Item = Effect> {
        self.steps.iter().flat_map(|step| step.effects.iter().copied())
    }
}

impl Runner {
    /// The image, as `runs-on` names it.
    #[must_use]
    pub const fn image(self) -> &'static str {
        match self {
            Self::Ubuntu => "ubuntu-24.04",
            Self::UbuntuArm => "ubuntu-24.04-arm",
            Self::Macos => "macos-15",
            Self::MacosIntel => "macos-15-intel",
        }
    }
}

impl Environment {
    /// An environment by its name.
    #[must_use]
    pub fn new(name: impl Into<Text>) -> Self {
        Self { name: name.into(), url: None }
    }

    /// Shows where it can be seen.
    #[must_use]
    pub fn url(mut self, url: impl Into<Text>) -> Self {
        self.url = Some(url.into());
        self
    }
}

impl Concurrency {
    /// Waits for a run of the group that is in progress.
    #[must_use]
    pub fn waiting(group: impl Into<Text>) -> Self {
        Self { group: group.into(), cancel_in_progress: Cancel::Constant(false) }
    }

    /// Cancels a run of the group that is in progress.
    #[must_use]
    pub fn replacing(group: impl Into<Text>) -> Self {
        Self { group: group.into(), cancel_in_progress: Cancel::Constant(true) }
    }

    /// One group for each workflow and branch, where a new commit of a pull request replaces the one before, and others
    /// wait.
    #[must_use]
    pub fn by_branch() -> Self {
        Self::by_branch_of(Expression::github("workflow"))
    }

    /// The same under a name of its own, for a workflow that is called: to it `github.workflow` is its caller.
    #[must_use]
    pub fn by_branch_of(name: impl Into<Text>) -> Self {
        let group = name.into().then("-").then(Expression::github("ref"));
        Self { group, cancel_in_progress: Cancel::When(Expression::on_event("pull_request").into()) }
    }

    pub(crate) fn cancels(&self) -> bool {
        self.cancel_in_progress == Cancel::Constant(true)
    }
}

impl Matrix {
    /// One value for each run.
    #[must_use]
    pub fn of<T: Into<String>>(name: &str, values: impl IntoIterator<Item = T>) -> Self {
        Self::default().and(name, values)
    }

    /// Each of these with each of those before.
    #[must_use]
    pub fn and<T: Into<String>>(mut self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.values.insert(name.to_owned(), values.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a combination of its own.
    #[must_use]
    pub fn include<'a>(mut self, values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.include.push(values.collect());
        self
    }

    /// Runs at most so many at a time.
    #[must_use]
    pub const fn at_most(mut self, runs: u32) -> Self {
        self.max_parallel = Some(runs);
        self
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.include.iter().any(|values| values.contains_key(name))
    }
}

impl Service {
    /// PostgreSQL of a major version on the port 5432 of the runner, ready before the first step.
    #[must_use]
    pub fn postgres(major: u32, password: &str) -> Self {
        Self {
            image: format!("postgres:{major}"),
            env: IndexMap::from([("POSTGRES_PASSWORD".to_owned(), password.into())]),
            ports: vec!["5432:5432".to_owned()],
            options: "--health-cmd pg_isready --health-interval 5s --health-timeout 5s --health-retries 10"
                .to_owned(),
        }
    }

    /// Any image, with ports as `outside:inside`.
    #[must_use]
    pub fn image<T: Into<String>>(image: &str, ports: impl IntoIterator<Item = T>) -> Self {
        Self {
            image: image.to_owned(),
            env: IndexMap::new(),
            ports: ports.into_iter().map(Into::into).collect(),
            options: String::new(),
        }
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<Text>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Puts its first port on another port of the runner.
    #[must_use]
    pub fn on_port(mut self, port: u16) -> Self {
        if let Some(mapping) = self.ports.first_mut() {
            let inside = mapping.rsplit_once(':').map_or(mapping.as_str(), |(_, inside)| inside).to_owned();
            *mapping = format!("{port}:{inside}");
        }
        self
    }
}
