//! Complete systems, one folder each.

use formwork::App;

/// Builds every stack of every system.
///
/// # Errors
/// Fails if a settings file cannot be read.
pub fn build(_: &mut App) -> formwork::Result {
    Ok(())
}
