//! What a condition says of a column.

use serde::{Deserialize, Serialize};

/// A comparison of a column with literals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The column.
    pub column: String,
    /// What is said of it.
    pub operator: Operator,
}

/// What is said of a column. Literals are as they were written, without types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named like the signs")]
pub enum Operator {
    NotNull,
    /// One of these values.
    In(Vec<String>),
    Above(String),
    AtLeast(String),
    Below(String),
    AtMost(String),
}

impl Operator {
    /// The contrary, where one is written as easily.
    pub(crate) fn negated(&self) -> Option<Self> {
        match self.clone() {
            Self::Above(value) => Some(Self::AtMost(value)),
            Self::AtLeast(value) => Some(Self::Below(value)),
            Self::Below(value) => Some(Self::AtLeast(value)),
            Self::AtMost(value) => Some(Self::Above(value)),
            Self::NotNull | Self::In(_) => None,
        }
    }

    /// Whether a row of which this holds fulfils the other one, as PostgreSQL would prove it.
    pub(crate) fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::In(values), Self::In(others)) => values.iter().all(|value| others.contains(value)),
            (Self::In(values), _) => values.iter().all(|value| {
                Self::AtMost(value.clone()).implies(other) || Self::AtLeast(value.clone()).implies(other)
            }),
            (Self::Above(own), Self::Above(value)) | (Self::AtLeast(own), Self::AtLeast(value)) => {
                is_ordered(value, own, true)
            }
            (Self::Above(own), Self::AtLeast(value)) => is_ordered(value, own, true),
            (Self::AtLeast(own), Self::Above(value)) => is_ordered(value, own, false),
            (Self::Below(own), Self::Below(value)) | (Self::AtMost(own), Self::AtMost(value)) => {
                is_ordered(own, value, true)
            }
            (Self::Below(own), Self::AtMost(value)) => is_ordered(own, value, true),
            (Self::AtMost(own), Self::Below(value)) => is_ordered(own, value, false),
            _ => self == other,
        }
    }
}

/// Whether a literal is below another, as far as that shows: numbers, and dates and times in ISO 8601's order.
fn is_ordered(low: &str, high: &str, or_equal: bool) -> bool {
    if low == high {
        return or_equal;
    }
    if let (Ok(low), Ok(high)) = (low.parse::<f64>(), high.parse::<f64>()) {
        return low < high;
    }
    is_date(low) && is_date(high) && low < high
}

/// `'2027-01-01'`, with a time or without.
fn is_date(literal: &str) -> bool {
    let text = literal.trim_matches('\'').as_bytes();
    text.len() >= 10
        && text[4] == b'-'
        && text[7] == b'-'
        && text[..4].iter().chain(&text[5..7]).chain(&text[8..10]).all(u8::is_ascii_digit)
        && text[10..].iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b' ' | b'.'))
}
