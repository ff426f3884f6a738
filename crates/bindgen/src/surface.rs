//! What generated code is called and takes, for whoever writes Rust that uses it.

use formwork_schema::{Attribute, BlockSchema, Catalogue, CatalogueError, NestedBlock, ShapeId};

use crate::kind::Kind;
use crate::shapes::Shapes;
use crate::{names, reading, render};

/// The Rust types of one binding, besides its own.
pub struct TypeNames {
    shapes: Shapes,
}

impl TypeNames {
    /// The types of a resource, data source or ephemeral resource, whose own type is `rust`.
    ///
    /// # Errors
    /// Fails if the catalogue is damaged.
    pub fn of(rust: &str, block: &BlockSchema, catalogue: &Catalogue) -> Result<Self, CatalogueError> {
        let own = [rust.to_owned(), format!("{rust}Ref"), format!("{rust}Args")];
        Ok(Self { shapes: Shapes::of(block, own, catalogue)? })
    }

    /// The types of the configuration of a provider.
    ///
    /// # Errors
    /// Fails if the catalogue is damaged.
    pub fn of_provider(block: &BlockSchema, catalogue: &Catalogue) -> Result<Self, CatalogueError> {
        Ok(Self { shapes: Shapes::of(block, ["Provider".to_owned()], catalogue)? })
    }

    /// The type of nested blocks of a shape.
    #[must_use]
    pub fn block(&self, shape: ShapeId) -> &str {
        self.shapes.block(shape)
    }
}

/// Whether what `new` takes has names, in an `…Args` literal.
#[must_use]
pub fn has_args(block: &BlockSchema) -> bool {
    render::has_args(block)
}

/// Whether an attribute is a list whose objects are read one by one, by their position.
#[must_use]
pub fn is_read_by_position(attribute: &Attribute) -> bool {
    reading::keys_by_position(attribute).is_some()
}

/// Whether a nested block is there once, so that its setter replaces it rather than adding one.
#[must_use]
pub fn is_single(nested: &NestedBlock) -> bool {
    render::is_single(nested)
}

/// The part of a type's name behind the provider's: `s3_bucket` of `aws_s3_bucket`.
#[must_use]
pub fn stem<'a>(provider: &str, type_name: &'a str) -> &'a str {
    names::stem(provider, type_name)
}

/// The Rust type for `lambda_function`: `LambdaFunction`.
#[must_use]
pub fn type_name(stem: &str) -> String {
    names::type_name(stem)
}

/// The method or field for an argument.
#[must_use]
pub fn method_name(argument: &str) -> String {
    names::method_name(argument)
}

/// The module and file for a type without its provider's prefix.
#[must_use]
pub fn module_name(stem: &str) -> String {
    names::module_name(stem)
}

/// The module that types of a kind are in, if not in that of the provider.
#[must_use]
pub const fn kind_module(kind: Kind) -> Option<&'static str> {
    kind.module()
}
