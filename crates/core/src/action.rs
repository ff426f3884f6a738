//! Actions: what a provider does beside creating, changing and destroying resources.
//!
//! Source: the Terraform language documentation, "action block reference" and "lifecycle meta-argument" (1.14).

use std::borrow::Cow;

use crate::{Block, Expr, Json, Kind, ProviderSource, Reference, Resource};

/// An `action` block (Terraform 1.14).
///
/// It is invoked by the `lifecycle` of resources, with an [`ActionTrigger`], or by `terraform apply -invoke`.
#[derive(Clone, Debug)]
pub struct Action {
    type_name: Cow<'static, str>,
    block: Block,
}

impl Action {
    /// An action of a type such as `aws_lambda_invoke`, without arguments.
    pub fn new(type_name: impl Into<Cow<'static, str>>) -> Self {
        Self { type_name: type_name.into(), block: Block::new() }
    }

    /// Sets an argument of the action, which stands in its `config` block.
    #[must_use]
    #[track_caller]
    pub fn config(mut self, argument: impl Into<Cow<'static, str>>, value: impl Into<Json>) -> Self {
        self.block.set_within("config", argument, value);
        self
    }
}

impl Resource for Action {
    type Ref = Reference;

    fn kind(&self) -> Kind {
        Kind::Action
    }

    fn type_name(&self) -> Cow<'static, str> {
        self.type_name.clone()
    }

    fn provider_source(&self) -> ProviderSource {
        ProviderSource::of_type(&self.type_name)
    }

    fn block_mut(&mut self) -> &mut Block {
        &mut self.block
    }
}

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
            Json::bare(match event {
                ActionEvent::BeforeCreate => "before_create",
                ActionEvent::AfterCreate => "after_create",
                ActionEvent::BeforeUpdate => "before_update",
                ActionEvent::AfterUpdate => "after_update",
            })
        };
        let mut block = Block::new();
        block.set("events", Json::Array(events.into_iter().map(event).collect()));
        let actions = actions.into_iter().map(|action| Json::bare(action.hcl()));
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
