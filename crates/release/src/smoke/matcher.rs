//! Matchers: what a value in a response must be.

use formwork_core::nearest;
use serde_json::{Map, Value};

use crate::smoke::template::for_each_text;

/// What a value must be: a plain value, or conditions that all must hold.
///
/// Conditions are a table of `equals`, `one_of`, `contains`, `begins_with`, `type`, `exists`, `at_least`, `at_most`
/// and `length`. A table that has none of these names is a mistake: a whole object is compared with `equals`.
#[derive(Clone, Debug, PartialEq)]
pub struct Matcher {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    Equals(Value),
    OneOf(Vec<Value>),
    Contains(Value),
    BeginsWith(String),
    Type(&'static str),
    Exists,
    Absent,
    AtLeast(f64),
    AtMost(f64),
    Length(u64),
}

const NAMES: [&str; 9] =
    ["equals", "one_of", "contains", "begins_with", "type", "exists", "at_least", "at_most", "length"];
const TYPES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

impl Matcher {
    /// Reads what stands in a file.
    ///
    /// # Errors
    /// Says what is wrong, with the nearest right name.
    pub fn parse(value: &Value) -> Result<Self, String> {
        let conditions = match value {
            Value::Object(members) if members.is_empty() => {
                return Err(format!("a condition is missing: one of {}", NAMES.join(", ")));
            }
            Value::Object(members) => {
                members.iter().map(|(name, value)| Condition::parse(name, value)).collect::<Result<_, _>>()?
            }
            plain => vec![Condition::Equals(plain.clone())],
        };
        Ok(Self { conditions })
    }

    /// The texts within, to be filled with variables.
    ///
    /// # Errors
    /// Fails as the work does.
    pub(super) fn for_each_text<E>(
        &mut self,
        work: &mut impl FnMut(&mut String) -> Result<(), E>,
    ) -> Result<(), E> {
        self.conditions.iter_mut().try_for_each(|condition| match condition {
            Condition::Equals(value) | Condition::Contains(value) => for_each_text(value, work),
            Condition::OneOf(values) => values.iter_mut().try_for_each(|value| for_each_text(value, work)),
            Condition::BeginsWith(text) => work(text),
            _ => Ok(()),
        })
    }

    /// Compares with what was found; nothing is also something that can be found.
    ///
    /// # Errors
    /// Says what was expected instead.
    pub fn check(&self, found: Option<&Value>) -> Result<(), String> {
        self.conditions.iter().try_for_each(|condition| {
            if condition.holds(found) {
                return Ok(());
            }
            let found = found.map_or_else(|| "is not there".to_owned(), |found| format!("is {found}"));
            Err(format!("{found}, expected {}", condition.expected()))
        })
    }
}

impl Condition {
    fn parse(name: &str, value: &Value) -> Result<Self, String> {
        let wrong = |what: &str| format!("`{name}` takes {what}, not {value}");
        Ok(match name {
            "equals" => Self::Equals(value.clone()),
            "one_of" => Self::OneOf(value.as_array().ok_or_else(|| wrong("a list"))?.clone()),
            "contains" => Self::Contains(value.clone()),
            "begins_with" => Self::BeginsWith(value.as_str().ok_or_else(|| wrong("text"))?.to_owned()),
            "type" => {
                let wanted = value.as_str().ok_or_else(|| wrong("text"))?;
                let known = TYPES.iter().find(|it| **it == wanted);
                Self::Type(known.ok_or_else(|| wrong(&format!("one of {}", TYPES.join(", "))))?)
            }
            "exists" => {
                if value.as_bool().ok_or_else(|| wrong("true or false"))? {
                    Self::Exists
                } else {
                    Self::Absent
                }
            }
            "at_least" => Self::AtLeast(value.as_f64().ok_or_else(|| wrong("a number"))?),
            "at_most" => Self::AtMost(value.as_f64().ok_or_else(|| wrong("a number"))?),
            "length" => Self::Length(value.as_u64().ok_or_else(|| wrong("a whole number"))?),
            unknown => {
                let known = || format!("they are {}; an object is compared with `equals`", NAMES.join(", "));
                let near = nearest(unknown, NAMES).map(|near| format!("did you mean `{near}`?"));
                return Err(format!("there is no condition `{unknown}`; {}", near.unwrap_or_else(known)));
            }
        })
    }

