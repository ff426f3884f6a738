//! What a reviewer would refuse in a workflow, found before it is rendered.

mod artifacts;
mod checks;

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use formwork_core::nearest;

use crate::{
    Access, Effect, Estate, Expression, Job, Reference, Repository, Scope, Step, Text, Triggers, Workflow,
};

/// A mistake in a workflow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The repository, the file and the job.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do instead.
    pub hint: Option<String>,
}

impl Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n    in {}", self.message, self.place)?;
        self.hint.iter().try_for_each(|hint| write!(formatter, "\n    hint: {hint}"))
    }
}

/// GitHub ends a job after six hours (GitHub Docs, "Actions limits").
const MOST_MINUTES: u32 = 360;

/// The jobs of one matrix (GitHub Docs, "Actions limits").
pub(crate) const MOST_RUNS: usize = 256;

/// Words that change something outside wherever a script has them, whatever its step says of itself.
const CHANGING: [(&str, Effect); 8] = [
    ("terraform apply", Effect::Applies),
    ("terraform destroy", Effect::Applies),
    (" apply ", Effect::Applies),
    (" destroy ", Effect::Applies),
    ("release promote", Effect::Promotes),
    ("release rollback", Effect::Promotes),
    ("migrate up", Effect::Migrates),
    ("aws s3 sync", Effect::Promotes),
];

/// Finds what is wrong in the workflows of repositories. What they name is looked for in the estate.
#[must_use]
pub fn review(repositories: &[Repository], estate: &Estate) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for repository in repositories {
        checks::required_checks(repository, estate, &mut mistakes);
        for workflow in &repository.workflows {
            let mut review = Review { repository, workflow, estate, mistakes: &mut mistakes };
            review.workflow();
        }
    }
    mistakes
}

struct Review<'a> {
    repository: &'a Repository,
    workflow: &'a Workflow,
    estate: &'a Estate,
    mistakes: &'a mut Vec<Mistake>,
}

