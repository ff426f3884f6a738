//! Which version of Terraform or OpenTofu a program is for, and what each version knows.

use std::fmt::{self, Display, Formatter};

/// The program that is to read the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    /// HashiCorp's Terraform.
    Terraform,
    /// OpenTofu, whose first version is 1.6.
    OpenTofu,
}

/// A program and the oldest version of it that must read the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// Terraform or OpenTofu.
    pub product: Product,
    /// The major version: 1.
    pub major: u32,
    /// The minor version: 11 for 1.11.
    pub minor: u32,
}

impl Target {
    /// A version of Terraform, such as 1.11.
    #[must_use]
    pub const fn terraform(major: u32, minor: u32) -> Self {
        Self { product: Product::Terraform, major, minor }
    }

    /// A version of OpenTofu, such as 1.9.
    #[must_use]
    pub const fn opentofu(major: u32, minor: u32) -> Self {
        Self { product: Product::OpenTofu, major, minor }
    }

    /// Whether something is known that came with a minor version of 1, if it came at all.
    pub(crate) fn knows(self, feature: &Feature) -> bool {
        let first = match self.product {
            Product::Terraform => feature.terraform,
            Product::OpenTofu => feature.opentofu,
        };
        first.is_some_and(|minor| (self.major, self.minor) >= (1, minor))
    }
}

impl Display for Product {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Terraform => "Terraform",
            Self::OpenTofu => "OpenTofu",
        })
    }
}

impl Display for Target {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}.{}", self.product, self.major, self.minor)
    }
}

/// Something that not every version knows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// What people call it, as the beginning of a sentence.
    pub(crate) name: &'static str,
    /// The minor version of Terraform 1 that has it first.
    pub(crate) terraform: Option<u32>,
    /// The minor version of OpenTofu 1 that has it first.
    pub(crate) opentofu: Option<u32>,
}

const fn feature(name: &'static str, terraform: Option<u32>, opentofu: Option<u32>) -> Feature {
    Feature { name, terraform, opentofu }
}

/// What documents can hold that not every version of 1 knows.
///
/// Sources: the schemas of the configuration language at the tags of both projects (`internal/configs` and
/// `internal/lang/functions.go` at v1.0.0 to v1.15.0 and v1.6.0 to v1.12.0), and their changelogs for what was an
/// experiment first (actions and lists, Terraform 1.14).
pub(crate) mod features {
    use super::{Feature, feature};

