//! Compares a setting with what GitHub says, and notes what differs.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::audit::expected::ExpectedSetting;
use crate::audit::result::{AuditResult, Difference};
use crate::github::{GitHub, GitHubError};

/// An audit of one repository.
pub(super) struct Audit<'a, 'b> {
    pub(super) github: &'a GitHub<'b>,
    pub(super) result: AuditResult,
    /// The repository's branches, once they were asked for.
    pub(super) branches: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
}

impl Audit<'_, '_> {
    pub(super) fn compare(
        &mut self,
        setting: &ExpectedSetting,
        what: &str,
        expected: Value,
        found: Value,
        note: Option<&'static str>,
    ) {
        self.result.compared += 1;
        if expected != found {
            self.result.differences.push(Difference {
                stack: setting.stack.clone(),
                address: setting.address.clone(),
                what: format!("{}/{}, {what}", setting.owner, setting.repository),
                expected,
                found,
                note,
            });
        }
    }

    /// Reads something that may be missing.
    pub(super) async fn find(&self, path: &str) -> Result<Option<Value>, GitHubError> {
        match self.github.read(path).await {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn leave_out(&mut self, setting: &ExpectedSetting, reason: String) {
        self.result.left_out.push((location(setting), reason));
    }

    /// The repository's branches that fit.
    pub(super) async fn branches(&mut self, fits: impl Fn(&str) -> bool) -> Result<Vec<String>, GitHubError> {
        if self.branches.is_none() {
            let all: Vec<Branch> = self.github.read_all("/branches?per_page=100", None, |_| false).await?;
            self.branches = Some(all.into_iter().map(|branch| branch.name).collect());
        }
        Ok(self.branches.iter().flatten().filter(|branch| fits(branch)).cloned().collect())
    }
}

/// The resource that says so.
pub(super) fn location(expected: &ExpectedSetting) -> String {
    format!("{} / {}", expected.stack, expected.address)
}

/// A block of a resource: an object, or the only one of a list.
pub(super) fn block<'a>(arguments: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    let block = arguments.get(name)?;
    block.get(0).unwrap_or(block).as_object()
}
