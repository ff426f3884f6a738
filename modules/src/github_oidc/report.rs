//! Findings about roles: what IAM or the rules would refuse.

use super::review::{changes_role, review};
use super::{Repository, RoleConfig, Subject};
use crate::iam::{MANAGED_POLICY_LIMIT, Policy};
use crate::mistakes::Mistakes;

/// How many managed policies a role may have, unless AWS raised the quota (IAM User Guide, "IAM and AWS STS quotas").
const ATTACHED_POLICIES: usize = 10;

/// The characters that a trust policy may have, unless AWS raised the quota (the same page).
const TRUST_POLICY_LIMIT: usize = 2048;

pub(super) fn role(config: &RoleConfig, trust: &Policy) -> Mistakes {
    let mut mistakes = Mistakes::default();
    mistakes.role_name(&config.name);
    let repositories = config.others.iter().map(|(repository, _)| repository);
    for mistake in std::iter::once(&config.repository).chain(repositories).filter_map(Repository::mistake) {
        mistakes.add(mistake, "a role is for one repository, named in full");
    }
    let subjects = config.subjects.iter().chain(config.others.iter().map(|(_, subject)| subject));
    for (mistake, hint) in subjects.filter_map(Subject::mistake) {
        mistakes.add(mistake, hint);
    }
    if !(3600..=43200).contains(&config.session_seconds) {
        let message = format!("IAM refuses sessions of {} seconds", config.session_seconds);
        mistakes.add(message, "they last from 3600 to 43200 seconds");
    }
    if trust.size() > TRUST_POLICY_LIMIT {
        let message = format!("the trust policy of `{}` has {} characters", config.name, trust.size());
        mistakes.add(message, "IAM takes 2048; make a second role for some of the subjects");
    }
    for (name, policy) in &config.policies {
        self::policy(name, policy, config, &mut mistakes);
    }
    mistakes
}

fn policy(name: &str, policy: &Policy, config: &RoleConfig, mistakes: &mut Mistakes) {
    if policy.is_empty() {
        let message = format!("policy `{name}` of `{}` has no statement", config.name);
        mistakes.add(message, "IAM refuses empty policies; leave it out");
    }
    for (mistake, hint) in review(policy, &config.on_all_resources) {
        mistakes.add(format!("policy `{name}` of `{}`: {mistake}", config.name), hint);
    }
    if changes_role(policy, &config.name) {
        let message = format!("policy `{name}` of `{0}` lets `{0}` change its own permissions", config.name);
        let hint = "give the role a name that does not begin like those of the roles it makes";
        mistakes.add(message, hint);
    }
    // Only a statement that is too large by itself is left so by the split.
    for part in policy.clone().split(MANAGED_POLICY_LIMIT) {
        if part.size() > MANAGED_POLICY_LIMIT {
            let size = part.size();
            let message =
                format!("a statement of policy `{name}` of `{}` has {size} characters", config.name);
            mistakes.add(message, "IAM takes 6144 in a policy; divide the statement");
        }
    }
}

pub(super) fn count(role: &str, count: usize) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if count > ATTACHED_POLICIES {
        let hint = "IAM takes 10; merge small ones with `Policy::merge`";
        mistakes.add(format!("`{role}` has {count} policies"), hint);
    }
    mistakes
}
