//! The actions that steps may use, each pinned to one commit.
//!
//! A tag can be moved to other code by whoever owns the action, or has stolen their key; a commit cannot. All of them run
//! on Node 24: GitHub's runners have no Node 20 since September 2026. The commits are what the tags of the actions'
//! repositories named when this table was last written.

/// An action at one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The repository, such as `actions/checkout`.
    pub repository: &'static str,
    /// The full id of the commit.
    pub commit: &'static str,
    /// The version that the commit was released as.
    pub version: &'static str,
}

/// Brings a repository's files.
pub const CHECKOUT: Action = Action {
    repository: "actions/checkout",
    commit: "3d3c42e5aac5ba805825da76410c181273ba90b1",
    version: "v7.0.1",
};

/// Keeps files between runs.
pub const CACHE: Action = Action {
    repository: "actions/cache",
    commit: "27d5ce7f107fe9357f9df03efb73ab90386fccae",
    version: "v5.0.5",
};

/// Keeps files of a run.
pub const UPLOAD_ARTIFACT: Action = Action {
    repository: "actions/upload-artifact",
    commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    version: "v7.0.0",
};

/// Brings files of a run.
pub const DOWNLOAD_ARTIFACT: Action = Action {
    repository: "actions/download-artifact",
    commit: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    version: "v8.0.1",
};

/// Installs Go.
pub const SETUP_GO: Action = Action {
    repository: "actions/setup-go",
    commit: "b7ad1dad31e06c5925ef5d2fc7ad053ef454303e",
    version: "v7.0.0",
};

/// Installs Node.js.
pub const SETUP_NODE: Action = Action {
    repository: "actions/setup-node",
    commit: "820762786026740c76f36085b0efc47a31fe5020",
    version: "v7.0.0",
};

/// Installs Python.
pub const SETUP_PYTHON: Action = Action {
    repository: "actions/setup-python",
    commit: "5fda3b95a4ea91299a34e894583c3862153e4b97",
    version: "v7.0.0",
};

/// Assumes a role of AWS.
pub const CONFIGURE_AWS_CREDENTIALS: Action = Action {
    repository: "aws-actions/configure-aws-credentials",
    commit: "e6de054238d6b7531b4efff3b6587d9aade6a06c",
    version: "v6.2.3",
};

/// Installs Terraform.
pub const SETUP_TERRAFORM: Action = Action {
    repository: "hashicorp/setup-terraform",
    commit: "dfe3c3f87815947d99a8997f908cb6525fc44e9e",
    version: "v4.0.1",
};

/// Every action of the table.
pub const ALL: [Action; 9] = [
    CHECKOUT,
    CACHE,
    UPLOAD_ARTIFACT,
    DOWNLOAD_ARTIFACT,
    SETUP_GO,
    SETUP_NODE,
    SETUP_PYTHON,
    CONFIGURE_AWS_CREDENTIALS,
    SETUP_TERRAFORM,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_pinned_to_a_whole_commit() {
        for action in ALL {
            assert_eq!(action.commit.len(), 40, "{}", action.repository);
            assert!(action.commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", action.repository);
            assert!(action.version.starts_with('v'), "{}", action.repository);
        }
    }
}
