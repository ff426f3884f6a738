//! Functions that a provider offers to expressions.

use std::fmt;

use crate::line::{LineError, check_name, read_deprecated};
use crate::ty::Type;

/// A function, called as `provider::<provider>::<name>(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSchema {
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    /// What the arguments after the last parameter are, if there may be any.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// Whether the provider advises against it.
    pub deprecated: bool,
}

/// One parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The parameter's name, which a call does not use.
    pub name: Box<str>,
    /// The parameter's type.
    pub ty: Type,
    /// Whether the argument may be null.
    pub nullable: bool,
}

impl FunctionSchema {
    /// Reads what follows the name in a `function` line.
    pub(crate) fn decode(contents: &str) -> Result<Self, LineError> {
        let mut fields = contents.split(' ');
        let mut parameters = Vec::new();
        let mut variadic = None;
        loop {
            let field =
                fields.next().ok_or(LineError::Missing { field: "the arrow before a function's result" })?;
            if field == "->" {
                break;
            }
            if variadic.is_some() {
                return Err(LineError::Unexpected {
                    text: field.into(),
                    expected: "the arrow after a variadic parameter",
                });
            }
            match field.strip_prefix("...") {
                Some(parameter) => variadic = Some(Parameter::decode(parameter)?),
                None => parameters.push(Parameter::decode(field)?),
            }
        }
        let returns = fields.next().ok_or(LineError::Missing { field: "a function's result" })?;
        Ok(Self {
            parameters,
            variadic,
            returns: Type::decode(returns)?,
            deprecated: read_deprecated(fields)?,
        })
    }
}

impl Parameter {
    fn decode(text: &str) -> Result<Self, LineError> {
        let (name, ty) = text.split_once(':').ok_or(LineError::Missing { field: "a parameter's type" })?;
        let nullable_name = name.strip_suffix('?');
        Ok(Self {
            name: check_name(nullable_name.unwrap_or(name))?.into(),
            ty: Type::decode(ty)?,
            nullable: nullable_name.is_some(),
        })
    }
}

impl fmt::Display for FunctionSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for parameter in &self.parameters {
            write!(f, "{parameter} ")?;
        }
        if let Some(parameter) = &self.variadic {
            write!(f, "...{parameter} ")?;
        }
        write!(f, "-> {}", self.returns)?;
        if self.deprecated {
            f.write_str(" d")?;
        }
        Ok(())
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.nullable { "?" } else { "" };
        write!(f, "{}{mark}:{}", self.name, self.ty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for text in ["-> s", "a:s b?:[n] ...rest?:d -> (x:s) d", "...a:s -> b"] {
            assert_eq!(FunctionSchema::decode(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_not_a_function() {
        for text in ["", "s", "->", "a -> s", "...a:s b:s -> s", "-> s x", "-> s d d", "a: -> s"] {
            assert!(FunctionSchema::decode(text).is_err(), "{text}");
        }
    }
}
