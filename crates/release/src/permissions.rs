//! Which actions of IAM each verb of `release` calls: what the role of a pipeline must grant.
//!
//! Actions and the kinds of resources that they take are from the Service Authorization Reference, "Actions, resources,
//! and condition keys for AWS Lambda" and "… for Amazon CloudWatch". Targets that are no functions have
//! theirs in [`Verb::permissions_for`].

mod targets;

/// A verb of the command line that releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// `release start`.
    Start,
    /// `release verify`.
    Verify,
    /// `release promote`.
    Promote,
    /// `release rollback`.
    Rollback,
    /// `release resume`.
    Resume,
    /// `release status`.
    Status,
    /// `release history`.
    History,
}

/// What an action is permitted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The function and its versions and aliases: its ARN, and its ARN followed by `:*`.
    Function,
    /// The alarms that a release names: all alarms, or CloudWatch tells of no composite one.
    Alarms,
    /// The service of ECS or App Runner.
    Service,
    /// The revisions of the service's task definition, and of the migration task's.
    TaskDefinition,
    /// The tasks of the cluster.
    Tasks,
    /// The roles that tasks, or App Runner, get.
    TaskRoles,
    /// The bucket of a site.
    Bucket,
    /// The objects in it.
    Objects,
    /// The distribution in front of it.
    Distribution,
    /// Everything: IAM knows no resources for the action.
    Everything,
}

/// An action, and what it must be permitted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// The action, such as `lambda:UpdateAlias`.
    pub action: &'static str,
    /// What it is permitted on.
    pub scope: Scope,
}

const GET_ALIAS: Permission = on_function("lambda:GetAlias");
const UPDATE_ALIAS: Permission = on_function("lambda:UpdateAlias");
const LIST_ALIASES: Permission = on_function("lambda:ListAliases");
const LIST_VERSIONS: Permission = on_function("lambda:ListVersionsByFunction");
const GET_CONFIGURATION: Permission = on_function("lambda:GetFunctionConfiguration");
const UPDATE_CODE: Permission = on_function("lambda:UpdateFunctionCode");
const PUBLISH_VERSION: Permission = on_function("lambda:PublishVersion");
const GET_CONCURRENCY: Permission = on_function("lambda:GetProvisionedConcurrencyConfig");
const GET_METRICS: Permission = Permission { action: "cloudwatch:GetMetricData", scope: Scope::Everything };
const DESCRIBE_ALARMS: Permission = Permission { action: "cloudwatch:DescribeAlarms", scope: Scope::Alarms };

const fn on_function(action: &'static str) -> Permission {
    Permission { action, scope: Scope::Function }
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 7] =
        [Self::Start, Self::Verify, Self::Promote, Self::Rollback, Self::Resume, Self::Status, Self::History];

    /// What it is called on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Verify => "verify",
            Self::Promote => "promote",
            Self::Rollback => "rollback",
            Self::Resume => "resume",
            Self::Status => "status",
            Self::History => "history",
        }
    }

    /// What it calls, for functions. Smoke tests of `verify` need what their requests need.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Start => {
                &[GET_ALIAS, GET_CONCURRENCY, GET_CONFIGURATION, UPDATE_CODE, PUBLISH_VERSION, UPDATE_ALIAS]
            }
            Self::Verify => &[GET_ALIAS, GET_CONFIGURATION, UPDATE_ALIAS, DESCRIBE_ALARMS],
            Self::Promote => &[GET_ALIAS, GET_CONCURRENCY, UPDATE_ALIAS, GET_METRICS, DESCRIBE_ALARMS],
            Self::Resume => &[
                GET_ALIAS,
                GET_CONCURRENCY,
                GET_CONFIGURATION,
                LIST_VERSIONS,
                UPDATE_ALIAS,
                GET_METRICS,
                DESCRIBE_ALARMS,
            ],
            Self::Rollback => &[GET_ALIAS, GET_CONFIGURATION, LIST_VERSIONS, UPDATE_ALIAS],
            Self::Status | Self::History => &[LIST_ALIASES, LIST_VERSIONS],
        }
    }
}
