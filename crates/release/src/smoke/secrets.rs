//! Secret values, and where they are masked before anything is printed.

use formwork_core::secret::SecretForms;
use serde_json::Value;

/// What stands in the place of a secret.
const HIDDEN: &str = "(secret)";

/// Shorter values are in any text by chance; to take them out would tell what they are.
const SHORTEST: usize = 3;

/// The values of secrets, in every form in which an answer may repeat them.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    forms: SecretForms,
}

impl Secrets {
    /// Adds a value; of a document, such as an output that is an object, also what is in it.
    pub fn add(&mut self, value: &str) {
        if value.len() >= SHORTEST {
            self.forms.add(value);
        }
        if value.trim_start().starts_with(['{', '[']) {
            self.add_within(&serde_json::from_str(value).unwrap_or_default());
        }
    }

    fn add_within(&mut self, document: &Value) {
        match document {
            Value::String(text) => self.add(text),
            Value::Number(number) => self.add(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.add_within(item)),
            Value::Object(members) => members.values().for_each(|value| self.add_within(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The text without the secrets. What is cut is cut after this.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.forms.hide(text, HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use crate::smoke::Secrets;

    #[test]
    fn secrets_are_taken_out_in_every_form() {
        let mut secrets = Secrets::default();
        secrets.add("p\"ss/word");
        let text = r#"p"ss/word {"key":"p\"ss/word"} ?key=p%22ss%2Fword cCJzcy93b3Jk"#;
        assert_eq!(secrets.hide(text), r#"(secret) {"key":"(secret)"} ?key=(secret) (secret)"#);
        secrets.add("a");
        assert_eq!(secrets.hide("a"), "a");
        secrets.add(r#"{"user": "an-admin", "keys": [987654, {"of": "key-of-one"}]}"#);
        assert_eq!(secrets.hide("an-admin has 987654 and key-of-one"), "(secret) has (secret) and (secret)");
    }
}
