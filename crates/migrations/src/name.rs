//! Names of tables and other objects, as PostgreSQL folds them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name that may have a schema. `public` is the schema where none is written, as in a database's default search path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The schema, if it is written and is not `public`.
    pub schema: Option<String>,
    /// The name within the schema.
    pub name: String,
}

impl Name {
    /// A name in the default schema.
    #[must_use]
    pub fn plain(name: &str) -> Self {
        Self { schema: None, name: name.to_owned() }
    }

    /// A name as it is written, from its parts: the last is the name, the one before it the schema. `public` stays
    /// until [`Schema::resolve`](crate::Schema) knows that nothing else has the name.
    #[must_use]
    pub fn from_parts(mut parts: Vec<String>) -> Option<Self> {
        let name = parts.pop()?;
        Some(Self { schema: parts.pop(), name })
    }

    /// The name in the default schema if it is in `public`.
    #[must_use]
    pub fn without_public(&self) -> Self {
        Self { schema: self.schema.clone().filter(|schema| schema != "public"), name: self.name.clone() }
    }

    /// The name as ownership files write it: `shuls` or `zmanim.times`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once('.') {
            Some(("public", name)) => Self::plain(name),
            Some((schema, name)) => Self { schema: Some(schema.to_owned()), name: name.to_owned() },
            None => Self::plain(text),
        }
    }

    /// Another name in the same schema, which is what `RENAME TO` makes.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Self {
        Self { schema: self.schema.clone(), name: name.to_owned() }
    }

    /// The same name in another schema, which is what `SET SCHEMA` makes.
    #[must_use]
    pub fn moved(&self, schema: &str) -> Self {
        let schema = Some(schema.to_owned()).filter(|schema| schema != "public");
        Self { schema, name: self.name.clone() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(formatter, "{schema}.{}", self.name),
            None => formatter.write_str(&self.name),
        }
    }
}
