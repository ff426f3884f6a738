//! A permissions boundary on every role of a stack: whoever may make roles only with it cannot make one that permits
//! more (IAM User Guide, "Permissions boundaries for IAM entities").
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::boundary::bound_roles;
//! use formwork_modules::iam::Policy;
//!
//! let mut app = App::new();
//! let stack = app.stack("shop-dev");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let trust = Policy::assumed_by_service("lambda.amazonaws.com");
//! stack.add("role", aws::IamRole::new(trust).name("shop-dev-orders"));
//! let account = stack.add("current", aws::data::CallerIdentity::new()).account_id();
//! bound_roles(stack, format!("arn:aws:iam::{account}:policy/boundary-shop-dev"));
//! assert!(app.finish().findings.is_empty());
//! ```
//!
//! Not here: what the boundary permits. It is a policy of the stack that its roles are checked by, not of this one.

use std::fmt::Display;

use formwork::Stack;

/// Puts the boundary, by the ARN of its policy, on every role that is in the stack by now, whoever made it.
#[track_caller]
pub fn bound_roles(stack: &mut Stack, boundary_arn: impl Display) {
    let boundary = boundary_arn.to_string();
    let roles = stack.resources().filter(|(type_name, ..)| *type_name == "aws_iam_role");
    let roles: Vec<String> = roles.map(|(_, name, _)| name.to_owned()).collect();
    for role in roles {
        // The modules know nothing of boundaries; this is about all roles.
        stack.override_at(["resource", "aws_iam_role", &role, "permissions_boundary"], boundary.as_str());
    }
}

#[cfg(test)]
mod tests {
    use formwork::aws;
    use serde_json::json;

    use super::*;
    use crate::iam::Policy;
    use crate::testing::document;

    #[test]
    fn every_role_has_the_boundary() {
        let document = document(|stack| {
            for name in ["a", "b"] {
                let trust = Policy::assumed_by_service("lambda.amazonaws.com");
                stack.add(name, aws::IamRole::new(trust));
            }
            let account = stack.add("current", aws::data::CallerIdentity::new()).account_id();
            bound_roles(stack, format!("arn:aws:iam::{account}:policy/boundary-shop"));
        });
        let boundary = json!("arn:aws:iam::${data.aws_caller_identity.current.account_id}:policy/boundary-shop");
        for name in ["a", "b"] {
            assert_eq!(document["resource"]["aws_iam_role"][name]["permissions_boundary"], boundary);
        }
    }
}
