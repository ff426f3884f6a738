//! The signature of a function, as a line of text: `join(separator: string, lists...: list(string)) -> string`.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

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

/// The outermost of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A number.
    Number,
    /// A bool.
    Bool,
    /// A list, set or tuple.
    List,
    /// A map or object.
    Map,
    /// Whatever there is.
    Any,
}

impl Signature {
    /// Reads a line of the facts; none if it is no signature.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (head, returns) = line.split_once(" -> ")?;
        let (name, parameters) = head.strip_suffix(')')?.split_once('(')?;
        let parameters = match parameters {
            "" => Vec::new(),
            some => some.split(", ").map(Parameter::parse).collect::<Option<_>>()?,
        };
        Some(Self { name: name.to_owned(), parameters, returns: Type::parse(returns)? })
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

    /// The parameter that an argument is for.
    #[must_use]
    pub fn parameter(&self, position: usize) -> Option<&Parameter> {
        let rest = || self.parameters.last().filter(|last| last.variadic);
        self.parameters.get(position).or_else(rest)
    }
}

impl Parameter {
    /// What stands behind the name of a parameter that takes all that is left.
    #[must_use]
    pub const fn dots(&self) -> &'static str {
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

    /// The outermost of it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Name(name) | Self::Of(name, _) => Kind::of(name),
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

impl Kind {
    /// The kind of a type as Terraform writes it, such as `list(string)`.
    #[must_use]
    pub fn of(ty: &str) -> Self {
        match ty.split('(').next().unwrap_or_default() {
            "string" => Self::Text,
            "number" => Self::Number,
            "bool" => Self::Bool,
            "list" | "set" | "tuple" => Self::List,
            "map" | "object" => Self::Map,
            _ => Self::Any,
        }
    }

    /// What it is in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Bool => "a bool",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Any => "any value",
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
