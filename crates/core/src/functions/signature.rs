//! What the functions of Terraform's language take, for who checks calls.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::functions::FACTS;

/// Functions that Terraform 1.11 does not have: of OpenTofu, and of Terraform from 1.15 on.
const OTHERS: &str = "\
base64gunzip(str: string) -> string
cidrcontains(containing_prefix: string, contained_ip_or_prefix: string) -> bool
convert(value?: dynamic, type: dynamic) -> dynamic
urldecode(str: string) -> string";

/// The fewest and the most arguments of functions that count those that may be left out as any number (Terraform
/// language documentation, on the page of each).
const COUNTS: [(&str, usize, usize); 9] = [
    ("bcrypt", 1, 2),
    ("coalesce", 1, usize::MAX),
    ("coalescelist", 1, usize::MAX),
    ("lookup", 2, 3),
    ("max", 1, usize::MAX),
    ("min", 1, usize::MAX),
    ("range", 1, 3),
    ("setproduct", 1, usize::MAX),
    ("try", 1, usize::MAX),
];

static ALL: LazyLock<HashMap<&str, Signature>> = LazyLock::new(|| {
    let lines = FACTS.lines().skip(1).chain(OTHERS.lines());
    lines.filter_map(Signature::read).map(|signature| (signature.name, signature)).collect()
});

/// What a function takes and returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    pub(crate) parameters: Vec<Parameter>,
    /// What the arguments behind the last parameter are.
    pub(crate) rest: Option<Parameter>,
    pub(crate) returns: Kind,
    /// The fewest and the most arguments.
    pub(crate) counts: (usize, usize),
}

/// A parameter: its name, its type in words, what it is, and whether it may be null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) ty: &'static str,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
}

/// The outermost of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Bool,
    /// A list, set or tuple.
    List,
    /// A map or object.
    Map,
    Any,
}

impl Signature {
    pub(crate) fn of(function: &str) -> Option<&'static Self> {
        ALL.get(function)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        ALL.keys().copied()
    }

    /// The parameter that an argument is for.
    pub(crate) fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters.get(position).or(self.rest.as_ref())
    }

    fn read(line: &'static str) -> Option<Self> {
        let (head, returns) = line.split_once(") -> ")?;
        let (name, parameters) = head.split_once('(')?;
        let mut rest = None;
        let mut own = Vec::new();
        for parameter in parameters.split(", ").filter(|it| !it.is_empty()) {
            let (name, ty) = parameter.split_once(": ")?;
            let (name, nullable) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
            let (name, is_rest) = name.strip_suffix("...").map_or((name, false), |name| (name, true));
            let parameter = Parameter { name, ty, kind: Kind::of(ty), nullable };
            if is_rest { rest = Some(parameter) } else { own.push(parameter) }
        }
        let most = if rest.is_some() { usize::MAX } else { own.len() };
        let given = COUNTS.iter().find(|(of, ..)| *of == name).map(|(_, fewest, most)| (*fewest, *most));
        let counts = given.unwrap_or((own.len(), most));
        Some(Self { name, parameters: own, rest, returns: Kind::of(returns), counts })
    }
}

impl Kind {
    fn of(ty: &str) -> Self {
        match ty.split('(').next().unwrap_or_default() {
            "string" => Self::Text,
            "number" => Self::Number,
            "bool" => Self::Bool,
            "list" | "set" => Self::List,
            "map" => Self::Map,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert_eq!(ALL.len(), FACTS.lines().count() - 1 + OTHERS.lines().count());
        let join = Signature::of("join").unwrap();
        assert_eq!((join.counts, join.returns), ((1, usize::MAX), Kind::Text));
        assert_eq!(join.parameter(5).map(|it| (it.name, it.kind)), Some(("lists", Kind::List)));
        assert!(COUNTS.iter().all(|(name, ..)| Signature::of(name).is_some()));
    }
}
