//! Outputs of a stack, and how they travel to other stacks.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::constructs::dependencies::{Dependencies, wait_for};
use crate::{Block, Expr, IntoValue, Json, Type, TypeConstraint, Value};

/// An output of a stack: what another stack may import.
#[derive(Debug)]
pub struct Output<T> {
    pub(crate) stack: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) is_sensitive: bool,
    content: PhantomData<fn() -> T>,
}

impl<T> Output<T> {
    pub(crate) const fn new(stack: Arc<str>, name: Arc<str>, is_sensitive: bool) -> Self {
        Self { stack, name, is_sensitive, content: PhantomData }
    }

    /// The stack that has the output.
    #[must_use]
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// The name that `terraform output` knows it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self::new(self.stack.clone(), self.name.clone(), self.is_sensitive)
    }
}

/// The body of an `output` block: a value and how it is shown.
#[derive(Clone, Debug)]
pub struct Export<T> {
    block: Block,
    content: PhantomData<fn() -> T>,
}

impl<T> Export<T> {
    /// A value that is shown.
    #[track_caller]
    pub fn new(value: impl IntoValue<Type = T>) -> Self {
        let value = match value.into_value().into_json() {
            // JSON's `null` is an argument that is not there, and an output must have a value.
            Json::Null => Expr::<T>::null().into(),
            value => value,
        };
        let mut block = Block::new();
        block.set("value", value);
        Self { block, content: PhantomData }
    }

    /// Says what the output is for.
    #[must_use]
    #[track_caller]
    pub fn description(mut self, description: &str) -> Self {
        self.block.set("description", Json::literal(description));
        self
    }

    /// Keeps the value out of what Terraform prints; it is still in the state.
    #[must_use]
    #[track_caller]
    pub fn sensitive(mut self) -> Self {
        self.block.set("sensitive", true);
        self
    }

    /// Keeps the value out of states. Only modules can have such outputs, for whoever calls them (Terraform 1.10,
    /// OpenTofu 1.11).
    #[must_use]
    #[track_caller]
    pub fn ephemeral(mut self) -> Self {
        self.block.set("ephemeral", true);
        self
    }

    /// Warns whoever reads the output of a module, with a text that says what to read instead (Terraform 1.15,
    /// OpenTofu 1.10).
    #[must_use]
    #[track_caller]
    pub fn deprecated(mut self, message: &str) -> Self {
        self.block.set("deprecated", Json::literal(message));
        self
    }

    /// Has Terraform check and convert the value to a type constraint, such as an object's (Terraform 1.15).
    #[must_use]
    #[track_caller]
    pub fn of_type(mut self, constraint: impl Into<TypeConstraint>) -> Self {
        self.block.set("type", constraint.into().into_json());
        self
    }

    /// Makes the output wait for things that its value does not refer to.
    #[must_use]
    #[track_caller]
    pub fn depends_on(mut self, on: impl Dependencies) -> Self {
        wait_for(&mut self.block, on);
        self
    }

    /// Fails before the value is stored unless the condition holds.
    #[must_use]
    #[track_caller]
    pub fn precondition(mut self, condition: &Expr<bool>, error_message: impl Into<Value<String>>) -> Self {
        self.block.push_condition("precondition", condition, error_message.into());
        self
    }

    /// Whether Terraform keeps the value out of what it prints.
    pub(crate) fn is_sensitive(&self) -> bool {
        matches!(self.block.get("sensitive"), Some(Json::Bool(true)))
    }

    pub(crate) fn into_block(self) -> Block {
        self.block
    }
}

impl<T: Type> Export<T> {
    /// Has Terraform check the value against the type that Rust knows it by (Terraform 1.15).
    #[must_use]
    #[track_caller]
    pub fn typed(self) -> Self {
        self.of_type(TypeConstraint::of::<T>())
    }
}
