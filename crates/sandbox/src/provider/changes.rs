//! What terraform asks of a resource: a change that is planned, and one that is made.

use std::sync::{Mutex, PoisonError};

use formwork_schema::{BlockSchema, Kind, TypeFacts};

use crate::certificate;
use crate::cloud::Pending;
use crate::computed_values::ComputedValues;
use crate::configuration::Configuration;
use crate::constraints::{Planned, number};
use crate::facts::{Rule, naming};
use crate::plan::{self, touches};
use crate::provider::{Provider, region};
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Object, Value};

/// A change that was planned.
pub(crate) struct Change {
    pub(crate) planned: Value,
    /// The top-level arguments that force replacement.
    pub(crate) replace: Vec<String>,
}

/// A change that was made.
pub(crate) struct Applied {
    pub(crate) state: Value,
    /// Whether all of it was made: a part may wait for a maintenance window.
    pub(crate) is_whole: bool,
}

impl Provider {
    /// Plans a change of a resource.
    pub(crate) fn plan(
        &self,
        configuration: &Configuration,
        walk: &Mutex<Planned>,
        kind: &str,
        prior: &Value,
        proposed: Value,
        config: &Value,
    ) -> Result<Change, Vec<ProviderDiagnostic>> {
        let block = self.block(Kind::Resource, kind).map_err(|diagnostic| vec![diagnostic])?;
        let Value::Object(proposed) = proposed else {
            return Ok(Change { planned: Value::Null, replace: Vec::new() });
        };
        let damaged = |error| vec![ProviderDiagnostic::from(error)];
        let mut planned = plan::mark(&self.catalogue, &block, proposed, config.object()).map_err(damaged)?;
        set_all_tags(&block, &mut planned, configuration);
        let facts = TypeFacts::of(kind);
        if certificate::is(kind) && planned.get(certificate::OPTIONS) == Some(&Value::Unknown) {
            planned.extend(
                certificate::planned(&planned).map(|options| (certificate::OPTIONS.to_owned(), options)),
            );
        }
        let mut replace = Vec::new();
        if let Some(prior) = prior.object() {
            keep_grown(facts, prior, &mut planned);
            let changes = plan::changes(&self.catalogue, &block, prior, &planned).map_err(damaged)?;
            if changes.is_empty() {
                return Ok(Change { planned: Value::Object(prior.clone()), replace });
            }
            let validation = self.validation(kind);
            for rule in validation.rules() {
                match rule {
                    Rule::Replace(arguments) => {
                        let forcing = arguments.iter().filter(|argument| touches(&changes, argument));
                        replace.extend(forcing.map(|argument| first_name(argument)));
                    }
                    Rule::Renews(argument, attributes) if touches(&changes, argument) => {
                        attributes.iter().for_each(|name| renew(&block, &mut planned, config, name));
                    }
                    _ => {}
                }
            }
            replace.extend(facts.replace.iter().filter(|argument| touches(&changes, argument)).cloned());
            // Where an object is, is part of what it is.
            replace.extend(changes.contains("region").then(|| "region".to_owned()));
            for attribute in facts.computed.keys() {
                let sources = naming::sources_of(facts, attribute);
                if changes.iter().any(|change| sources.contains(&change.as_str())) {
                    renew(&block, &mut planned, config, attribute);
                }
            }
            keep_unpublished(kind, prior, &mut planned);
        }
        let subject = self.subject(configuration, kind, &planned);
        let is_new = prior.is_null();
        let mut walk = walk.lock().unwrap_or_else(PoisonError::into_inner);
        let nothing = Object::new();
        let diagnostics = subject.check_plan(&walk, config.object().unwrap_or(&nothing), is_new);
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        if is_new {
            walk.add(kind, planned.clone());
        }
        Ok(Change { planned: Value::Object(planned), replace })
    }

    /// Makes, changes or destroys an object.
    pub(crate) fn apply(
        &self,
        configuration: &Configuration,
        kind: &str,
        prior: &Value,
        planned: Value,
        config: &Value,
    ) -> Result<Applied, Vec<ProviderDiagnostic>> {
        let block = self.block(Kind::Resource, kind).map_err(|diagnostic| vec![diagnostic])?;
        let Value::Object(planned) = planned else {
            if let Some(prior) = prior.object() {
                self.destroy(configuration, kind, prior)?;
            }
            return Ok(Applied { state: Value::Null, is_whole: true });
        };
        let asked = self.cloud.take_failure(&self.stack, kind, &config.to_json());
        if let Some(failure) = asked.map_err(|error| vec![error.into()])? {
            let summary = format!("{}: the sandbox was asked to let this fail", failure.address);
            return Err(vec![ProviderDiagnostic::new(
                summary,
                "The next apply will not fail. See `sandbox fail`.",
            )]);
        }
        let subject = self.subject(configuration, kind, &planned);
        let diagnostics = subject.check_apply(prior.object());
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let waiting = match prior.object() {
            Some(prior) => self.postponed(configuration, kind, prior, &planned),
            None => None,
        };
        let mut planned = planned;
        if let (Some(waiting), Some(prior)) = (&waiting, prior.object()) {
            for name in waiting.changes.keys() {
                planned.insert(name.clone(), prior.get(name).cloned().unwrap_or(Value::Null));
            }
        }
        let is_whole = waiting.as_ref().is_none_or(|waiting| waiting.changes.is_empty());
        let state = self
            .settle(configuration, kind, &block, prior.object(), planned)
            .map_err(|diagnostic| vec![diagnostic])?;
        if let Some(waiting) = waiting {
            self.cloud.postpone(waiting).map_err(|error| vec![error.into()])?;
        }
        Ok(Applied { state, is_whole })
    }

