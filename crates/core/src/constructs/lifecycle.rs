//! The `lifecycle` block of resources and data sources.

use crate::{ActionTrigger, Block, Expr, Json, Reference, Value};

/// How Terraform creates, replaces and destroys one object.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    block: Block,
}

impl Lifecycle {
    /// Terraform's defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a replacement is created before the old object is destroyed.
    #[must_use]
    #[track_caller]
    pub fn create_before_destroy(mut self, is_first: bool) -> Self {
        self.block.set("create_before_destroy", is_first);
        self
    }

    /// Whether every plan that would destroy the object is refused. An expression is OpenTofu's alone (1.12).
    #[must_use]
    #[track_caller]
    pub fn prevent_destroy(mut self, is_prevented: impl Into<Value<bool>>) -> Self {
        self.block.set("prevent_destroy", is_prevented.into());
        self
    }

    /// Leaves the object alone when it goes out of the program: Terraform forgets it instead of destroying it
    /// (OpenTofu 1.12; for Terraform there is [`Removed::keep`](crate::Removed::keep)).
    #[must_use]
    #[track_caller]
    pub fn keep_on_destroy(mut self) -> Self {
        self.block.set("destroy", false);
        self
    }

    /// Leaves arguments as they are once the object exists: somebody else owns them.
    #[must_use]
    #[track_caller]
    pub fn ignore_changes<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments = arguments.into_iter().map(Json::literal).collect();
        self.block.set("ignore_changes", Json::Array(arguments));
        self
    }

    /// Leaves every argument as it is once the object exists.
    #[must_use]
    #[track_caller]
    pub fn ignore_all_changes(mut self) -> Self {
        self.block.set("ignore_changes", Json::literal("all"));
        self
    }

    /// Replaces the object when another resource changes.
    #[must_use]
    #[track_caller]
    pub fn replace_triggered_by(self, resource: &impl AsRef<Reference>) -> Self {
        // One object of a repeated resource triggers by itself.
        let resource = resource.as_ref();
        self.replace_trigger(Json::bare_from(resource.hcl(), resource.stacks()))
    }

    /// Replaces the object when one attribute of another resource changes.
    #[must_use]
    #[track_caller]
    pub fn replace_triggered_by_attribute<T>(self, attribute: &Expr<T>) -> Self {
        self.replace_trigger(Json::bare_from(attribute.hcl(), attribute.stacks()))
    }

    /// Fails before the object is changed unless the condition holds.
    #[must_use]
    #[track_caller]
    pub fn precondition(mut self, condition: &Expr<bool>, error_message: impl Into<Value<String>>) -> Self {
        self.block.push_condition("precondition", condition, error_message.into());
        self
    }

    /// Fails after the object was changed unless the condition holds.
    #[must_use]
    #[track_caller]
    pub fn postcondition(mut self, condition: &Expr<bool>, error_message: impl Into<Value<String>>) -> Self {
        self.block.push_condition("postcondition", condition, error_message.into());
        self
    }

    /// Makes the object only where the condition holds; there is one or none then (OpenTofu 1.11). What Terraform knows
    /// too is [`count`](crate::Resource::count).
    #[must_use]
    #[track_caller]
    pub fn enabled(mut self, condition: impl Into<Value<bool>>) -> Self {
        self.block.set("enabled", condition.into());
        self
    }

    /// Invokes actions when the object is created, updated or destroyed (Terraform 1.14).
    #[must_use]
    #[track_caller]
    pub fn action_trigger(mut self, trigger: ActionTrigger) -> Self {
        self.block.push("action_trigger", trigger.into_block());
        self
    }

    pub(crate) fn into_block(self) -> Block {
        self.block
    }

    #[track_caller]
    fn replace_trigger(mut self, reference: Json) -> Self {
        self.block.append("replace_triggered_by", reference);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_is_written_bare() {
        let version = Expr::<String>::raw("aws_x.y.version");
        let lifecycle = Lifecycle::new()
            .create_before_destroy(true)
            .prevent_destroy(true)
            .ignore_changes(["function_version", "routing_config"])
            .replace_triggered_by_attribute(&version)
            .precondition(&Expr::raw("aws_x.y.ok"), "not ok: ${x}");
        assert_eq!(
            serde_json::to_string(&lifecycle.into_block()).unwrap(),
            concat!(
                r#"{"create_before_destroy":true,"prevent_destroy":true,"#,
                r#""ignore_changes":["function_version","routing_config"],"#,
                r#""replace_triggered_by":["aws_x.y.version"],"#,
                r#""precondition":[{"condition":"${aws_x.y.ok}","error_message":"not ok: $${x}"}]}"#
            )
        );
    }
}
