//! A site of files: a bucket that everybody may read.

use formwork::Stack;
use formwork::assets::Asset;

use crate::bindings::google;
use crate::settings::Settings;

/// Fills the stack.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(
        google::Provider::new().project(settings.project.as_str()).region(settings.region.as_str()),
    );
    let bucket = stack.add(
        "site",
        google::StorageBucket::new(google::StorageBucketArgs {
            location: settings.region.as_str().into(),
            name: format!("{}-site", settings.name).into(),
        })
        .uniform_bucket_level_access(true)
        .website(google::storage_bucket::Website::new().main_page_suffix("index.html")),
    );
    // It is a site: everybody may read what is in it.
    stack.add(
        "readers",
        google::StorageBucketIamMember::new(google::StorageBucketIamMemberArgs {
            bucket: bucket.name().into(),
            member: "allUsers".into(),
            role: "roles/storage.objectViewer".into(),
        }),
    );
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/site/index.html");
    let page = Asset::copy(page).add_to(stack, "index");
    stack.add(
        "index",
        google::StorageBucketObject::new(google::StorageBucketObjectArgs {
            bucket: bucket.name().into(),
            name: "index.html".into(),
        })
        .content_type("text/html")
        .source(page.path()),
    );
    stack.output("bucket", bucket.url());
}
