//! A site of files: a static web app.

use formwork::Stack;

use crate::bindings::azurerm;
use crate::settings::Settings;

/// Fills the stack. Files are uploaded by a workflow or by Azure's command line, not by terraform.
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
    let site = stack.add(
        "site",
        azurerm::StaticWebApp::new(azurerm::StaticWebAppArgs {
            location: group.location().into(),
            name: settings.name.as_str().into(),
            resource_group_name: group.name().into(),
        }),
    );
    stack.output("host", site.default_host_name());
}
