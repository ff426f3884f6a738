//! What `settings.toml` says.

use formwork::schemars::JsonSchema;
use formwork::serde::Deserialize;

/// Where the stack is, and what it is called.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(crate = "formwork::serde", deny_unknown_fields)]
#[schemars(crate = "formwork::schemars")]
pub struct Settings {
    /// The region of AWS.
    pub region: String,
    /// What names begin with.
    pub name: String,
}

impl Settings {
    /// Reads the file, which is compiled in.
    pub fn read() -> formwork::Result<Self> {
        Ok(formwork::settings::parse("settings.toml", include_str!("../settings.toml"))?)
    }
}
