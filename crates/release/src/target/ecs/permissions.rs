//! What the verbs call, from the Service Authorization Reference: "… for Amazon Elastic Container Service", "… for Elastic Load Balancing V2".

use crate::permissions::{Permission, Scope, Verb, on};

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

/// What a verb calls.
pub(super) const fn permissions(verb: Verb) -> &'static [Permission] {
    match verb {
        Verb::Start => {
            &[DESCRIBE_SERVICES, DESCRIBE_DEFINITION, LIST_DEFINITIONS, REGISTER, TAG_DEFINITION, PASS_ROLE]
        }
        Verb::Verify => &[
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
        Verb::Promote => &[
            DESCRIBE_SERVICES,
            DESCRIBE_DEFINITION,
            LIST_DEFINITIONS,
            UPDATE_SERVICE,
            TARGET_HEALTH,
            PASS_ROLE,
        ],
        Verb::Rollback => &[
            DESCRIBE_SERVICES,
            DESCRIBE_DEFINITION,
            LIST_DEFINITIONS,
            TAG_DEFINITION,
            UPDATE_SERVICE,
            TARGET_HEALTH,
            PASS_ROLE,
        ],
        Verb::Resume => &[DESCRIBE_SERVICES, DESCRIBE_DEFINITION, UPDATE_SERVICE, TARGET_HEALTH, PASS_ROLE],
        Verb::Status => &[DESCRIBE_SERVICES, DESCRIBE_DEFINITION, LIST_DEFINITIONS],
        Verb::History => &[],
    }
}
