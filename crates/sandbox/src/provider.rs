//! One provider of the catalogue, simulated: what it does with a resource, apart from how it is asked.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use formwork_schema::{BlockSchema, Catalogue, Kind, TypeFacts};
use serde_json::Value as Json;

use crate::cloud::{Cloud, Key};
use crate::computed_values::ComputedValues;
use crate::configuration::Configuration;
use crate::constraints::{Planned, Subject, names, region_of};
use crate::facts::{Rule, Rules, naming};
use crate::plan::{self, touches};
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::schema::conform;
use crate::validation::Validation;
use crate::value::{Object, Value};

/// Providers that do not ask anybody: what their resources are is in the state alone.
const WITHOUT_CLOUD: [&str; 6] = [
    "hashicorp/archive",
    "hashicorp/local",
    "hashicorp/null",
    "hashicorp/random",
    "hashicorp/time",
    "hashicorp/tls",
];

/// A provider for one stack.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) catalogue: Arc<Catalogue>,
    /// The resources, data sources and ephemeral resources that the stack names.
    pub(crate) types: BTreeSet<String>,
    pub(crate) stack: String,
    pub(crate) cloud: Arc<Cloud>,
    validations: Mutex<HashMap<String, Arc<Validation>>>,
}

/// A change that was planned.
pub(crate) struct Change {
    pub(crate) planned: Value,
    /// The top-level arguments that force replacement.
    pub(crate) replace: Vec<String>,
}

impl Provider {
    pub(crate) fn new(
        catalogue: Arc<Catalogue>,
        types: BTreeSet<String>,
        stack: String,
        cloud: Arc<Cloud>,
    ) -> Self {
        Self { catalogue, types, stack, cloud, validations: Mutex::default() }
    }

    /// The block of a resource, data source or ephemeral resource.
    pub(crate) fn block(&self, kind: Kind, name: &str) -> Result<Arc<BlockSchema>, ProviderDiagnostic> {
        let schema = crate::schema::find(&self.catalogue, kind, name)?;
        let unknown =
            || ProviderDiagnostic::new(format!("{} has no {kind} {name}", self.catalogue.label()), "");
        Ok(schema.ok_or_else(unknown)?.block)
    }

    /// Whether objects are kept in the cloud.
    pub(crate) fn has_cloud(&self) -> bool {
        !WITHOUT_CLOUD.contains(&self.catalogue.source())
    }

