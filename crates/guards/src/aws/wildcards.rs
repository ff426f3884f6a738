//! `wildcard-action` and `wildcard-resource`: a policy names its actions and its resources.

use formwork_core::{Diagnostic, Stack};

use crate::aws::policy::{Policy, Purpose, Statement, needs_all_resources, only_describes, policies};
use crate::guarded_object::GuardedObject;

/// Policies that AWS keeps and that permit everything, or everything but one service.
const ADMINISTRATOR: [&str; 2] = ["AdministratorAccess", "PowerUserAccess"];

/// What Lambda does with the interfaces of a function in a VPC. It makes them itself, so that nobody can name them
/// beforehand; AWS permits it so in its own `AWSLambdaVPCAccessExecutionRole` (Lambda Developer Guide, "Required IAM
/// permissions").
const OF_LAMBDA: [&str; 4] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
];

/// Where managed policies are attached.
const ATTACHMENTS: [(&str, &str); 6] = [
    ("aws_iam_group_policy_attachment", "policy_arn"),
    ("aws_iam_policy_attachment", "policy_arn"),
    ("aws_iam_role", "managed_policy_arns"),
    ("aws_iam_role_policy_attachment", "policy_arn"),
    ("aws_iam_user_policy_attachment", "policy_arn"),
    ("aws_ssoadmin_managed_policy_attachment", "managed_policy_arn"),
];

pub(super) fn actions(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for policy in identity(stack) {
        for statement in &policy.statements {
            let all_of_service = |action: &&String| *action == "*" || action.ends_with(":*");
            for action in statement.actions.iter().filter(all_of_service) {
                let message = format!("`{action}` permits every action there is, and those to come");
                diagnostics.push(policy.guarded.diagnostic(
                    policy.argument,
                    message,
                    "name the actions that are needed",
                ));
            }
            if let Some(action) = statement.not_actions.first() {
                let message = format!("everything is permitted but `{action}` and what stands beside it");
                let hint = "name the actions that are needed in `Action`";
                diagnostics.push(policy.guarded.diagnostic(policy.argument, message, hint));
            }
        }
    }
    for (type_name, argument) in ATTACHMENTS {
        for guarded in GuardedObject::resources(stack, type_name) {
            for arn in guarded.body().texts(argument) {
                if arn.contains(":iam::aws:policy/") && ADMINISTRATOR.iter().any(|name| arn.ends_with(name)) {
                    let message = format!("`{arn}` permits nearly everything");
                    diagnostics.push(guarded.diagnostic(
                        argument,
                        message,
                        "attach a policy that names the actions",
                    ));
                }
            }
        }
    }
    diagnostics
}

pub(super) fn resources(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for policy in identity(stack) {
        for statement in policy.statements.iter().filter(|statement| statement.tests.is_empty()) {
            if let Some(resource) = statement.not_resources.first() {
                let message =
                    format!("every resource is permitted but `{resource}` and what stands beside it");
                let hint = "name the resources that are needed in `Resource`";
                diagnostics.push(policy.guarded.diagnostic(policy.argument, message, hint));
            }
            if let Some(message) = on_all(statement) {
                diagnostics.push(policy.guarded.diagnostic(policy.argument, message, "name the resources"));
            }
        }
    }
    diagnostics
}

fn identity(stack: &Stack) -> impl Iterator<Item = Policy<'_>> {
    policies(stack).into_iter().filter(|policy| policy.purpose == Purpose::Identity)
}

/// Which actions a statement permits on all resources though they could be tied to some.
fn on_all(statement: &Statement) -> Option<String> {
    if !statement.resources.iter().any(|resource| resource == "*") {
        return None;
    }
    let wide: Vec<String> = statement
        .actions
        .iter()
        .filter(|action| !only_describes(action) && !needs_all_resources(action))
        .filter(|action| !OF_LAMBDA.contains(&action.as_str()))
        .map(|action| format!("`{action}`"))
        .collect();
    let shown = 3.min(wide.len());
    match wide.len() {
        0 => None,
        1 => Some(format!("{} is permitted on every resource", wide[0])),
        more if more > shown => {
            let others = more - shown;
            Some(format!("{} and {others} more are permitted on every resource", wide[..shown].join(", ")))
        }
        _ => Some(format!("{} are permitted on every resource", wide.join(", "))),
    }
}