impl Review<'_> {
    fn report(&mut self, job: &str, message: String, hint: Option<String>) {
        let mut place = format!("{} / {}", self.repository.name, self.workflow.file);
        if !job.is_empty() {
            place.push_str(" / ");
            place.push_str(job);
        }
        self.mistakes.push(Mistake { place, message, hint });
    }

    fn workflow(&mut self) {
        let workflow = self.workflow;
        if workflow.triggers.is_empty() {
            self.report("", "nothing starts the workflow".to_owned(), Some("give it triggers".to_owned()));
        }
        if !workflow.file.ends_with(".yml") || workflow.file.contains('/') {
            self.report("", format!("`{}` is not the name of a workflow's file", workflow.file), None);
        }
        let by_workflow = |group: &Text| group.expressions().any(|it| it.as_str() == "github.workflow");
        if workflow.triggers.call.is_some() && by_workflow(&workflow.concurrency.group) {
            let hint = "use `Concurrency::by_branch_of` with a name: where it is called, `github.workflow` is the caller";
            self.report(
                "",
                "is of its caller's group, and would wait for it".to_owned(),
                Some(hint.to_owned()),
            );
        }
        let mut seen = BTreeSet::new();
        for job in &workflow.jobs {
            if !seen.insert(&job.id) {
                self.report(&job.id, format!("two jobs have the id `{}`", job.id), None);
            }
            self.job(job);
        }
        self.kept_twice();
    }

    fn job(&mut self, job: &Job) {
        if !is_identifier(&job.id) {
            self.report(&job.id, format!("GitHub refuses the job id `{}`", job.id), None);
        }
        if job.call.is_none() && !(1..=MOST_MINUTES).contains(&job.timeout_minutes) {
            let message = format!("GitHub refuses a limit of {} minutes", job.timeout_minutes);
            self.report(&job.id, message, Some("a job has 1 to 360".to_owned()));
        }
        for other in &job.needs {
            if self.workflow.find(other).is_none() {
                let known = self.workflow.jobs.iter().map(|job| job.id.as_str());
                let hint = nearest(other, known).map(|near| format!("did you mean `{near}`?"));
                self.report(&job.id, format!("needs a job `{other}`, which there is not"), hint);
            }
        }
        if reaches(self.workflow, job, &job.id) {
            self.report(&job.id, "waits for itself".to_owned(), None);
        }
        let runs = runs(job);
        if runs > MOST_RUNS {
            let hint = Some("GitHub takes 256; divide it into several jobs".to_owned());
            self.report(&job.id, format!("a matrix of {runs} runs"), hint);
        }
        self.effects(job);
        self.token(job);
        self.names(job);
        self.expressions(job);
        self.artifacts(job);
        self.promotions(job);
    }

    /// What is promoted was verified by a step before, or `release promote` would refuse it.
    fn promotions(&mut self, job: &Job) {
        let calls = |step: &Step, verb: &str| step.run.as_ref().is_some_and(|run| run.text().contains(verb));
        let services = |step: &Step| {
            step.references
                .iter()
                .filter(|it| matches!(it, Reference::Release { .. }))
                .cloned()
                .collect::<Vec<_>>()
        };
        let workflow = self.workflow;
        let before = workflow.jobs.iter().filter(|other| reaches(workflow, job, &other.id));
        let before: Vec<&Step> = before.flat_map(|other| &other.steps).collect();
        for (index, step) in job.steps.iter().enumerate() {
            if !calls(step, "release promote") || calls(step, "--unverified") {
                continue;
            }
            let until = before.iter().copied().chain(&job.steps[..=index]);
            let verified: BTreeSet<Reference> =
                until.filter(|step| calls(step, "release verify")).flat_map(services).collect();
            for service in services(step).iter().filter(|service| !verified.contains(service)) {
                let Reference::Release { stack, service } = service else { continue };
                let hint = "call `release verify` before: what was not verified is not promoted";
                self.report(
                    &job.id,
                    format!("promotes `{service}` of `{stack}` unverified"),
                    Some(hint.to_owned()),
                );
            }
        }
    }

    /// No job that applies, promotes or migrates is without its environment, which has the reviewers, the branches and
    /// the role; none of them is cancelled halfway.
    fn effects(&mut self, job: &Job) {
        let mut effects: Vec<Effect> = job.effects().collect();
        for step in &job.steps {
            let Some(script) = &step.run else { continue };
            let text = format!(" {} ", script.text().replace('\n', " "));
            // In the sandbox nothing is real.
            if text.contains("--sandbox") {
                continue;
            }
            effects
                .extend(CHANGING.iter().filter(|(words, _)| text.contains(words)).map(|(_, effect)| *effect));
        }
        let Some(effect) = effects.first() else { return };
        let does = match effect {
            Effect::Applies => "applies",
            Effect::Promotes => "promotes",
            Effect::Migrates => "migrates",
        };
        if job.environment.is_none() {
            let hint = "name it with `Job::environment`: reviewers, branches and the role depend on it";
            self.report(&job.id, format!("{does} without an environment"), Some(hint.to_owned()));
        }
        let of_job = job.concurrency.as_ref();
        if of_job.is_none() {
            let hint = "give it `Concurrency::waiting` with the name of what it changes";
            self.report(&job.id, format!("{does} beside other runs"), Some(hint.to_owned()));
        }
        if [of_job, Some(&self.workflow.concurrency)].into_iter().flatten().any(crate::Concurrency::cancels) {
            let hint = "use `Concurrency::waiting`; what is half done stays half done";
            self.report(
                &job.id,
                format!("{does} and may be cancelled by the next run"),
                Some(hint.to_owned()),
            );
        }
    }

    fn token(&mut self, job: &Job) {
        let may = job.permissions.access(Scope::IdToken) == Some(Access::Write);
        let assumes = job
            .steps
            .iter()
            .flat_map(|step| &step.references)
            .any(|reference| matches!(reference, Reference::Role { .. } | Reference::AnyRole));
        if assumes && !may {
            let hint = "use `Job::assume_role`, which grants `id-token: write`";
            self.report(&job.id, "assumes a role without a token to show".to_owned(), Some(hint.to_owned()));
        }
        if may && !assumes && job.call.is_none() {
            self.report(&job.id, "may get a token for AWS and assumes no role".to_owned(), None);
        }
    }

    /// What the job names of the stacks is in the stacks.
    fn names(&mut self, job: &Job) {
        let estate = self.estate;
        let short = self.repository.name.rsplit('/').next().unwrap_or_default();
        let name = job.environment.as_ref().and_then(|environment| environment.name.literal());
        let found = match (estate.environments.get(short), &name) {
            (Some(environments), Some(name)) => {
                let found = environments.get(name);
                if found.is_none() {
                    let hint = nearest(name, environments.keys().map(String::as_str));
                    let hint = hint.map(|near| format!("did you mean `{near}`?"));
                    let message =
                        format!("no stack makes the environment `{name}` of {}", self.repository.name);
                    self.report(&job.id, message, hint);
                }
                found
            }
            _ => None,
        };
        for reference in job.steps.iter().flat_map(|step| &step.references) {
            match reference {
                Reference::Stack(stack) => self.known(job, "stack", stack, estate.stacks.keys()),
                Reference::AnyRole => {}
                Reference::Release { stack, service } => match estate.releases.get(stack) {
                    Some(services) => self.known(job, &format!("release in `{stack}`"), service, services),
                    None => self.known(job, "stack with releases", stack, estate.releases.keys()),
                },
                Reference::Function(function) => self.known(job, "function", function, &estate.functions),
                Reference::Output { stack, name } => match estate.stacks.get(stack) {
                    Some(outputs) => self.known(job, &format!("output of `{stack}`"), name, outputs),
                    None => self.known(job, "stack", stack, estate.stacks.keys()),
                },
                Reference::Role { name: role, variable } => {
                    self.known(job, "role", role, estate.roles.keys());
                    let of_repository = estate.variables.get(short);
                    let held = match found {
                        Some(environment) => environment.variables.get(variable),
                        None => None,
                    };
                    let held = held.or_else(|| of_repository.and_then(|variables| variables.get(variable)));
                    if found.is_some() || job.environment.is_none() {
                        self.role_variable(job, role, variable, held);
                    }
                    if let Some(subjects) = estate.roles.get(role) {
                        self.subject(job, role, subjects, name.as_deref());
                    }
                }
            }
        }
    }

    fn known<'n>(
        &mut self,
        job: &Job,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n String> + Clone,
    ) {
        if !known.clone().into_iter().any(|other| other == name) {
            let hint = nearest(name, known.into_iter().map(String::as_str));
            let hint = hint.map(|near| format!("did you mean `{near}`?"));
            self.report(&job.id, format!("there is no {what} `{name}`"), hint);
        }
    }

    fn role_variable(&mut self, job: &Job, role: &str, variable: &str, held: Option<&Option<String>>) {
        match held {
            None => {
                let hint = Some("the stack that makes the environment sets its variables".to_owned());
                self.report(&job.id, format!("the environment has no variable `{variable}`"), hint);
            }
            Some(Some(other)) if other != role => {
                let message =
                    format!("the variable `{variable}` holds the ARN of `{other}`, not of `{role}`");
                self.report(&job.id, message, None);
            }
            Some(_) => {}
        }
    }

    /// The role's trust policy has the subject that GitHub's token of this job will have.
    fn subject(&mut self, job: &Job, role: &str, subjects: &BTreeSet<String>, environment: Option<&str>) {
        // Without an environment the token names the branch, or says that it is for a pull request.
        let triggers = &self.workflow.triggers;
        let on_requests = triggers.pull_request.is_some();
        let on_branches = !Triggers { pull_request: None, ..triggers.clone() }.is_empty();
        let suffix = environment.map(|environment| format!(":environment:{environment}"));
        let begins = format!("repo:{}:", self.repository.name);
        let (owner, name) = self.repository.name.split_once('/').unwrap_or_default();
        // With the numbers of owner and repository, where GitHub sends them.
        let with_numbers = |subject: &str| {
            subject.strip_prefix("repo:").and_then(|rest| rest.split_once('/')).is_some_and(
                |(first, rest)| {
                    first.split('@').next() == Some(owner) && rest.split(['@', ':']).next() == Some(name)
                },
            )
        };
        let fits = |subject: &String| {
            let is_meant = match &suffix {
                Some(suffix) => subject.ends_with(suffix),
                None => {
                    (on_branches && subject.contains(":ref:refs/heads/"))
                        || (on_requests && subject.ends_with(":pull_request"))
                }
            };
            is_meant && (subject.starts_with(&begins) || with_numbers(subject))
        };
        if !subjects.iter().any(fits) {
            let alone = if on_branches { "ref:…" } else { "pull_request" };
            let of = suffix.as_deref().map_or(alone, |suffix| suffix.trim_start_matches(':'));
            let message = format!("the role `{role}` does not trust `{begins}{of}`");
            let hint = subjects.iter().next().map(|subject| format!("it trusts `{subject}`"));
            self.report(&job.id, message, hint);
        }
    }

    /// Every expression of the job that names something of the workflow names what is there.
    fn expressions(&mut self, job: &Job) {
        let mut earlier: BTreeSet<&str> = BTreeSet::new();
        let of_job = texts_of_job(job);
        for text in of_job {
            for expression in text.expressions() {
                self.expression(job, expression, None);
            }
        }
        if let Some(condition) = &job.condition {
            self.expression(job, condition, None);
        }
        for step in &job.steps {
            let texts = step.with.values().chain(step.env.values());
            for expression in texts.flat_map(Text::expressions).chain(&step.condition) {
                self.expression(job, expression, Some(&earlier));
            }
            earlier.extend(step.id.as_deref());
        }
        let ids: BTreeSet<&str> = job.steps.iter().filter_map(|step| step.id.as_deref()).collect();
        for text in job.outputs.values() {
            for expression in text.expressions() {
                self.expression(job, expression, Some(&ids));
            }
        }
    }

    fn expression(&mut self, job: &Job, expression: &Expression, steps: Option<&BTreeSet<&str>>) {
        for path in paths(expression.as_str()) {
            let parts: Vec<&str> = path.split('.').collect();
            let problem = match parts[..] {
                ["needs", other, "outputs", output] => match self.workflow.find(other) {
                    _ if !job.needs.iter().any(|need| need == other) => {
                        Some(format!("`{path}` of a job it does not need"))
                    }
                    Some(found) if found.call.is_none() && !found.outputs.contains_key(output) => {
                        Some(format!("the job `{other}` has no output `{output}`"))
                    }
                    _ => None,
                },
                ["needs", other, ..] if !job.needs.iter().any(|need| need == other) => {
                    Some(format!("`{path}` of a job it does not need"))
                }
                ["matrix", name] if !job.strategy.as_ref().is_some_and(|matrix| matrix.has(name)) => {
                    Some(format!("its matrix has no `{name}`"))
                }
                ["inputs", name] => {
                    let triggers = &self.workflow.triggers;
                    let known = triggers.dispatch.contains_key(name)
                        || triggers.call.as_ref().is_some_and(|call| call.inputs.contains_key(name));
                    (!known).then(|| format!("the workflow has no input `{name}`"))
                }
                ["steps", step, ..] if steps.is_some_and(|steps| !steps.contains(step)) => {
                    Some(format!("no step before has the id `{step}`"))
                }
                _ => None,
            };
            if let Some(problem) = problem {
                self.report(&job.id, problem, None);
            }
        }
    }
}

