//! The policies of a role: in the role itself as long as there is room, and in managed policies beyond.

use formwork::{Resource, Stack, aws};

use crate::iam::{MANAGED_POLICY_LIMIT, Policy};

/// The most characters that all policies in a role have together, white space not counted (IAM User Guide, "IAM and AWS
/// STS quotas").
const INLINE_LIMIT: usize = 10_240;

/// What was added to a role.
pub(crate) enum Attached {
    /// A policy in it.
    Inline(aws::IamRolePolicyRef),
    /// Managed policies that it has.
    Managed(Vec<aws::IamRolePolicyAttachmentRef>),
}

/// Permits a role what a document says. `name` is the logical name, `policy_name` that of the policy in the role.
pub(crate) fn permit(
    stack: &mut Stack,
    (name, policy_name): (&str, &str),
    (role, role_name): (&aws::IamRoleRef, &str),
    policy: Policy,
) -> Attached {
    if policy.size() <= INLINE_LIMIT {
        let arguments = aws::IamRolePolicyArgs { policy: policy.into(), role: role.id().into() };
        return Attached::Inline(stack.add(name, aws::IamRolePolicy::new(arguments).name(policy_name)));
    }
    let parts = policy.split(MANAGED_POLICY_LIMIT).into_iter().zip(1..);
    let attachments = parts.map(|(part, number)| {
        let place = format!("{name}_{number}");
        let managed = aws::IamPolicy::new(part).name(format!("{role_name}-{policy_name}-{number}"));
        let managed = stack.add(&place, managed);
        let arguments =
            aws::IamRolePolicyAttachmentArgs { policy_arn: managed.arn().into(), role: role.name().into() };
        stack.add(&place, aws::IamRolePolicyAttachment::new(arguments))
    });
    Attached::Managed(attachments.collect())
}

impl Attached {
    /// Makes a resource wait for what the role is permitted.
    pub(crate) fn before<R: Resource>(&self, resource: R) -> R {
        match self {
            Self::Inline(policy) => resource.depends_on(policy),
            Self::Managed(attachments) => {
                attachments.iter().fold(resource, |resource, attachment| resource.depends_on(attachment))
            }
        }
    }
}
