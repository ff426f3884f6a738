//! The rules for what a role may be permitted.

use formwork::guards::aws::{needs_all_resources, only_describes};
use formwork::model::text::{self, Part};

use crate::iam::{Policy, Statement};

/// What a policy permits beyond the rules, each with what to do instead. `excepted` actions may be on all resources.
pub(crate) fn review(policy: &Policy, excepted: &[String]) -> Vec<(String, &'static str)> {
    let mut mistakes = Vec::new();
    for statement in policy.statements().iter().filter(|statement| statement.allows()) {
        review_statement(statement, excepted, &mut mistakes);
    }
    mistakes
}

/// Actions that decide what a role is permitted, or who may assume it.
const ON_ROLES: [&str; 6] = [
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
];

/// Whether a policy permits to change the role of this name.
pub(crate) fn changes_role(policy: &Policy, name: &str) -> bool {
    let is_about = |resource: &str| match resource.split_once(":role/") {
        Some((_, pattern)) => {
            let last = pattern.rsplit_once('/').map_or(pattern, |(_, last)| last);
            match last.split_once('*') {
                Some((beginning, _)) => name.starts_with(beginning),
                None => name == last,
            }
        }
        None => resource == "*",
    };
    policy.statements().iter().filter(|statement| statement.allows()).any(|statement| {
        statement.actions().iter().any(|action| ON_ROLES.contains(action))
            && statement.resources().into_iter().any(is_about)
    })
}

fn review_statement(statement: &Statement, excepted: &[String], mistakes: &mut Vec<(String, &'static str)>) {
    let resources = statement.resources();
    let on_all = resources.contains(&"*");
    for action in statement.actions() {
        if has_wildcard(action) {
            mistakes.push((
                format!("`{action}` permits actions that it does not name"),
                "name each action in full",
            ));
        } else if resources.is_empty() {
            mistakes.push((format!("`{action}` is permitted on no resource"), "name the resources"));
        } else if on_all && !only_describes(action) && !is_excepted(action, excepted) {
            mistakes.push((
                format!("`{action}` is permitted on every resource"),
                "name the resources, or except the action and say why with `RoleConfig::on_all_resources`",
            ));
        }
    }
}

fn is_excepted(action: &str, excepted: &[String]) -> bool {
    needs_all_resources(action) || excepted.iter().any(|other| other == action)
}

/// Only literal text counts: what an expression becomes is not known, and an action is hardly one.
fn has_wildcard(action: &str) -> bool {
    let parts = text::parts(action).unwrap_or_default();
    parts.iter().any(|part| matches!(part, Part::Literal(literal) if literal.contains(['*', '?'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(policy: Policy) -> Vec<String> {
        review(&policy, &["iot:AttachPolicy".to_owned()]).into_iter().map(|(message, _)| message).collect()
    }

    #[test]
    fn what_reads_lists_and_names_passes() {
        let policy = Policy::new()
            .allow(["ec2:DescribeVpcs", "lambda:ListFunctions", "sns:Unsubscribe", "iot:AttachPolicy"], ["*"])
            .allow(["s3:GetObject"], ["arn:aws:s3:::b/*"])
            .with(Statement::deny(["s3:*"]).on(["*"]));
        assert_eq!(messages(policy), [""; 0]);
    }

    #[test]
    fn wildcards_are_found() {
        let policy = Policy::new()
            .allow(["s3:Get*"], ["arn:aws:s3:::b/*"])
            .allow(["ec2:CreateVpc", "s3:GetObject"], ["*"])
            .with(Statement::allow(["s3:ListBucket"]));
        assert_eq!(
            messages(policy),
            [
                "`s3:Get*` permits actions that it does not name",
                "`ec2:CreateVpc` is permitted on every resource",
                "`s3:GetObject` is permitted on every resource",
                "`s3:ListBucket` is permitted on no resource",
            ]
        );
    }
}
