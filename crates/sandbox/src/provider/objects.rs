//! What the simulated cloud is asked about its objects: what one is now, and what is imported, added or changed behind
//! terraform's back.

use formwork_schema::{Kind, TypeFacts};
use serde_json::Value as Json;

use crate::cloud::Key;
use crate::configuration::Configuration;
use crate::constraints::{names, region_of};
use crate::plan;
use crate::provider::Provider;
use crate::provider::changes::set_all_tags;
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::schema::conform;
use crate::value::{Object, Value, fit};

impl Provider {
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
            let attribute = block.attribute(name);
            if attribute.is_none() && block.nested_block(name).is_none() {
                let hint = formwork_schema::nearest(name, block.argument_names());
                let hint = hint.map_or(String::new(), |near| format!("did you mean `{near}`?"));
                return Err(ProviderDiagnostic::of(
                    name,
                    format!("{} has no argument `{name}`", key.kind),
                    hint,
                ));
            }
            let fitting = match attribute {
                Some(attribute) => fit::fit(&attribute.ty, value),
                None => {
                    matches!(value, Json::Array(_) | Json::Object(_)).then(|| Value::from_json(value.clone()))
                }
            };
            let Some(fitting) = fitting else {
                let what = attribute.map_or("a list of blocks", |attribute| fit::name(&attribute.ty));
                let summary = format!("`{name}` of {} is {what}, and {value} is not", key.kind);
                return Err(ProviderDiagnostic::of(name, summary, ""));
            };
            object.insert(name.clone(), fitting);
        }
        Ok(self.cloud.put(key, object)?)
    }
}