    pub(crate) const MOVED: Feature = feature("`moved` blocks", Some(1), Some(6));
    pub(crate) const CLOUD: Feature = feature("the `cloud` block", Some(1), Some(6));
    pub(crate) const NULLABLE: Feature = feature("`nullable` of variables", Some(1), Some(6));
    pub(crate) const CONDITIONS: Feature = feature("preconditions and postconditions", Some(2), Some(6));
    pub(crate) const REPLACE_TRIGGERED_BY: Feature = feature("`replace_triggered_by`", Some(2), Some(6));
    pub(crate) const OPTIONAL: Feature = feature("optional attributes of object types", Some(3), Some(6));
    pub(crate) const TERRAFORM_DATA: Feature = feature("`terraform_data`", Some(4), Some(6));
    pub(crate) const CHECK: Feature = feature("`check` blocks", Some(5), Some(6));
    pub(crate) const IMPORT: Feature = feature("`import` blocks", Some(5), Some(6));
    pub(crate) const IMPORT_EXPRESSION: Feature =
        feature("expressions as the id of an import", Some(6), Some(6));
    pub(crate) const IMPORT_FOR_EACH: Feature = feature("`for_each` of imports", Some(7), Some(7));
    pub(crate) const IMPORT_IDENTITY: Feature = feature("imports by identity", Some(12), Some(12));
    pub(crate) const REMOVED: Feature = feature("`removed` blocks", Some(7), Some(7));
    pub(crate) const REMOVED_LIFECYCLE: Feature =
        feature("`lifecycle` in `removed` blocks", Some(7), Some(10));
    pub(crate) const REMOVED_PROVISIONER: Feature =
        feature("provisioners in `removed` blocks", Some(9), Some(10));
    pub(crate) const PROVIDER_FUNCTIONS: Feature = feature("functions of providers", Some(8), Some(7));
    pub(crate) const CROSS_VALIDATION: Feature =
        feature("validations that refer to more than their variable", Some(9), Some(9));
    pub(crate) const EPHEMERAL: Feature = feature("ephemeral resources", Some(10), Some(11));
    pub(crate) const EPHEMERAL_VALUES: Feature =
        feature("ephemeral variables and outputs", Some(10), Some(11));
    pub(crate) const S3_LOCKFILE: Feature = feature("`use_lockfile` of the S3 backend", Some(10), Some(10));
    pub(crate) const WRITE_ONLY: Feature = feature("write-only arguments", Some(11), Some(11));
    pub(crate) const ACTIONS: Feature = feature("actions", Some(14), None);
    pub(crate) const LISTS: Feature = feature("`list` blocks", Some(14), None);
    pub(crate) const DEPRECATED: Feature =
        feature("`deprecated` of variables and outputs", Some(15), Some(10));
    pub(crate) const OUTPUT_TYPE: Feature = feature("`type` of outputs", Some(15), None);
    pub(crate) const CONST: Feature = feature("`const` of variables", Some(15), Some(12));
    pub(crate) const MODULE_SOURCE: Feature =
        feature("expressions as the source of a module", Some(15), Some(8));
    pub(crate) const BACKEND_EXPRESSION: Feature = feature("expressions in a backend", None, Some(8));
    pub(crate) const ENCRYPTION: Feature = feature("encryption of states", None, Some(7));
    pub(crate) const PROVIDER_FOR_EACH: Feature = feature("`for_each` of providers", None, Some(9));
    pub(crate) const ENABLED: Feature = feature("`enabled` in `lifecycle`", None, Some(11));
    pub(crate) const KEEP_ON_DESTROY: Feature = feature("`destroy` in `lifecycle`", None, Some(12));
    pub(crate) const PREVENT_DESTROY_EXPRESSION: Feature =
        feature("expressions as `prevent_destroy`", None, Some(12));

    /// Functions that came after 1.2, by name.
    pub(crate) const FUNCTIONS: [(&str, Feature); 13] = [
        ("base64gunzip", feature("`base64gunzip`", None, Some(7))),
        ("cidrcontains", feature("`cidrcontains`", None, Some(7))),
        ("convert", feature("`convert`", Some(15), None)),
        ("endswith", feature("`endswith`", Some(3), Some(6))),
        ("ephemeralasnull", feature("`ephemeralasnull`", Some(10), Some(11))),
        ("issensitive", feature("`issensitive`", Some(8), Some(7))),
        ("plantimestamp", feature("`plantimestamp`", Some(5), Some(6))),
        ("startswith", feature("`startswith`", Some(3), Some(6))),
        ("strcontains", feature("`strcontains`", Some(5), Some(6))),
        ("templatestring", feature("`templatestring`", Some(9), Some(7))),
        ("timecmp", feature("`timecmp`", Some(3), Some(6))),
        ("urldecode", feature("`urldecode`", None, Some(7))),
        ("provider", PROVIDER_FUNCTIONS),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_knows_what_came_before_it() {
        assert!(Target::terraform(1, 5).knows(&features::IMPORT));
        assert!(!Target::terraform(1, 4).knows(&features::IMPORT));
        assert!(!Target::terraform(1, 15).knows(&features::ENCRYPTION));
        assert!(Target::opentofu(2, 0).knows(&features::ENCRYPTION));
        assert_eq!(Target::opentofu(1, 9).to_string(), "OpenTofu 1.9");
    }
}
