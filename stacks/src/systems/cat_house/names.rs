//! Names that several stacks and the workflows agree on.

use super::settings::Settings;

/// The role that pushes images.
pub(crate) const BUILD_ROLE: &str = "build-cat-house";

/// The role that applies the environment's stack. Without the environment's prefix, since it may change roles that have
/// it.
pub(crate) fn deploy_role_name(settings: &Settings) -> String {
    format!("deploy-{}", settings.prefix())
}

/// The role that releases services and the frontend.
pub(crate) fn release_role_name(settings: &Settings) -> String {
    format!("release-{}", settings.prefix())
}

/// The name of the boundary of the environment's roles. It does not begin like theirs, which the pipeline may change.
pub(crate) fn boundary_name(settings: &Settings) -> String {
    format!("boundary-{}", settings.prefix())
}

/// The ECR repository of a service's images, which all environments share.
#[must_use]
pub(crate) fn image_repository(service: &str) -> String {
    format!("cat-house/{service}-service")
}

/// The bucket of the frontend.
pub(crate) fn frontend_bucket(settings: &Settings) -> String {
    settings.name("frontend")
}
