//! What GitHub asks before a branch changes.

use formwork::github::branch_protection::{RequiredPullRequestReviews, RequiredStatusChecks, RestrictPushes};
use formwork::github::{self, BranchProtectionRef};
use formwork::{Stack, Value};

use crate::label::label;
use crate::mistakes::Mistakes;

/// The protection of the branches that a pattern matches. Nobody deletes them or pushes over their history.
#[derive(Clone, Debug)]
pub struct BranchProtection {
    pattern: String,
    reviews: u8,
    code_owners: bool,
    dismiss_stale_reviews: bool,
    last_push_approval: bool,
    checks: Vec<String>,
    up_to_date: bool,
    linear_history: bool,
    resolved_conversations: bool,
    signed_commits: bool,
    admins_too: bool,
    pushers: Option<Vec<String>>,
}

impl BranchProtection {
    /// Protects a branch, or branches that a pattern such as `release/*` matches: pull requests with one review that
    /// later commits dismiss, resolved conversations and a linear history, for administrators too.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self {
            pattern: pattern.to_owned(),
            reviews: 1,
            code_owners: false,
            dismiss_stale_reviews: true,
            last_push_approval: false,
            checks: Vec::new(),
            up_to_date: true,
            linear_history: true,
            resolved_conversations: true,
            signed_commits: false,
            admins_too: true,
            pushers: None,
        }
    }

    /// Requires so many reviews, up to 6. With 0, changes still come by pull request.
    #[must_use]
    pub const fn reviews(mut self, count: u8) -> Self {
        self.reviews = count;
        self
    }

    /// Requires a review by an owner of each changed file that has one in `CODEOWNERS`.
    #[must_use]
    pub const fn code_owners(mut self) -> Self {
        self.code_owners = true;
        self
    }

    /// Keeps reviews valid when commits follow them.
    #[must_use]
    pub const fn keep_stale_reviews(mut self) -> Self {
        self.dismiss_stale_reviews = false;
        self
    }

    /// Requires that somebody else than its author approves the last push.
    #[must_use]
    pub const fn last_push_approval(mut self) -> Self {
        self.last_push_approval = true;
        self
    }

    /// Requires that checks pass, by the names of their jobs: `build`, `test (linux, stable)` of a matrix, `call / job`
    /// of a reusable workflow. They must pass on top of the branch as it is.
    #[must_use]
    pub fn checks<C: Into<String>>(mut self, checks: impl IntoIterator<Item = C>) -> Self {
        self.checks = checks.into_iter().map(Into::into).collect();
        self
    }

    /// Takes checks that passed before the branch went on.
    #[must_use]
    pub const fn allow_outdated_checks(mut self) -> Self {
        self.up_to_date = false;
        self
    }

    /// Permits merge commits.
    #[must_use]
    pub const fn allow_merge_commits(mut self) -> Self {
        self.linear_history = false;
        self
    }

    /// Permits to merge while a conversation is open.
    #[must_use]
    pub const fn allow_open_conversations(mut self) -> Self {
        self.resolved_conversations = false;
        self
    }

    /// Requires signed commits.
    #[must_use]
    pub const fn signed_commits(mut self) -> Self {
        self.signed_commits = true;
        self
    }

    /// Lets administrators of the repository pass over all this.
    #[must_use]
    pub const fn exempt_administrators(mut self) -> Self {
        self.admins_too = false;
        self
    }

    /// Lets only these push or merge: `/user`, `organization/team` or the node id of an app.
    #[must_use]
    pub fn pushers<P: Into<String>>(mut self, pushers: impl IntoIterator<Item = P>) -> Self {
        self.pushers = Some(pushers.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) const fn is_linear(&self) -> bool {
        self.linear_history
    }

    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// What GitHub would refuse, and what to do instead.
    pub(crate) fn mistakes(&self, mistakes: &mut Mistakes) {
        if self.pattern.is_empty() {
            mistakes.add("a protection has no branch", "name it, or give a pattern such as `release/*`");
        }
        if self.reviews > 6 {
            let message = format!("GitHub refuses to require {} reviews", self.reviews);
            mistakes.add(message, "it takes 0 to 6");
        }
    }

    #[track_caller]
    pub(crate) fn add(self, stack: &mut Stack, repository_id: Value<String>) -> BranchProtectionRef {
        let mut protection = github::BranchProtection::new(github::BranchProtectionArgs {
            pattern: self.pattern.as_str().into(),
            repository_id,
        })
        .enforce_admins(self.admins_too)
        .required_linear_history(self.linear_history)
        .require_conversation_resolution(self.resolved_conversations)
        .require_signed_commits(self.signed_commits)
        .allows_deletions(false)
        .allows_force_pushes(false)
        .required_pull_request_reviews(
            RequiredPullRequestReviews::new()
                .required_approving_review_count(self.reviews)
                .require_code_owner_reviews(self.code_owners)
                .dismiss_stale_reviews(self.dismiss_stale_reviews)
                .require_last_push_approval(self.last_push_approval),
        );
        if !self.checks.is_empty() {
            let checks = RequiredStatusChecks::new().contexts(self.checks).strict(self.up_to_date);
            protection = protection.required_status_checks(checks);
        }
        let pushes = self.pushers.map(|pushers| RestrictPushes::new().push_allowances(pushers));
        stack.add(&label(&self.pattern), protection.restrict_pushes(pushes))
    }
}

#[cfg(test)]
mod tests {
    use formwork::App;
    use serde_json::{Value as Json, json};

    use super::*;

    fn built(protection: BranchProtection) -> Json {
        let mut app = App::new();
        protection.add(app.stack("github"), "orders".into());
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        serde_json::to_value(&synthesis.stacks[0]).unwrap()["resource"]["github_branch_protection"].clone()
    }

    #[test]
    fn a_branch_is_protected_for_everybody() {
        assert_eq!(
            built(BranchProtection::new("main").checks(["build"])),
            json!({"main": {
                "pattern": "main",
                "repository_id": "orders",
                "enforce_admins": true,
                "required_linear_history": true,
                "require_conversation_resolution": true,
                "require_signed_commits": false,
                "allows_deletions": false,
                "allows_force_pushes": false,
                "required_pull_request_reviews": [{
                    "required_approving_review_count": 1,
                    "require_code_owner_reviews": false,
                    "dismiss_stale_reviews": true,
                    "require_last_push_approval": false,
                }],
                "required_status_checks": [{"contexts": ["build"], "strict": true}],
            }})
        );
    }

    #[test]
    fn everything_can_be_chosen() {
        let protection = BranchProtection::new("release/*")
            .reviews(2)
            .code_owners()
            .keep_stale_reviews()
            .last_push_approval()
            .checks(["build"])
            .allow_outdated_checks()
            .allow_merge_commits()
            .allow_open_conversations()
            .signed_commits()
            .exempt_administrators()
            .pushers(["acme/releases"]);
        let json = &built(protection)["release_any"];
        assert_eq!(json["enforce_admins"], false);
        assert_eq!(json["required_linear_history"], false);
        assert_eq!(json["required_status_checks"][0]["strict"], false);
        assert_eq!(json["required_pull_request_reviews"][0]["require_code_owner_reviews"], true);
        assert_eq!(json["restrict_pushes"][0]["push_allowances"], json!(["acme/releases"]));
    }
}
