//! What a release brings.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

/// What a release is made from.
#[derive(Clone, Debug)]
pub struct Material {
    /// The image of a container.
    pub image: Option<String>,
    /// The folder of a site.
    pub folder: Option<PathBuf>,
    /// The commit that it was made from.
    pub commit: String,
    /// What the container gets beside what its definition has.
    pub injection: Injection,
}

/// Values that a container gets at deployment, so that no state of Terraform has them.
#[derive(Clone, Default)]
pub struct Injection {
    /// Variables by name. They are readable by whoever may describe the task definition.
    pub environment: BTreeMap<String, String>,
    /// ARNs of secrets or parameters by the name of the variable.
    pub secrets: BTreeMap<String, String>,
}

impl fmt::Debug for Injection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.environment.keys().collect::<Vec<_>>();
        formatter
            .debug_struct("Injection")
            .field("environment", &names)
            .field("secrets", &self.secrets)
            .finish()
    }
}

/// Which candidates may be promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promotable {
    /// Those that `verify` has passed.
    Verified,
    /// Those that were started.
    Started,
}

/// The id of a release: the same material gives the same one, so that a second start finds what the first has made.
pub(super) fn release_id(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
