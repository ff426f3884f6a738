//! `public-policy` and `public-endpoint`: nothing but a web site is open to everyone.

use formwork_core::{Diagnostic, Stack};

use crate::aws::policy::{Purpose, policies};
use crate::body::Switch;
use crate::guarded_object::GuardedObject;

const DATABASES: [(&str, &str); 6] = [
    ("aws_db_instance", "publicly_accessible"),
    ("aws_dms_replication_instance", "publicly_accessible"),
    ("aws_mq_broker", "publicly_accessible"),
    ("aws_neptune_cluster_instance", "publicly_accessible"),
    ("aws_rds_cluster_instance", "publicly_accessible"),
    ("aws_redshift_cluster", "publicly_accessible"),
];

pub(super) fn open_policies(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for policy in policies(stack).into_iter().filter(|policy| policy.purpose == Purpose::Resource) {
        for statement in policy.statements.iter().filter(|statement| statement.is_public()) {
            let first = statement.actions.first().map_or("anything", String::as_str);
            let message = format!("everyone on the internet may do `{first}`");
            let hint = "name the principals, or a condition such as `aws:PrincipalOrgID` or `aws:SourceArn`";
            diagnostics.push(policy.guarded.diagnostic(policy.argument, message, hint));
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_lambda_permission") {
        let body = guarded.body();
        const NARROWING: [&str; 4] =
            ["source_arn", "source_account", "principal_org_id", "function_url_auth_type"];
        let is_narrowed = NARROWING.iter().any(|argument| body.get(argument).is_some());
        if body.text("principal").as_deref() == Some("*") && !is_narrowed {
            let hint = "name the principal, or its organization with `principal_org_id`";
            diagnostics.push(guarded.diagnostic(
                "principal",
                "everyone on the internet may call the function",
                hint,
            ));
        }
    }
    diagnostics
}

pub(super) fn endpoints(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (type_name, argument) in DATABASES {
        for guarded in GuardedObject::resources(stack, type_name) {
            if guarded.body().switch(argument) == Switch::On {
                let hint = "keep it in private subnets, and reach it from there";
                diagnostics.push(guarded.diagnostic(argument, "it can be reached from the internet", hint));
            }
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_lambda_function_url") {
        if guarded.body().text("authorization_type").as_deref() == Some("NONE") {
            let hint = "use `AWS_IAM`, or put an API or a distribution in front of it that knows its callers";
            diagnostics.push(guarded.diagnostic(
                "authorization_type",
                "everyone who knows the URL may call it",
                hint,
            ));
        }
    }
    diagnostics
}
