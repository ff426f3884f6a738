//! Arguments of a resource as they are read for what they cost: a literal, nothing, or an expression.

use serde_json::{Map, Value};

/// The arguments of a resource, or of a block in it.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a>(pub(crate) &'a Map<String, Value>);

/// Why something cannot be counted, in words.
pub(crate) type Reason = String;

impl<'a> Arguments<'a> {
    /// What was given, whatever it is.
    pub(crate) fn given(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A literal text.
    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, Reason> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::String(text)) if !formwork_core::references::holds_template(text) => Ok(Some(text)),
            Some(_) => Err(expression(name)),
        }
    }

    /// A literal text without which nothing can be counted.
    pub(crate) fn required(self, name: &str) -> Result<&'a str, Reason> {
        self.text(name)?.ok_or_else(|| format!("its {} is not in the program", name.replace('_', " ")))
    }

    /// A number from 0, also one that is written as text.
    pub(crate) fn number(self, name: &str) -> Result<Option<f64>, Reason> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
        let number = number.filter(|number| number.is_finite() && *number >= 0.0);
        number.map(Some).ok_or_else(|| expression(name))
    }

    /// Whether a switch is on; what is not given is off.
    pub(crate) fn is_on(self, name: &str) -> Result<bool, Reason> {
        match self.given(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(Value::String(text)) => text.parse().map_err(|_| expression(name)),
            Some(_) => Err(expression(name)),
        }
    }

    /// How many elements a list has; nothing if it was not given.
    pub(crate) fn length(self, name: &str) -> Result<Option<f64>, Reason> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list.len() as f64)),
            Some(_) => Err(expression(name)),
        }
    }

    /// The blocks of a name.
    pub(crate) fn blocks(self, name: &str) -> Result<Vec<Self>, Reason> {
        let has = |dynamic: &Value| dynamic.get(name).is_some();
        let is_dynamic = self.given("dynamic").is_some_and(|dynamic| match dynamic {
            Value::Array(list) => list.iter().any(has),
            one => has(one),
        });
        if is_dynamic {
            return Err(expression(name));
        }
        match self.given(name) {
            None => Ok(Vec::new()),
            Some(Value::Object(block)) => Ok(vec![Self(block)]),
            Some(Value::Array(blocks)) => Ok(blocks.iter().filter_map(Value::as_object).map(Self).collect()),
            Some(_) => Err(expression(name)),
        }
    }

    /// The only block of a name.
    pub(crate) fn block(self, name: &str) -> Result<Option<Self>, Reason> {
        Ok(self.blocks(name)?.first().copied())
    }
}

fn expression(name: &str) -> Reason {
    format!("only Terraform knows its `{name}`")
}
