//! Computed values, invented: the same object gets the same values, and they look like those of the real cloud.
//!
//! A template is text with names in braces: `{name}` is the object's attribute, `{name:last}` its last part after `:`
//! or `/`, `{name:host}` a URL without its scheme, `{a|b}` the first that is not empty, `{port|=5432}` a text as the last
//! resort. `{hex:17}`, `{digits:10}`, `{lower:10}` (letters and digits), `{upper:14}`, `{octet}` and `{uuid}` are drawn
//! from the object's seed, as long as the number or the attribute says; `{counter}` is one more than before. `{account}`,
//! `{partition}`, `{region}`, `{region_short}`, `{dns}` (the domain of the partition's endpoints) and `{owner}` come from
//! the provider's configuration.

use formwork_schema::{AttributeType, BlockSchema, Catalogue, CatalogueError, Nesting, Type, TypeFacts};
use sha2::{Digest, Sha256};

use crate::configuration::Configuration;
use crate::value::{Number, Object, Value};

/// When everything was made that has a date.
const TIME: &str = "2025-01-01T00:00:00Z";
/// A template that refers to itself ends here.
const MAX_DEPTH: usize = 8;
/// Longer texts are not drawn, whatever a configuration asks for.
const MAX_LENGTH: usize = 65_536;

/// What values are invented from.
pub(crate) struct ComputedValues<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) configuration: &'a Configuration,
    pub(crate) facts: &'a TypeFacts,
    /// The resource type.
    pub(crate) kind: &'a str,
    /// The region that the object is in.
    pub(crate) region: &'a str,
    /// What tells this object from others.
    pub(crate) seed: String,
    /// What the object was before, if it is only changed.
    pub(crate) prior: Option<&'a Object>,
}

