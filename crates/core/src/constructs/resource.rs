//! What can be added to a stack: resources, data sources and all else that has an address, typed or raw.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::constructs::dependencies::wait_for;
use crate::{
    Block, Collection, Connection, Dependencies, Instances, Json, Kind, Lifecycle, Override,
    ProviderReference, ProviderSource, Provisioner, Reference, Value,
};

/// A resource, data source, ephemeral resource, module call, action or list block before it is added to a stack.
///
/// Bindings implement the required methods; the provided ones are Terraform's meta-arguments and the hatch [`set`].
///
/// [`set`]: Resource::set
pub trait Resource: Sized {
    /// What [`Stack::add`](crate::Stack::add) returns: one method per attribute.
    type Ref: From<Reference>;

    /// What it is.
    fn kind(&self) -> Kind;

    /// The type, such as `aws_lambda_alias`; empty for a module call.
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

    /// Makes Terraform wait for something else in the stack that no argument refers to: a resource, a data source, a
    /// module, another stack's state (`Stack::state_of`), several of them, or all in a scope (`Stack::within`).
    #[must_use]
    #[track_caller]
    fn depends_on(mut self, on: impl Dependencies) -> Self {
        wait_for(self.block_mut(), on);
        self
    }

    /// Makes as many objects as Terraform finds the number to be. [`count()`](crate::count()) brings the position too.
    #[must_use]
    #[track_caller]
    fn count(self, count: impl Into<Value<f64>>) -> Repeated<Self, f64> {
        Repeated::by(self, "count", count.into().into_json())
    }

    /// Makes an object for each element of a collection. [`for_each()`](crate::for_each()) brings the element too.
    #[must_use]
    #[track_caller]
    fn for_each<C: Collection>(self, collection: C) -> Repeated<Self, String> {
        Repeated::by(self, "for_each", collection.into_keyed())
    }

    /// Lets something run after the object is created, or before it is destroyed; in the order of the calls.
    #[must_use]
    #[track_caller]
    fn provisioner(mut self, provisioner: Provisioner) -> Self {
        self.block_mut().push_provisioner(provisioner);
        self
    }

    /// Says how provisioners reach the object, unless they say so themselves.
    #[must_use]
    #[track_caller]
    fn connection(mut self, connection: Connection) -> Self {
        self.block_mut().nest("connection", connection.into_block());
        self
    }

    /// Chooses a provider configuration other than the default one; `None` is that.
    #[must_use]
    #[track_caller]
    fn provider<'p>(mut self, provider: impl Into<Option<&'p ProviderReference>>) -> Self {
        if let Some(provider) = provider.into() {
            self.block_mut().set("provider", provider.bare());
        }
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

    /// Says that this resource had another logical name before, so that it is not replaced: a `moved` block. The name
    /// is the whole one, scopes included. For a scope of many there is
    /// [`Stack::moved_scope`](crate::Stack::moved_scope).
    #[must_use]
    #[track_caller]
    fn moved_from(mut self, name: &str) -> Self {
        self.block_mut().was_called(name);
        self
    }

    /// Changes what will be written of this object, when everything else about the program is settled, aspects
    /// included: the hatch for what neither the binding nor [`set`](Resource::set) can say.
    #[must_use]
    fn overridden(mut self, change: Override) -> Self {
        self.block_mut().change_later(change);
        self
    }

    /// Excepts this object from a [`Rule`](crate::Rule) of the program, such as `open-ingress`. The reason is for the
    /// reader of the source and must not be empty. A waiver that nothing needs is a diagnostic, so that none outlives its
    /// cause.
    #[must_use]
    #[track_caller]
    fn waive(mut self, rule: &str, reason: &str) -> Self {
        self.block_mut().waive(rule, reason);
        self
    }
}

/// A resource, data source or ephemeral resource of any type: the hatch for types without a binding.
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

    /// An ephemeral resource of a type such as `aws_secretsmanager_secret_version` (Terraform 1.10, OpenTofu 1.11).
    pub fn ephemeral(type_name: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: Kind::Ephemeral, ..Self::new(type_name) }
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

    /// Says how long the provider may take, for operations such as `create`: `30m`, `1h30m`.
    #[must_use]
    #[track_caller]
    pub fn timeouts<'a>(mut self, timeouts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut block = Block::new();
        timeouts.into_iter().for_each(|(operation, time)| block.set(operation.to_owned(), time));
        self.block.nest("timeouts", block);
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
        ProviderSource { source: self.source.clone(), ..ProviderSource::of_type(&self.type_name) }
    }

    fn block_mut(&mut self) -> &mut Block {
        &mut self.block
    }
}

/// A block with `count` (`K` is `f64`) or `for_each` (`K` is `String`), before it is added to a stack.
#[derive(Clone, Debug)]
pub struct Repeated<R, K> {
    resource: R,
    key: PhantomData<fn() -> K>,
}

impl<R: Resource, K> Repeated<R, K> {
    #[track_caller]
    pub(crate) fn by(mut resource: R, argument: &'static str, value: Json) -> Self {
        resource.block_mut().set(argument, value);
        Self { resource, key: PhantomData }
    }
}

impl<R: Resource, K> Resource for Repeated<R, K> {
    type Ref = Instances<R::Ref, K>;

    fn kind(&self) -> Kind {
        self.resource.kind()
    }

    fn type_name(&self) -> Cow<'static, str> {
        self.resource.type_name()
    }

    fn provider_source(&self) -> ProviderSource {
        self.resource.provider_source()
    }

    fn block_mut(&mut self) -> &mut Block {
        self.resource.block_mut()
    }
}
