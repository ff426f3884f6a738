//! Which provider a block is of, and which of its configurations it uses.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use crate::block::stack_set::StackSet;
use crate::{Block, Expr, Json};

/// The provider that a binding was generated from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSource {
    /// The local name, such as `aws`.
    pub name: Cow<'static, str>,
    /// The source address, such as `hashicorp/aws`; empty if only Terraform's default (`hashicorp/<name>`) is known.
    pub source: Cow<'static, str>,
    /// The version constraint that stacks get unless they require another one; empty for any version.
    pub version: Cow<'static, str>,
}

impl ProviderSource {
    /// The provider that Terraform takes a type for by its name: the first word of it, in any version.
    #[must_use]
    pub fn of_type(type_name: &str) -> Self {
        let prefix = type_name.split('_').next().unwrap_or_default();
        Self { name: prefix.to_owned().into(), source: "".into(), version: "".into() }
    }
}

/// A provider configuration that is in a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderReference {
    pub(crate) name: String,
    pub(crate) alias: Option<String>,
    /// The key of one configuration of several, as HCL.
    pub(crate) key: Option<String>,
    /// The stack that it is in, and those that its key refers into.
    pub(crate) stacks: StackSet,
}

impl ProviderReference {
    /// The reference as it stands in `provider`.
    pub(crate) fn bare(&self) -> Json {
        Json::bare_from(self.to_string(), self.stacks)
    }
}

impl Display for ProviderReference {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if let Some(alias) = &self.alias {
            write!(formatter, ".{alias}")?;
        }
        match &self.key {
            Some(key) => write!(formatter, "[{key}]"),
            None => Ok(()),
        }
    }
}

/// Configurations of a provider that OpenTofu makes for each element of a collection.
#[derive(Clone, Debug)]
pub struct ProviderInstances {
    pub(crate) reference: ProviderReference,
}

impl ProviderInstances {
    /// The configuration under a key, which is often `each.key` of a resource.
    #[must_use]
    pub fn at(&self, key: &Expr<String>) -> ProviderReference {
        ProviderReference {
            key: Some(key.hcl().to_owned()),
            stacks: self.reference.stacks.and(key.stacks()),
            ..self.reference.clone()
        }
    }
}

impl Block {
    /// Adds a provider configuration to those that a module call passes on.
    #[track_caller]
    pub(crate) fn add_provider(&mut self, name: &str, provider: &ProviderReference) {
        let entry = (Cow::Owned(name.to_owned()), provider.bare());
        match self.get_mut("providers") {
            Some(Json::Object(providers)) => providers.push(entry),
            _ => self.set("providers", Json::Object(vec![entry])),
        }
    }
}
