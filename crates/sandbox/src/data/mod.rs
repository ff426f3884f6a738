//! Data sources: what the simulated cloud can be asked.
//!
//! `mod.rs` answers for all of them, `policy_document.rs` for `aws_iam_policy_document`, which asks nobody. It may import all
//! of this crate but the servers: `provider_service`, `sandbox` and `states`.

mod policy_document;

use formwork_schema::{BlockSchema, Kind, TypeFacts};

use crate::computed_values::ComputedValues;
use crate::configuration::{Configuration, partition};
use crate::plan;
use crate::provider::{Provider, region};
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Object, Value};

/// The zones that every region has at least; a few have more.
const ZONES: [char; 3] = ['a', 'b', 'c'];

impl Provider {
    /// Answers a data source.
    pub(crate) fn read_data(
        &self,
        configuration: &Configuration,
        kind: &str,
        config: &Value,
    ) -> Result<Value, ProviderDiagnostic> {
        let block = self.block(Kind::Data, kind)?;
        let Some(given) = config.object() else {
            return Ok(Value::Null);
        };
        let region = region(given, configuration);
        let mut answer = match kind {
            "aws_availability_zones" => zones(&region),
            "aws_caller_identity" => identity(configuration),
            "aws_region" => texts(&[
                ("id", &region),
                ("name", given.get("name").and_then(Value::text).unwrap_or(&region)),
                ("description", &region),
                ("endpoint", &format!("ec2.{region}.{}", configuration.dns_suffix())),
            ]),
            "aws_partition" => texts(&[
                ("id", partition(&region)),
                ("partition", partition(&region)),
                ("dns_suffix", configuration.dns_suffix()),
                (
                    "reverse_dns_prefix",
                    if region.starts_with("cn-") { "cn.com.amazonaws" } else { "com.amazonaws" },
                ),
            ]),
            "aws_iam_policy_document" => policy_document::render(given)?,
            "aws_default_tags" => {
                Object::from([("tags".to_owned(), Value::Object(configuration.default_tags.clone()))])
            }
            _ => self.find_or_make(configuration, kind, &region, given)?,
        };
        // What was asked with stays as it is, and what was asked for is taken from the answer.
        let mut state = given.clone();
        for attribute in block.attributes.iter().filter(|attribute| attribute.computed) {
            let slot = state.entry(attribute.name.to_string()).or_insert(Value::Null);
            if slot.is_null() {
                *slot = answer
                    .remove(&*attribute.name)
                    .filter(|value| !value.is_null())
                    .unwrap_or(Value::Unknown);
            }
        }
        self.complete(configuration, kind, &block, state)
    }

    /// Opens an ephemeral resource: its values are invented, and nowhere kept.
    pub(crate) fn open(
        &self,
        configuration: &Configuration,
        kind: &str,
        config: &Value,
    ) -> Result<Value, ProviderDiagnostic> {
        let block = self.block(Kind::Ephemeral, kind)?;
        let Some(given) = config.object() else {
            return Ok(Value::Null);
        };
        let marked = plan::mark(&self.catalogue, &block, given.clone(), Some(given))?;
        self.complete(configuration, kind, &block, marked)
    }

    fn complete(
        &self,
        configuration: &Configuration,
        kind: &str,
        block: &BlockSchema,
        state: Object,
    ) -> Result<Value, ProviderDiagnostic> {
        let region = region(&state, configuration);
        let seed = format!("{kind}\n{}", Value::Object(state.clone()).to_json());
        let facts = TypeFacts::of(kind);
        let values = ComputedValues {
            catalogue: &self.catalogue,
            configuration,
            facts,
            kind,
            region: &region,
            seed,
            prior: None,
        };
        Ok(Value::Object(values.complete(block, state)?))
    }

    /// Looks for an object of the resource type of the same name. One that is not there is taken to exist outside of
    /// the stacks, and does from then on.
    fn find_or_make(
        &self,
        configuration: &Configuration,
        kind: &str,
        region: &str,
        given: &Object,
    ) -> Result<Object, ProviderDiagnostic> {
        let Some(schema) = self.catalogue.resource(kind)? else {
            return Ok(Object::new());
        };
        let block = schema.block;
        let scope = crate::constraints::region_of(TypeFacts::of(kind), region, &configuration.account);
        let found = self.cloud.find(kind, &scope, |object| is_asked_for(given, object));
        if let Some((_, object)) = found {
            return Ok(object);
        }
        let is_argument = |name: &str| block.attribute(name).is_some_and(|it| it.optional || it.required);
        let arguments: Object = given
            .iter()
            .filter(|(name, value)| is_argument(name) && !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let made = self.add(configuration, kind, given.get("id").and_then(Value::text), arguments)?;
        Ok(made.object().cloned().unwrap_or_default())
    }
}

/// Whether an object has what a data source names; filters are taken to be met.
fn is_asked_for(given: &Object, object: &Object) -> bool {
    let mut named = given.iter().filter(|(name, value)| {
        matches!(value, Value::Text(_)) && object.contains_key(*name) && !value.is_empty()
    });
    let tags = given.get("tags").and_then(Value::object);
    let has_tags = tags.is_none_or(|tags| {
        let theirs = object.get("tags_all").or_else(|| object.get("tags")).and_then(Value::object);
        tags.iter().all(|(name, value)| theirs.is_some_and(|theirs| theirs.get(name) == Some(value)))
    });
    has_tags && named.all(|(name, value)| object.get(name) == Some(value))
}

fn zones(region: &str) -> Object {
    let name = |zone: &char| format!("{region}{zone}");
    let short = |(index, _): (usize, &char)| {
        format!("{}-az{}", crate::computed_values::short_region(region), index + 1)
    };
    Object::from([
        ("id".to_owned(), region.into()),
        ("names".to_owned(), ZONES.iter().map(name).collect()),
        ("zone_ids".to_owned(), ZONES.iter().enumerate().map(short).collect()),
        ("group_names".to_owned(), [region].into_iter().collect()),
    ])
}

fn identity(configuration: &Configuration) -> Object {
    let Configuration { account, .. } = configuration;
    texts(&[
        ("id", account),
        ("account_id", account),
        ("arn", &format!("arn:{}:sts::{account}:assumed-role/sandbox/simulation", configuration.partition())),
        ("user_id", "AROASANDBOXSANDBOX000:simulation"),
    ])
}

fn texts(pairs: &[(&str, &str)]) -> Object {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect()
}
