//! The systems, a folder each: settings, stacks, and the workflows that deploy them.
//!
//! They may import what they share (`crate::shared`), and nothing of each other.

pub(crate) mod cat_house;
pub(crate) mod outreachpass;
pub(crate) mod replicator;
pub(crate) mod scheduler;
pub(crate) mod shtetl;

use formwork::{App, guards};

/// Builds every stack of every system.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn build(app: &mut App) -> formwork::Result {
    app.guard(guards::aws::all());
    cat_house::build(app)?;
    outreachpass::build(app)?;
    replicator::build(app)?;
    scheduler::build(app)?;
    shtetl::build(app)
}
