//! What an apply does with a resource.

use serde::{Deserialize, Serialize};

/// What an apply does with a resource, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Destroys it and makes another one, in either order.
    Replace,
    /// Destroys it.
    Destroy,
    /// Takes it out of the state and leaves it be.
    Forget,
    /// Changes it in place.
    Update,
    /// Creates it.
    Create,
    /// Brings it into the state.
    Import,
    /// Gives it another address.
    Move,
}
