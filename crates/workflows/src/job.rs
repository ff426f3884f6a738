//! The jobs of a workflow.

use indexmap::IndexMap;
use serde::Serialize;

use crate::{
    Concurrency, Effect, Environment, Expression, Matrix, Permissions, Runner, Scope, Service, Step, Text,
};

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

/// The workflow that a job is, and what it is given.
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
        let shown = |(name, values): (String, Vec<String>)| {
            if is_plain && !values.is_empty() { format!("{name} ({})", values.join(", ")) } else { name }
        };
        runs.into_iter().map(shown).collect()
    }

    /// How often the job runs in a run of its workflow.
    pub(crate) fn run_count(&self) -> usize {
        self.strategy.as_ref().map_or(1, Matrix::run_count)
    }

    /// What the job's steps do to the world.
    pub fn effects(&self) -> impl Iterator<Item = Effect> {
        self.steps.iter().flat_map(|step| step.effects.iter().copied())
    }
}
