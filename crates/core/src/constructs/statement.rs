//! What a stack says about its state: `import`, `moved` and `removed` blocks.

use crate::{Block, Collection, Each, Json, Object, ProviderReference, Provisioner, StateAddress, Value};

/// An `import` block: takes an object that exists into the state, with the next apply (Terraform 1.5, OpenTofu 1.6).
#[derive(Clone, Debug)]
pub struct Import {
    pub(crate) block: Block,
}

impl Import {
    /// The object with an id becomes what stands at a place.
    #[must_use]
    #[track_caller]
    pub fn id(to: impl Into<StateAddress>, id: impl Into<Value<String>>) -> Self {
        Self::of(to.into()).with("id", id.into())
    }

    /// The object with an identity, such as `{"bucket": "pages"}`, becomes what stands at a place (Terraform 1.12).
    /// Which attributes an identity has is part of the provider's schema.
    #[must_use]
    #[track_caller]
    pub fn identity(to: impl Into<StateAddress>, identity: impl Into<Value<Json>>) -> Self {
        Self::of(to.into()).with("identity", identity.into())
    }

    /// An object for each element of a collection (Terraform and OpenTofu 1.7):
    /// `Import::for_each(ids, |id| Import::id(&buckets.at(id.key()), id.value()))`.
    #[must_use]
    #[track_caller]
    pub fn for_each<C: Collection>(collection: C, one: impl FnOnce(Each<C::Item>) -> Self) -> Self {
        one(Each::new("each")).with("for_each", collection.into_keyed())
    }

    /// Chooses a provider configuration for reading the object.
    #[must_use]
    #[track_caller]
    pub fn provider(self, provider: &ProviderReference) -> Self {
        self.with("provider", provider.bare())
    }

    #[track_caller]
    fn of(to: StateAddress) -> Self {
        Self { block: Block::new() }.with("to", to.into_json())
    }

    #[track_caller]
    fn with(mut self, argument: &'static str, value: impl Into<Json>) -> Self {
        self.block.set(argument, value);
        self
    }
}

/// A `removed` block: Terraform forgets what was at a place, and destroys it or leaves it be (Terraform and OpenTofu
/// 1.7).
#[derive(Clone, Debug)]
pub struct Removed {
    pub(crate) block: Block,
}

impl Removed {
    /// Forgets a resource or a whole module, and leaves the objects as they are.
    #[must_use]
    #[track_caller]
    pub fn keep(from: impl Into<StateAddress>) -> Self {
        Self::of(from.into(), false)
    }

    /// Destroys a resource or a whole module. That is what leaving it out does; this says it is meant, and may run
    /// provisioners.
    #[must_use]
    #[track_caller]
    pub fn destroy(from: impl Into<StateAddress>) -> Self {
        Self::of(from.into(), true)
    }

    /// Runs before an object is destroyed (Terraform 1.9, OpenTofu 1.10). It must be one that runs on destroy.
    #[must_use]
    #[track_caller]
    pub fn provisioner(mut self, provisioner: Provisioner) -> Self {
        self.block.push_provisioner(provisioner);
        self
    }

    #[track_caller]
    fn of(from: StateAddress, destroy: bool) -> Self {
        let mut block = Block::new();
        block.set("from", from.into_json());
        block.set_within("lifecycle", "destroy", destroy);
        Self { block }
    }
}

/// What a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StatementKind {
    Import,
    Moved,
    Removed,
}

impl StatementKind {
    /// The name of the blocks.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Moved => "moved",
            Self::Removed => "removed",
        }
    }
}

/// An `import`, `moved` or `removed` block of a stack.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) kind: StatementKind,
    pub(crate) object: Object,
}

impl Statement {
    /// An address in it.
    pub(crate) fn address(&self, argument: &str) -> Option<StateAddress> {
        match self.object.block.get(argument) {
            Some(Json::String(text) | Json::Template(text)) => Some(StateAddress::from(&**text)),
            _ => None,
        }
    }
}
