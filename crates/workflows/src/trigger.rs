//! `on`: what starts a workflow.

use indexmap::IndexMap;
use serde::Serialize;

use crate::{Expression, Text};

/// What starts a workflow; everything that is given does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Triggers {
    pub(crate) push: Option<Paths>,
    pub(crate) pull_request: Option<Paths>,
    pub(crate) merge_group: bool,
    pub(crate) schedule: Vec<String>,
    pub(crate) repository_dispatch: Vec<String>,
    pub(crate) has_dispatch: bool,
    pub(crate) dispatch: IndexMap<String, Input>,
    pub(crate) call: Option<Call>,
}

/// Which branches, tags and files an event must concern; what is empty is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Paths {
    pub(crate) branches: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) paths: Vec<String>,
}

/// An input of a dispatched or called workflow. Scripts get it through a variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    pub(crate) description: String,
    pub(crate) kind: &'static str,
    pub(crate) required: bool,
    pub(crate) has_default: bool,
    pub(crate) default: String,
    pub(crate) options: Vec<String>,
}

/// How another workflow calls this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Call {
    pub(crate) inputs: IndexMap<String, Input>,
    pub(crate) secrets: Vec<String>,
    pub(crate) outputs: IndexMap<String, CallOutput>,
}

/// An output of a called workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CallOutput {
    pub(crate) description: String,
    pub(crate) value: Text,
}

impl Triggers {
    /// A commit that a merge queue is about to merge: without it, a required check of the workflow holds the queue up.
    #[must_use]
    pub const fn merge_group(mut self) -> Self {
        self.merge_group = true;
        self
    }

    /// Nothing yet: a workflow without triggers is refused.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts on a push.
    #[must_use]
    pub fn push(mut self, paths: Paths) -> Self {
        self.push = Some(paths);
        self
    }

    /// Starts on a pull request, as it is merged for trial. `pull_request_target`, which runs with secrets what may be
    /// a stranger's, is not offered.
    #[must_use]
    pub fn pull_request(mut self, paths: Paths) -> Self {
        self.pull_request = Some(paths);
        self
    }

    /// Starts at times in UTC, in cron's five fields.
    #[must_use]
    pub fn schedule(mut self, cron: &str) -> Self {
        self.schedule.push(cron.to_owned());
        self
    }

    /// Starts when another repository dispatches an event of this type.
    #[must_use]
    pub fn repository_dispatch(mut self, event_type: &str) -> Self {
        self.repository_dispatch.push(event_type.to_owned());
        self
    }

    /// Starts when a person asks for it.
    #[must_use]
    pub fn dispatch(mut self) -> Self {
        self.has_dispatch = true;
        self
    }

    /// Starts when a person asks for it, who is asked for an input.
    #[must_use]
    pub fn dispatch_with(mut self, name: &str, input: Input) -> Self {
        self.dispatch.insert(name.to_owned(), input);
        self.dispatch()
    }

    /// Can be called by another workflow.
    #[must_use]
    pub fn call(mut self, call: Call) -> Self {
        self.call = Some(call);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Paths {
    /// Events of these branches, by name or pattern.
    #[must_use]
    pub fn branches<T: Into<String>>(branches: impl IntoIterator<Item = T>) -> Self {
        Self { branches: branches.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Events of these tags, by name or pattern.
    #[must_use]
    pub fn tags<T: Into<String>>(tags: impl IntoIterator<Item = T>) -> Self {
        Self { tags: tags.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Of these only what changes one of these files, by patterns.
    #[must_use]
    pub fn touching<T: Into<String>>(mut self, paths: impl IntoIterator<Item = T>) -> Self {
        self.paths.extend(paths.into_iter().map(Into::into));
        self
    }
}

impl Input {
    /// Text that must be given.
    #[must_use]
    pub fn text(description: &str) -> Self {
        Self {
            description: description.to_owned(),
            kind: "string",
            required: true,
            has_default: false,
            default: String::new(),
            options: Vec::new(),
        }
    }

    /// One of several texts; a called workflow cannot have such an input.
    #[must_use]
    pub fn choice<T: Into<String>>(description: &str, options: impl IntoIterator<Item = T>) -> Self {
        Self {
            kind: "choice",
            options: options.into_iter().map(Into::into).collect(),
            ..Self::text(description)
        }
    }

    /// Takes this text if none is given.
    #[must_use]
    pub fn default(mut self, text: &str) -> Self {
        self.default = text.to_owned();
        self.has_default = true;
        self.required = false;
        self
    }
}

impl Call {
    /// A workflow that is called with nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an input.
    #[must_use]
    pub fn input(mut self, name: &str, input: Input) -> Self {
        self.inputs.insert(name.to_owned(), input);
        self
    }

    /// Takes a secret, which the caller must name.
    #[must_use]
    pub fn secret(mut self, name: &str) -> Self {
        self.secrets.push(name.to_owned());
        self
    }

    /// Gives back an output of one of its jobs.
    #[must_use]
    pub fn output(mut self, name: &str, description: &str, job: &str, output: &str) -> Self {
        let value = Expression::context(&format!("jobs.{job}.outputs.{output}")).into();
        self.outputs.insert(name.to_owned(), CallOutput { description: description.to_owned(), value });
        self
    }
}