impl ComputedValues<'_> {
    /// Replaces everything unknown in an object, its id first.
    pub(crate) fn complete(&self, block: &BlockSchema, mut object: Object) -> Result<Object, CatalogueError> {
        if object.get("id") == Some(&Value::Unknown) {
            let id = self.text_of("id", &object, 0).unwrap_or_else(|| self.generic_id(&object));
            object.insert("id".to_owned(), Value::Text(id));
        }
        let whole = object.clone();
        self.complete_block(block, object, &whole, "")
    }

    fn complete_block(
        &self,
        block: &BlockSchema,
        mut object: Object,
        whole: &Object,
        within: &str,
    ) -> Result<Object, CatalogueError> {
        for attribute in &block.attributes {
            let Some(value) = object.get_mut(&*attribute.name) else {
                continue;
            };
            let path = format!("{within}{}", attribute.name);
            match &attribute.ty {
                AttributeType::Value(ty) if !value.is_known() => {
                    let is_ours = !attribute.optional;
                    let taken = std::mem::replace(value, Value::Null);
                    *value = self.complete_value(taken, &path, ty, is_ours, whole);
                }
                AttributeType::Value(_) => {}
                AttributeType::Nested { nesting, shape } => {
                    let shape = self.catalogue.block(*shape)?;
                    if *value == Value::Unknown {
                        *value = unknown_nested(&shape, *nesting, attribute.optional || !within.is_empty());
                    }
                    let taken = std::mem::replace(value, Value::Null);
                    *value = self.complete_all(&shape, taken, *nesting, whole, &path)?;
                }
            }
        }
        for nested in &block.blocks {
            if let Some(value) = object.get_mut(&*nested.name) {
                let shape = self.catalogue.block(nested.shape)?;
                let taken = std::mem::replace(value, Value::Null);
                let path = format!("{within}{}", nested.name);
                *value = self.complete_all(&shape, taken, nested.nesting, whole, &path)?;
            }
        }
        Ok(object)
    }

    fn complete_all(
        &self,
        shape: &BlockSchema,
        value: Value,
        nesting: Nesting,
        whole: &Object,
        path: &str,
    ) -> Result<Value, CatalogueError> {
        let within = format!("{path}.");
        crate::schema::each(value, nesting, &mut |value| match value {
            Value::Object(object) => self.complete_block(shape, object, whole, &within).map(Value::Object),
            value => Ok(value),
        })
    }

    fn complete_value(&self, value: Value, path: &str, ty: &Type, is_ours: bool, whole: &Object) -> Value {
        match value {
            Value::Unknown => self.value_of(path, ty, is_ours, whole),
            Value::List(elements) => {
                let element = match ty {
                    Type::List(element) | Type::Set(element) => element,
                    _ => &Type::String,
                };
                let complete = |value| self.complete_value(value, path, element, is_ours, whole);
                elements.into_iter().map(complete).collect()
            }
            Value::Object(object) => {
                let complete = |(name, value): (String, Value)| {
                    let ty = match ty {
                        Type::Object(attributes) => {
                            attributes.iter().find(|it| *it.name == *name).map(|it| &it.ty)
                        }
                        Type::Map(element) => Some(&**element),
                        _ => None,
                    };
                    let value = self.complete_value(value, path, ty.unwrap_or(&Type::String), is_ours, whole);
                    (name, value)
                };
                Value::Object(object.into_iter().map(complete).collect())
            }
            value => value,
        }
    }

    fn value_of(&self, path: &str, ty: &Type, is_ours: bool, whole: &Object) -> Value {
        match self.facts.computed.get(path) {
            Some(template) if self.is_wanted(path, whole) => self.fill_template(template, ty, whole, path),
            Some(_) => match self.facts.otherwise.get(path) {
                Some(text) => convert(text, ty),
                None => empty(ty),
            },
            None => self.generic(path, ty, is_ours, whole),
        }
    }

    /// Whether the argument that a computed attribute depends on is there.
    fn is_wanted(&self, path: &str, whole: &Object) -> bool {
        self.facts.only_with.get(path).is_none_or(|argument| match whole.get(argument) {
            Some(Value::Bool(value)) => *value,
            Some(value) => !value.is_empty(),
            None => false,
        })
    }

    fn fill_template(&self, template: &toml::Value, ty: &Type, whole: &Object, path: &str) -> Value {
        match (template, ty) {
            (toml::Value::String(text), ty) => {
                convert(&self.expand(text, whole, path, 0).unwrap_or_default(), ty)
            }
            (toml::Value::Array(elements), Type::List(element) | Type::Set(element)) => {
                elements.iter().map(|template| self.fill_template(template, element, whole, path)).collect()
            }
            (toml::Value::Table(members), Type::Object(attributes)) => {
                let member = |name: &str, ty: &Type| match members.get(name) {
                    Some(template) => self.fill_template(template, ty, whole, &format!("{path}.{name}")),
                    None => empty(ty),
                };
                let object = attributes.iter().map(|it| (it.name.to_string(), member(&it.name, &it.ty)));
                Value::Object(object.collect())
            }
            (toml::Value::Table(members), Type::Map(element)) => {
                let member = |(name, template): (&String, &toml::Value)| {
                    (name.clone(), self.fill_template(template, element, whole, path))
                };
                Value::Object(members.iter().map(member).collect())
            }
            (other, ty) => convert(&other.to_string(), ty),
        }
    }

    /// The text of an attribute: what it is, or else what its template makes of it.
    fn text_of(&self, name: &str, whole: &Object, depth: usize) -> Option<String> {
        if let Some(text) = whole.get(name).and_then(Value::to_plain_text) {
            return Some(text);
        }
        let template = self.facts.computed.get(name)?.as_str()?;
        if !self.is_wanted(name, whole) {
            return self.facts.otherwise.get(name).cloned();
        }
        (depth < MAX_DEPTH).then(|| self.expand(template, whole, name, depth + 1))?
    }

    fn expand(&self, template: &str, whole: &Object, path: &str, depth: usize) -> Option<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (inside, after) = after.split_once('}')?;
            let mut choices = inside.split('|').filter_map(|choice| self.name(choice, whole, path, depth));
            text.push_str(&choices.find(|text| !text.is_empty()).unwrap_or_default());
            rest = after;
        }
        text.push_str(rest);
        Some(text)
    }

    fn name(&self, name: &str, whole: &Object, path: &str, depth: usize) -> Option<String> {
        let (name, how) = match name.strip_prefix('=') {
            Some(literal) => return Some(literal.to_owned()),
            None => name.split_once(':').unwrap_or((name, "")),
        };
        let length = || {
            let text = if how.bytes().all(|byte| byte.is_ascii_digit()) { None } else { whole.get(how) };
            let text = text.and_then(Value::to_plain_text).unwrap_or_else(|| how.to_owned());
            text.parse().unwrap_or(8).min(MAX_LENGTH)
        };
        Some(match name {
            "account" => self.configuration.account.clone(),
            "partition" => self.configuration.partition().to_owned(),
            "dns" => self.configuration.dns_suffix().to_owned(),
            "region" => self.region.to_owned(),
            "time" => TIME.to_owned(),
            "hex" => self.draw(path, b"0123456789abcdef", length()),
            "digits" => self.draw(path, b"1234567890", length()),
            "lower" => self.draw(path, b"abcdefghijklmnopqrstuvwxyz0123456789", length()),
            "upper" => self.draw(path, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", length()),
            "uuid" => {
                let hex = self.draw(path, b"0123456789abcdef", 32);
                format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
            }
            "region_short" => short_region(self.region),
            "owner" => self.configuration.owner.clone(),
            "octet" => (self.draw(path, b"0123456789", 6).parse::<u32>().unwrap_or(0) % 254 + 1).to_string(),
            "counter" => {
                let before = self.prior.and_then(|prior| prior.get(path)?.to_plain_text());
                (before.and_then(|before| before.parse::<u64>().ok()).unwrap_or(0) + 1).to_string()
            }
            attribute => {
                let text = self.text_of(attribute, whole, depth)?;
                match how {
                    "last" => text.rsplit([':', '/']).next().unwrap_or_default().to_owned(),
                    "host" => text.split_once("://").map_or(&*text, |(_, host)| host).to_owned(),
                    // The name is the last but one in the ARN of a load balancer.
                    "name" => text.rsplit('/').nth(1).unwrap_or_default().to_owned(),
                    _ => text,
                }
            }
        })
    }

    /// Draws characters: the same for the same object and attribute.
    fn draw(&self, path: &str, alphabet: &[u8], length: usize) -> String {
        let mut text = String::with_capacity(length);
        let mut round = 0u32;
        while text.len() < length {
            let hash = Sha256::digest(format!("{}\n{path}\n{round}", self.seed));
            let characters =
                hash.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]));
            text.extend(characters.take(length - text.len()));
            round += 1;
        }
        text
    }

    /// The id of a type of which nothing is known: its name where it has one.
    fn generic_id(&self, whole: &Object) -> String {
        let name = ["name", "repository", "identifier"].into_iter().find_map(|name| whole.get(name)?.text());
        match name {
            Some(name) if !name.is_empty() && !self.kind.starts_with("aws_") => name.to_owned(),
            _ => format!("{}-{}", self.thing(), self.draw("id", b"0123456789abcdef", 17)),
        }
    }

    /// What the type's name says the object is: `instance` for `aws_db_instance`.
    fn thing(&self) -> &str {
        self.kind.rsplit('_').next().unwrap_or(self.kind)
    }

    /// A value for an attribute of which nothing is known but its name and type. One that could have been configured
    /// is left empty, as a cloud's defaults are mostly; one that only the cloud sets gets something to work with.
    fn generic(&self, path: &str, ty: &Type, is_ours: bool, whole: &Object) -> Value {
        let name = path.rsplit('.').next().unwrap_or(path);
        if *ty != Type::String || !is_ours {
            return match (name, ty) {
                ("region", Type::String) => self.region.into(),
                ("account_id" | "owner_id" | "catalog_id", Type::String) => {
                    self.configuration.account.as_str().into()
                }
                _ => empty(ty),
            };
        }
        let ends_with = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        let words: Vec<&str> = self.kind.split('_').collect();
        let service = words.get(1).copied().unwrap_or("cloud");
        let id = whole.get("id").and_then(Value::text).unwrap_or_default();
        let hex = |length| self.draw(path, b"0123456789abcdef", length);
        let (partition, account, region) =
            (self.configuration.partition(), &self.configuration.account, self.region);
        let dns = self.configuration.dns_suffix();
        Value::Text(match name {
            "arn" => format!("arn:{partition}:{service}:{region}:{account}:{}/{id}", self.thing()),
            "region" => region.to_owned(),
            "version" => "1".to_owned(),
            "account_id" | "owner_id" => account.clone(),
            "status" | "state" => "available".to_owned(),
            "hosted_zone_id" | "zone_id" => {
                format!("Z{}", self.draw(path, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 13))
            }
            _ if ends_with(&["_arn"]) => format!(
                "arn:{partition}:{service}:{region}:{account}:{}/{}",
                name.trim_end_matches("_arn"),
                hex(8)
            ),
            _ if ends_with(&["_date", "_at", "_time", "_timestamp"]) => TIME.to_owned(),
            _ if ends_with(&["dns_name", "domain_name", "endpoint", "hostname", "address", "domain"]) => {
                format!("{}-{}.{region}.{dns}", self.thing(), hex(8))
            }
            _ if ends_with(&["url", "uri"]) => format!("https://{}-{}.{region}.{dns}", self.thing(), hex(8)),
            _ if ends_with(&["etag", "hash", "fingerprint", "sha256", "md5", "token"]) => hex(32),
            _ if ends_with(&["id"]) => {
                format!("{}-{}", name.trim_end_matches("id").trim_end_matches('_'), hex(17))
            }
            _ => String::new(),
        })
    }
}

