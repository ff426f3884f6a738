//! What `settings.toml` says.

use formwork::Placeholder;
use formwork::schemars::JsonSchema;
use formwork::serde::Deserialize;

/// What stands in `settings.toml` until somebody puts the real one there.
const EXAMPLE: &str = "00000000-0000-0000-0000-000000000000";

/// Where the stack is, and what it is called.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(crate = "formwork::serde", deny_unknown_fields)]
#[schemars(crate = "formwork::schemars")]
pub struct Settings {
    /// The id of the subscription.
    pub subscription_id: String,
    /// The region.
    pub region: String,
    /// What names begin with.
    pub name: String,
}

impl Settings {
    /// Reads the file, which is compiled in.
    pub fn read() -> formwork::Result<Self> {
        Ok(formwork::settings::parse("settings.toml", include_str!("../settings.toml"))?)
    }

    /// What is an example still: it does for the sandbox, and for nothing else.
    pub fn placeholders(&self) -> Option<Placeholder> {
        let message = "settings.toml: `subscription_id` is an example: put the id of your subscription there";
        let is_example = self.subscription_id == EXAMPLE;
        is_example.then(|| Placeholder { stacks: vec!["*".to_owned()], message: message.to_owned() })
    }
}
