//! `.terraform.lock.hcl`: the versions of providers that were chosen.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::ConvertError;

/// The name of the lock file.
pub(crate) const LOCK_FILE: &str = ".terraform.lock.hcl";

/// The versions by source address, such as `hashicorp/aws`; empty if there is no lock file.
pub(crate) fn versions(folder: &Path) -> Result<BTreeMap<String, String>, ConvertError> {
    let path = folder.join(LOCK_FILE);
    let Some(body) = crate::source::one_file(&path)? else { return Ok(BTreeMap::new()) };
    let providers = body.blocks_of("provider").filter_map(|block| {
        let address = block.label(0);
        let source = address.strip_prefix("registry.terraform.io/").unwrap_or(address);
        Some((source.to_owned(), block.body.text("version")?.to_owned()))
    });
    Ok(providers.collect())
}
