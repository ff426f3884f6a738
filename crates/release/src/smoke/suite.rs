//! What a file of smoke tests holds: requests, and what the responses must be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use formwork_core::Hint;
use http::Method;
use serde_json::Value;

use crate::smoke::template::for_each_text;
use crate::smoke::{JsonPath, Matcher, SmokeError, Template};

/// Requests to send in their order, and what their answers must be.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The file, as it was named.
    pub file: String,
    /// The name: that of the file, without `.toml`.
    pub name: String,
    /// What the suite shows, in a sentence.
    pub description: Option<String>,
    /// What the paths of requests are appended to.
    pub url: Option<Template>,
    /// How long all of it may take; 10 minutes if the file does not say.
    pub limit: Duration,
    /// Where the values of variables come from, by name.
    pub variables: BTreeMap<String, Variable>,
    /// The tests, in their order.
    pub tests: Vec<Test>,
}

/// Where the value of a variable comes from: the first of these that has one. `--var` comes before all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variable {
    /// The output of a stack.
    pub output: Option<String>,
    /// The variable of the environment; an empty one counts as none.
    pub environment: Option<String>,
    /// The value otherwise.
    pub default: Option<String>,
    /// Whether the value is never printed.
    pub secret: bool,
}

/// A request, and what its answer must be.
#[derive(Clone, Debug)]
pub struct Test {
    /// The name, unique in the suite.
    pub name: String,
    /// The line of the file, from 1.
    pub line: usize,
    /// What is sent.
    pub request: Request,
    /// What the answer must be.
    pub expect: Expectation,
    /// How often the request is sent at most until the answer is as expected; 1 if the file does not say.
    pub tries: Template,
    /// How long to wait between tries; 1 second if the file does not say.
    pub interval: Template,
    /// What to wait for after a first answer that is as expected.
    pub poll: Option<Poll>,
    /// What later tests need of the answer, by the name of the variable.
    pub save: BTreeMap<String, Save>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method; GET if the file does not say.
    pub method: Method,
    /// The path behind the suite's URL, or a whole URL.
    pub path: Template,
    /// The query's parameters; they are encoded here.
    pub query: BTreeMap<String, Template>,
    /// The headers.
    pub headers: BTreeMap<String, Template>,
    /// The body as JSON; variables within its texts are filled in.
    pub json: Option<Value>,
    /// The body as text.
    pub text: Option<Template>,
    /// How long an answer may take; 10 seconds if the file does not say.
    pub timeout: Duration,
}

/// What an answer must be.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The statuses, as single ones or classes such as `2xx`.
    pub status: Vec<String>,
    /// The headers; one of several values of a header is enough.
    pub headers: BTreeMap<String, Matcher>,
    /// The body as JSON: each of the values at each path.
    pub json: BTreeMap<JsonPath, Matcher>,
    /// The body as text.
    pub body: Option<Matcher>,
}

/// What to wait for.
#[derive(Clone, Debug)]
pub struct Poll {
    /// What the body's JSON must become.
    pub until: BTreeMap<JsonPath, Matcher>,
    /// How often the request is sent at most.
    pub attempts: Template,
    /// How long to wait between two requests; 5 seconds if the file does not say.
    pub interval: Template,
    /// What it means if that is not enough.
    pub exhausted: Exhausted,
}

/// What it means that something did not come about while it was waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exhausted {
    /// The test failed.
    #[default]
    Fail,
    /// The test passed, with a note.
    Pass,
}

/// What to keep of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Save {
    /// Where it is.
    pub source: SaveSource,
    /// Whether it is never printed.
    pub secret: bool,
}

/// Where in an answer something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveSource {
    /// In the body's JSON.
    Json(JsonPath),
    /// In a header.
    Header(String),
}

impl Suite {
    /// Checks what only the whole says: names that are used once, and variables that are there when they are needed.
    ///
    /// # Errors
    /// Fails with the line of the first test that is wrong.
    pub(super) fn check(&self) -> Result<(), SmokeError> {
        let invalid = |line: usize, reason: String, hint: Hint| SmokeError::Invalid {
            file: self.file.clone(),
            line,
            reason,
            hint,
        };
        let wrong = |line: usize, reason: String| invalid(line, reason, Hint::none());
        let mut known: BTreeSet<&str> = self.variables.keys().map(String::as_str).collect();
        let unknown = |line: usize, name: &str, known: &BTreeSet<&str>| {
            let hint = Hint::nearest(name, known.iter().copied())
                .or(format!("declare it as `[variables.{name}]`, or save it in an earlier test"));
            invalid(line, format!("there is no variable `{name}`"), hint)
        };
        if let Some(name) = self.url.iter().flat_map(Template::variables).find(|name| !known.contains(name)) {
            return Err(unknown(1, name, &known));
        }
        let mut names = BTreeSet::new();
        for test in &self.tests {
            if !names.insert(&test.name) {
                return Err(wrong(test.line, format!("a second test has the name `{}`", test.name)));
            }
            for name in test.needs(|reason| wrong(test.line, reason))? {
                if !known.contains(name.as_str()) {
                    return Err(unknown(test.line, &name, &known));
                }
            }
            for name in test.save.keys() {
                if !known.insert(name) {
                    return Err(wrong(test.line, format!("there is a variable `{name}` already")));
                }
            }
        }
        Ok(())
    }
}

impl Test {
    /// The variables that the test needs.
    ///
    /// # Errors
    /// Fails for text within JSON that is no template.
    pub(super) fn needs<E>(&self, wrong: impl Fn(String) -> E) -> Result<BTreeSet<String>, E> {
        let request = &self.request;
        let templates = [&request.path, &self.tries, &self.interval]
            .into_iter()
            .chain(request.query.values())
            .chain(request.headers.values())
            .chain(&request.text)
            .chain(self.poll.iter().flat_map(|poll| [&poll.attempts, &poll.interval]));
        let mut needs: BTreeSet<String> =
            templates.flat_map(Template::variables).map(ToOwned::to_owned).collect();
        let mut collect = |text: &mut String| {
            let template = Template::parse(text).map_err(&wrong)?;
            needs.extend(template.variables().map(ToOwned::to_owned));
            Ok(())
        };
        if let Some(mut json) = request.json.clone() {
            for_each_text(&mut json, &mut collect)?;
        }
        let expect = &self.expect;
        let matchers = expect.headers.values().chain(expect.json.values()).chain(&expect.body);
        let matchers = matchers.chain(self.poll.iter().flat_map(|poll| poll.until.values()));
        for matcher in matchers {
            matcher.clone().for_each_text(&mut collect)?;
        }
        Ok(needs)
    }
}