    fn holds(&self, found: Option<&Value>) -> bool {
        let Some(found) = found else { return matches!(self, Self::Absent) };
        match self {
            Self::Equals(value) => equal(found, value),
            Self::OneOf(values) => values.iter().any(|value| equal(found, value)),
            Self::Contains(part) => match (found, part) {
                (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
                (Value::Array(items), part) => items.iter().any(|item| equal(item, part)),
                (Value::Object(members), Value::Object(part)) => has_members(members, part),
                _ => false,
            },
            Self::BeginsWith(text) => found.as_str().is_some_and(|found| found.starts_with(text.as_str())),
            Self::Type(name) => type_of(found) == *name,
            Self::Exists => true,
            Self::Absent => false,
            Self::AtLeast(least) => found.as_f64().is_some_and(|found| found >= *least),
            Self::AtMost(most) => found.as_f64().is_some_and(|found| found <= *most),
            Self::Length(length) => {
                let found = match found {
                    Value::String(text) => Some(text.chars().count()),
                    Value::Array(items) => Some(items.len()),
                    Value::Object(members) => Some(members.len()),
                    _ => None,
                };
                found.and_then(|found| u64::try_from(found).ok()) == Some(*length)
            }
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Equals(value) => value.to_string(),
            Self::OneOf(values) => format!("one of {}", Value::from(values.clone())),
            Self::Contains(value) => format!("something that contains {value}"),
            Self::BeginsWith(text) => format!("text that begins with {}", Value::from(text.as_str())),
            Self::Type(name) => format!("something of type {name}"),
            Self::Exists => "something".to_owned(),
            Self::Absent => "nothing".to_owned(),
            Self::AtLeast(least) => format!("at least {least}"),
            Self::AtMost(most) => format!("at most {most}"),
            Self::Length(length) => format!("something of length {length}"),
        }
    }
}

/// Numbers are equal by value, as in JSON: 1 and 1.0.
fn equal(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(found), Value::Number(wanted)) => found == wanted || found.as_f64() == wanted.as_f64(),
        (found, wanted) => found == wanted,
    }
}

fn has_members(found: &Map<String, Value>, part: &Map<String, Value>) -> bool {
    part.iter().all(|(name, wanted)| found.get(name).is_some_and(|found| equal(found, wanted)))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::smoke::Matcher;

    fn check(matcher: &Value, found: Option<&Value>) -> Result<(), String> {
        Matcher::parse(matcher).unwrap().check(found)
    }

    #[test]
    fn conditions_hold_or_say_what_was_expected() {
        for (matcher, good, bad) in [
            (json!("a"), json!("a"), json!("b")),
            (json!(1), json!(1.0), json!("1")),
            (json!(null), json!(null), json!(false)),
            (json!({ "equals": { "a": 1 } }), json!({ "a": 1 }), json!({ "a": 2 })),
            (json!({ "one_of": ["a", "b"] }), json!("b"), json!("c")),
            (json!({ "contains": "ell" }), json!("hello"), json!("help")),
            (json!({ "contains": 2 }), json!([1, 2]), json!([1])),
            (json!({ "contains": { "a": 1 } }), json!({ "a": 1, "b": 2 }), json!({ "b": 2 })),
            (json!({ "begins_with": "he" }), json!("hello"), json!("ehlo")),
            (json!({ "type": "array" }), json!([]), json!({})),
            (json!({ "exists": true }), json!(null), Value::Null),
            (json!({ "at_least": 1, "at_most": 3 }), json!(2), json!(4)),
            (json!({ "length": 2 }), json!("äb"), json!("abc")),
        ] {
            assert_eq!(check(&matcher, Some(&good)), Ok(()), "{matcher}");
            if bad != Value::Null {
                assert!(check(&matcher, Some(&bad)).is_err(), "{matcher}");
            }
            assert!(check(&matcher, None).is_err(), "{matcher}");
        }
        assert_eq!(check(&json!({ "exists": false }), None), Ok(()));
        assert_eq!(
            check(&json!({ "one_of": ["completed"] }), Some(&json!("running"))),
            Err("is \"running\", expected one of [\"completed\"]".to_owned())
        );
    }

    #[test]
    fn a_wrong_condition_is_refused_with_the_nearest_right_one() {
        assert_eq!(
            Matcher::parse(&json!({ "contain": 1 })),
            Err("there is no condition `contain`; did you mean `contains`?".to_owned())
        );
        for wrong in [json!({}), json!({ "type": "text" }), json!({ "length": -1 }), json!({ "one_of": 1 })] {
            assert!(Matcher::parse(&wrong).is_err(), "{wrong}");
        }
    }
}