/// What a cloud makes of an attribute of attributes that it decides on, yet to be completed. Null would be undecided in
/// the next plan again. Of those that only the cloud sets, a list has something to work with.
fn unknown_nested(shape: &BlockSchema, nesting: Nesting, is_empty: bool) -> Value {
    let one = || {
        // What is write-only is never part of a state.
        let value = |write_only| if write_only { Value::Null } else { Value::Unknown };
        Value::Object(shape.attributes.iter().map(|it| (it.name.to_string(), value(it.write_only))).collect())
    };
    match nesting {
        Nesting::Single | Nesting::Group => one(),
        Nesting::List | Nesting::Set if is_empty => Value::List(Vec::new()),
        Nesting::List | Nesting::Set => Value::List(vec![one()]),
        Nesting::Map => Value::Object(Object::new()),
    }
}

/// The value of a type that says nothing.
pub(crate) fn empty(ty: &Type) -> Value {
    match ty {
        Type::String => Value::Text(String::new()),
        Type::Number => Value::integer(0),
        Type::Bool => Value::Bool(false),
        Type::Dynamic => Value::Null,
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Value::List(Vec::new()),
        Type::Map(_) => Value::Object(Object::new()),
        Type::Object(attributes) => {
            Value::Object(attributes.iter().map(|it| (it.name.to_string(), empty(&it.ty))).collect())
        }
    }
}

/// A region as it is in the names of some endpoints: `euc1` for `eu-central-1`.
pub(crate) fn short_region(region: &str) -> String {
    let mut parts = region.split('-');
    let area = parts.next().unwrap_or_default();
    let initials = parts.map(|part| part.chars().next().unwrap_or_default());
    area.chars().chain(initials).collect()
}

/// Reads a text as a value of a type.
fn convert(text: &str, ty: &Type) -> Value {
    match ty {
        Type::Number => {
            let integer = text.parse().map(Number::Integer);
            let number = integer.or_else(|_| text.parse().map(Number::Float)).unwrap_or(Number::Integer(0));
            Value::Number(number)
        }
        Type::Bool => Value::Bool(text == "true"),
        _ => Value::Text(text.to_owned()),
    }
}
