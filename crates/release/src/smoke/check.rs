//! Checks a response against what is expected, with variables filled in.

use serde_json::Value;

use crate::smoke::values::{NotPassed, Values, fill_matcher};
use crate::smoke::{Expectation, JsonPath, Matcher, Poll, Secrets};
use crate::web::Response;

/// How much of a body is shown beside what is wrong with it, in characters.
const EXCERPT: usize = 400;

/// What an answer must be, with its variables filled in.
#[derive(Default)]
pub(super) struct ResponseCheck {
    status: Vec<String>,
    headers: Vec<(String, Matcher)>,
    json: Vec<(JsonPath, Matcher)>,
    body: Option<Matcher>,
}

impl ResponseCheck {
    pub(super) fn new(expect: &Expectation, values: &Values) -> Result<Self, NotPassed> {
        let headers = filled(expect.headers.iter().map(|(name, matcher)| (name.clone(), matcher)), values)?;
        let json = filled(expect.json.iter().map(|(path, matcher)| (path.clone(), matcher)), values)?;
        let body = match &expect.body {
            Some(matcher) => Some(fill_matcher(matcher, values)?),
            None => None,
        };
        Ok(Self { status: expect.status.clone(), headers, json, body })
    }

    /// What is waited for.
    pub(super) fn until(poll: &Poll, values: &Values) -> Result<Self, NotPassed> {
        let json = filled(poll.until.iter().map(|(path, matcher)| (path.clone(), matcher)), values)?;
        Ok(Self { json, ..Self::default() })
    }

    /// Everything about an answer that is not as wanted.
    pub(super) fn check(&self, answer: &Response) -> Result<(), Vec<String>> {
        let mut failures = Vec::new();
        let status = answer.status.as_u16().to_string();
        let is_wanted = |wanted: &String| match wanted.strip_suffix("xx") {
            Some(class) => status.starts_with(class),
            None => *wanted == status,
        };
        if !self.status.is_empty() && !self.status.iter().any(is_wanted) {
            failures.push(format!("status is {status}, expected {}", self.status.join(" or ")));
        }
        for (name, matcher) in &self.headers {
            let values = answer.headers.get_all(name.as_str()).iter();
            let values: Vec<Value> =
                values.map(|value| Value::from(String::from_utf8_lossy(value.as_bytes()))).collect();
            let results: Vec<_> = match values.as_slice() {
                [] => vec![matcher.check(None)],
                values => values.iter().map(|value| matcher.check(Some(value))).collect(),
            };
            if !results.iter().any(Result::is_ok) {
                failures.extend(
                    results.into_iter().filter_map(Result::err).map(|it| format!("header {name} {it}")),
                );
            }
        }
        if !self.json.is_empty() {
            match serde_json::from_str(&answer.body) {
                Ok(document) => failures.extend(self.check_json(&document)),
                Err(_) => failures.push("the body is not JSON".to_owned()),
            }
        }
        if let Some(Err(failure)) =
            self.body.as_ref().map(|it| it.check(Some(&Value::from(answer.body.as_str()))))
        {
            failures.push(format!("the body {failure}"));
        }
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }

    fn check_json(&self, document: &Value) -> Vec<String> {
        let mut failures = Vec::new();
        for (path, matcher) in &self.json {
            let found = path.find(document);
            let results = match found.as_slice() {
                [] => vec![matcher.check(None)],
                found => found.iter().map(|value| matcher.check(Some(value))).collect(),
            };
            failures.extend(results.into_iter().filter_map(Result::err).map(|it| format!("{path} {it}")));
        }
        failures
    }
}

/// What is wrong, and what the answer was. Secrets are taken out before it is cut: a part of one would not be found.
pub(super) fn with_excerpt(mut failures: Vec<String>, answer: &Response, secrets: &Secrets) -> Vec<String> {
    let body = secrets.hide(answer.body.trim());
    let shown: String = body.chars().take(EXCERPT).collect();
    let rest = if body.chars().count() > EXCERPT { "…" } else { "" };
    failures.push(if shown.is_empty() {
        format!("the answer: {}, without a body", answer.status.as_u16())
    } else {
        format!("the answer: {}, {shown}{rest}", answer.status.as_u16())
    });
    failures
}

fn filled<'a, K>(
    matchers: impl Iterator<Item = (K, &'a Matcher)>,
    values: &Values,
) -> Result<Vec<(K, Matcher)>, NotPassed> {
    matchers.map(|(key, matcher)| Ok((key, fill_matcher(matcher, values)?))).collect()
}
