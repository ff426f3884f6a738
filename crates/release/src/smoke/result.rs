//! The result of a suite and of its tests.

use std::time::Duration;

/// What became of a suite.
#[derive(Clone, Debug)]
pub struct SuiteResult {
    /// The file.
    pub file: String,
    /// The name.
    pub name: String,
    /// What became of each test, in their order.
    pub tests: Vec<TestResult>,
}

/// What became of a test.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// The name.
    pub name: String,
    /// The line of the file, from 1.
    pub line: usize,
    /// What became of it.
    pub outcome: Outcome,
    /// How many requests were sent.
    pub requests: u64,
    /// How long it took.
    pub duration: Duration,
}

/// What became of a test, in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is as expected; perhaps with a note.
    Passed(Option<String>),
    /// What is not as expected. No secret is in it.
    Failed(Vec<String>),
    /// A test that failed should have brought what this one needs.
    Skipped(String),
}

impl SuiteResult {
    /// Whether no test failed. A test is skipped only after one that failed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.tests.iter().all(|test| matches!(test.outcome, Outcome::Passed(_)))
    }
}
