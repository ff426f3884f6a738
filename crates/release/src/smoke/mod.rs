//! Smoke tests: files of requests and of what their responses must be.
//!
//! A [`Suite`] is a file. [`Inputs`] say where its variables come from; [`run`] sends the requests in their order and
//! gives back what became of each, which [`report`] turns into JUnit, Markdown and JSON. Nothing here prints, and no
//! text that leaves this module has the value of a secret in it.

// A file of tests.
mod document;
mod error;
mod matcher;
mod suite;
mod template;

// A run of it.
mod check;
mod inputs;
mod request;
mod run;
mod secrets;
mod values;

// What became of it.
pub mod report;
mod result;

pub use error::SmokeError;
pub use inputs::{Inputs, Output};
pub use matcher::Matcher;
pub use result::{Outcome, SuiteResult, TestResult};
pub use run::{Event, run};
pub use secrets::Secrets;
pub use suite::{Exhausted, Expectation, Poll, Request, Save, SaveSource, Suite, Test, Variable};
pub use template::Template;

pub use crate::json_path::{JsonPath, ParseJsonPathError};
