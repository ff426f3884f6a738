//! GitHub's OpenAPI description, reduced to facts by `tests/github/reduce.py`: which requests and answers are right.

use serde_json::{Map, Value, json};

pub(crate) struct Description {
    facts: Value,
}

/// An operation, found by a request's method and path.
pub(crate) struct Operation<'a> {
    description: &'a Description,
    pub(crate) template: String,
    pub(crate) values: Vec<String>,
    facts: &'a Value,
}

impl Description {
    pub(crate) fn load() -> Self {
        let text = include_str!("../github/openapi.json");
        Self { facts: serde_json::from_str(text).unwrap() }
    }

    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let mut found = Vec::new();
        for (template, methods) in self.facts["paths"].as_object().unwrap() {
            let pattern: Vec<&str> = template.trim_start_matches('/').split('/').collect();
            let fits = |(part, pattern): (&&str, &&str)| pattern.starts_with('{') || part == pattern;
            let is_meant = pattern.len() == parts.len() && parts.iter().zip(&pattern).all(fits);
            if let Some(facts) = methods.get(method.to_lowercase()).filter(|_| is_meant) {
                let values = parts.iter().zip(&pattern).filter(|(_, pattern)| pattern.starts_with('{'));
                let values = values.map(|(part, _)| (*part).to_owned()).collect();
                found.push(Operation { description: self, template: template.clone(), values, facts });
            }
        }
        // The path with the fewest parameters is the one that is meant.
        found.into_iter().min_by_key(|operation| operation.values.len())
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.resolve(self.facts.pointer(reference.trim_start_matches('#')).unwrap()),
            None => schema,
        }
    }

    /// What is wrong with a value, if anything is.
    fn check(&self, schema: &Value, value: &Value, path: &str) -> Result<(), String> {
        let schema = self.resolve(schema);
        if value.is_null() && schema["nullable"] == true {
            return Ok(());
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(part, value, path)?;
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choice].as_array() {
                let results: Vec<_> = choices.iter().map(|it| self.check(it, value, path)).collect();
                if !results.iter().any(Result::is_ok) {
                    return results.into_iter().next().unwrap();
                }
            }
        }
        let is_type = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            _ => true,
        };
        if !is_type {
            return Err(format!("{path}: {value} is not of type {}", schema["type"]));
        }
        if let Some(choices) = schema["enum"].as_array()
            && !choices.contains(value)
        {
            return Err(format!("{path}: {value} is none of {choices:?}"));
        }
        let length = value.as_str().map(|text| text.chars().count() as u64);
        for (limit, breaks) in [
            (
                "maxLength",
                length.is_some_and(|it| schema["maxLength"].as_u64().is_some_and(|most| it > most)),
            ),
            (
                "minLength",
                length.is_some_and(|it| schema["minLength"].as_u64().is_some_and(|least| it < least)),
            ),
        ] {
            if breaks {
                return Err(format!("{path}: {limit} of {value}"));
            }
        }
        if let Some(members) = value.as_object() {
            self.check_members(schema, members, path)?;
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(&schema["items"], item, &format!("{path}[{index}]"))?;
        }
        Ok(())
    }

    fn check_members(&self, schema: &Value, members: &Map<String, Value>, path: &str) -> Result<(), String> {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                return Err(format!("{path}: `{name}` is missing"));
            }
        }
        if schema["maxProperties"].as_u64().is_some_and(|most| members.len() as u64 > most) {
            return Err(format!("{path}: {} members are too many", members.len()));
        }
        for (name, value) in members {
            let path = format!("{path}.{name}");
            match schema["properties"].get(name) {
                Some(schema) => self.check(schema, value, &path)?,
                None if schema["additionalProperties"] == false => return Err(format!("{path}: unknown")),
                None => {}
            }
        }
        Ok(())
    }

    /// The smallest value that a schema takes: what is required, and nothing else.
    fn sample(&self, schema: &Value) -> Value {
        let schema = self.resolve(schema);
        if schema["nullable"] == true {
            return Value::Null;
        }
        if let Some(choices) = schema["enum"].as_array() {
            return choices[0].clone();
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(first) = schema[choice].get(0) {
                return self.sample(first);
            }
        }
        match schema["type"].as_str() {
            Some("array") => json!([]),
            Some("string") => json!("text"),
            Some("boolean") => json!(false),
            Some("integer" | "number") => json!(1),
            _ => {
                let mut members = Map::new();
                for part in schema["allOf"].as_array().into_iter().flatten() {
                    members.extend(self.sample(part).as_object().cloned().unwrap_or_default());
                }
                for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    members.insert(name.to_owned(), self.sample(&schema["properties"][name]));
                }
                Value::Object(members)
            }
        }
    }

    /// A value of a named schema with these members in it.
    pub(crate) fn make(&self, schema: &str, members: Value) -> Value {
        let mut value = self.sample(&self.facts["components"]["schemas"][schema]);
        merge(&mut value, members);
        value
    }
}

impl Operation<'_> {
    pub(crate) fn check_request(&self, body: &Value, query: &[&str]) -> Result<(), String> {
        for name in query {
            if self.facts["query"].get(*name).is_none() {
                return Err(format!("{}: there is no parameter `{name}`", self.template));
            }
        }
        match &self.facts["request"] {
            Value::Null if body.is_null() => Ok(()),
            Value::Null => Err(format!("{} takes no body", self.template)),
            schema => self.description.check(schema, body, &self.template),
        }
    }

    /// Any status may come from what is in front of GitHub; those that are described must have their shapes.
    pub(crate) fn check_answer(&self, status: u16, body: &Value) -> Result<(), String> {
        match self.facts["responses"].get(status.to_string()) {
            None if status >= 400 => Ok(()),
            None => Err(format!("{} has no answer {status}", self.template)),
            Some(Value::Null) => Ok(()),
            Some(schema) => self.description.check(schema, body, &self.template),
        }
    }
}

fn merge(value: &mut Value, with: Value) {
    match (value, with) {
        (Value::Object(members), Value::Object(with)) => {
            for (name, it) in with {
                merge(members.entry(name).or_insert(Value::Null), it);
            }
        }
        (value, with) => *value = with,
    }
}
