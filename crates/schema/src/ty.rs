//! Types of values, as Terraform's type system has them, and their compact form.

use std::fmt;

use crate::line::{LineError, check_name};

/// Deeper types are refused, so that a hostile catalogue cannot exhaust the stack.
const MAX_DEPTH: usize = 64;

/// The type of a value. Displays as its compact form, such as `[(id:s,port:n)]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// Text.
    String,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// Any type at all.
    Dynamic,
    /// A sequence of values of one type.
    List(Box<Self>),
    /// Distinct values of one type without an order.
    Set(Box<Self>),
    /// Values of one type by name.
    Map(Box<Self>),
    /// Named values of a type each, sorted by name.
    Object(Vec<ObjectAttribute>),
    /// A fixed sequence of values of a type each.
    Tuple(Vec<Self>),
}

/// One attribute of an object type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectAttribute {
    /// The attribute's name.
    pub name: Box<str>,
    /// The attribute's type.
    pub ty: Type,
    /// Whether the attribute may be left out.
    pub optional: bool,
}

impl Type {
    /// What the type is called in text for people: `list of string`.
    pub fn description(&self) -> String {
        match self {
            Self::String => "string".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Dynamic => "any type".to_owned(),
            Self::List(element) => format!("list of {}", element.description()),
            Self::Set(element) => format!("set of {}", element.description()),
            Self::Map(element) => format!("map of {}", element.description()),
            Self::Object(_) => "object".to_owned(),
            Self::Tuple(types) => format!("tuple of {}", types.len()),
        }
    }

    /// Reads the compact form.
    pub(crate) fn decode(text: &str) -> Result<Self, LineError> {
        let mut reader = Reader { text, rest: text };
        let ty = reader.read_type(0)?;
        if reader.rest.is_empty() { Ok(ty) } else { Err(reader.error()) }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("s"),
            Self::Number => f.write_str("n"),
            Self::Bool => f.write_str("b"),
            Self::Dynamic => f.write_str("d"),
            Self::List(element) => write!(f, "[{element}]"),
            Self::Set(element) => write!(f, "<{element}>"),
            Self::Map(element) => write!(f, "{{{element}}}"),
            Self::Object(attributes) => {
                f.write_str("(")?;
                for (index, ObjectAttribute { name, ty, optional }) in attributes.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "," };
                    let mark = if *optional { "?" } else { "" };
                    write!(f, "{separator}{name}{mark}:{ty}")?;
                }
                f.write_str(")")
            }
            Self::Tuple(elements) => {
                f.write_str("t(")?;
                for (index, element) in elements.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "," };
                    write!(f, "{separator}{element}")?;
                }
                f.write_str(")")
            }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn read_type(&mut self, depth: usize) -> Result<Type, LineError> {
        if depth > MAX_DEPTH {
            return Err(LineError::TooDeep);
        }
        let mut characters = self.rest.chars();
        let first = characters.next();
        self.rest = characters.as_str();
        Ok(match first {
            Some('s') => Type::String,
            Some('n') => Type::Number,
            Some('b') => Type::Bool,
            Some('d') => Type::Dynamic,
            Some('[') => Type::List(self.read_element(']', depth)?),
            Some('<') => Type::Set(self.read_element('>', depth)?),
            Some('{') => Type::Map(self.read_element('}', depth)?),
            Some('(') => Type::Object(self.read_attributes(depth)?),
            Some('t') => {
                self.expect('(')?;
                Type::Tuple(self.read_elements(depth)?)
            }
            _ => return Err(self.error()),
        })
    }

    fn read_element(&mut self, close: char, depth: usize) -> Result<Box<Type>, LineError> {
        let element = self.read_type(depth + 1)?;
        self.expect(close)?;
        Ok(Box::new(element))
    }

    fn read_elements(&mut self, depth: usize) -> Result<Vec<Type>, LineError> {
        let mut elements = Vec::new();
        while !self.accept(')') {
            if !elements.is_empty() {
                self.expect(',')?;
            }
            elements.push(self.read_type(depth + 1)?);
        }
        Ok(elements)
    }

    fn read_attributes(&mut self, depth: usize) -> Result<Vec<ObjectAttribute>, LineError> {
        let mut attributes: Vec<ObjectAttribute> = Vec::new();
        while !self.accept(')') {
            if !attributes.is_empty() {
                self.expect(',')?;
            }
            let (name, optional) = self.read_name()?;
            if attributes.last().is_some_and(|last| *last.name >= *name) {
                return Err(LineError::Order { name: name.into() });
            }
            attributes.push(ObjectAttribute { name: name.into(), ty: self.read_type(depth + 1)?, optional });
        }
        Ok(attributes)
    }

    /// Reads `name:` or `name?:`.
    fn read_name(&mut self) -> Result<(&'t str, bool), LineError> {
        let (name, rest) = self.rest.split_once(':').ok_or_else(|| self.error())?;
        self.rest = rest;
        match name.strip_suffix('?') {
            Some(name) => Ok((check_name(name)?, true)),
            None => Ok((check_name(name)?, false)),
        }
    }

    fn accept(&mut self, expected: char) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, expected: char) -> Result<(), LineError> {
        if self.accept(expected) { Ok(()) } else { Err(self.error()) }
    }

    fn error(&self) -> LineError {
        LineError::Unexpected { text: self.text.into(), expected: "a type" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for text in [
            "s",
            "n",
            "b",
            "d",
            "[s]",
            "<n>",
            "{b}",
            "{[<d>]}",
            "()",
            "t()",
            "(a:s,b?:[n])",
            "t(s,(a:t(n,b)),d)",
        ] {
            assert_eq!(Type::decode(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_not_a_type() {
        for text in [
            "",
            "x",
            "ss",
            "[s",
            "[s>",
            "[]",
            "(a)",
            "(a:)",
            "(a:s",
            "(a:s,)",
            "(b:s,a:s)",
            "(a:s,a:s)",
            "(:s)",
            "t",
            "t(s",
            "(a b:s)",
            "é",
        ] {
            assert!(Type::decode(text).is_err(), "{text}");
        }
        assert_eq!(Type::decode(&"[".repeat(100_000)), Err(LineError::TooDeep));
    }
}
