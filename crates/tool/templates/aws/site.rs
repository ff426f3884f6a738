//! A site of files: a private bucket behind CloudFront.

use formwork::{Stack, aws};
use formwork_modules::static_site::{StaticSiteConfig, static_site};

use crate::settings::Settings;

/// Fills the stack. The files of `site/` are uploaded by a release, not by terraform.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(aws::Provider::new().region(settings.region.as_str()));
    let site = static_site(stack, "site", StaticSiteConfig::new(format!("{}-site", settings.name)));
    stack.output("bucket", site.bucket.id());
    stack.output("distribution_id", site.distribution.id());
    stack.output("domain_name", site.distribution.domain_name());
}