    /// What is refused of a configuration by itself.
    pub(crate) fn validate(&self, kind: &str, config: &Value) -> Vec<ProviderDiagnostic> {
        self.validation(kind).check(config)
    }

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
        let mut replace = Vec::new();
        if let Some(prior) = prior.object() {
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
        let diagnostics = subject.check_plan(&walk, is_new);
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
    ) -> Result<Value, Vec<ProviderDiagnostic>> {
        let block = self.block(Kind::Resource, kind).map_err(|diagnostic| vec![diagnostic])?;
        let Value::Object(planned) = planned else {
            if let Some(prior) = prior.object() {
                self.destroy(configuration, kind, prior)?;
            }
            return Ok(Value::Null);
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
        let diagnostics = subject.check_apply(prior.is_null());
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        self.settle(configuration, kind, &block, prior.object(), planned)
            .map_err(|diagnostic| vec![diagnostic])
    }

    /// Gives everything unknown a value, and keeps the object.
    fn settle(
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
            let object = values.complete(block, planned.clone())?;
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
        let diagnostics = self.subject(configuration, kind, prior).check_destroy();
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        match self.key(configuration, kind, prior) {
            Some(key) => self.cloud.remove(&key).map_err(|error| vec![error.into()]),
            None => Ok(()),
        }
    }

    /// What an object is now; null if it is gone.
    pub(crate) fn read(
        &self,
        configuration: &Configuration,
        kind: &str,
        state: Value,
    ) -> Result<Value, ProviderDiagnostic> {
        let Some(object) = state.object() else {
            return Ok(state);
        };
        if !self.has_cloud() {
            return Ok(state);
        }
        let block = self.block(Kind::Resource, kind)?;
        let key = self.key(configuration, kind, object);
        match key.and_then(|key| self.cloud.get(&key)) {
            Some(object) => Ok(Value::Object(conform(&self.catalogue, &block, object)?)),
            None => Ok(Value::Null),
        }
    }

    /// Finds what is imported.
    pub(crate) fn import(
        &self,
        configuration: &Configuration,
        kind: &str,
        id: &str,
    ) -> Result<Value, ProviderDiagnostic> {
        let block = self.block(Kind::Resource, kind)?;
        let facts = TypeFacts::of(kind);
        let region = region_of(facts, &configuration.region, &configuration.account);
        let by_name = |object: &Object| {
            let by = facts.import.iter().any(|name| object.get(name).and_then(Value::text) == Some(id));
            by || names(object, id)
        };
        // Many import ids are the ids of several things, with a mark between them.
        let by_parts = |object: &Object| {
            let mut parts = id.split(['/', ':', '|', ',', '_']).peekable();
            let is_in =
                |part: &str| object.values().any(|value| value.text().is_some_and(|text| text == part));
            parts.peek().is_some_and(|first| *first != id) && parts.all(is_in)
        };
        let found =
            self.cloud.find(kind, &region, by_name).or_else(|| self.cloud.find(kind, &region, by_parts));
        match found {
            Some((_, object)) => Ok(Value::Object(conform(&self.catalogue, &block, object)?)),
            None => {
                let summary = format!("Cannot import non-existent remote object {id}");
                let detail = format!(
                    "There is no {kind} with this id in the sandbox. `sandbox add {kind} {id}` makes one."
                );
                Err(ProviderDiagnostic::new(summary, detail))
            }
        }
    }

    /// Makes an object as if it had been there before, outside of any stack. Without an id, one is invented.
    pub(crate) fn add(
        &self,
        configuration: &Configuration,
        kind: &str,
        id: Option<&str>,
        arguments: Object,
    ) -> Result<Value, ProviderDiagnostic> {
        let block = self.block(Kind::Resource, kind)?;
        let mut object = conform(&self.catalogue, &block, arguments)?;
        let facts = TypeFacts::of(kind);
        // Where the id is made of a name, it is the name.
        let named = facts.computed.get("id").and_then(toml::Value::as_str);
        let named = named.and_then(|template| template.strip_prefix('{')?.strip_suffix('}'));
        for name in named.into_iter().chain(["id"]) {
            if let (Some(id), true) = (id, object.contains_key(name)) {
                object.insert(name.to_owned(), id.into());
            }
        }
        let mut object = plan::mark(&self.catalogue, &block, object, None)?;
        set_all_tags(&block, &mut object, configuration);
        self.settle(configuration, kind, &block, None, object)
    }

    /// Changes what an object is, behind terraform's back.
    pub(crate) fn drift(
        &self,
        key: Key,
        changes: &serde_json::Map<String, Json>,
    ) -> Result<(), ProviderDiagnostic> {
        let block = self.block(Kind::Resource, &key.kind)?;
        let mut object = self.cloud.get(&key).unwrap_or_default();
        for (name, value) in changes {
            if block.attribute(name).is_none() && block.nested_block(name).is_none() {
                let hint = formwork_schema::nearest(name, block.argument_names());
                let hint = hint.map_or(String::new(), |near| format!("did you mean `{near}`?"));
                return Err(ProviderDiagnostic::of(
                    name,
                    format!("{} has no argument `{name}`", key.kind),
                    hint,
                ));
            }
            object.insert(name.clone(), Value::from_json(value.clone()));
        }
        Ok(self.cloud.put(key, object)?)
    }

    pub(crate) fn key(&self, configuration: &Configuration, kind: &str, object: &Object) -> Option<Key> {
        let id = object.get("id").and_then(Value::to_plain_text);
        // Newer resource types have no id; what they are imported by is one.
        let id = id
            .or_else(|| object.get("arn")?.to_plain_text())
            .or_else(|| object.get("name")?.to_plain_text())?;
        let region = region_of(TypeFacts::of(kind), &region(object, configuration), &configuration.account);
        Some(Key { kind: kind.to_owned(), region, id })
    }

    fn subject<'a>(
        &'a self,
        configuration: &'a Configuration,
        kind: &'a str,
        object: &'a Object,
    ) -> Subject<'a> {
        let region = object.get("region").and_then(Value::text).unwrap_or(&configuration.region);
        let account = &configuration.account;
        Subject { cloud: &self.cloud, facts: TypeFacts::of(kind), kind, region, account, object }
    }

    fn validation(&self, kind: &str) -> Arc<Validation> {
        let mut validations = self.validations.lock().unwrap_or_else(PoisonError::into_inner);
        let make =
            || Arc::new(Validation::of(Rules::of(self.catalogue.source()), kind, self.catalogue.version()));
        Arc::clone(validations.entry(kind.to_owned()).or_insert_with(make))
    }
}

/// The region that an object names, or else the provider's.
pub(crate) fn region(object: &Object, configuration: &Configuration) -> String {
    object.get("region").and_then(Value::text).unwrap_or(&configuration.region).to_owned()
}

/// `tags_all` is known as soon as `tags` is: the provider's default tags, and over them the object's own.
fn set_all_tags(block: &BlockSchema, planned: &mut Object, configuration: &Configuration) {
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
