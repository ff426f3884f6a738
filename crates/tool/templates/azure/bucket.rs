//! A container for files: private, reached by TLS 1.2 only, in a storage account of its own.

use formwork::Stack;

use crate::bindings::azurerm;
use crate::settings::Settings;

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
    // The name of a storage account has lower-case letters and digits only, 24 at most.
    let account: String = settings.name.chars().filter(char::is_ascii_alphanumeric).take(19).collect();
    let account = stack.add(
        "files",
        azurerm::StorageAccount::new(azurerm::StorageAccountArgs {
            account_replication_type: "LRS".into(),
            account_tier: "Standard".into(),
            location: group.location().into(),
            name: format!("{account}files").into(),
            resource_group_name: group.name().into(),
        })
        .min_tls_version("TLS1_2")
        .allow_nested_items_to_be_public(false),
    );
    let container = stack.add(
        "files",
        azurerm::StorageContainer::new(azurerm::StorageContainerArgs {
            name: "files".into(),
            storage_account_id: account.id().into(),
        })
        .container_access_type("private"),
    );
    stack.output("container", container.id());
}
