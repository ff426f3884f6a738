//! Secret values, and where they are masked before anything is printed.

use formwork_core::secret::SecretForms;

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
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        if value.len() >= SHORTEST {
            self.forms.add(value);
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
    }
}
