//! Input variables of a stack.

use std::marker::PhantomData;

use crate::{Block, Expr, Json, Type, Value};

/// A `variable` block whose value is a `T`.
#[derive(Clone, Debug)]
pub struct Variable<T> {
    block: Block,
    content: PhantomData<fn() -> T>,
}

impl<T: Type> Variable<T> {
    /// A required variable.
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        let mut block = Block::new();
        block.set("type", Json::bare(T::constraint()));
        Self { block, content: PhantomData }
    }

    /// Makes the variable optional. Terraform reads the default as it is: no expression can be in it.
    #[must_use]
    #[track_caller]
    pub fn default_value(mut self, default: impl Into<serde_json::Value>) -> Self {
        self.block.set("default", Json::bare_document(&default.into()));
        self
    }

    /// Says what the variable is for.
    #[must_use]
    #[track_caller]
    pub fn description(mut self, description: &str) -> Self {
        self.block.set("description", Json::bare(description));
        self
    }

    /// Keeps the value out of what Terraform prints.
    #[must_use]
    #[track_caller]
    pub fn sensitive(mut self) -> Self {
        self.block.set("sensitive", true);
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
        let mut block = Block::new();
        block.set("condition", condition);
        block.set("error_message", error_message.into());
        self.block.push("validation", block);
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
