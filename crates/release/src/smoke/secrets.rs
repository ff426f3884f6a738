//! Secret values, and where they are masked before anything is printed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::web::percent_encode;

/// What stands in the place of a secret.
const HIDDEN: &str = "(secret)";

/// Shorter values are in any text by chance; to take them out would tell what they are.
const SHORTEST: usize = 3;

/// The values of secrets, each in the forms in which it may come back: as it is, percent-encoded, as a JSON string,
/// in base64.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    forms: Vec<String>,
}

impl Secrets {
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        if value.len() < SHORTEST {
            return;
        }
        let json = serde_json::Value::from(value).to_string();
        let forms = [
            value.to_owned(),
            percent_encode(value),
            json.trim_matches('"').to_owned(),
            STANDARD.encode(value),
            STANDARD_NO_PAD.encode(value),
            URL_SAFE_NO_PAD.encode(value),
        ];
        for form in forms {
            if !self.forms.contains(&form) {
                self.forms.push(form);
            }
        }
        // A form that contains another one goes first, so that nothing of it is left over.
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    /// The text without the secrets.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.forms.iter().fold(text.to_owned(), |text, form| text.replace(form, HIDDEN))
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
