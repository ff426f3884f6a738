//! Findings about roles: what IAM or the rules would refuse.

use formwork::{Source, Stack};

use super::review::{changes_role, review};
use super::{Repository, Role, Subject};
use crate::iam::{MANAGED_POLICY_LIMIT, Policy};

/// How many managed policies a role may have, unless AWS raised the quota (IAM User Guide, "IAM and AWS STS quotas").
const ATTACHED_POLICIES: usize = 10;

/// The characters that a trust policy may have, unless AWS raised the quota (the same page).
const TRUST_POLICY_LIMIT: usize = 2048;

pub(super) fn role(stack: &mut Stack, config: &Role, trust: &Policy, source: Source) {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if !(1..=64).contains(&config.name.len()) || !config.name.bytes().all(is_allowed) {
        let finding = stack.finding(format!("IAM refuses the role name `{}`", config.name));
        stack.report(
            finding.source(source).hint("it has 1 to 64 letters, digits and characters of `_+=,.@-`"),
        );
    }
    let repositories = config.others.iter().map(|(repository, _)| repository);
    for mistake in std::iter::once(&config.repository).chain(repositories).filter_map(Repository::mistake) {
        let finding = stack.finding(mistake);
        stack.report(finding.source(source).hint("a role is for one repository, named in full"));
    }
    let subjects = config.subjects.iter().chain(config.others.iter().map(|(_, subject)| subject));
    for (mistake, hint) in subjects.filter_map(Subject::mistake) {
        let finding = stack.finding(mistake);
        stack.report(finding.source(source).hint(hint));
    }
    if !(3600..=43200).contains(&config.session_seconds) {
        let message = format!("IAM refuses sessions of {} seconds", config.session_seconds);
        let finding = stack.finding(message);
        stack.report(finding.source(source).hint("they last from 3600 to 43200 seconds"));
    }
    if trust.size() > TRUST_POLICY_LIMIT {
        let message = format!("the trust policy of `{}` has {} characters", config.name, trust.size());
        let finding = stack.finding(message);
        stack.report(
            finding.source(source).hint("IAM takes 2048; make a second role for some of the subjects"),
        );
    }
}

pub(super) fn policies(stack: &mut Stack, config: &Role, source: Source) {
    for (name, policy) in &config.policies {
        if policy.is_empty() {
            let finding = stack.finding(format!("policy `{name}` of `{}` has no statement", config.name));
            stack.report(finding.source(source).hint("IAM refuses empty policies; leave it out"));
        }
        for (mistake, hint) in review(policy, &config.on_all_resources) {
            let finding = stack.finding(format!("policy `{name}` of `{}`: {mistake}", config.name));
            stack.report(finding.source(source).hint(hint));
        }
        if changes_role(policy, &config.name) {
            let message =
                format!("policy `{name}` of `{0}` lets `{0}` change its own permissions", config.name);
            let finding = stack.finding(message);
            let hint = "give the role a name that does not begin like those of the roles it makes";
            stack.report(finding.source(source).hint(hint));
        }
        // Only a statement that is too large by itself is left so by the split.
        for part in policy.clone().split(MANAGED_POLICY_LIMIT) {
            if part.size() > MANAGED_POLICY_LIMIT {
                let size = part.size();
                let message =
                    format!("a statement of policy `{name}` of `{}` has {size} characters", config.name);
                let finding = stack.finding(message);
                stack.report(finding.source(source).hint("IAM takes 6144 in a policy; divide the statement"));
            }
        }
    }
}

pub(super) fn count(stack: &mut Stack, role: &str, count: usize, source: Source) {
    if count > ATTACHED_POLICIES {
        let finding = stack.finding(format!("`{role}` has {count} policies"));
        stack.report(finding.source(source).hint("IAM takes 10; merge small ones with `Policy::merge`"));
    }
}
