//! Text that contains expressions of GitHub. Escaping for GitHub happens here and nowhere else.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use crate::Expression;

/// Text that may contain expressions. Literal parts are literal: `${{` in them is escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Expression(Expression),
}

impl Text {
    /// Adds text or an expression at the end.
    #[must_use]
    pub fn then(mut self, other: impl Into<Self>) -> Self {
        self.parts.extend(other.into().parts);
        self
    }

    /// The text, if no expression is in it.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        let literal = |part: &Part| match part {
            Part::Literal(text) => Some(text.clone()),
            Part::Expression(_) => None,
        };
        self.parts.iter().map(literal).collect()
    }

    /// The expressions in it, in order.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Expression(expression) => Some(expression),
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { parts: vec![Part::Literal(text.to_owned())] }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { parts: vec![Part::Literal(text)] }
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Expression> for Text {
    fn from(expression: Expression) -> Self {
        Self { parts: vec![Part::Expression(expression)] }
    }
}

/// As GitHub reads it.
impl Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Literal(text) => formatter.write_str(&literal(text)),
            Part::Expression(expression) => write!(formatter, "${{{{ {} }}}}", expression.as_str()),
        })
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Text that GitHub leaves as it is: `${{` becomes an expression that gives `${{`.
pub(crate) fn literal(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_text_stays_literal() {
        let text = Text::from("a ${{ github.token }} ").then(Expression::github("sha"));
        assert_eq!(text.to_string(), "a ${{ '${{' }} github.token }} ${{ github.sha }}");
        assert_eq!(Expression::text("it's ${{").as_str(), "'it''s ${{'");
    }
}
