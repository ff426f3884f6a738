//! A site of files on Pages.

use formwork::Stack;

use crate::bindings::cloudflare;
use crate::settings::Settings;

/// Fills the stack. Files are uploaded by `wrangler pages deploy`, not by terraform.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(cloudflare::Provider::new());
    let site = stack.add(
        "site",
        cloudflare::PagesProject::new(cloudflare::PagesProjectArgs {
            account_id: settings.account_id.as_str().into(),
            name: format!("{}-site", settings.name).into(),
            production_branch: "main".into(),
        }),
    );
    stack.output("domain", site.subdomain());
}
