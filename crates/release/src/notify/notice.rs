//! A notice: title, text and a link.

use formwork_core::escape;

/// What to tell, as plain text: a part of it may be what somebody else has written.
#[derive(Clone, Debug)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// What happened.
    pub text: String,
    /// The page for people.
    pub url: Option<String>,
}

impl Notice {
    /// The notice as Markdown, without its title.
    #[must_use]
    pub fn markdown(&self) -> String {
        let text = escape::markdown(&self.text);
        match &self.url {
            Some(url) => {
                let is_plain = |letter: &char| !letter.is_whitespace() && !matches!(letter, '<' | '>');
                format!("{text}\n\n<{}>", url.chars().filter(is_plain).collect::<String>())
            }
            None => text,
        }
    }
}
