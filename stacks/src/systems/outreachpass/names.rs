//! Names that several stacks and the workflows agree on.

use super::settings::Settings;

/// The alias that takes requests; releases move it.
pub(crate) const LIVE: &str = "live";

/// The alias of the newest version, which is tested through it.
pub(crate) const CANDIDATE: &str = "candidate";

/// The function that runs migrations where the database can be reached.
pub(crate) const MIGRATE: &str = "migrate";

/// The role that uploads packages and pushes images.
pub(crate) const BUILD_ROLE: &str = "build-outreachpass";

/// The role that tells how deployments ended.
pub(crate) const NOTIFY_ROLE: &str = "notify-outreachpass";

/// The role that applies the environment's stack. Without the environment's prefix, since it may change roles that have
/// it.
pub(crate) fn deploy_role_name(settings: &Settings) -> String {
    format!("deploy-{}", settings.prefix())
}

/// The role that plans the environment's stack for a pull request: it reads what the other one may change.
pub(crate) fn plan_role_name(settings: &Settings) -> String {
    format!("plan-{}", settings.prefix())
}

/// The role that releases functions and frontend.
pub(crate) fn release_role_name(settings: &Settings) -> String {
    format!("release-{}", settings.prefix())
}

/// The name of the boundary of the environment's roles. It does not begin like theirs, which the pipeline may change.
pub(crate) fn boundary_name(settings: &Settings) -> String {
    format!("boundary-{}", settings.prefix())
}

/// The topic of the environment's alarms, and of what its pipeline tells.
pub(crate) fn alerts_topic(settings: &Settings) -> String {
    settings.name("alerts")
}
