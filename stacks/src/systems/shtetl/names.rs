//! Names that several stacks and the workflows agree on.

use super::settings::Settings;

/// The function that runs migrations where the database can be reached.
pub(crate) const MIGRATE: &str = "migrate";

/// The role that applies the environment's stack. Without the environment's prefix, since it may change roles that have
/// it.
pub(crate) fn deploy_role_name(settings: &Settings) -> String {
    format!("deploy-{}", settings.prefix())
}

/// The role that releases the environment's services and site.
pub(crate) fn release_role_name(settings: &Settings) -> String {
    format!("release-{}", settings.prefix())
}

/// The topic of the environment's alarms, and of what its pipeline tells.
pub(crate) fn alerts_topic(settings: &Settings) -> String {
    settings.name("platform-alerts")
}

/// The bucket of the web site.
pub(crate) fn web_bucket(settings: &Settings) -> String {
    settings.name("web")
}