    /// What of a change waits for the object's maintenance window. None where nothing ever waits.
    fn postponed(
        &self,
        configuration: &Configuration,
        kind: &str,
        prior: &Object,
        planned: &Object,
    ) -> Option<Pending> {
        let facts = TypeFacts::of(kind);
        if facts.waits.is_empty() {
            return None;
        }
        let is_immediate = planned.get("apply_immediately") == Some(&Value::Bool(true));
        let differing = facts.waits.iter().filter(|name| {
            let after = planned.get(*name).filter(|value| value.is_known() && !value.is_null());
            !is_immediate && after.is_some() && after != prior.get(*name)
        });
        let changes = differing.map(|name| (name.clone(), planned[name].to_json())).collect();
        let key = self.key(configuration, kind, prior)?;
        // Where the cloud's window is, the object before the change says.
        let at = self.subject(configuration, kind, prior).next_window();
        Some(Pending { key, changes, at })
    }

    /// Gives everything unknown a value, and keeps the object.
    pub(super) fn settle(
        &self,
        configuration: &Configuration,
        kind: &str,
        block: &BlockSchema,
        prior: Option<&Object>,
        planned: Object,
    ) -> Result<Value, ProviderDiagnostic> {
        let facts = TypeFacts::of(kind);
        let region = region(&planned, configuration);
        let contents = Value::Object(planned.clone()).to_json();
        let mut number = 0u32;
        loop {
            let seed = format!("{}\n{kind}\n{contents}\n{number}", self.stack);
            let values = ComputedValues {
                catalogue: &self.catalogue,
                configuration,
                facts,
                kind,
                region: &region,
                seed,
                prior,
            };
            let mut object = values.complete(block, planned.clone())?;
            if certificate::is(kind) {
                let options = certificate::options(configuration, &object);
                object.extend(options.map(|options| (certificate::OPTIONS.to_owned(), options)));
            }
            let Some(key) = self.key(configuration, kind, &object).filter(|_| self.has_cloud()) else {
                return Ok(Value::Object(object));
            };
            // Two objects that were described in the same words still have ids of their own.
            let is_drawn = prior.is_none() && naming::has_drawn_ids(facts);
            if is_drawn && self.cloud.has(&key) {
                number += 1;
                continue;
            }
            self.cloud.put(key, object.clone())?;
            return Ok(Value::Object(object));
        }
    }

    fn destroy(
        &self,
        configuration: &Configuration,
        kind: &str,
        prior: &Object,
    ) -> Result<(), Vec<ProviderDiagnostic>> {
        // Terraform forgets it, and nobody destroys it.
        if prior.get("skip_destroy") == Some(&Value::Bool(true)) {
            return Ok(());
        }
        let subject = self.subject(configuration, kind, prior);
        let diagnostics = subject.check_destroy();
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let Some(key) = self.key(configuration, kind, prior) else { return Ok(()) };
        let end = || {
            if let Some((copy, object)) = subject.copy_to_leave() {
                self.cloud.put(copy, object)?;
            }
            if let Some(kept) = subject.name_to_keep() {
                self.cloud.keep(kept)?;
            }
            self.cloud.remove(&key)
        };
        end().map_err(|error| vec![error.into()])
    }
}

/// `tags_all` is known as soon as `tags` is: the provider's default tags, and over them the object's own.
pub(super) fn set_all_tags(block: &BlockSchema, planned: &mut Object, configuration: &Configuration) {
    if block.attribute("tags").is_none() || block.attribute("tags_all").is_none() {
        return;
    }
    let all = match planned.get("tags") {
        Some(Value::Unknown) => Value::Unknown,
        Some(Value::Object(tags)) => {
            let mut all = configuration.default_tags.clone();
            all.extend(tags.clone());
            Value::Object(all)
        }
        _ => Value::Object(configuration.default_tags.clone()),
    };
    planned.insert("tags_all".to_owned(), all);
}

/// What the cloud has raised by itself stays as it is, as long as it may grow that far.
fn keep_grown(facts: &TypeFacts, prior: &Object, planned: &mut Object) {
    let Some(grows) = &facts.grows else { return };
    let of = |object: &Object, name: &str| object.get(name).and_then(number);
    if let (Some(before), Some(after), Some(most)) =
        (of(prior, &grows.argument), of(planned, &grows.argument), of(planned, &grows.up_to))
        && before > after
        && most > after
    {
        planned.insert(grows.argument.clone(), Value::integer(before));
    }
}

/// Makes a computed attribute unknown that the configuration does not set.
fn renew(block: &BlockSchema, planned: &mut Object, config: &Value, name: &str) {
    let is_computed = block.attribute(name).is_some_and(|attribute| attribute.computed);
    let is_given = config.object().and_then(|config| config.get(name)).is_some_and(|value| !value.is_null());
    if is_computed && !is_given && name != "id" && name != "tags_all" {
        planned.insert(name.to_owned(), Value::Unknown);
    }
}

/// A function that does not publish keeps its version, whatever changes.
fn keep_unpublished(kind: &str, prior: &Object, planned: &mut Object) {
    let publishes = |object: &Object| object.get("publish") == Some(&Value::Bool(true));
    if kind == "aws_lambda_function" && !publishes(planned) && !publishes(prior) {
        for name in ["version", "qualified_arn", "qualified_invoke_arn"] {
            if let Some(value) = prior.get(name) {
                planned.insert(name.to_owned(), value.clone());
            }
        }
    }
}

fn first_name(path: &str) -> String {
    path.split('.').next().unwrap_or(path).to_owned()
}
