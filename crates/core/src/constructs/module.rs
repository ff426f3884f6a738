//! Module calls: other people's Terraform modules inside a stack.

use std::borrow::Cow;

use crate::{Block, Json, Kind, ProviderReference, ProviderSource, Reference, Resource};

/// Names that arguments of a module call have, so that no variable can have them.
pub(crate) const RESERVED: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

/// A `module` block: a call of a module, with its inputs.
///
/// `stack.add("network", Module::new("./network").input("cidr", "10.0.0.0/16"))` returns a [`Reference`], whose
/// attributes are the module's outputs. `count`, `for_each` and `depends_on` are those of every [`Resource`].
/// `bindings module` makes a type of its own for a module, which knows its variables and outputs.
#[derive(Clone, Debug)]
pub struct Module {
    block: Block,
}

impl Module {
    /// A module at a source: a folder (`./network`, relative to the folder of the synthesized stack), an address in a
    /// registry (`terraform-aws-modules/vpc/aws`), or anything else that `terraform init` can fetch
    /// (`git::https://example.com/network.git?ref=v1.2.0`). An expression can be in it for Terraform from 1.15 and
    /// OpenTofu from 1.8 on, if the stack's target says that this is what reads it.
    #[must_use]
    #[track_caller]
    pub fn new(source: &str) -> Self {
        let mut block = Block::new();
        block.set("source", crate::block::text::template(source));
        Self { block }
    }

    /// A module of a registry, in versions that a constraint allows, such as `~> 5.1`.
    #[must_use]
    #[track_caller]
    pub fn registry(source: &str, version: &str) -> Self {
        let mut module = Self::new(source);
        module.block.set("version", crate::block::text::template(version));
        module
    }

    /// A module in a git repository, at a tag, branch or commit.
    #[must_use]
    #[track_caller]
    pub fn git(url: &str, revision: &str) -> Self {
        // Both forms of `url?ref=` are Terraform's: "Module Sources", "Generic Git Repository".
        let separator = if url.contains('?') { '&' } else { '?' };
        Self::new(&format!("git::{url}{separator}ref={revision}"))
    }

    /// Sets one of the module's input variables.
    #[must_use]
    #[track_caller]
    pub fn input(mut self, variable: impl Into<Cow<'static, str>>, value: impl Into<Json>) -> Self {
        let variable = variable.into();
        let value = match RESERVED.contains(&&*variable) {
            false => value.into(),
            // Terraform would take it for the call's own.
            true => Json::Invalid(
                format!(
                    "`{variable}` is an argument of the module call itself, and no variable can have the name"
                )
                .into(),
            ),
        };
        self.block.set(variable, value);
        self
    }

    /// Gives the module a provider configuration, under the name that it has within the module: `aws`, or `aws.east`
    /// for an alias that the module declares.
    #[must_use]
    #[track_caller]
    pub fn with_provider(mut self, name: &str, provider: &ProviderReference) -> Self {
        self.block.add_provider(name, provider);
        self
    }
}

impl Resource for Module {
    type Ref = Reference;

    fn kind(&self) -> Kind {
        Kind::Module
    }

    fn type_name(&self) -> Cow<'static, str> {
        "".into()
    }

    fn provider_source(&self) -> ProviderSource {
        ProviderSource { name: "".into(), source: "".into(), version: "".into() }
    }

    fn block_mut(&mut self) -> &mut Block {
        &mut self.block
    }
}
