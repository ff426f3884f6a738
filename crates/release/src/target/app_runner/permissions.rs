//! What the verbs call, from the Service Authorization Reference: "… for AWS App Runner".

use crate::permissions::{Permission, Scope, Verb, on};

const DESCRIBE_APP: Permission = on("apprunner:DescribeService", Scope::Service);
const APP_TAGS: Permission = on("apprunner:ListTagsForResource", Scope::Service);
const TAG_APP: Permission = on("apprunner:TagResource", Scope::Service);
const UPDATE_APP: Permission = on("apprunner:UpdateService", Scope::Service);
const APP_OPERATIONS: Permission = on("apprunner:ListOperations", Scope::Service);
/// The role with which App Runner reads the image.
const PASS_ACCESS_ROLE: Permission = on("iam:PassRole", Scope::TaskRoles);

/// What a verb calls.
pub(super) const fn permissions(verb: Verb) -> &'static [Permission] {
    match verb {
        Verb::Start | Verb::Verify => &[DESCRIBE_APP, APP_TAGS, TAG_APP],
        Verb::Promote | Verb::Rollback => {
            &[DESCRIBE_APP, APP_TAGS, TAG_APP, UPDATE_APP, APP_OPERATIONS, PASS_ACCESS_ROLE]
        }
        Verb::Resume | Verb::Status => &[DESCRIBE_APP, APP_TAGS],
        Verb::History => &[],
    }
}
