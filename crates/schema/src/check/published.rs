//! Providers that are taken for HashiCorp's because nothing says whose they are.

use formwork_core::{Address, Diagnostic, Kind, Origin, Stack, nearest};

use crate::Library;

/// What HashiCorp publishes: the namespace `hashicorp` of registry.terraform.io.
const HASHICORP: [&str; 35] = [
    "ad",
    "archive",
    "assert",
    "aws",
    "awscc",
    "azuread",
    "azurerm",
    "azurestack",
    "boundary",
    "cloudinit",
    "consul",
    "dns",
    "external",
    "google",
    "google-beta",
    "googleworkspace",
    "hashicups",
    "hcp",
    "hcs",
    "helm",
    "http",
    "kubernetes",
    "local",
    "nomad",
    "null",
    "opc",
    "oraclepaas",
    "random",
    "salesforce",
    "template",
    "tfe",
    "time",
    "tls",
    "vault",
    "vsphere",
];

/// Reports a provider that Terraform would look for at HashiCorp, which has none of the name: most are types that are
/// spelled wrong.
pub(crate) fn check(stack: &Stack, name: &str, library: &Library) -> Option<Diagnostic> {
    if HASHICORP.contains(&name) {
        return None;
    }
    let message =
        format!("nothing says where the provider `{name}` comes from, and HashiCorp has none of the name");
    let mut diagnostic = Diagnostic::new(stack.name(), message);
    if let Some((address, origin)) = first_of(stack, name) {
        diagnostic = diagnostic.at(address).origin(origin);
    }
    let known = library.sources().filter_map(|source| source.rsplit('/').next()).chain(HASHICORP);
    Some(diagnostic.hint(match nearest(name, known) {
        Some(near) => {
            format!("did you mean `{near}`? Otherwise name the source: `.from_provider(\"OWNER/{name}\")`")
        }
        None => format!(
            "name the source: `.from_provider(\"OWNER/{name}\")`, or `stack.require_provider` for all"
        ),
    }))
}

/// The first block whose type begins with the provider's name.
fn first_of(stack: &Stack, provider: &str) -> Option<(Address, Origin)> {
    let kinds = [Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Action, Kind::List];
    kinds.into_iter().find_map(|kind| {
        let (type_name, name, object) =
            stack.blocks(kind).find(|(type_name, ..)| type_name.split('_').next() == Some(provider))?;
        let address = Address { kind, type_name: type_name.to_owned().into(), name: name.into() };
        Some((address, object.origin))
    })
}
