//! The `lifecycle` block of resources and data sources.

use crate::{Block, Expr, Json, Reference, Value};

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

    /// Creates a replacement before the old object is destroyed.
    #[must_use]
    #[track_caller]
    pub fn create_before_destroy(mut self) -> Self {
        self.block.set("create_before_destroy", true);
        self
    }

    /// Refuses every plan that would destroy the object.
    #[must_use]
    #[track_caller]
    pub fn prevent_destroy(mut self) -> Self {
        self.block.set("prevent_destroy", true);
        self
    }

    /// Leaves arguments as they are once the object exists: somebody else owns them.
    #[must_use]
    #[track_caller]
    pub fn ignore_changes<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments = arguments.into_iter().map(Json::bare).collect();
        self.block.set("ignore_changes", Json::Array(arguments));
        self
    }

    /// Leaves every argument as it is once the object exists.
    #[must_use]
    #[track_caller]
    pub fn ignore_all_changes(mut self) -> Self {
        self.block.set("ignore_changes", Json::bare("all"));
        self
    }

    /// Replaces the object when another resource changes.
    #[must_use]
    #[track_caller]
    pub fn replace_triggered_by(self, resource: &impl AsRef<Reference>) -> Self {
        let address = resource.as_ref().address().to_string();
        self.replace_trigger(address)
    }

    /// Replaces the object when one attribute of another resource changes.
    #[must_use]
    #[track_caller]
    pub fn replace_triggered_by_attribute<T>(self, attribute: &Expr<T>) -> Self {
        let reference = attribute.hcl().to_owned();
        self.replace_trigger(reference)
    }

    /// Fails before the object is changed unless the condition holds.
    #[must_use]
    #[track_caller]
    pub fn precondition(self, condition: &Expr<bool>, error_message: impl Into<Value<String>>) -> Self {
        self.condition("precondition", condition, error_message.into())
    }

    /// Fails after the object was changed unless the condition holds.
    #[must_use]
    #[track_caller]
    pub fn postcondition(self, condition: &Expr<bool>, error_message: impl Into<Value<String>>) -> Self {
        self.condition("postcondition", condition, error_message.into())
    }

    pub(crate) fn into_block(self) -> Block {
        self.block
    }

    #[track_caller]
    fn replace_trigger(mut self, reference: String) -> Self {
        match self.block.get_mut("replace_triggered_by") {
            Some(Json::Array(references)) => references.push(Json::bare(reference)),
            _ => self.block.set("replace_triggered_by", Json::Array(vec![Json::bare(reference)])),
        }
        self
    }

    #[track_caller]
    fn condition(mut self, kind: &'static str, condition: &Expr<bool>, error_message: Value<String>) -> Self {
        let mut block = Block::new();
        block.set("condition", condition);
        block.set("error_message", error_message);
        self.block.push(kind, block);
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
            .create_before_destroy()
            .prevent_destroy()
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
