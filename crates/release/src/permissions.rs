//! Which actions of IAM each verb of `release` calls: what the role of a pipeline must grant.
//!
//! The actions stand with each target; here is what an action is, and what the verbs are called.

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

/// Alarms are for every target.
pub(crate) const DESCRIBE_ALARMS: Permission = on("cloudwatch:DescribeAlarms", Scope::Alarms);

pub(crate) const fn on(action: &'static str, scope: Scope) -> Permission {
    Permission { action, scope }
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
}
