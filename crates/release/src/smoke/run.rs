//! Sends the requests of a suite and looks at the answers.

use std::time::Duration;

use formwork_core::Hint;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use crate::duration::{parse_duration, show_duration};
use crate::smoke::check::{ResponseCheck, with_excerpt};
use crate::smoke::inputs::Resolved;
use crate::smoke::request::{PreparedRequest, check_base};
use crate::smoke::values::{NotPassed, fill};
use crate::smoke::{
    Exhausted, Inputs, Outcome, Poll, Save, SaveSource, SmokeError, Suite, SuiteResult, Template, Test,
    TestResult,
};
use crate::web::{Response, WebClient};

/// What happens during a run.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A response is not as expected yet.
    Retrying {
        /// The test.
        test: &'a Test,
        /// How many requests were sent so far.
        attempt: u64,
        /// How many may be.
        attempts: u64,
        /// What was not as expected.
        reason: &'a str,
    },
    /// A test is over.
    Ended(&'a TestResult),
}

/// Sends the requests of a suite, one after another.
///
/// # Errors
/// Fails before the first request if a variable has no value. An answer that is wrong or never comes is no error: it
/// is in the result.
pub async fn run(
    suite: &Suite,
    inputs: &Inputs,
    client: &WebClient,
    on_event: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<SuiteResult, SmokeError> {
    let resolved = inputs.resolve(suite)?;
    let url = base_url(suite, inputs, &resolved)?;
    let mut runner = Runner {
        client,
        url,
        resolved,
        deadline: Instant::now() + suite.limit,
        limit: suite.limit,
        on_event,
    };
    let mut tests = Vec::new();
    for test in &suite.tests {
        let result = runner.test(test).await;
        (runner.on_event)(Event::Ended(&result));
        tests.push(result);
    }
    Ok(SuiteResult { file: suite.file.clone(), name: suite.name.clone(), tests })
}

fn base_url(suite: &Suite, inputs: &Inputs, resolved: &Resolved) -> Result<Option<String>, SmokeError> {
    let url = match (&inputs.url, &suite.url) {
        (Some(url), _) => url.clone(),
        (None, Some(template)) => {
            template.fill(&resolved.values).map_err(|name| SmokeError::MissingValue {
                file: suite.file.clone(),
                hint: Hint::new(format!("`--var {name}=…`")),
                name,
            })?
        }
        (None, None) => return Ok(None),
    };
    check_base(&url).map_err(|reason| SmokeError::InvalidInput {
        reason: format!("{}: {}", suite.file, resolved.secrets.hide(&reason)),
        hint: Hint::new("a URL is such as `https://api.example.com/v1`"),
    })?;
    Ok(Some(url))
}

struct Runner<'a> {
    client: &'a WebClient,
    url: Option<String>,
    resolved: Resolved,
    deadline: Instant,
    limit: Duration,
    on_event: &'a mut (dyn FnMut(Event<'_>) + Send),
}

/// How often to send a request, and how far apart.
struct RetryPolicy {
    attempts: u64,
    interval: Duration,
}

