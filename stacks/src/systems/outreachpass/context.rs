//! What the parts of an environment's stack are built from.

use formwork::Expr;
use formwork_modules::network::NetworkParts;

use super::Project;
use super::bootstrap::BootstrapOutputs;
use super::settings::Settings;

/// What the functions and the frontend find around them.
pub(crate) struct EnvironmentContext<'a> {
    pub(crate) project: &'a Project,
    pub(crate) settings: &'a Settings,
    pub(crate) bootstrap: &'a BootstrapOutputs,
    pub(crate) network: NetworkParts,
    pub(crate) zone_id: Expr<String>,
}
