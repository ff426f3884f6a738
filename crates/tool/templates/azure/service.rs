//! A service: a container on Azure Container Apps.

use formwork::Stack;

use crate::bindings::azurerm;
use crate::bindings::azurerm::container_app::{Container, ContainerArgs, Ingress, Template, TrafficWeight};
use crate::settings::Settings;

/// The image that runs: Microsoft's example, until there is another. It listens on port 80.
const IMAGE: &str = "mcr.microsoft.com/k8se/quickstart:latest";

/// Fills the stack.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(
        azurerm::Provider::new()
            .subscription_id(settings.subscription_id.as_str())
            .features(azurerm::provider::Features::new()),
    );
    let group = stack.add(
        "group",
        azurerm::ResourceGroup::new(azurerm::ResourceGroupArgs {
            location: settings.region.as_str().into(),
            name: settings.name.as_str().into(),
        }),
    );
    let environment = stack.add(
        "environment",
        azurerm::ContainerAppEnvironment::new(azurerm::ContainerAppEnvironmentArgs {
            location: group.location().into(),
            name: settings.name.as_str().into(),
            resource_group_name: group.name().into(),
        }),
    );
    let container = Container::new(ContainerArgs {
        cpu: 0.25.into(),
        image: IMAGE.into(),
        memory: "0.5Gi".into(),
        name: "service".into(),
    });
    let all_to_the_newest = TrafficWeight::new(100).latest_revision(true);
    let service = stack.add(
        "service",
        azurerm::ContainerApp::new(azurerm::ContainerAppArgs {
            container_app_environment_id: environment.id().into(),
            name: settings.name.as_str().into(),
            resource_group_name: group.name().into(),
            revision_mode: "Single".into(),
            template: Template::new([container]),
        })
        .ingress(Ingress::new(80, [all_to_the_newest]).external_enabled(true)),
    );
    stack.output("host", service.latest_revision_fqdn());
}
