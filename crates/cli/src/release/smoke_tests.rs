//! What a release asks services, before they serve or once they do: their smoke tests.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use formwork_release::engine::{Ask, Check};
use formwork_release::smoke::{Inputs, Outcome, Output, Suite, TestResult, run as run_suite};
use formwork_release::web::WebClient;

use crate::release::services::{ServiceArgs, Services};

/// The smoke tests of services.
pub(crate) struct SmokeTests {
    /// For each service of the command, in their order.
    suites: Vec<(String, Vec<Suite>)>,
    inputs: Inputs,
    client: Option<WebClient>,
    attested: Option<String>,
    stops_at_failure: bool,
}

impl SmokeTests {
    /// Those that the stacks name, and more.
    ///
    /// # Errors
    /// Fails where a file is none of smoke tests.
    pub(crate) fn read(args: &ServiceArgs, services: &Services, more: &[PathBuf]) -> anyhow::Result<Self> {
        let mut suites = Vec::new();
        for it in &services.described {
            let named = it.release.smoke.iter().map(Path::new).chain(more.iter().map(PathBuf::as_path));
            suites.push((it.name.clone(), named.map(Suite::read).collect::<Result<Vec<_>, _>>()?));
        }
        let output = |value: &String| Output { value: value.as_str().into(), sensitive: false };
        let inputs = Inputs {
            outputs: args.outputs().map(|(name, value)| (name.clone(), output(value))).collect(),
            // What is not text cannot be a value of a variable.
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            ..Inputs::default()
        };
        let is_any = suites.iter().any(|(_, suites)| !suites.is_empty());
        let client = is_any.then(WebClient::new).transpose()?;
        Ok(Self { suites, inputs, client, attested: None, stops_at_failure: false })
    }

    /// No tests: there is nothing to ask.
    pub(crate) fn none() -> Self {
        Self {
            suites: Vec::new(),
            inputs: Inputs::default(),
            client: None,
            attested: None,
            stops_at_failure: false,
        }
    }

    /// The first service that nothing is known to ask of.
    pub(crate) fn unasked(&self) -> Option<&str> {
        self.suites.iter().find(|(_, suites)| suites.is_empty()).map(|(name, _)| name.as_str())
    }

    /// Where candidates answer, values for variables, and what was tested elsewhere.
    ///
    /// # Errors
    /// Fails if a variable has no value.
    pub(crate) fn with(
        mut self,
        url: Option<String>,
        variables: &[(String, String)],
        attested: Option<String>,
    ) -> anyhow::Result<Self> {
        self.inputs.url = url;
        self.inputs.variables = variables.iter().cloned().collect();
        self.attested = attested;
        let all: Vec<Suite> = self.suites.iter().flat_map(|(_, suites)| suites.iter().cloned()).collect();
        self.inputs.check(&all).map_err(|error| crate::UsageError(error.to_string()))?;
        Ok(self)
    }

    /// Stops at the first suite that fails: what serves already and does not do what it should is not asked further.
    pub(crate) fn until_failure(mut self) -> Self {
        self.stops_at_failure = true;
        self
    }

    async fn checks(&self, service: usize) -> Vec<Check> {
        let mut checks = Vec::new();
        for suite in self.suites.get(service).into_iter().flat_map(|(_, suites)| suites) {
            let Some(client) = &self.client else { break };
            checks.extend(ask(suite, &self.inputs, client).await);
            if self.stops_at_failure && checks.iter().any(|check| check.failure.is_some()) {
                break;
            }
        }
        if let Some(reason) = &self.attested {
            checks.push(Check { name: format!("attested: {reason}"), failure: None });
        }
        checks
    }
}

impl Ask for SmokeTests {
    fn ask(&self, service: usize) -> Pin<Box<dyn Future<Output = Vec<Check>> + '_>> {
        Box::pin(self.checks(service))
    }
}

async fn ask(suite: &Suite, inputs: &Inputs, client: &WebClient) -> Vec<Check> {
    let check = |result: &TestResult| Check {
        name: format!("{}: {}", suite.file, result.name),
        failure: match &result.outcome {
            Outcome::Passed(_) => None,
            Outcome::Failed(failures) => Some(failures.join("; ")),
            Outcome::Skipped(reason) => Some(format!("left out, since it {reason}")),
        },
    };
    match run_suite(suite, inputs, client, &mut |_| ()).await {
        Ok(result) => result.tests.iter().map(check).collect(),
        Err(error) => vec![Check { name: suite.file.clone(), failure: Some(error.to_string()) }],
    }
}
