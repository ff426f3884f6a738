//! A bucket for files: private, with access by IAM only, and with versions.

use formwork::Stack;

use crate::bindings::google;
use crate::settings::Settings;

/// Fills the stack.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(
        google::Provider::new().project(settings.project.as_str()).region(settings.region.as_str()),
    );
    let bucket = stack.add(
        "files",
        google::StorageBucket::new(google::StorageBucketArgs {
            location: settings.region.as_str().into(),
            name: format!("{}-files", settings.name).into(),
        })
        .uniform_bucket_level_access(true)
        .public_access_prevention("enforced")
        .versioning(google::storage_bucket::Versioning::new(true)),
    );
    stack.output("bucket", bucket.url());
}
