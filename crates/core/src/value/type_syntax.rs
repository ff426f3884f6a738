//! Type constraints as Terraform writes them, and which values convert to them.
//!
//! Source: the Terraform language documentation, "Type Constraints", and `convert` of `github.com/zclconf/go-cty`.

use crate::{Json, is_identifier};

/// A type constraint that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TypeSyntax {
    Any,
    String,
    Number,
    Bool,
    List(Box<Self>),
    Set(Box<Self>),
    Map(Box<Self>),
    Tuple(Vec<Self>),
    /// Names, types, and whether an attribute may be missing.
    Object(Vec<(String, Self, bool)>),
}

/// Types within each other beyond any sense.
const DEPTH: usize = 100;

impl TypeSyntax {
    /// Reads a constraint such as `map(object({ port = number }))`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, rest: text };
        let read = reader.read(0)?;
        reader.space();
        if reader.rest.is_empty() { Ok(read) } else { Err(reader.error()) }
    }

    /// Whether Terraform can convert a value to it: where in the value that fails, and what was expected there.
    pub(crate) fn fits(&self, json: &Json) -> Result<(), (String, String)> {
        let inside = |step: String, result: Result<(), (String, String)>| {
            result.map_err(|(path, expected)| (step + &path, expected))
        };
        let fits = match (self, json) {
            // What Terraform computes, and what is reported elsewhere.
            (Self::Any, _) | (_, Json::Null | Json::Template(_) | Json::Invalid(_)) => true,
            (Self::String, Json::String(_) | Json::Bool(_) | Json::Integer(_) | Json::Decimal(_)) => true,
            (Self::Number, Json::Integer(_) | Json::Decimal(_)) | (Self::Bool, Json::Bool(_)) => true,
            (Self::Number, Json::String(text)) => text.parse::<f64>().is_ok_and(f64::is_finite),
            (Self::Bool, Json::String(text)) => matches!(&**text, "true" | "false" | "1" | "0"),
            (Self::List(element) | Self::Set(element), Json::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    inside(format!("[{index}]"), element.fits(item))?;
                }
                true
            }
            (Self::Tuple(elements), Json::Array(items)) if elements.len() == items.len() => {
                for (index, (element, item)) in elements.iter().zip(items).enumerate() {
                    inside(format!("[{index}]"), element.fits(item))?;
                }
                true
            }
            (Self::Map(element), Json::Object(entries)) => {
                for (key, value) in entries {
                    inside(format!(".{key}"), element.fits(value))?;
                }
                true
            }
            (Self::Object(attributes), Json::Object(entries)) => {
                for (name, ty, optional) in attributes {
                    match entries.iter().find(|(key, _)| key == name) {
                        Some((_, value)) => inside(format!(".{name}"), ty.fits(value))?,
                        None if *optional => {}
                        None => return Err((format!(".{name}"), "a value, which is missing".to_owned())),
                    }
                }
                true
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err((String::new(), self.noun().to_owned())) }
    }

    const fn noun(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::String => "text",
            Self::Number => "a number",
            Self::Bool => "a bool",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn read(&mut self, depth: usize) -> Result<TypeSyntax, String> {
        if depth > DEPTH {
            return Err("the type is nested too deep".to_owned());
        }
        let word = self.word();
        Ok(match word {
            "any" => TypeSyntax::Any,
            "string" => TypeSyntax::String,
            "number" => TypeSyntax::Number,
            "bool" => TypeSyntax::Bool,
            "list" => TypeSyntax::List(self.element(depth)?),
            "set" => TypeSyntax::Set(self.element(depth)?),
            "map" => TypeSyntax::Map(self.element(depth)?),
            "tuple" => {
                self.expect("(")?;
                self.expect("[")?;
                let mut elements = Vec::new();
                while !self.takes("]") {
                    elements.push(self.read(depth + 1)?);
                    if !self.takes(",") {
                        self.expect("]")?;
                        break;
                    }
                }
                self.expect(")")?;
                TypeSyntax::Tuple(elements)
            }
            "object" => {
                self.expect("(")?;
                self.expect("{")?;
                let attributes = self.attributes(depth)?;
                self.expect(")")?;
                TypeSyntax::Object(attributes)
            }
            "" => return Err(self.error()),
            other => {
                let known = ["any", "string", "number", "bool", "list", "set", "map", "tuple", "object"];
                let near = crate::nearest(other, known).map(|near| format!("; did you mean `{near}`?"));
                return Err(format!("`{other}` is not a type of Terraform{}", near.unwrap_or_default()));
            }
        })
    }

    fn element(&mut self, depth: usize) -> Result<Box<TypeSyntax>, String> {
        // The old way to write `list(any)`.
        if !self.takes("(") {
            return Ok(Box::new(TypeSyntax::Any));
        }
        let element = self.read(depth + 1)?;
        self.expect(")")?;
        Ok(Box::new(element))
    }

    fn attributes(&mut self, depth: usize) -> Result<Vec<(String, TypeSyntax, bool)>, String> {
        let mut attributes = Vec::new();
        while !self.takes("}") {
            let quoted = self.takes("\"");
            let name = self.word().to_owned();
            if quoted {
                self.expect("\"")?;
            }
            if !is_identifier(&name) {
                return Err(self.error());
            }
            if !self.takes("=") {
                self.expect(":")?;
            }
            let before = self.rest;
            if self.word() == "optional" {
                self.expect("(")?;
                let ty = self.read(depth + 1)?;
                if self.takes(",") {
                    let end = crate::syntax::references::end_of_expression(self.rest, 0, b")");
                    self.rest = &self.rest[end.ok_or_else(|| self.error())?..];
                }
                self.expect(")")?;
                attributes.push((name, ty, true));
            } else {
                self.rest = before;
                attributes.push((name, self.read(depth + 1)?, false));
            }
            // A line break separates too.
            self.takes(",");
        }
        Ok(attributes)
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn word(&mut self) -> &'a str {
        self.space();
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn takes(&mut self, wanted: &str) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, wanted: &str) -> Result<(), String> {
        if self.takes(wanted) { Ok(()) } else { Err(self.error()) }
    }

    fn error(&self) -> String {
        let at = self.rest.chars().next().map_or_else(|| "its end".to_owned(), |next| format!("`{next}`"));
        format!("`{}` is not a type of Terraform: it cannot be read at {at}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_read_as_terraform_reads_them() {
        let text =
            "list(object({ name = string, \"port\" : optional(number, [1, \")\"][0]),\n tags = map(any) }))";
        let expected = TypeSyntax::List(Box::new(TypeSyntax::Object(vec![
            ("name".to_owned(), TypeSyntax::String, false),
            ("port".to_owned(), TypeSyntax::Number, true),
            ("tags".to_owned(), TypeSyntax::Map(Box::new(TypeSyntax::Any)), false),
        ])));
        assert_eq!(TypeSyntax::parse(text), Ok(expected));
        assert_eq!(
            TypeSyntax::parse("tuple([string, bool])"),
            Ok(TypeSyntax::Tuple(vec![TypeSyntax::String, TypeSyntax::Bool]))
        );
        for text in [
            "",
            "strin",
            "list(",
            "list(string",
            "object({a})",
            "object({1a = string})",
            "string x",
            "tuple(string)",
        ] {
            assert!(TypeSyntax::parse(text).is_err(), "{text}");
        }
        assert!(TypeSyntax::parse("strin").unwrap_err().ends_with("did you mean `string`?"));
        assert!(TypeSyntax::parse(&"list(".repeat(100_000)).is_err());
    }

    #[test]
    fn values_convert_as_terraform_converts_them() {
        let fits = |ty: &str, value: serde_json::Value| {
            TypeSyntax::parse(ty).unwrap().fits(&Json::literal_document(&value))
        };
        for (ty, value) in [
            ("number", json!("5")),
            ("bool", json!("true")),
            ("string", json!(5)),
            ("list(number)", json!([1, "2", null])),
            ("map(string)", json!({ "a": true })),
            ("object({ a = string, b = optional(number) })", json!({ "a": "x", "more": [] })),
            ("any", json!([{}])),
        ] {
            assert_eq!(fits(ty, value.clone()), Ok(()), "{ty} {value}");
        }
        for (ty, value, path) in [
            ("number", json!("five"), ""),
            ("bool", json!(1), ""),
            ("list(number)", json!([1, "x"]), "[1]"),
            ("set(string)", json!("a"), ""),
            ("object({ a = string })", json!({}), ".a"),
            ("map(object({ a = bool }))", json!({ "k": { "a": "yes" } }), ".k.a"),
            ("tuple([string])", json!([]), ""),
        ] {
            assert_eq!(fits(ty, value.clone()).unwrap_err().0, path, "{ty} {value}");
        }
    }
}
