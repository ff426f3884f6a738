//! Sends the requests of a suite and looks at the answers.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use crate::duration::{parse_duration, show_duration};
use crate::smoke::exchange::{self, Prepared};
use crate::smoke::inputs::Resolved;
use crate::smoke::{Exhausted, Inputs, Poll, Save, SaveSource, SmokeError, Suite, Template, Test};
use crate::web::{Answer, WebClient};

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

/// What happens during a run.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// An answer is not as hoped for yet.
    Waiting {
        /// The test.
        test: &'a Test,
        /// How many requests were sent for this.
        attempt: u64,
        /// How many may be.
        attempts: u64,
        /// What was not as hoped for.
        reason: &'a str,
    },
    /// A test is over.
    Ended(&'a TestResult),
}

impl SuiteResult {
    /// Whether no test failed. A test is skipped only after one that failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.tests.iter().all(|test| matches!(test.outcome, Outcome::Passed(_)))
    }
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
    let url =
        match (&inputs.url, &suite.url) {
            (Some(url), _) => url.clone(),
            (None, Some(template)) => template.fill(&resolved.values).map_err(|name| {
                SmokeError::Missing { file: suite.file.clone(), hint: format!("`--var {name}=…`"), name }
            })?,
            (None, None) => return Ok(None),
        };
    exchange::check_base(&url).map_err(|reason| SmokeError::Input {
        reason: format!("{}: {}", suite.file, resolved.secrets.hide(&reason)),
        hint: "a URL is such as `https://api.example.com/v1`".to_owned(),
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
struct Pace {
    attempts: u64,
    interval: Duration,
}

impl Runner<'_> {
    async fn test(&mut self, test: &Test) -> TestResult {
        let begun = Instant::now();
        let mut requests = 0;
        let outcome = match self.attempt(test, &mut requests).await {
            Ok(note) => Outcome::Passed(note),
            Err(Stop::Failed(failures)) => {
                Outcome::Failed(failures.iter().map(|it| self.resolved.secrets.hide(it)).collect())
            }
            Err(Stop::Skipped(name)) => {
                Outcome::Skipped(format!("needs `{name}`, which an earlier test has not saved"))
            }
        };
        TestResult { name: test.name.clone(), line: test.line, outcome, requests, duration: begun.elapsed() }
    }

    async fn attempt(&mut self, test: &Test, requests: &mut u64) -> Result<Option<String>, Stop> {
        let prepared = Prepared::new(test, self.url.as_deref(), &self.resolved.values)?;
        let pace = self.pace(&test.tries, &test.interval, "tries")?;
        let mut answer =
            self.until(test, &pace, requests, &prepared, &prepared.expect).await.map_err(Stop::Failed)?;
        let mut note = None;
        if let Some(poll) = &test.poll {
            let until = prepared.until(poll, &self.resolved.values)?;
            if let Err(unmet) = until.check(&answer) {
                let pace = self.pace(&poll.attempts, &poll.interval, "poll.attempts")?;
                answer = match self.poll(test, poll, &pace, requests, &prepared, &until, unmet).await? {
                    Polled::Met(answer) => answer,
                    Polled::Exhausted(last, text) => {
                        note = Some(text);
                        last
                    }
                };
            }
        }
        for (name, save) in &test.save {
            let value = saved(save, &answer)
                .map_err(|reason| Stop::Failed(vec![format!("nothing to save as `{name}`: {reason}")]))?;
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
        pace: &Pace,
        requests: &mut u64,
        prepared: &Prepared,
        wanted: &exchange::Wanted,
    ) -> Result<Answer, Vec<String>> {
        let mut attempt = 1;
        loop {
            let failures = match self.send(prepared, requests).await {
                Ok(answer) => match wanted.check(&answer) {
                    Ok(()) => return Ok(answer),
                    Err(failures) => exchange::with_excerpt(failures, &answer),
                },
                Err(reason) => vec![reason],
            };
            if attempt >= pace.attempts {
                return Err(failures);
            }
            self.wait(test, attempt, pace, &failures).await?;
            attempt += 1;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call, of what the test already has in hand")]
    async fn poll(
        &mut self,
        test: &Test,
        poll: &Poll,
        pace: &Pace,
        requests: &mut u64,
        prepared: &Prepared,
        until: &exchange::Wanted,
        mut unmet: Vec<String>,
    ) -> Result<Polled, Stop> {
        let mut attempt = 1;
        loop {
            // The answer that ended the first part counts as the first look.
            if attempt >= pace.attempts {
                break;
            }
            self.wait(test, attempt, pace, &unmet).await.map_err(Stop::Failed)?;
            attempt += 1;
            let once = Pace { attempts: 1, interval: pace.interval };
            let answer =
                self.until(test, &once, requests, prepared, &prepared.expect).await.map_err(Stop::Failed)?;
            match until.check(&answer) {
                Ok(()) => return Ok(Polled::Met(answer)),
                Err(_) if attempt >= pace.attempts && poll.exhausted == Exhausted::Pass => {
                    let text = format!(
                        "still not so after {attempt} requests: {}",
                        until.check(&answer).err().unwrap_or_default().join("; ")
                    );
                    return Ok(Polled::Exhausted(answer, text));
                }
                Err(failures) => unmet = exchange::with_excerpt(failures, &answer),
            }
        }
        unmet.insert(0, format!("still not so after {attempt} requests"));
        Err(Stop::Failed(unmet))
    }

    async fn send(&self, prepared: &Prepared, requests: &mut u64) -> Result<Answer, String> {
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
        pace: &Pace,
        failures: &[String],
    ) -> Result<(), Vec<String>> {
        let reason = failures.first().map(|reason| self.resolved.secrets.hide(reason)).unwrap_or_default();
        (self.on_event)(Event::Waiting { test, attempt, attempts: pace.attempts, reason: &reason });
        let until = Instant::now() + pace.interval;
        if until >= self.deadline {
            return Err(std::iter::once(self.over()).chain(failures.iter().cloned()).collect());
        }
        sleep_until(until).await;
        Ok(())
    }

    fn over(&self) -> String {
        format!("the suite's limit of {} is over", show_duration(self.limit))
    }

    fn pace(&self, attempts: &Template, interval: &Template, what: &str) -> Result<Pace, Stop> {
        let filled = |template: &Template| template.fill(&self.resolved.values).map_err(Stop::Skipped);
        let attempts = filled(attempts)?;
        let attempts = match attempts.parse() {
            Ok(0) | Err(_) => {
                return Err(Stop::Failed(vec![format!(
                    "`{what}` is a whole number from 1, not `{attempts}`"
                )]));
            }
            Ok(attempts) => attempts,
        };
        let interval =
            parse_duration(&filled(interval)?).map_err(|error| Stop::Failed(vec![error.to_string()]))?;
        Ok(Pace { attempts, interval })
    }
}

enum Polled {
    Met(Answer),
    Exhausted(Answer, String),
}

/// Why a test does not go on.
pub(super) enum Stop {
    Failed(Vec<String>),
    /// A variable that no test has saved.
    Skipped(String),
}

fn saved(save: &Save, answer: &Answer) -> Result<String, String> {
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

/// The values of variables, as templates take them.
pub(super) type Values = BTreeMap<String, String>;
