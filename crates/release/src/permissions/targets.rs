//! What the verbs call for services that are no functions.
//!
//! Actions and the kinds of resources that they take are from the Service Authorization Reference: "… for Amazon
//! Elastic Container Service", "… for AWS App Runner", "… for Amazon S3", "… for Amazon CloudFront", "… for Elastic
//! Load Balancing V2".

use crate::description::Target;
use crate::permissions::{Permission, Scope, Verb};

const fn on(action: &'static str, scope: Scope) -> Permission {
    Permission { action, scope }
}

const DESCRIBE_SERVICES: Permission = on("ecs:DescribeServices", Scope::Service);
const UPDATE_SERVICE: Permission = on("ecs:UpdateService", Scope::Service);
const DESCRIBE_DEFINITION: Permission = on("ecs:DescribeTaskDefinition", Scope::Everything);
const LIST_DEFINITIONS: Permission = on("ecs:ListTaskDefinitions", Scope::Everything);
const REGISTER: Permission = on("ecs:RegisterTaskDefinition", Scope::TaskDefinition);
const TAG_DEFINITION: Permission = on("ecs:TagResource", Scope::TaskDefinition);
const RUN_TASK: Permission = on("ecs:RunTask", Scope::TaskDefinition);
const LIST_TASKS: Permission = on("ecs:ListTasks", Scope::Everything);
const DESCRIBE_TASKS: Permission = on("ecs:DescribeTasks", Scope::Tasks);
const STOP_TASK: Permission = on("ecs:StopTask", Scope::Tasks);
const PASS_ROLE: Permission = on("iam:PassRole", Scope::TaskRoles);
const TARGET_HEALTH: Permission = on("elasticloadbalancing:DescribeTargetHealth", Scope::Everything);

const DESCRIBE_APP: Permission = on("apprunner:DescribeService", Scope::Service);
const APP_TAGS: Permission = on("apprunner:ListTagsForResource", Scope::Service);
const TAG_APP: Permission = on("apprunner:TagResource", Scope::Service);
const UPDATE_APP: Permission = on("apprunner:UpdateService", Scope::Service);
const APP_OPERATIONS: Permission = on("apprunner:ListOperations", Scope::Service);
/// The role with which App Runner reads the image.
const PASS_ACCESS_ROLE: Permission = on("iam:PassRole", Scope::TaskRoles);

const LIST_BUCKET: Permission = on("s3:ListBucket", Scope::Bucket);
const GET_OBJECT: Permission = on("s3:GetObject", Scope::Objects);
const PUT_OBJECT: Permission = on("s3:PutObject", Scope::Objects);
const DELETE_OBJECT: Permission = on("s3:DeleteObject", Scope::Objects);
const INVALIDATE: Permission = on("cloudfront:CreateInvalidation", Scope::Distribution);

impl Verb {
    /// What it calls for a target. There is no history of services that are no functions: their status says what
    /// served before.
    #[must_use]
    pub const fn permissions_for(self, target: &Target) -> &'static [Permission] {
        match target {
            Target::Lambda(_) => self.permissions(),
            Target::Ecs(_) => self.of_ecs(),
            Target::AppRunner(_) => self.of_app_runner(),
            Target::StaticSite(_) => self.of_site(),
        }
    }

    const fn of_ecs(self) -> &'static [Permission] {
        match self {
            Self::Start => &[
                DESCRIBE_SERVICES,
                DESCRIBE_DEFINITION,
                LIST_DEFINITIONS,
                REGISTER,
                TAG_DEFINITION,
                PASS_ROLE,
            ],
            Self::Verify => &[
                DESCRIBE_SERVICES,
                DESCRIBE_DEFINITION,
                LIST_DEFINITIONS,
                LIST_TASKS,
                RUN_TASK,
                DESCRIBE_TASKS,
                STOP_TASK,
                TAG_DEFINITION,
                PASS_ROLE,
            ],
            Self::Promote => &[
                DESCRIBE_SERVICES,
                DESCRIBE_DEFINITION,
                LIST_DEFINITIONS,
                UPDATE_SERVICE,
                TARGET_HEALTH,
                PASS_ROLE,
            ],
            Self::Rollback => &[
                DESCRIBE_SERVICES,
                DESCRIBE_DEFINITION,
                LIST_DEFINITIONS,
                TAG_DEFINITION,
                UPDATE_SERVICE,
                TARGET_HEALTH,
                PASS_ROLE,
            ],
            Self::Resume => {
                &[DESCRIBE_SERVICES, DESCRIBE_DEFINITION, UPDATE_SERVICE, TARGET_HEALTH, PASS_ROLE]
            }
            Self::Status => &[DESCRIBE_SERVICES, DESCRIBE_DEFINITION, LIST_DEFINITIONS],
            Self::History => &[],
        }
    }

    const fn of_app_runner(self) -> &'static [Permission] {
        match self {
            Self::Start | Self::Verify => &[DESCRIBE_APP, APP_TAGS, TAG_APP],
            Self::Promote | Self::Rollback => {
                &[DESCRIBE_APP, APP_TAGS, TAG_APP, UPDATE_APP, APP_OPERATIONS, PASS_ACCESS_ROLE]
            }
            Self::Resume | Self::Status => &[DESCRIBE_APP, APP_TAGS],
            Self::History => &[],
        }
    }

    const fn of_site(self) -> &'static [Permission] {
        match self {
            Self::Start => &[GET_OBJECT, PUT_OBJECT, LIST_BUCKET],
            Self::Verify => &[GET_OBJECT, PUT_OBJECT, LIST_BUCKET],
            Self::Promote | Self::Rollback | Self::Resume => {
                &[GET_OBJECT, PUT_OBJECT, DELETE_OBJECT, LIST_BUCKET, INVALIDATE]
            }
            Self::Status => &[GET_OBJECT, LIST_BUCKET],
            Self::History => &[],
        }
    }
}
