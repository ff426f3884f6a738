//! Provider configurations: the `provider` blocks of a stack.

use std::fmt::{self, Display, Formatter};

use crate::{Block, ProviderSource};

/// The configuration of a provider before it is added to a stack.
pub trait Provider {
    /// The provider that is configured.
    fn provider_source(&self) -> ProviderSource;

    /// The arguments set.
    fn into_block(self) -> Block;
}

/// A provider configuration that is in a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderReference {
    pub(crate) name: String,
    pub(crate) alias: Option<String>,
}

impl Display for ProviderReference {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        match &self.alias {
            Some(alias) => write!(formatter, ".{alias}"),
            None => Ok(()),
        }
    }
}
