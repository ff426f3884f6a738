//! `public-bucket`: no bucket is open to everyone.

use formwork_core::{Diagnostic, Stack};

use crate::aws::policy::{Purpose, policies};
use crate::body::Switch;
use crate::guarded_object::GuardedObject;

/// The canned access control lists that let everyone in (S3 user guide, "Access control list overview").
const PUBLIC: [&str; 3] = ["authenticated-read", "public-read", "public-read-write"];

/// The groups of an access control list that mean everyone.
const EVERYONE: [&str; 2] = ["/global/AllUsers", "/global/AuthenticatedUsers"];

const HINT: &str = "serve it through a distribution that alone may read the bucket";

pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (type_name, argument) in
        [("aws_s3_bucket", "acl"), ("aws_s3_bucket_acl", "acl"), ("aws_s3_object", "acl")]
    {
        for guarded in GuardedObject::resources(stack, type_name) {
            if let Some(acl) = guarded.body().text(argument).filter(|acl| PUBLIC.contains(&acl.as_str())) {
                diagnostics.push(guarded.diagnostic(
                    argument,
                    format!("`{acl}` lets everyone on the internet in"),
                    HINT,
                ));
            }
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_s3_bucket_acl") {
        let policies = guarded.body().nested("access_control_policy").into_iter();
        let grants = policies.flat_map(|policy| policy.nested("grant"));
        let grantees = grants.flat_map(|grant| grant.nested("grantee"));
        for group in grantees.filter_map(|grantee| grantee.text("uri")) {
            if EVERYONE.iter().any(|everyone| group.ends_with(everyone)) {
                let message = format!("`{group}` is everyone on the internet");
                diagnostics.push(guarded.diagnostic("access_control_policy", message, HINT));
            }
        }
    }
    for type_name in ["aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"] {
        for guarded in GuardedObject::resources(stack, type_name) {
            let arguments =
                ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
            for argument in arguments {
                // The provider takes a switch that is missing for off.
                if matches!(guarded.body().switch(argument), Switch::Off | Switch::Missing) {
                    let message =
                        format!("`{argument}` is off, so that the bucket can be opened to everyone");
                    diagnostics.push(guarded.diagnostic(
                        argument,
                        message,
                        format!("set `{argument}` to true"),
                    ));
                }
            }
        }
    }
    for policy in policies(stack).into_iter().filter(|policy| policy.purpose == Purpose::Bucket) {
        for statement in policy.statements.iter().filter(|statement| statement.is_public()) {
            let first = statement.actions.first().map_or("anything", String::as_str);
            let message = format!("everyone on the internet may do `{first}` with the bucket");
            diagnostics.push(policy.guarded.diagnostic(policy.argument, message, HINT));
        }
    }
    diagnostics
}
