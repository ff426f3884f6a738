//! The set of catalogues that a program knows.

use std::sync::Arc;

use crate::{Catalogue, Constraint, source};

/// Catalogues of any number of providers, at any number of versions each.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Sorted by address, and then from the newest version to the oldest.
    catalogues: Vec<Arc<Catalogue>>,
    extras: Vec<Arc<Catalogue>>,
}

const EMBEDDED: [&str; 9] = [
    include_str!("../catalogues/hashicorp-archive-2.8.0.txt"),
    include_str!("../catalogues/hashicorp-aws-5.100.0.txt"),
    include_str!("../catalogues/hashicorp-aws-6.47.0.txt"),
    include_str!("../catalogues/hashicorp-local-2.5.3.txt"),
    include_str!("../catalogues/hashicorp-null-3.2.4.txt"),
    include_str!("../catalogues/hashicorp-random-3.7.2.txt"),
    include_str!("../catalogues/hashicorp-time-0.13.0.txt"),
    include_str!("../catalogues/hashicorp-tls-4.1.0.txt"),
    include_str!("../catalogues/integrations-github-6.13.0.txt"),
];

/// What was read of a provider's source where no version of it is known with everything: its actions and searches.
const EXTRAS: [&str; 1] = [include_str!("../catalogues/actions/hashicorp-aws-6.58.0.txt")];

impl Library {
    /// Makes a library without any catalogue.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Makes a library of the catalogues that this crate embeds. Reads nothing but their headers.
    pub fn embedded() -> Self {
        let mut library = Self::empty();
        for text in EMBEDDED {
            let catalogue = Catalogue::parse(text).expect("a test verifies every embedded catalogue");
            library.add(catalogue);
        }
        let extras =
            EXTRAS.map(|text| Catalogue::parse(text).expect("a test verifies every embedded catalogue"));
        library.extras.extend(extras.map(Arc::new));
        library
    }

    /// Adds a catalogue. Returns the one it replaces, if there was one of the same provider and
    /// version.
    pub fn add(&mut self, catalogue: Catalogue) -> Option<Arc<Catalogue>> {
        let position = self.catalogues.binary_search_by(|it| {
            let by_address = it.address().cmp(catalogue.address());
            by_address.then_with(|| catalogue.version().cmp(it.version()))
        });
        let catalogue = Arc::new(catalogue);
        match position {
            Ok(index) => Some(std::mem::replace(&mut self.catalogues[index], catalogue)),
            Err(index) => {
                self.catalogues.insert(index, catalogue);
                None
            }
        }
    }

    /// All catalogues, by address and then from the newest version to the oldest.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Catalogue>> {
        self.catalogues.iter()
    }

    /// The catalogues of a provider, from the newest version to the oldest.
    ///
    /// `source` is what `required_providers` takes: `hashicorp/aws`, `aws` or a full address.
    pub fn versions(&self, source: &str) -> &[Arc<Catalogue>] {
        let address = source::full(source);
        let start = self.catalogues.partition_point(|it| it.address() < &*address);
        let length = self.catalogues[start..].partition_point(|it| it.address() == address);
        &self.catalogues[start..start + length]
    }

    /// The catalogues of a provider that meet a constraint, from the newest version to the
    /// oldest.
    pub fn matching(&self, source: &str, constraint: &Constraint) -> impl Iterator<Item = &Arc<Catalogue>> {
        self.versions(source).iter().filter(|catalogue| constraint.allows(catalogue.version()))
    }

    /// Catalogues of a provider's actions and searches alone, for versions whose own catalogue has none of either.
    pub fn extras(&self, source: &str) -> impl Iterator<Item = &Arc<Catalogue>> {
        let address = source::full(source).into_owned();
        self.extras.iter().filter(move |catalogue| catalogue.address() == address)
    }

    /// The addresses of all providers, without Terraform's default host, sorted by full address.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        let sources = self.catalogues.chunk_by(|a, b| a.address() == b.address());
        sources.filter_map(|versions| Some(versions.first()?.source()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(library: &mut Library, address: &str, version: &str) -> Option<Arc<Catalogue>> {
        let text = format!("formwork-catalogue 1 {address} {version}\n");
        library.add(Catalogue::parse(text).unwrap())
    }

    fn labels<'l>(catalogues: impl IntoIterator<Item = &'l Arc<Catalogue>>) -> Vec<String> {
        catalogues.into_iter().map(|it| it.label()).collect()
    }

    #[test]
    fn finds_versions_newest_first() {
        let mut library = Library::empty();
        for version in ["5.100.0", "6.47.0", "6.5.0"] {
            assert!(add(&mut library, "registry.terraform.io/hashicorp/aws", version).is_none());
        }
        add(&mut library, "example.com/hashicorp/aws", "1.0.0");
        add(&mut library, "registry.terraform.io/integrations/github", "6.13.0");

        let all = ["hashicorp/aws 6.47.0", "hashicorp/aws 6.5.0", "hashicorp/aws 5.100.0"];
        for source in ["aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws"] {
            assert_eq!(labels(library.versions(source)), all);
        }
        let constraint = "~> 6.0".parse().unwrap();
        assert_eq!(labels(library.matching("aws", &constraint)), all[..2]);
        assert!(library.versions("hashicorp/azurerm").is_empty());
        assert!(library.versions("").is_empty());
        assert!(library.sources().eq(["example.com/hashicorp/aws", "hashicorp/aws", "integrations/github"]));
        assert!(add(&mut library, "registry.terraform.io/hashicorp/aws", "6.5.0").is_some());
        assert_eq!(library.iter().count(), 5);
    }
}
