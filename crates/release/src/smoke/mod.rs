//! Smoke tests: files of requests and of what their answers must be.
//!
//! A [`Suite`] is a file. [`Inputs`] say where its variables come from; [`run`] sends the requests in their order and
//! gives back what became of each, which [`report`] turns into JUnit, Markdown and JSON. Nothing here prints, and no
//! text that leaves this module has the value of a secret in it.

mod document;
mod exchange;
mod inputs;
mod json_path;
mod matcher;
pub mod report;
mod run;
mod secrets;
mod suite;
mod template;

pub use inputs::{Inputs, Output};
pub use json_path::{JsonPath, ParseJsonPathError};
pub use matcher::Matcher;
pub use run::{Event, Outcome, SuiteResult, TestResult, run};
pub use secrets::Secrets;
pub use suite::{Exhausted, Expectation, Poll, Request, Save, SaveSource, SmokeError, Suite, Test, Variable};
pub use template::Template;
