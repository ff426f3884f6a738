//! Static sites: a release is a copy of all files beside those that are served.

#[cfg(feature = "clients")]
mod files;
#[cfg(feature = "clients")]
mod objects;
mod permissions;
#[cfg(feature = "clients")]
mod record;
#[cfg(feature = "clients")]
mod service;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::Name;
#[cfg(feature = "clients")]
use crate::target::Opening;
use crate::target::{Describe, Kind, SmokeTests, TargetDescription};

pub(super) static KIND: Kind = Kind {
    name: "a static site",
    permissions: permissions::permissions,
    statement: |action| {
        let service = action.split(':').next();
        matches!(service, Some("s3" | "cloudfront"))
            .then_some("permissions::site_publish(bucket_arn, distribution_arn)")
    },
    smoke_tests: SmokeTests::OnceItServes,
    has_weights: false,
    #[cfg(feature = "clients")]
    open_group: None,
};

/// Files in a bucket behind a distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StaticSite {
    /// The bucket's name.
    pub bucket: Name,
    /// The distribution's id, to have it forget what changed.
    pub distribution: Name,
}

impl StaticSite {
    /// A bucket by its name, and a distribution by its id.
    pub fn new(bucket: impl Into<Name>, distribution_id: impl Into<Name>) -> Self {
        Self { bucket: bucket.into(), distribution: distribution_id.into() }
    }
}

impl Describe for StaticSite {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn names(&self) -> Vec<(&'static str, &Name)> {
        vec![("bucket", &self.bucket), ("distribution", &self.distribution)]
    }

    #[cfg(feature = "clients")]
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn crate::engine::Target>, String> {
        Ok(Box::new(service::Site::open(self, opening)?))
    }
}

impl From<StaticSite> for TargetDescription {
    fn from(target: StaticSite) -> Self {
        Self::StaticSite(target)
    }
}
