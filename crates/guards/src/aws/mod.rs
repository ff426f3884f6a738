//! The rules for what is built on AWS.

mod backups;
mod buckets;
mod encryption;
mod ingress;
mod policy;
mod public;
mod secrets;
mod trust;
mod wildcards;

use formwork_core::Rule;

pub use policy::{needs_all_resources, only_describes};

/// All rules for AWS: `open-ingress`, `public-bucket`, `public-policy`, `public-endpoint`, `wildcard-action`,
/// `wildcard-resource`, `open-trust`, `confused-deputy`, `unencrypted-store`, `missing-backup` and `plain-secret`.
#[must_use]
pub fn all() -> Vec<Rule> {
    vec![
        Rule::new("open-ingress", ingress::check),
        Rule::new("public-bucket", buckets::check),
        Rule::new("public-policy", public::open_policies),
        Rule::new("public-endpoint", public::endpoints),
        Rule::new("wildcard-action", wildcards::actions),
        Rule::new("wildcard-resource", wildcards::resources),
        Rule::new("open-trust", trust::open),
        Rule::new("confused-deputy", trust::deputies),
        Rule::new("unencrypted-store", encryption::check),
        Rule::new("missing-backup", backups::check),
        Rule::new("plain-secret", secrets::check),
    ]
}
