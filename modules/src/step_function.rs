//! A state machine of Step Functions: with a role, logs of what fails, and traces.
//!
//! ```
//! use formwork::serde_json::json;
//! use formwork::{App, aws};
//! use formwork_modules::iam::Policy;
//! use formwork_modules::step_function::{StepFunctionConfig, step_function};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let definition = json!({
//!     "StartAt": "Wait",
//!     "States": { "Wait": { "Type": "Wait", "Seconds": 60, "End": true } },
//! });
//! let machine = step_function(stack, "orders", StepFunctionConfig::new("shop-orders", &definition));
//! stack.output("machine_arn", machine.machine.arn());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! A definition may hold expressions, such as the ARN of a function. What its states call, the machine's role has to be
//! permitted ([`StepFunctionConfig::policy`]).

use formwork::aws::sfn_state_machine::{LoggingConfiguration, TracingConfiguration};
use formwork::{Map, Source, Stack, Value, aws};

use crate::iam::Policy;
use crate::lambda_service::TRACES;
use crate::mistakes::Mistakes;
use crate::policies::permit;
use crate::tags::tags;

/// What Step Functions needs to set up the delivery of logs; these actions know no resources (AWS Step Functions Developer
/// Guide, "Logging using CloudWatch Logs").
const DELIVERY: [&str; 8] = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

/// What a state machine is like. The defaults: a standard one, whose logs of what fails are kept for 30 days, traced.
#[derive(Clone, Debug)]
pub struct StepFunctionConfig {
    machine_name: String,
    definition: Value<String>,
    is_express: bool,
    policy: Policy,
    role_name: Option<String>,
    log_days: u32,
    tags: Map<String>,
}

impl StepFunctionConfig {
    /// A state machine by its name, and its definition in the Amazon States Language.
    pub fn new(machine_name: impl Into<String>, definition: &serde_json::Value) -> Self {
        Self {
            machine_name: machine_name.into(),
            definition: definition.clone().into(),
            is_express: false,
            policy: Policy::new(),
            role_name: None,
            log_days: 30,
            tags: Map::new(),
        }
    }

    /// Makes it an express one: for many short runs, each of which may happen twice. It can't be changed later: another type
    /// is another machine.
    #[must_use]
    pub const fn express(mut self) -> Self {
        self.is_express = true;
        self
    }

    /// Permits the machine what its states call.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = self.policy.merge(policy);
        self
    }

    /// Names the role, which otherwise has the name of the machine: an account has a role's name once, so that the same
    /// machine in a second region needs another.
    #[must_use]
    pub fn role_name(mut self, name: impl Into<String>) -> Self {
        self.role_name = Some(name.into());
        self
    }

    /// Keeps logs for a number of days that CloudWatch Logs offers.
    #[must_use]
    pub const fn log_days(mut self, days: u32) -> Self {
        self.log_days = days;
        self
    }

    /// Adds tags to everything that the machine consists of.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a state machine consists of.
#[derive(Clone, Debug)]
pub struct StepFunctionParts {
    /// The machine.
    pub machine: aws::SfnStateMachineRef,
    /// The role that it runs as.
    pub role: aws::IamRoleRef,
    /// Its logs.
    pub log_group: aws::CloudwatchLogGroupRef,
}

impl StepFunctionParts {
    /// Permits to start it.
    #[must_use]
    pub fn start_policy(&self) -> Policy {
        Policy::new().allow(["states:StartExecution"], [self.machine.arn()])
    }
}

/// Adds a state machine.
#[track_caller]
pub fn step_function(stack: &mut Stack, name: &str, config: StepFunctionConfig) -> StepFunctionParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let role_name = config.role_name.as_deref().unwrap_or(&config.machine_name);
    mistakes(&config, role_name).report(stack, name, source);
    let log_group = aws::CloudwatchLogGroup::new()
        // The resource policy that lets logs be delivered has room for few names; those that begin so need none.
        .name(format!("/aws/vendedlogs/states/{}", config.machine_name))
        .retention_in_days(config.log_days)
        .tags(tags(&config.tags));
    let log_group = stack.add("logs", log_group);
    let trust = Policy::assumed_by_service("states.amazonaws.com");
    let role = stack.add("role", aws::IamRole::new(trust).name(role_name).tags(tags(&config.tags)));
    let policy = Policy::new().allow(DELIVERY, ["*"]).allow(TRACES, ["*"]).merge(config.policy);
    let policies = permit(stack, ("policy", "machine"), (&role, role_name), policy);
    let logging = LoggingConfiguration::new()
        .level("ERROR")
        .include_execution_data(false)
        .log_destination(format!("{}:*", log_group.arn()));
    let machine = aws::SfnStateMachine::new(aws::SfnStateMachineArgs {
        definition: config.definition,
        role_arn: role.arn().into(),
    })
    .name(&config.machine_name)
    .r#type(if config.is_express { "EXPRESS" } else { "STANDARD" })
    .logging_configuration(logging)
    .tracing_configuration(TracingConfiguration::new().enabled(true))
    .tags(tags(&config.tags));
    let machine = stack.add("machine", policies.before(machine));
    StepFunctionParts { machine, role, log_group }
}

/// What Step Functions would refuse, and what to do instead (AWS Step Functions API Reference, `CreateStateMachine`).
fn mistakes(config: &StepFunctionConfig, role_name: &str) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = &config.machine_name;
    if !(1..=80).contains(&name.len()) || !name.bytes().all(is_allowed) {
        let hint = "it has up to 80 letters, digits, hyphens and underscores";
        mistakes.add(format!("Step Functions refuses the name `{name}`"), hint);
    }
    mistakes.role_name(role_name);
    mistakes.log_days(config.log_days);
    mistakes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    fn definition() -> serde_json::Value {
        json!({ "StartAt": "Pass", "States": { "Pass": { "Type": "Pass", "End": true } } })
    }

    #[test]
    fn a_machine_logs_what_fails_and_may_do_what_it_is_permitted() {
        let document = document(|stack| {
            let policy =
                Policy::new().allow(["lambda:InvokeFunction"], ["arn:aws:lambda:eu-central-1:1:function:f"]);
            let machine = step_function(
                stack,
                "orders",
                StepFunctionConfig::new("orders", &definition()).policy(policy),
            );
            stack.add("start", aws::IamPolicy::new(machine.start_policy()));
        });
        let resources = &document["resource"];
        let machine = &resources["aws_sfn_state_machine"]["orders_machine"];
        assert_eq!((&machine["type"], &machine["name"]), (&json!("STANDARD"), &json!("orders")));
        assert_eq!(machine["logging_configuration"]["level"], "ERROR");
        assert_eq!(machine["depends_on"], json!(["aws_iam_role_policy.orders_policy"]));
        let policy = resources["aws_iam_role_policy"]["orders_policy"]["policy"].to_string();
        assert!(
            policy.contains("lambda:InvokeFunction") && policy.contains("logs:CreateLogDelivery"),
            "{policy}"
        );
    }

    #[test]
    fn what_step_functions_would_refuse_is_reported() {
        let found = diagnostics(|stack| {
            step_function(stack, "orders", StepFunctionConfig::new("my orders", &definition()).log_days(2));
        });
        assert_eq!(
            found,
            [
                "Step Functions refuses the name `my orders`",
                "IAM refuses the role name `my orders`",
                "CloudWatch Logs does not keep logs for 2 days",
            ]
        );
    }
}
