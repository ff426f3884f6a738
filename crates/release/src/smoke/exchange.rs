//! One request with its variables filled in, and the look at its answer.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde_json::Value;

use crate::smoke::run::{Stop, Values};
use crate::smoke::template::for_each_text;
use crate::smoke::{Expectation, JsonPath, Matcher, Poll, Template, Test};
use crate::web::{Answer, WebClient, percent_encode};

/// How much of a body is shown beside what is wrong with it, in characters.
const EXCERPT: usize = 400;

/// A request, ready to be sent.
pub(super) struct Prepared {
    method: Method,
    url: Uri,
    headers: HeaderMap,
    body: String,
    timeout: Duration,
    pub(super) expect: Wanted,
}

/// What an answer must be, with its variables filled in.
#[derive(Default)]
pub(super) struct Wanted {
    status: Vec<String>,
    headers: Vec<(String, Matcher)>,
    json: Vec<(JsonPath, Matcher)>,
    body: Option<Matcher>,
}

/// Checks that a text can stand before paths.
pub(super) fn check_base(url: &str) -> Result<(), String> {
    let parsed: Uri = url.parse().map_err(|_| format!("`{url}` is not a URL"))?;
    match (parsed.scheme_str(), parsed.host()) {
        (Some("http" | "https"), Some(_)) if !url.contains(['?', '#']) => Ok(()),
        (Some("http" | "https"), Some(_)) => Err(format!("`{url}` has a query or a fragment")),
        _ => Err(format!("`{url}` does not begin with `https://` or `http://`")),
    }
}

/// What is wrong, and what the answer was.
pub(super) fn with_excerpt(mut failures: Vec<String>, answer: &Answer) -> Vec<String> {
    let body = answer.body.trim();
    let shown: String = body.chars().take(EXCERPT).collect();
    let rest = if body.chars().count() > EXCERPT { "…" } else { "" };
    failures.push(match shown.is_empty() {
        true => format!("the answer: {}, without a body", answer.status.as_u16()),
        false => format!("the answer: {}, {shown}{rest}", answer.status.as_u16()),
    });
    failures
}

impl Prepared {
    pub(super) fn new(test: &Test, base: Option<&str>, values: &Values) -> Result<Self, Stop> {
        let request = &test.request;
        let url = url(test, base, values)?;
        let mut headers = HeaderMap::new();
        let user_agent = concat!("formwork-smoke/", env!("CARGO_PKG_VERSION"));
        headers.insert(http::header::USER_AGENT, HeaderValue::from_static(user_agent));
        let mut body = String::new();
        if let Some(mut json) = request.json.clone() {
            for_each_text(&mut json, &mut |text| refill(text, values))?;
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            body = json.to_string();
        }
        if let Some(text) = &request.text {
            body = fill(text, values)?;
        }
        for (name, template) in &request.headers {
            let value = HeaderValue::from_str(&fill(template, values)?).map_err(|_| {
                failed(format!("the value of header `{name}` has a character that none may have"))
            })?;
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| failed(format!("`{name}` is not the name of a header")))?;
            headers.insert(name, value);
        }
        let expect = Wanted::new(&test.expect, values)?;
        Ok(Self { method: request.method.clone(), url, headers, body, timeout: request.timeout, expect })
    }

    pub(super) fn until(&self, poll: &Poll, values: &Values) -> Result<Wanted, Stop> {
        let json = filled(poll.until.iter().map(|(path, matcher)| (path.clone(), matcher)), values)?;
        Ok(Wanted { json, ..Wanted::default() })
    }

    /// Sends it once, within its own limit and what is left of another one.
    pub(super) async fn send(&self, client: &WebClient, left: Duration) -> Result<Answer, String> {
        let limit = self.timeout.min(left);
        let answer =
            client.send(self.method.clone(), &self.url, self.headers.clone(), self.body.clone(), limit);
        answer.await.map_err(|error| error.to_string())
    }
}

impl Wanted {
    fn new(expect: &Expectation, values: &Values) -> Result<Self, Stop> {
        let headers = filled(expect.headers.iter().map(|(name, matcher)| (name.clone(), matcher)), values)?;
        let json = filled(expect.json.iter().map(|(path, matcher)| (path.clone(), matcher)), values)?;
        let body = match &expect.body {
            Some(matcher) => Some(refilled(matcher, values)?),
            None => None,
        };
        Ok(Self { status: expect.status.clone(), headers, json, body })
    }

    /// Everything about an answer that is not as wanted.
    pub(super) fn check(&self, answer: &Answer) -> Result<(), Vec<String>> {
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

fn url(test: &Test, base: Option<&str>, values: &Values) -> Result<Uri, Stop> {
    let path = fill(&test.request.path, values)?;
    let mut url = match (path.starts_with("http://") || path.starts_with("https://"), base) {
        (true, _) => path,
        (false, Some(base)) => format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/')),
        (false, None) => {
            return Err(failed(format!(
                "`{path}` is no whole URL, and the suite has no `url`; give one with `--url`"
            )));
        }
    };
    for (position, (name, template)) in test.request.query.iter().enumerate() {
        url.push(if position == 0 && !url.contains('?') { '?' } else { '&' });
        url.push_str(&percent_encode(name));
        url.push('=');
        url.push_str(&percent_encode(&fill(template, values)?));
    }
    url.parse().map_err(|_| failed(format!("`{url}` is not a URL")))
}

fn filled<'a, K>(
    matchers: impl Iterator<Item = (K, &'a Matcher)>,
    values: &Values,
) -> Result<Vec<(K, Matcher)>, Stop> {
    matchers.map(|(key, matcher)| Ok((key, refilled(matcher, values)?))).collect()
}

fn refilled(matcher: &Matcher, values: &Values) -> Result<Matcher, Stop> {
    let mut matcher = matcher.clone();
    matcher.for_each_text(&mut |text| refill(text, values))?;
    Ok(matcher)
}

fn refill(text: &mut String, values: &Values) -> Result<(), Stop> {
    *text = fill(&Template::parse(text).map_err(failed)?, values)?;
    Ok(())
}

fn fill(template: &Template, values: &Values) -> Result<String, Stop> {
    template.fill(values).map_err(Stop::Skipped)
}

fn failed(reason: String) -> Stop {
    Stop::Failed(vec![reason])
}
