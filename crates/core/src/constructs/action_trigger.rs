//! When the `lifecycle` of a resource invokes actions.
//!
//! Source: the Terraform language documentation, "lifecycle meta-argument" (1.14).

use crate::{Block, Expr, Json, Reference};

/// When a resource invokes actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionEvent {
    /// Before the object is created.
    BeforeCreate,
    /// After the object was created.
    AfterCreate,
    /// Before the object is updated.
    BeforeUpdate,
    /// After the object was updated.
    AfterUpdate,
}

/// An `action_trigger` block in the `lifecycle` of a resource (Terraform 1.14).
#[derive(Clone, Debug)]
pub struct ActionTrigger {
    block: Block,
}

impl ActionTrigger {
    /// Invokes actions on events, in their order.
    #[must_use]
    #[track_caller]
    pub fn new<'a>(
        events: impl IntoIterator<Item = ActionEvent>,
        actions: impl IntoIterator<Item = &'a Reference>,
    ) -> Self {
        let event = |event| {
            Json::literal(match event {
                ActionEvent::BeforeCreate => "before_create",
                ActionEvent::AfterCreate => "after_create",
                ActionEvent::BeforeUpdate => "before_update",
                ActionEvent::AfterUpdate => "after_update",
            })
        };
        let mut block = Block::new();
        block.set("events", Json::Array(events.into_iter().map(event).collect()));
        let actions = actions.into_iter().map(|action| Json::bare_from(action.hcl(), action.stacks()));
        block.set("actions", Json::Array(actions.collect()));
        Self { block }
    }

    /// Invokes them only where the condition holds.
    #[must_use]
    #[track_caller]
    pub fn condition(mut self, condition: &Expr<bool>) -> Self {
        self.block.set("condition", condition);
        self
    }

    pub(crate) fn into_block(self) -> Block {
        self.block
    }
}
