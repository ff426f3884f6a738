//! Conditions that blocks must hold to: preconditions, postconditions, validations, assertions.

use crate::{Block, Expr, Value};

impl Block {
    /// Adds a block that fails unless a condition holds.
    #[track_caller]
    pub(crate) fn push_condition(
        &mut self,
        kind: &'static str,
        condition: &Expr<bool>,
        error_message: Value<String>,
    ) {
        let mut block = Self::new();
        block.set("condition", condition);
        block.set("error_message", error_message);
        self.push(kind, block);
    }
}
