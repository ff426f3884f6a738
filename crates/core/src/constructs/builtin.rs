//! `terraform_data`: the resource that is built into Terraform, without any provider to install.

use std::borrow::Cow;

use crate::{Block, Expr, IntoValue, Json, Kind, ProviderSource, Reference, Resource};

/// The resource `terraform_data` (Terraform 1.4, OpenTofu 1.6): keeps a value, and is replaced when others change.
#[derive(Clone, Debug, Default)]
pub struct TerraformData {
    block: Block,
}

/// A `terraform_data` that is in a stack.
#[derive(Clone, Debug)]
pub struct TerraformDataRef {
    reference: Reference,
}

impl TerraformData {
    /// Nothing is required.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Argument `input`: a value of any type that is stored, and comes out as `output` after an apply.
    #[must_use]
    #[track_caller]
    pub fn input(mut self, value: impl IntoValue) -> Self {
        self.block.set("input", value.into_value().into_json());
        self
    }

    /// Argument `triggers_replace`: a value of any type, whose change replaces the object.
    #[must_use]
    #[track_caller]
    pub fn triggers_replace(mut self, value: impl IntoValue) -> Self {
        self.block.set("triggers_replace", value.into_value().into_json());
        self
    }
}

impl Resource for TerraformData {
    type Ref = TerraformDataRef;

    fn kind(&self) -> Kind {
        Kind::Resource
    }

    fn type_name(&self) -> Cow<'static, str> {
        "terraform_data".into()
    }

    fn provider_source(&self) -> ProviderSource {
        ProviderSource::of_type("terraform_data")
    }

    fn block_mut(&mut self) -> &mut Block {
        &mut self.block
    }
}

impl From<Reference> for TerraformDataRef {
    fn from(reference: Reference) -> Self {
        Self { reference }
    }
}

impl AsRef<Reference> for TerraformDataRef {
    fn as_ref(&self) -> &Reference {
        &self.reference
    }
}

impl TerraformDataRef {
    /// Attribute `id`: text that is unique to the object.
    #[must_use]
    pub fn id(&self) -> Expr<String> {
        self.reference.attribute("id")
    }

    /// Attribute `input`: what was given.
    #[must_use]
    pub fn input(&self) -> Expr<Json> {
        self.reference.attribute("input")
    }

    /// Attribute `output`: what was given, once it is applied.
    #[must_use]
    pub fn output(&self) -> Expr<Json> {
        self.reference.attribute("output")
    }

    /// Attribute `triggers_replace`: what was given.
    #[must_use]
    pub fn triggers_replace(&self) -> Expr<Json> {
        self.reference.attribute("triggers_replace")
    }
}
