//! One provider of the catalogue, simulated: what it does with a resource, apart from how it is asked.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod.rs` | the provider: what it knows of a type, and where it keeps an object |
//! | `changes.rs` | plans and applies |
//! | `objects.rs` | reads, imports, and what the command line adds and changes |
//!
//! It may import all of this crate but the servers: `provider_service`, `sandbox` and `states`.

mod changes;
mod objects;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use formwork_schema::{BlockSchema, Catalogue, Kind, TypeFacts};

use crate::cloud::{Cloud, Key};
use crate::configuration::Configuration;
use crate::constraints::{Subject, region_of};
use crate::facts::Rules;
use crate::provider_diagnostic::ProviderDiagnostic;
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

    pub(crate) fn key(&self, configuration: &Configuration, kind: &str, object: &Object) -> Option<Key> {
        let id = object.get("id").and_then(Value::to_plain_text);
        // Newer resource types have no id; what they are imported by is one.
        let id = id
            .or_else(|| object.get("arn")?.to_plain_text())
            .or_else(|| object.get("name")?.to_plain_text())?;
        let facts = TypeFacts::of(kind);
        let region = region_of(facts, &region(object, configuration), &configuration.account);
        // An id may be unique in a parent only.
        let parents: Vec<String> = facts
            .within
            .iter()
            .map(|name| object.get(name).and_then(Value::to_plain_text).unwrap_or_default())
            .collect();
        let id = if parents.is_empty() { id } else { format!("{id} in {}", parents.join(" ")) };
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
