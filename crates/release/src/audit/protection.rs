//! Protected branches.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::audit::comparison::{Audit, block};
use crate::audit::expected::{ExpectedSetting, Setting};
use crate::audit::pattern::is_protected_by;
use crate::github::GitHubError;
use crate::web::percent_encode;

impl Audit<'_, '_> {
    /// A pattern is compared branch by branch. A branch that has a rule of its own is not under the pattern, and of two
    /// patterns only GitHub knows which is older, and counts.
    pub(super) async fn protections(
        &mut self,
        setting: &ExpectedSetting,
        pattern: &str,
        arguments: &Map<String, Value>,
        settings: &[&ExpectedSetting],
    ) -> Result<(), GitHubError> {
        if is_protected_by(pattern, "").is_none() {
            self.leave_out(setting, format!("`{pattern}` is a pattern that cannot be read here"));
            return Ok(());
        }
        let fitting = self.branches(|branch| is_protected_by(pattern, branch) == Some(true)).await?;
        if fitting.is_empty() {
            self.leave_out(
                setting,
                format!("no branch fits `{pattern}` now, and GitHub's REST API tells of branches only"),
            );
        }
        let has_own_rule = |wanted: &str| {
            settings
                .iter()
                .any(|it| matches!(&it.setting, Setting::Protection { branch, .. } if branch == wanted))
        };
        for branch in fitting.iter().filter(|branch| !has_own_rule(branch)) {
            let fits = |it: &&&ExpectedSetting| matches!(&it.setting, Setting::ProtectionPattern { pattern, .. } if is_protected_by(pattern, branch) == Some(true));
            if settings.iter().filter(fits).count() > 1 {
                self.leave_out(
                    setting,
                    format!("branch {branch} fits other patterns too; the oldest counts"),
                );
                continue;
            }
            self.protection(setting, branch, arguments).await?;
        }
        Ok(())
    }

    pub(super) async fn protection(
        &mut self,
        setting: &ExpectedSetting,
        branch: &str,
        arguments: &Map<String, Value>,
    ) -> Result<(), GitHubError> {
        let found = self.find(&format!("/branches/{}/protection", percent_encode(branch))).await?;
        let what = |name: &str| format!("branch {branch}: {name}");
        let Some(found) = found else {
            self.compare(setting, &what("protection"), json!(true), json!(false), Some("nothing protects the branch, or the token may not see what does: it needs to read the repository's administration"));
            return Ok(());
        };
        let enabled = |name: &str| found[name]["enabled"].as_bool().unwrap_or(false);
        for (argument, member) in [
            ("enforce_admins", "enforce_admins"),
            ("required_linear_history", "required_linear_history"),
            ("require_conversation_resolution", "required_conversation_resolution"),
            ("require_signed_commits", "required_signatures"),
            ("allows_deletions", "allow_deletions"),
            ("allows_force_pushes", "allow_force_pushes"),
            ("lock_branch", "lock_branch"),
        ] {
            if let Some(expected) = arguments.get(argument).and_then(Value::as_bool) {
                self.compare(setting, &what(argument), json!(expected), json!(enabled(member)), None);
            }
        }
        self.reviews(setting, &what, arguments, &found["required_pull_request_reviews"]);
        if let Some(checks) = block(arguments, "required_status_checks") {
            let found = &found["required_status_checks"];
            if let Some(strict) = checks.get("strict") {
                self.compare(
                    setting,
                    &what("strict"),
                    strict.clone(),
                    found["strict"].as_bool().unwrap_or(false).into(),
                    None,
                );
            }
            if let Some(contexts) = checks.get("contexts").and_then(Value::as_array) {
                let set = |list: Option<&Vec<Value>>| -> BTreeSet<String> {
                    list.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
                };
                let found = set(found["contexts"].as_array());
                self.compare(
                    setting,
                    &what("required checks"),
                    json!(set(Some(contexts))),
                    json!(found),
                    None,
                );
            }
        }
        Ok(())
    }

    pub(super) fn reviews(
        &mut self,
        setting: &ExpectedSetting,
        what: &impl Fn(&str) -> String,
        arguments: &Map<String, Value>,
        found: &Value,
    ) {
        let Some(reviews) = block(arguments, "required_pull_request_reviews") else { return };
        for (argument, member) in [
            ("required_approving_review_count", "required_approving_review_count"),
            ("require_code_owner_reviews", "require_code_owner_reviews"),
            ("dismiss_stale_reviews", "dismiss_stale_reviews"),
            ("require_last_push_approval", "require_last_push_approval"),
        ] {
            let Some(expected) = reviews.get(argument) else { continue };
            let missing = if expected.is_boolean() { json!(false) } else { Value::Null };
            let found = found.get(member).cloned().unwrap_or(missing);
            self.compare(setting, &what(argument), expected.clone(), found, None);
        }
    }
}
