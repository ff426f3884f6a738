//! JSON documents in arguments, however they got there.

use serde_json::Value;

use crate::syntax::encoded;
use crate::syntax::references::{self, Step, Traversal};
use crate::{Json, Stack};

/// Local values that refer to one another beyond any sense.
pub(crate) const DEPTH: usize = 20;

impl Stack {
    /// The JSON document that a value is: text, `jsonencode(…)`, or a local value that is either. Text in it is in
    /// Terraform's template syntax where the document has expressions.
    #[must_use]
    pub fn json_document(&self, value: &Json) -> Option<Value> {
        match self.behind_locals(value) {
            Json::String(text) => {
                let text = references::unescaped(text);
                let document: Value = serde_json::from_str(&text).ok()?;
                (document.is_object() || document.is_array()).then_some(document)
            }
            Json::Template(text) => encoded::document(text).or_else(|| {
                let inside = references::whole(text)?.strip_prefix("jsonencode(")?.strip_suffix(')')?;
                match self.local_value(inside.trim()).map(|local| self.behind_locals(local))? {
                    Json::Template(text) => {
                        encoded::document(&format!("${{jsonencode({})}}", references::whole(text)?))
                    }
                    local @ (Json::Object(_) | Json::Array(_) | Json::Block(_) | Json::Blocks(_)) => {
                        serde_json::to_value(local).ok()
                    }
                    _ => None,
                }
            }),
            _ => None,
        }
    }

    /// A value, or what the local value is set to that it is nothing but.
    #[must_use]
    pub fn behind_locals<'a>(&'a self, value: &'a Json) -> &'a Json {
        let mut value = value;
        for _ in 0..DEPTH {
            let Json::Template(text) = value else { break };
            let Some(local) = references::whole(text).and_then(|name| self.local_value(name)) else { break };
            value = local;
        }
        value
    }

    /// The value of an expression that is the name of a local value.
    fn local_value(&self, expression: &str) -> Option<&Json> {
        self.referred_local(&references::traversal(expression)?)
    }

    /// The value of the local value that a reference names as a whole.
    pub(crate) fn referred_local(&self, traversal: &Traversal<'_>) -> Option<&Json> {
        match traversal.steps.as_slice() {
            [Step::Name("local"), Step::Name(name)] => self.locals.get(*name)?.block.get("value"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Expr, Json, Stack};

    #[test]
    fn documents_are_found_behind_local_values() {
        let mut stack = Stack::new("dev");
        let document = json!({"a": [1]});
        let object = stack.local("object", document.clone());
        let text = stack.local("text", document.to_string());
        let encoded = stack.local("encoded", Expr::<String>::raw("jsonencode({a = [1]})"));
        let again = stack.local("again", encoded.clone());
        let inside = stack.local("inside", Expr::<Json>::raw("{a = [1]}"));
        stack.local("circle", Expr::<String>::raw("local.circle"));
        for value in [
            Json::literal(document.to_string()),
            Json::from(&text),
            Json::from(&encoded),
            Json::from(&again),
            Json::from(&crate::functions::jsonencode(object)),
            Json::from(&crate::functions::jsonencode(inside)),
        ] {
            assert_eq!(stack.json_document(&value).as_ref(), Some(&document), "{value:?}");
        }
        for value in
            [Json::literal("x"), Json::literal("5"), Json::from(&Expr::<String>::raw("local.circle"))]
        {
            assert_eq!(stack.json_document(&value), None, "{value:?}");
        }
    }
}