impl Runner<'_> {
    async fn test(&mut self, test: &Test) -> TestResult {
        let begun = Instant::now();
        let mut requests = 0;
        let outcome = match self.attempt(test, &mut requests).await {
            Ok(note) => Outcome::Passed(note),
            Err(NotPassed::Failed(failures)) => {
                Outcome::Failed(failures.iter().map(|it| self.resolved.secrets.hide(it)).collect())
            }
            Err(NotPassed::Skipped(name)) => {
                Outcome::Skipped(format!("needs `{name}`, which an earlier test has not saved"))
            }
        };
        TestResult { name: test.name.clone(), line: test.line, outcome, requests, duration: begun.elapsed() }
    }

    async fn attempt(&mut self, test: &Test, requests: &mut u64) -> Result<Option<String>, NotPassed> {
        let prepared = PreparedRequest::new(test, self.url.as_deref(), &self.resolved.values)?;
        let expect = ResponseCheck::new(&test.expect, &self.resolved.values)?;
        let policy = self.policy(&test.tries, &test.interval, "tries")?;
        let mut answer =
            self.until(test, &policy, requests, &prepared, &expect).await.map_err(NotPassed::Failed)?;
        let mut note = None;
        if let Some(poll) = &test.poll {
            let until = ResponseCheck::until(poll, &self.resolved.values)?;
            if let Err(unmet) = until.check(&answer) {
                let policy = self.policy(&poll.attempts, &poll.interval, "poll.attempts")?;
                answer = match self
                    .poll(test, poll, &policy, requests, &prepared, (&expect, &until), unmet)
                    .await?
                {
                    Polled::Met(answer) => answer,
                    Polled::Exhausted(last, text) => {
                        note = Some(text);
                        last
                    }
                };
            }
        }
        for (name, save) in &test.save {
            let value = saved(save, &answer).map_err(|reason| {
                NotPassed::Failed(vec![format!("nothing to save as `{name}`: {reason}")])
            })?;
            if save.secret {
                self.resolved.secrets.add(&value);
            }
            self.resolved.values.insert(name.clone(), value);
        }
        Ok(note.map(|note| self.resolved.secrets.hide(&note)))
    }

    /// Sends until the answer is as expected; the failures are those of the last answer.
    async fn until(
        &mut self,
        test: &Test,
        policy: &RetryPolicy,
        requests: &mut u64,
        prepared: &PreparedRequest,
        check: &ResponseCheck,
    ) -> Result<Response, Vec<String>> {
        let mut attempt = 1;
        loop {
            let failures = match self.send(prepared, requests).await {
                Ok(answer) => match check.check(&answer) {
                    Ok(()) => return Ok(answer),
                    Err(failures) => with_excerpt(failures, &answer, &self.resolved.secrets),
                },
                Err(reason) => vec![reason],
            };
            if attempt >= policy.attempts {
                return Err(failures);
            }
            self.wait(test, attempt, policy, &failures).await?;
            attempt += 1;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call, of what the test already has in hand")]
    async fn poll(
        &mut self,
        test: &Test,
        poll: &Poll,
        policy: &RetryPolicy,
        requests: &mut u64,
        prepared: &PreparedRequest,
        (expect, until): (&ResponseCheck, &ResponseCheck),
        mut unmet: Vec<String>,
    ) -> Result<Polled, NotPassed> {
        let mut attempt = 1;
        loop {
            // The answer that ended the first part counts as the first look.
            if attempt >= policy.attempts {
                break;
            }
            self.wait(test, attempt, policy, &unmet).await.map_err(NotPassed::Failed)?;
            attempt += 1;
            let once = RetryPolicy { attempts: 1, interval: policy.interval };
            let answer =
                self.until(test, &once, requests, prepared, expect).await.map_err(NotPassed::Failed)?;
            match until.check(&answer) {
                Ok(()) => return Ok(Polled::Met(answer)),
                Err(_) if attempt >= policy.attempts && poll.exhausted == Exhausted::Pass => {
                    let text = format!(
                        "still not so after {attempt} requests: {}",
                        until.check(&answer).err().unwrap_or_default().join("; ")
                    );
                    return Ok(Polled::Exhausted(answer, text));
                }
                Err(failures) => unmet = with_excerpt(failures, &answer, &self.resolved.secrets),
            }
        }
        unmet.insert(0, format!("still not so after {attempt} requests"));
        Err(NotPassed::Failed(unmet))
    }

    async fn send(&self, prepared: &PreparedRequest, requests: &mut u64) -> Result<Response, String> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(self.over());
        }
        *requests += 1;
        prepared.send(self.client, left).await
    }

    async fn wait(
        &mut self,
        test: &Test,
        attempt: u64,
        policy: &RetryPolicy,
        failures: &[String],
    ) -> Result<(), Vec<String>> {
        let reason = failures.first().map(|reason| self.resolved.secrets.hide(reason)).unwrap_or_default();
        (self.on_event)(Event::Retrying { test, attempt, attempts: policy.attempts, reason: &reason });
        let until = Instant::now() + policy.interval;
        if until >= self.deadline {
            return Err(std::iter::once(self.over()).chain(failures.iter().cloned()).collect());
        }
        sleep_until(until).await;
        Ok(())
    }

    fn over(&self) -> String {
        format!("the suite's limit of {} is over", show_duration(self.limit))
    }

    fn policy(&self, attempts: &Template, interval: &Template, what: &str) -> Result<RetryPolicy, NotPassed> {
        let values = &self.resolved.values;
        let attempts = fill(attempts, values)?;
        let attempts = match attempts.parse() {
            Ok(0) | Err(_) => {
                return Err(NotPassed::Failed(vec![format!(
                    "`{what}` is a whole number from 1, not `{attempts}`"
                )]));
            }
            Ok(attempts) => attempts,
        };
        let interval = parse_duration(&fill(interval, values)?)
            .map_err(|error| NotPassed::Failed(vec![error.to_string()]))?;
        Ok(RetryPolicy { attempts, interval })
    }
}

enum Polled {
    Met(Response),
    Exhausted(Response, String),
}

fn saved(save: &Save, answer: &Response) -> Result<String, String> {
    match &save.source {
        SaveSource::Header(name) => {
            let value =
                answer.headers.get(name.as_str()).ok_or_else(|| format!("there is no header `{name}`"))?;
            Ok(String::from_utf8_lossy(value.as_bytes()).into_owned())
        }
        SaveSource::Json(path) => {
            let document: Value =
                serde_json::from_str(&answer.body).map_err(|_| "the body is not JSON".to_owned())?;
            match path.find(&document).as_slice() {
                [] => Err(format!("there is no {path}")),
                [Value::String(text)] => Ok(text.clone()),
                [value] => Ok(value.to_string()),
                several => Err(format!("{path} is {} values", several.len())),
            }
        }
    }
}
