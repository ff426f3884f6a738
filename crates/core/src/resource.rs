//! What can be added to a stack: resources and data sources, typed or raw.

use std::borrow::Cow;

use crate::{Address, Block, Expr, Json, Kind, Lifecycle, ProviderReference};

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

/// A resource or data source before it is added to a stack.
///
/// Bindings implement the required methods; the provided ones are Terraform's meta-arguments and the hatch [`set`].
///
/// [`set`]: Resource::set
pub trait Resource: Sized {
    /// What [`Stack::add`](crate::Stack::add) returns: one method per attribute.
    type Ref: From<Reference>;

    /// Resource or data source.
    fn kind(&self) -> Kind;

    /// The type, such as `aws_lambda_alias`.
    fn type_name(&self) -> Cow<'static, str>;

    /// The provider that serves the type.
    fn provider_source(&self) -> ProviderSource;

    /// The arguments set so far.
    fn block_mut(&mut self) -> &mut Block;

    /// Sets any argument, also one that the binding does not have. Text is literal.
    #[must_use]
    #[track_caller]
    fn set(mut self, argument: impl Into<Cow<'static, str>>, value: impl Into<Json>) -> Self {
        self.block_mut().set(argument, value);
        self
    }

    /// Makes Terraform wait for another resource or data source that no argument refers to.
    #[must_use]
    #[track_caller]
    fn depends_on(mut self, on: &impl AsRef<Reference>) -> Self {
        let address = Json::bare(on.as_ref().address().to_string());
        let block = self.block_mut();
        match block.get_mut("depends_on") {
            Some(Json::Array(addresses)) => addresses.push(address),
            _ => block.set("depends_on", Json::Array(vec![address])),
        }
        self
    }

    /// Chooses a provider configuration other than the default one.
    #[must_use]
    #[track_caller]
    fn provider(mut self, provider: &ProviderReference) -> Self {
        self.block_mut().set("provider", Json::bare(provider.to_string()));
        self
    }

    /// Changes how Terraform creates, replaces and destroys this object.
    #[must_use]
    #[track_caller]
    fn lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.block_mut().nest("lifecycle", lifecycle.into_block());
        self
    }

    /// Permits a literal in a sensitive argument, where it lands in version control and in plain view. The reason is
    /// for the reader of the source; it is not written anywhere.
    #[must_use]
    #[track_caller]
    fn allow_plain_secret(mut self, argument: &str, reason: &str) -> Self {
        let _ = reason;
        self.block_mut().allow_plain(argument);
        self
    }

    /// Excepts this object from a [`Rule`](crate::Rule) of the program, such as `open-ingress`. The reason is for the
    /// reader of the source and must not be empty. A waiver that nothing needs is a finding, so that none outlives its
    /// cause.
    #[must_use]
    #[track_caller]
    fn waive(mut self, rule: &str, reason: &str) -> Self {
        self.block_mut().waive(rule, reason);
        self
    }
}

/// A resource or data source that is in a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    address: Address,
}

impl Reference {
    pub(crate) const fn new(address: Address) -> Self {
        Self { address }
    }

    /// Where it is.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Any attribute, also one that the binding does not have.
    #[must_use]
    pub fn attribute<T>(&self, name: &str) -> Expr<T> {
        Expr::postfix(&self.address.attribute(name))
    }

    /// The object as a whole.
    #[must_use]
    pub fn object(&self) -> Expr<Json> {
        Expr::postfix(&[&self.address.to_string()])
    }
}

impl AsRef<Self> for Reference {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// A resource or data source of any type: the hatch for types without a binding.
#[derive(Clone, Debug)]
pub struct Raw {
    kind: Kind,
    type_name: Cow<'static, str>,
    source: Cow<'static, str>,
    block: Block,
}

impl Raw {
    /// A resource of a type such as `aws_sqs_queue`.
    pub fn new(type_name: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: Kind::Resource, type_name: type_name.into(), source: "".into(), block: Block::new() }
    }

    /// A data source of a type such as `aws_region`.
    pub fn data(type_name: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: Kind::Data, ..Self::new(type_name) }
    }

    /// Names the provider's source address, such as `cloudflare/cloudflare`, where it is not `hashicorp/<prefix>` and
    /// the stack does not require it already.
    #[must_use]
    pub fn from_provider(mut self, source: impl Into<Cow<'static, str>>) -> Self {
        self.source = source.into();
        self
    }

    /// Sets a nested block that occurs at most once.
    #[must_use]
    #[track_caller]
    pub fn nest(mut self, name: impl Into<Cow<'static, str>>, block: Block) -> Self {
        self.block.nest(name, block);
        self
    }

    /// Adds one more nested block of a kind that may repeat.
    #[must_use]
    #[track_caller]
    pub fn push(mut self, name: impl Into<Cow<'static, str>>, block: Block) -> Self {
        self.block.push(name, block);
        self
    }
}

impl Resource for Raw {
    type Ref = Reference;

    fn kind(&self) -> Kind {
        self.kind
    }

    fn type_name(&self) -> Cow<'static, str> {
        self.type_name.clone()
    }

    fn provider_source(&self) -> ProviderSource {
        let prefix = self.type_name.split('_').next().unwrap_or_default();
        ProviderSource { name: prefix.to_owned().into(), source: self.source.clone(), version: "".into() }
    }

    fn block_mut(&mut self) -> &mut Block {
        &mut self.block
    }
}
