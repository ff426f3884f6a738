//! A service: a container on Cloud Run, with an account of its own.

use formwork::Stack;

use crate::bindings::google;
use crate::bindings::google::cloud_run_v2_service::{Containers, Template};
use crate::settings::Settings;

/// The image that runs: Google's example, until there is another.
const IMAGE: &str = "us-docker.pkg.dev/cloudrun/container/hello";

/// Fills the stack.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(
        google::Provider::new().project(settings.project.as_str()).region(settings.region.as_str()),
    );
    let account = google::ServiceAccount::new(settings.name.as_str()).display_name(settings.name.as_str());
    let account = stack.add("service", account);
    let service = stack.add(
        "service",
        google::CloudRunV2Service::new(google::CloudRunV2ServiceArgs {
            location: settings.region.as_str().into(),
            name: settings.name.as_str().into(),
            template: Template::new().service_account(account.email()).containers(Containers::new(IMAGE)),
        })
        .ingress("INGRESS_TRAFFIC_ALL"),
    );
    stack.output("endpoint", service.uri());
}
