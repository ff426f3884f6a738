//! `strategy.matrix`: one job as several runs.

use indexmap::IndexMap;
use serde::Serialize;

use crate::{Expression, Text};

/// A job once for each combination of values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Matrix {
    pub(crate) values: IndexMap<String, Vec<String>>,
    pub(crate) include: Vec<IndexMap<String, String>>,
    /// A name, and an expression whose values nobody knows before the run.
    pub(crate) dynamic: Option<Dynamic>,
    pub(crate) max_parallel: Option<u32>,
}

/// Values that another job puts out as a list in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Dynamic {
    name: String,
    pub(crate) values: Text,
}

impl Matrix {
    /// The most runs that one matrix may have (GitHub Docs, "Actions limits").
    pub(crate) const MAX_RUNS: usize = 256;

    /// One value for each run.
    #[must_use]
    pub fn of<T: Into<String>>(name: &str, values: impl IntoIterator<Item = T>) -> Self {
        Self::default().and(name, values)
    }

    /// One value for each run, of a list in JSON that another job puts out. GitHub refuses a list of nothing: let the job
    /// run only [when](crate::Job::when) there is something in it.
    #[must_use]
    pub fn from_json(name: &str, list: Expression) -> Self {
        let values = Expression::call("fromJSON", [list]).into();
        Self { dynamic: Some(Dynamic { name: name.to_owned(), values }), ..Self::default() }
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
        self.dynamic.as_ref().is_some_and(|it| it.name == name)
            || self.values.contains_key(name)
            || self.include.iter().any(|values| values.contains_key(name))
    }

    /// How many runs the matrix makes; of one that nobody knows, as many as there may be.
    pub(crate) fn run_count(&self) -> usize {
        if self.dynamic.is_some() {
            return Self::MAX_RUNS;
        }
        let combinations =
            if self.values.is_empty() { 0 } else { self.values.values().map(Vec::len).product() };
        combinations + self.include.len()
    }
}
