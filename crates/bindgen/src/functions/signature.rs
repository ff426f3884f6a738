//! The signature of a function, as a line of text.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use serde_json::Value;

use crate::functions::error::FunctionsError;

/// What a function takes and returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name of the function.
    pub name: String,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it returns.
    pub returns: Type,
}

/// One parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether `null` may be given.
    pub nullable: bool,
    /// Whether it takes all the arguments that are left.
    pub variadic: bool,
}

/// The type of a parameter or result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string`, `number`, `bool`, `dynamic`, or the name of a type variable in a refinement.
    Name(String),
    /// `list`, `set` or `map`, and what is in it.
    Of(String, Box<Self>),
}

impl Signature {
    /// Reads a line of the facts.
    pub(crate) fn parse(line: &str) -> Result<Self, FunctionsError> {
        Self::read(line).ok_or_else(|| FunctionsError::Line { line: line.to_owned() })
    }

    /// The type variables, sorted. A result that is not known is one too.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        let types = self.parameters.iter().map(|parameter| &parameter.ty).chain([&self.returns]);
        let mut variables: BTreeSet<&str> = types.filter_map(Type::variable).collect();
        if self.returns.innermost() == "dynamic" {
            variables.insert("R");
        }
        variables.into_iter().map(str::to_owned).collect()
    }

    fn read(line: &str) -> Option<Self> {
        let (head, returns) = line.split_once(" -> ")?;
        let (name, parameters) = head.strip_suffix(')')?.split_once('(')?;
        let parameters = match parameters {
            "" => Vec::new(),
            some => some.split(", ").map(Parameter::parse).collect::<Option<_>>()?,
        };
        Some(Self { name: name.to_owned(), parameters, returns: Type::parse(returns)? })
    }
}

impl Parameter {
    /// Reads what Terraform's metadata says.
    pub(crate) fn read(json: &Value) -> Option<Self> {
        Some(Self {
            name: json["name"].as_str()?.to_owned(),
            ty: Type::read(&json["type"])?,
            nullable: json["is_nullable"].as_bool().unwrap_or(false),
            variadic: false,
        })
    }

    /// What stands behind the name of a parameter that takes all that is left.
    pub(crate) const fn dots(&self) -> &'static str {
        if self.variadic { "..." } else { "" }
    }

    fn parse(text: &str) -> Option<Self> {
        let (name, ty) = text.split_once(": ")?;
        let (name, nullable) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
        let (name, variadic) = name.strip_suffix("...").map_or((name, false), |name| (name, true));
        Some(Self { name: name.to_owned(), ty: Type::parse(ty)?, nullable, variadic })
    }
}

impl Type {
    /// Reads a type in Terraform's JSON notation.
    pub(crate) fn read(json: &Value) -> Option<Self> {
        match json {
            Value::String(name) => Some(Self::Name(name.clone())),
            Value::Array(pair) => match &pair[..] {
                [Value::String(of), inner] => Some(Self::Of(of.clone(), Box::new(Self::read(inner)?))),
                _ => None,
            },
            _ => None,
        }
    }

    /// The type in Rust; none for what may be of any type.
    pub(crate) fn rust(&self) -> Option<String> {
        match self {
            Self::Name(name) => match name.as_str() {
                "string" => Some("String".to_owned()),
                "number" => Some("f64".to_owned()),
                "bool" => Some("bool".to_owned()),
                "dynamic" => None,
                variable => Some(variable.to_owned()),
            },
            Self::Of(of, inner) => {
                let inner = inner.rust().unwrap_or_else(|| "R".to_owned());
                Some(if of == "map" { format!("Map<{inner}>") } else { format!("Vec<{inner}>") })
            }
        }
    }

    /// The type variable that it is, or that it is made of.
    #[must_use]
    pub fn variable(&self) -> Option<&str> {
        Some(self.innermost()).filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
    }

    /// The name that no other type stands around.
    #[must_use]
    pub fn innermost(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Of(_, inner) => inner.innermost(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text.split_once('(') {
            None => (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
                .then(|| Self::Name(text.to_owned())),
            Some((of @ ("list" | "set" | "map"), inner)) => {
                Some(Self::Of(of.to_owned(), Box::new(Self::parse(inner.strip_suffix(')')?)?)))
            }
            Some(_) => None,
        }
    }
}

impl Display for Signature {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}(", self.name)?;
        for (index, parameter) in self.parameters.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            let nullable = if parameter.nullable { "?" } else { "" };
            let Parameter { name, ty, .. } = parameter;
            write!(formatter, "{comma}{name}{}{nullable}: {ty}", parameter.dots())?;
        }
        write!(formatter, ") -> {}", self.returns)
    }
}

impl Display for Type {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Of(of, inner) => write!(formatter, "{of}({inner})"),
        }
    }
}
