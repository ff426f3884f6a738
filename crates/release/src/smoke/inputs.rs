//! Where the values of a suite's variables come from.

use std::collections::BTreeMap;

use formwork_core::Hint;
use serde_json::Value;

use crate::smoke::{Secrets, SmokeError, Suite, Template, Variable};

/// What a run is given.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Takes the place of the `url` of every suite.
    pub url: Option<String>,
    /// Values by the name of the variable: they count before everything else.
    pub variables: BTreeMap<String, String>,
    /// Outputs of stacks, by name.
    pub outputs: BTreeMap<String, Output>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The value. What is not text stands for its JSON.
    pub value: Value,
    /// Whether the stack says that it is sensitive: then it is never printed.
    pub sensitive: bool,
}

/// The values of a suite's variables, and which of them are secret.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved {
    pub(super) values: BTreeMap<String, String>,
    pub(super) secrets: Secrets,
}

impl Inputs {
    /// Checks that each value is for a variable of one of the suites.
    ///
    /// # Errors
    /// Names the one that is not, and the nearest that is.
    pub fn check(&self, suites: &[Suite]) -> Result<(), SmokeError> {
        let known = || suites.iter().flat_map(|suite| suite.variables.keys()).map(String::as_str);
        let Some(name) = self.variables.keys().find(|name| !known().any(|known| known == name.as_str()))
        else {
            return Ok(());
        };
        let hint = Hint::nearest(name, known()).or("`smoke list` shows the variables of each file");
        Err(SmokeError::InvalidInput { reason: format!("no suite has a variable `{name}`"), hint })
    }

    /// Finds a value for each variable of a suite.
    ///
    /// # Errors
    /// Fails for a variable that has none, and says how to give it one.
    pub(super) fn resolve(&self, suite: &Suite) -> Result<Resolved, SmokeError> {
        let mut resolved = Resolved::default();
        // The URL that is given takes the place of the file's, and of the variables that only it needs.
        let needed = self.needed(suite)?;
        for (name, variable) in &suite.variables {
            let Some((value, is_sensitive)) = self.find(name, variable) else {
                if !needed.contains(&name.as_str()) {
                    continue;
                }
                let hint = self.hint(name, variable);
                return Err(SmokeError::MissingValue { file: suite.file.clone(), name: name.clone(), hint });
            };
            if variable.secret || is_sensitive {
                resolved.secrets.add(&value);
            }
            resolved.values.insert(name.clone(), value);
        }
        Ok(resolved)
    }

    fn needed<'a>(&self, suite: &'a Suite) -> Result<Vec<&'a str>, SmokeError> {
        let mut needed = Vec::new();
        if self.url.is_none() {
            needed.extend(suite.url.iter().flat_map(Template::variables));
        }
        for test in &suite.tests {
            let wrong = |reason| SmokeError::Invalid {
                file: suite.file.clone(),
                line: test.line,
                reason,
                hint: Hint::none(),
            };
            for name in test.needs(wrong)? {
                needed.extend(suite.variables.get_key_value(&name).map(|(name, _)| name.as_str()));
            }
        }
        Ok(needed)
    }

    fn find(&self, name: &str, variable: &Variable) -> Option<(String, bool)> {
        if let Some(value) = self.variables.get(name) {
            return Some((value.clone(), false));
        }
        if let Some(output) = variable.output.as_ref().and_then(|output| self.outputs.get(output)) {
            let text = output.value.as_str().map_or_else(|| output.value.to_string(), ToOwned::to_owned);
            return Some((text, output.sensitive));
        }
        let of_environment = variable.environment.as_ref().and_then(|name| self.environment.get(name));
        let value = of_environment.filter(|value| !value.is_empty()).or(variable.default.as_ref());
        value.map(|value| (value.clone(), false))
    }

    fn hint(&self, name: &str, variable: &Variable) -> Hint {
        let mut ways = Vec::new();
        if let Some(output) = &variable.output {
            if self.outputs.is_empty() {
                ways.push(format!("name the stack with output `{output}` with `--stack`"))
            } else {
                ways.push(format!("`--output {output}=…`, since no stack named has it"))
            }
        }
        if let Some(variable) = &variable.environment {
            ways.push(format!("set {variable} in the environment"));
        }
        // A secret on a command line is in the list of processes and in the shell's history.
        if !variable.secret || ways.is_empty() {
            ways.push(format!("`--var {name}=…`"));
        }
        Hint::new(ways.join(", or "))
    }
}
