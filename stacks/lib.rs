//! Complete systems, one folder each.

pub mod shtetl;

use formwork::App;

/// Builds every stack of every system.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub fn build(app: &mut App) -> formwork::Result {
    shtetl::build(app)
}
