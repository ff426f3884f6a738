//! A notice: title, text and a link.

/// What to tell.
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
        match &self.url {
            Some(url) => format!("{}\n\n<{url}>", self.text),
            None => self.text.clone(),
        }
    }
}
