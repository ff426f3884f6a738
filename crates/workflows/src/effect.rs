//! What a step changes: whether it applies, promotes or migrates.

/// What a step does to the world outside its runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes infrastructure.
    Applies,
    /// Changes which version serves, or what is served.
    Promotes,
    /// Changes a database.
    Migrates,
}
