//! Whether there are credentials for the providers that are used. Nothing is read but names of variables and files: what
//! they hold is nobody's business.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use serde_json::Value;

use super::{Check, documents};

/// Where a provider looks for credentials.
struct Kept {
    source: &'static str,
    /// Variables, any one of which is enough.
    variables: &'static [&'static str],
    /// Files below the home directory.
    files: &'static [&'static str],
    how: &'static str,
}

/// From the documentation of each provider, "Authentication".
const ALL: [Kept; 5] = [
    Kept {
        source: "hashicorp/aws",
        variables: &[
            "AWS_ACCESS_KEY_ID",
            "AWS_PROFILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ],
        files: &[".aws/credentials", ".aws/config"],
        how: "`aws sso login`, or `aws configure`",
    },
    Kept {
        source: "hashicorp/google",
        variables: &["GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN"],
        files: &[".config/gcloud/application_default_credentials.json"],
        how: "`gcloud auth application-default login`",
    },
    Kept {
        source: "hashicorp/azurerm",
        variables: &["ARM_CLIENT_ID", "ARM_USE_OIDC", "ARM_USE_MSI"],
        files: &[".azure/azureProfile.json"],
        how: "`az login`",
    },
    Kept {
        source: "cloudflare/cloudflare",
        variables: &["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"],
        files: &[],
        how: "set CLOUDFLARE_API_TOKEN",
    },
    Kept {
        source: "integrations/github",
        variables: &["GITHUB_TOKEN", "GH_TOKEN", "GITHUB_APP_ID"],
        files: &[".config/gh/hosts.yml"],
        how: "`gh auth login`, or set GITHUB_TOKEN",
    },
];

pub(super) fn checks(all: &BTreeMap<String, Value>) -> Vec<Check> {
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(PathBuf::from);
    let used = documents::providers(all);
    let check = |kept: &Kept| {
        let name = format!("credentials {}", kept.source.rsplit('/').next().unwrap_or_default());
        let is_set = |variable: &&&str| env::var_os(variable).is_some_and(|value| !value.is_empty());
        if let Some(variable) = kept.variables.iter().find(is_set) {
            return Check::good(name, format!("{variable} is set"));
        }
        let is_there = |file: &&&str| home.as_ref().is_some_and(|home| home.join(file).is_file());
        if let Some(file) = kept.files.iter().find(is_there) {
            return Check::good(name, format!("~/{file} is there"));
        }
        Check::advice(name, "none; the sandbox needs none", format!("for the real cloud: {}", kept.how))
    };
    ALL.iter().filter(|kept| used.contains(kept.source)).map(check).collect()
}
