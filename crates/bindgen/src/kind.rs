//! The kinds of things that have bindings: resources, data sources, ephemeral resources and so on.

use formwork_schema::{Catalogue, CatalogueError, ResourceSchema};

/// What kind of type a binding is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A managed resource.
    Resource,
    /// A data source.
    Data,
    /// An ephemeral resource: opened for one run, never stored.
    Ephemeral,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Resource, Self::Data, Self::Ephemeral];

    /// The kind and the name of a type that is written as Terraform refers to it, such as `data.aws_region`.
    #[must_use]
    pub fn of(reference: &str) -> (Self, &str) {
        let beside = [Self::Data, Self::Ephemeral].into_iter();
        let found = beside.filter_map(|kind| Some((kind, reference.strip_prefix(kind.prefix())?))).next();
        found.unwrap_or((Self::Resource, reference))
    }

    /// What Terraform writes before the type in a reference.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Resource => "",
            Self::Data => "data.",
            Self::Ephemeral => "ephemeral.",
        }
    }

    /// What it is called in a catalogue.
    #[must_use]
    pub const fn in_catalogue(self) -> formwork_schema::Kind {
        match self {
            Self::Resource => formwork_schema::Kind::Resource,
            Self::Data => formwork_schema::Kind::Data,
            Self::Ephemeral => formwork_schema::Kind::Ephemeral,
        }
    }

    /// The module that types of the kind are in, if not in that of the provider.
    pub(crate) const fn module(self) -> Option<&'static str> {
        match self {
            Self::Resource => None,
            Self::Data => Some("data"),
            Self::Ephemeral => Some("ephemeral"),
        }
    }

    /// The schema of a type, if the catalogue has it.
    pub(crate) fn schema(
        self,
        name: &str,
        catalogue: &Catalogue,
    ) -> Result<Option<ResourceSchema>, CatalogueError> {
        match self {
            Self::Resource => catalogue.resource(name),
            Self::Data => catalogue.data_source(name),
            Self::Ephemeral => catalogue.ephemeral(name),
        }
    }
}
