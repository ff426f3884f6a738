//! A bucket for files on R2, which nobody reads without a key.

use formwork::Stack;

use crate::bindings::cloudflare;
use crate::settings::Settings;

/// Fills the stack.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(cloudflare::Provider::new());
    let bucket = stack.add(
        "files",
        cloudflare::R2Bucket::new(cloudflare::R2BucketArgs {
            account_id: settings.account_id.as_str().into(),
            name: format!("{}-files", settings.name).into(),
        }),
    );
    stack.output("bucket", bucket.name());
}
