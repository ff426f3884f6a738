//! Input variables of a stack.

use std::marker::PhantomData;

use crate::{Block, Expr, Json, Type, TypeConstraint, Value};

/// A `variable` block whose value is a `T`.
#[derive(Clone, Debug)]
pub struct Variable<T> {
    block: Block,
    content: PhantomData<fn() -> T>,
}

impl Variable<Json> {
    /// A required variable of a type that no Rust type stands for, such as an object with optional attributes.
    #[must_use]
    #[track_caller]
    pub fn of(constraint: impl Into<TypeConstraint>) -> Self {
        Self::constrained(constraint.into().into_json())
    }
}

impl<T> Variable<T> {
    #[track_caller]
    fn constrained(constraint: Json) -> Self {
        let mut block = Block::new();
        block.set("type", constraint);
        Self { block, content: PhantomData }
    }
}

impl<T: Type> Variable<T> {
    /// A required variable.
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        Self::constrained(Json::literal(T::constraint()))
    }

    /// Makes the variable optional. Terraform reads the default as it is: no expression can be in it.
    #[must_use]
    #[track_caller]
    pub fn default_value(mut self, default: impl Into<serde_json::Value>) -> Self {
        self.block.set("default", Json::literal_document(&default.into()));
        self
    }

    /// Says what the variable is for.
    #[must_use]
    #[track_caller]
    pub fn description(mut self, description: &str) -> Self {
        self.block.set("description", Json::literal(description));
        self
    }

    /// Keeps the value out of what Terraform prints.
    #[must_use]
    #[track_caller]
    pub fn sensitive(mut self) -> Self {
        self.block.set("sensitive", true);
        self
    }

    /// Keeps the value out of plans and states: it can only be used where nothing is stored (Terraform 1.10,
    /// OpenTofu 1.11).
    #[must_use]
    #[track_caller]
    pub fn ephemeral(mut self) -> Self {
        self.block.set("ephemeral", true);
        self
    }

    /// Warns whoever sets the variable, with a text that says what to set instead (Terraform 1.15, OpenTofu 1.10).
    #[must_use]
    #[track_caller]
    pub fn deprecated(mut self, message: &str) -> Self {
        self.block.set("deprecated", Json::literal(message));
        self
    }

    /// Makes the value known before anything is planned, so that the source of a module may use it (Terraform 1.15,
    /// OpenTofu 1.12).
    #[must_use]
    #[track_caller]
    pub fn constant(mut self) -> Self {
        self.block.set("const", true);
        self
    }

    /// Refuses `null`.
    #[must_use]
    #[track_caller]
    pub fn not_null(mut self) -> Self {
        self.block.set("nullable", false);
        self
    }

    /// Refuses values for which the condition does not hold. The condition names the variable as `var.<name>`.
    #[must_use]
    #[track_caller]
    pub fn validation(mut self, condition: &Expr<bool>, error_message: impl Into<Value<String>>) -> Self {
        self.block.push_condition("validation", condition, error_message.into());
        self
    }

    pub(crate) fn into_block(self) -> Block {
        self.block
    }
}

impl<T: Type> Default for Variable<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}