/// How often a job runs.
fn runs(job: &Job) -> usize {
    job.strategy.as_ref().map_or(1, |matrix| {
        let combinations = match matrix.values.is_empty() {
            true => 0,
            false => matrix.values.values().map(Vec::len).product::<usize>(),
        };
        combinations + matrix.include.len()
    })
}

/// Whether a job waits for another, directly or not.
fn reaches(workflow: &Workflow, job: &Job, other: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut rest: Vec<&str> = job.needs.iter().map(String::as_str).collect();
    while let Some(id) = rest.pop() {
        if id == other {
            return true;
        }
        if seen.insert(id) {
            rest.extend(workflow.find(id).into_iter().flat_map(|job| job.needs.iter().map(String::as_str)));
        }
    }
    false
}

fn texts_of_job(job: &Job) -> Vec<&Text> {
    let mut texts = vec![&job.name, &job.runner];
    texts.extend(job.env.values());
    texts.extend(
        job.environment
            .iter()
            .flat_map(|environment| [Some(&environment.name), environment.url.as_ref()])
            .flatten(),
    );
    texts.extend(job.concurrency.iter().map(|concurrency| &concurrency.group));
    texts.extend(job.call.iter().flat_map(|call| call.with.values().chain(call.secrets.values())));
    texts
}

/// The paths of contexts in an expression; what is in quotes is text.
fn paths(expression: &str) -> Vec<&str> {
    let mut paths = Vec::new();
    for (index, outside) in expression.split('\'').enumerate() {
        if index % 2 == 0 {
            let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
            let words = outside.split(|character| !is_part(character));
            paths.extend(words.filter(|word| word.contains('.')));
        }
    }
    paths
}

/// GitHub Docs, "Workflow syntax", `jobs.<job_id>`.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
