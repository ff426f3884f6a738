//! Types of columns, and which of them can become which without a rewrite.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A type, by its canonical name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataType {
    /// The name as PostgreSQL's catalog shows it: `character varying`, `integer`.
    pub base: String,
    /// Length, or precision and scale.
    pub modifiers: Vec<u32>,
    /// Whether it is an array.
    pub array: bool,
}

/// What a change of type does to a live table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeChange {
    /// The catalog changes, nothing else.
    Free,
    /// Rows stay as they are, but are all read under the lock.
    Checks,
    /// Rows and indexes are written anew under the lock.
    Rewrites,
}

impl DataType {
    /// Reads a type from its words, such as `varchar ( 50 )` or `timestamp with time zone`.
    #[must_use]
    pub fn from_words(words: &[String]) -> Self {
        let open = words.iter().position(|word| word == "(");
        let close = words.iter().position(|word| word == ")");
        let (mut outside, modifiers) = match (open, close) {
            (Some(open), Some(close)) if open < close => {
                let modifiers = words[open + 1..close].iter().filter_map(|word| word.parse().ok()).collect();
                ([&words[..open], &words[close + 1..]].concat(), modifiers)
            }
            _ => (words.to_vec(), Vec::new()),
        };
        let array = outside.iter().any(|word| word == "[" || word == "array");
        if let Some(end) = outside.iter().position(|word| word == "[" || word == "array") {
            outside.truncate(end);
        }
        if outside.len() > 2 && outside[0] == "pg_catalog" {
            outside.drain(..2);
        }
        Self { base: canonical(&outside), modifiers, array }
    }

    /// Whether a column of this type makes a sequence of its own.
    #[must_use]
    pub fn is_serial(&self) -> bool {
        matches!(self.base.as_str(), "serial" | "bigserial" | "smallserial")
    }

    /// What it takes to change a column to another type. The lists are those of PostgreSQL's type coercion
    /// functions (varchar, numeric, varbit, interval, timestamp: `src/backend/utils/adt`, "support functions") and its binary coercible casts
    /// (`pg_cast.castmethod = 'b'`).
    #[must_use]
    pub fn change_to(&self, new: &Self) -> TypeChange {
        if self == new {
            return TypeChange::Free;
        }
        if self.array != new.array {
            return TypeChange::Rewrites;
        }
        let (old_base, new_base) = (self.base.as_str(), new.base.as_str());
        let limit = |modifiers: &[u32]| modifiers.first().copied().unwrap_or(u32::MAX);
        let grows = limit(&new.modifiers) >= limit(&self.modifiers);
        match (old_base, new_base) {
            ("character varying", "text") => TypeChange::Free,
            ("text", "character varying") if new.modifiers.is_empty() => TypeChange::Free,
            ("character varying", "character varying") | ("bit varying", "bit varying") if grows => {
                TypeChange::Free
            }
            ("numeric", "numeric") => {
                let scale = |modifiers: &[u32]| modifiers.get(1).copied().unwrap_or(0);
                let same_scale = scale(&new.modifiers) == scale(&self.modifiers);
                if new.modifiers.is_empty() || (!self.modifiers.is_empty() && grows && same_scale) {
                    TypeChange::Free
                } else {
                    TypeChange::Rewrites
                }
            }
            (
                "timestamp without time zone"
                | "timestamp with time zone"
                | "time without time zone"
                | "time with time zone"
                | "interval",
                same,
            ) if same == old_base && limit(&new.modifiers).min(6) >= limit(&self.modifiers).min(6) => {
                TypeChange::Free
            }
            ("cidr", "inet") => TypeChange::Free,
            ("xml", "text" | "character varying") if new.modifiers.is_empty() => TypeChange::Free,
            _ => TypeChange::Rewrites,
        }
    }

    /// Whether code that reads or writes the old type works with the new one: text stays text. Everything else
    /// changes the type's identifier, which prepared statements and typed drivers see.
    #[must_use]
    pub fn is_compatible_with(&self, new: &Self) -> bool {
        let is_text = |base: &str| matches!(base, "character varying" | "text");
        self.array == new.array && (self.base == new.base || (is_text(&self.base) && is_text(&new.base)))
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.base)?;
        if !self.modifiers.is_empty() {
            let modifiers: Vec<String> = self.modifiers.iter().map(u32::to_string).collect();
            write!(formatter, "({})", modifiers.join(","))?;
        }
        if self.array { formatter.write_str("[]") } else { Ok(()) }
    }
}

fn canonical(words: &[String]) -> String {
    let joined = words.join(" ");
    let name = match joined.as_str() {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "serial4" => "serial",
        "serial8" => "bigserial",
        "serial2" => "smallserial",
        "varchar"
        | "char varying"
        | "nchar varying"
        | "national character varying"
        | "national char varying" => "character varying",
        "char" | "bpchar" | "nchar" | "national character" | "national char" => "character",
        "bool" => "boolean",
        "decimal" | "dec" => "numeric",
        "float8" | "float" | "double precision" => "double precision",
        "float4" => "real",
        "timestamptz" => "timestamp with time zone",
        "timestamp" => "timestamp without time zone",
        "timetz" => "time with time zone",
        "time" => "time without time zone",
        "varbit" => "bit varying",
        other => return other.replace(" . ", "."),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> DataType {
        DataType::from_words(&text.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn spellings_are_one_type() {
        assert_eq!(parse("varchar ( 50 )"), parse("character varying ( 50 )"));
        assert_eq!(parse("timestamp with time zone"), parse("timestamptz"));
        assert_eq!(parse("timestamp ( 3 ) with time zone"), parse("timestamptz ( 3 )"));
        assert_eq!(parse("int [ ]").to_string(), "integer[]");
    }

    #[test]
    fn text_can_grow_for_free() {
        let change = |old: &str, new: &str| parse(old).change_to(&parse(new));
        assert_eq!(change("varchar ( 50 )", "varchar ( 100 )"), TypeChange::Free);
        assert_eq!(change("varchar ( 50 )", "text"), TypeChange::Free);
        assert_eq!(change("varchar ( 50 )", "varchar ( 20 )"), TypeChange::Rewrites);
        assert_eq!(change("int", "bigint"), TypeChange::Rewrites);
        assert_eq!(change("numeric ( 10 , 2 )", "numeric ( 12 , 2 )"), TypeChange::Free);
        assert_eq!(change("numeric ( 10 , 2 )", "numeric ( 12 , 4 )"), TypeChange::Rewrites);
    }
}
