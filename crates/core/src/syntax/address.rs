//! Terraform addresses of what is in a stack, and the names in them.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// What kind of thing has an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A managed resource: `aws_lambda_alias.live`.
    Resource,
    /// A data source: `data.aws_region.current`.
    Data,
    /// A value that is opened for one run and never stored: `ephemeral.aws_secretsmanager_secret_version.password`.
    Ephemeral,
    /// A module call: `module.network`. It has no type.
    Module,
    /// What a provider does beside the resources: `action.aws_lambda_invoke.warm_up`.
    Action,
    /// A search for objects that exist: `list.aws_instance.all`. It stands in a document of its own.
    List,
}

impl Kind {
    /// What people call it.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Data => "data source",
            Self::Ephemeral => "ephemeral resource",
            Self::Module => "module",
            Self::Action => "action",
            Self::List => "list block",
        }
    }
}

/// The address of a block within its stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// What has the address.
    pub kind: Kind,
    /// The type, such as `aws_lambda_alias`; empty for a module.
    pub type_name: Cow<'static, str>,
    /// The logical name, such as `orders_live`.
    pub name: Arc<str>,
}

impl Address {
    /// What stands before the type in a reference.
    const fn prefix(&self) -> &'static str {
        match self.kind {
            Kind::Resource => "",
            Kind::Data => "data.",
            Kind::Ephemeral => "ephemeral.",
            Kind::Module => "module.",
            Kind::Action => "action.",
            Kind::List => "list.",
        }
    }

    /// What stands between the type and the name.
    fn separator(&self) -> &'static str {
        if self.type_name.is_empty() { "" } else { "." }
    }

    /// The parts of a reference to an attribute; not formatted, since programs make so many.
    pub(crate) fn attribute<'a>(&'a self, name: &'a str) -> [&'a str; 6] {
        [self.prefix(), &self.type_name, self.separator(), &self.name, ".", name]
    }
}

impl Display for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}{}{}", self.prefix(), self.type_name, self.separator(), self.name)
    }
}

/// Whether Terraform takes a text as a name: a letter or underscore, then letters, digits, underscores and hyphens
/// (HCL native syntax specification, "Identifiers").
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if name.bytes().all(is_plain) {
        return name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    }
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && characters.all(|next| next == '-' || unicode_ident::is_xid_continue(next))
}

/// What to write instead of a name that Terraform refuses.
pub(crate) fn identifier_hint(name: &str) -> String {
    let mut near: String = name
        .chars()
        .map(
            |character| {
                if character == '-' || unicode_ident::is_xid_continue(character) { character } else { '_' }
            },
        )
        .collect();
    if !near.starts_with(|first| first == '_' || unicode_ident::is_xid_start(first)) {
        near.insert(0, '_');
    }
    format!(
        "a name is a letter or underscore, then letters, digits, underscores and hyphens, for example `{near}`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_in_terraform() {
        let data = Address { kind: Kind::Data, type_name: "aws_region".into(), name: "current".into() };
        assert_eq!(data.to_string(), "data.aws_region.current");
        let module = Address { kind: Kind::Module, type_name: "".into(), name: "network".into() };
        assert_eq!(module.to_string(), "module.network");
    }

    #[test]
    fn names_that_terraform_refuses_are_known() {
        assert!(is_identifier("_a-b1") && is_identifier("größe"));
        assert!(!is_identifier("") && !is_identifier("1a") && !is_identifier("a b") && !is_identifier("-a"));
        assert!(identifier_hint("1 a").ends_with("`_1_a`"));
    }
}
