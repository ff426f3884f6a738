//! One task: its definition, its logs, and the two roles of it.

use std::fmt::Display;

use formwork::aws::ecs_task_definition::RuntimePlatform;
use formwork::{Expr, Map, Stack, Value, aws};
use indexmap::IndexSet;
use serde_json::json;

use crate::container_registry::pull_policy;
use crate::iam::Policy;
use crate::lambda_service::Architecture;
use crate::mistakes::Mistakes;
use crate::policies::{Attached, permit};
use crate::tags::tags;

/// The processor and memory that go together on Fargate: CPU units (1024 are one vCPU), and memory in MiB from, up to,
/// and in steps of (Amazon ECS Developer Guide, "Task CPU and memory").
const SIZES: [(u32, u32, u32, u32); 7] = [
    (256, 512, 2_048, 512),
    (512, 1_024, 4_096, 1_024),
    (1_024, 2_048, 8_192, 1_024),
    (2_048, 4_096, 16_384, 1_024),
    (4_096, 8_192, 30_720, 1_024),
    (8_192, 16_384, 61_440, 4_096),
    (16_384, 32_768, 122_880, 8_192),
];

/// What the steps would allow, and Fargate does not have.
const NO_SIZE: (u32, u32) = (256, 1_536);

/// An environment variable whose value is a secret, or a field of one that is a JSON object.
#[derive(Clone, Debug)]
pub(super) struct Secret {
    variable: String,
    arn: Expr<String>,
    field: Option<String>,
}

impl Secret {
    /// Where ECS reads the value (Amazon ECS Developer Guide, "Pass Secrets Manager secrets through environment variables"):
    /// behind a field there are places for a version's stage and id.
    fn value_from(&self) -> serde_json::Value {
        match &self.field {
            Some(field) => json!(format!("{}:{field}::", self.arn)),
            None => json!(self.arn),
        }
    }
}

/// What a task is like. The defaults: 256 CPU units and 512 MiB, x86, logs kept for 30 days.
#[derive(Clone, Debug)]
pub struct FargateTaskConfig {
    pub(super) family: String,
    pub(super) image: String,
    pub(super) region: String,
    pub(super) cpu: u32,
    pub(super) memory_mib: u32,
    pub(super) architecture: Architecture,
    pub(super) command: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    pub(super) secrets: Vec<Secret>,
    pub(super) secret_keys: Vec<Expr<String>>,
    pub(super) repository_arn: Option<Expr<String>>,
    pub(super) role_name: Option<String>,
    pub(super) policy: Policy,
    pub(super) log_days: u32,
    pub(super) tags: Map<String>,
}

impl FargateTaskConfig {
    /// A task by its family, the image of its first revision, such as `…/shop/orders:latest`, and the region that it
    /// writes logs in.
    pub fn new(family: impl Into<String>, image: impl Display, region: impl Into<String>) -> Self {
        Self {
            family: family.into(),
            image: image.to_string(),
            region: region.into(),
            cpu: 256,
            memory_mib: 512,
            architecture: Architecture::X86,
            command: Vec::new(),
            environment: Vec::new(),
            secrets: Vec::new(),
            secret_keys: Vec::new(),
            repository_arn: None,
            role_name: None,
            policy: Policy::new(),
            log_days: 30,
            tags: Map::new(),
        }
    }

    /// Chooses CPU units (1024 are one vCPU) and memory in MiB, as they go together on Fargate.
    #[must_use]
    pub const fn size(mut self, cpu: u32, memory_mib: u32) -> Self {
        self.cpu = cpu;
        self.memory_mib = memory_mib;
        self
    }

    /// Chooses the instruction set that the image was built for.
    #[must_use]
    pub const fn architecture(mut self, architecture: Architecture) -> Self {
        self.architecture = architecture;
        self
    }

    /// Starts another command than the image's own.
    #[must_use]
    pub fn command<C: Into<String>>(mut self, words: impl IntoIterator<Item = C>) -> Self {
        self.command = words.into_iter().map(Into::into).collect();
        self
    }

    /// Adds an environment variable. Whoever may read task definitions sees it: secrets go into [`Self::secret`].
    #[must_use]
    pub fn environment(mut self, name: &str, value: impl Display) -> Self {
        self.environment.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds an environment variable with the value of a secret in Secrets Manager, by its ARN. ECS reads it when a task
    /// starts; neither the task definition nor Terraform's state has it.
    #[must_use]
    pub fn secret(mut self, name: &str, secret_arn: Expr<String>) -> Self {
        self.secrets.push(Secret { variable: name.to_owned(), arn: secret_arn, field: None });
        self
    }

    /// Adds an environment variable with the value of one field of a secret that is a JSON object, such as `password` of
    /// those that RDS makes.
    #[must_use]
    pub fn secret_field(mut self, name: &str, secret_arn: Expr<String>, field: &str) -> Self {
        let field = Some(field.to_owned());
        self.secrets.push(Secret { variable: name.to_owned(), arn: secret_arn, field });
        self
    }

    /// Lets ECS decrypt secrets with a KMS key of one's own, by its ARN. Those that are encrypted with the key that AWS
    /// keeps for Secrets Manager need none.
    #[must_use]
    pub fn secrets_key(mut self, key_arn: Expr<String>) -> Self {
        self.secret_keys.push(key_arn);
        self
    }

    /// Lets ECS pull images of one ECR repository, by its ARN.
    #[must_use]
    pub fn repository(mut self, arn: Expr<String>) -> Self {
        self.repository_arn = Some(arn);
        self
    }

    /// Names the two roles: the task's own has this name, and that of ECS has `-execution` behind it. Otherwise it is the
    /// family's: an account has a role's name once, so that the same task in a second region needs another.
    #[must_use]
    pub fn role_name(mut self, name: impl Into<String>) -> Self {
        self.role_name = Some(name.into());
        self
    }

    fn name_of_role(&self) -> &str {
        self.role_name.as_deref().unwrap_or(&self.family)
    }

    /// Permits the task's own code something; nothing otherwise.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = self.policy.merge(policy);
        self
    }

    /// Keeps logs for a number of days that CloudWatch Logs offers.
    #[must_use]
    pub const fn log_days(mut self, days: u32) -> Self {
        self.log_days = days;
        self
    }

    /// Adds tags to everything that the task consists of.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }

    /// What ECS would refuse, and what to do instead.
    pub(super) fn mistakes(&self) -> Mistakes {
        let mut mistakes = Mistakes::default();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        // The roles are named after the family, with a suffix, and have up to 64 characters.
        let longest = 64 - EXECUTION.len();
        if !(1..=longest).contains(&self.family.len()) || !self.family.bytes().all(is_name) {
            let hint = format!("a name has 1 to {longest} letters, digits, hyphens and underscores");
            mistakes.add(format!("`{}` is not a name for a task", self.family), hint);
        }
        if self.role_name.is_some() {
            mistakes.role_name(&format!("{}{EXECUTION}", self.name_of_role()));
        }
        let message = format!("Fargate has no tasks of {} CPU units and {} MiB", self.cpu, self.memory_mib);
        match SIZES.iter().find(|size| size.0 == self.cpu) {
            None => {
                let units = SIZES.map(|size| size.0.to_string()).join(", ");
                mistakes.add(message, format!("CPU units are {units}"));
            }
            Some((_, least, most, step)) => {
                let fits = (*least..=*most).contains(&self.memory_mib)
                    && self.memory_mib.is_multiple_of(*step)
                    && (self.cpu, self.memory_mib) != NO_SIZE;
                if !fits {
                    let except = if self.cpu == NO_SIZE.0 { ", but for 1536" } else { "" };
                    let hint = format!(
                        "with these CPU units memory is {least} to {most} in steps of {step}{except}"
                    );
                    mistakes.add(message, hint);
                }
            }
        }
        mistakes.log_days(self.log_days);
        for Secret { variable: name, field, .. } in &self.secrets {
            if field.as_deref().is_some_and(|field| field.is_empty() || field.contains(':')) {
                let message = format!("the environment variable `{name}` is of no field that ECS can name");
                mistakes.add(message, "a field has a name, and no `:` in it");
            }
            if self.environment.iter().any(|(other, _)| other == name) {
                let message = format!("the environment variable `{name}` is given as text and as a secret");
                mistakes.add(message, "keep the secret");
            }
        }
        // Where the image's place is an expression, it is not known whose repository it is.
        if self.image.contains(".dkr.ecr.") && self.repository_arn.is_none() {
            let message = format!("ECS may not pull the image of `{}`, which is in ECR", self.family);
            mistakes.add(message, "name its repository, by the ARN, with `repository`");
        }
        mistakes
    }
}

/// What a task consists of.
#[derive(Clone, Debug)]
pub struct FargateTaskParts {
    /// The first revision of the definition; later ones are registered by releases.
    pub task_definition: aws::EcsTaskDefinitionRef,
    /// The task's logs.
    pub log_group: aws::CloudwatchLogGroupRef,
    /// The role that ECS starts tasks with: it pulls the image, reads the secrets and writes the logs.
    pub execution_role: aws::IamRoleRef,
    /// The role of the code in the task.
    pub task_role: aws::IamRoleRef,
}

/// The name of the container in every task: what replaces its image need not know which task it is.
pub const CONTAINER: &str = "app";

/// What the execution role has behind the task's name.
const EXECUTION: &str = "-execution";

/// Adds a task in the scope of the stack; a service gives the port that it listens on.
pub(super) fn add(stack: &mut Stack, config: &FargateTaskConfig, port: Option<u16>) -> FargateTaskParts {
    let log_group = aws::CloudwatchLogGroup::new()
        .name(format!("/ecs/{}", config.family))
        .retention_in_days(config.log_days)
        .tags(tags(&config.tags));
    let log_group = stack.add("logs", log_group);
    let execution = execution_policy(config, &log_group);
    let (execution_role, execution_policy) =
        role(stack, "execution", &format!("{}{EXECUTION}", config.name_of_role()), execution, config);
    let (task_role, task_policy) = role(stack, "task", config.name_of_role(), config.policy.clone(), config);
    let architecture = match config.architecture {
        Architecture::X86 => "X86_64",
        Architecture::Arm => "ARM64",
    };
    let platform = RuntimePlatform::new().cpu_architecture(architecture).operating_system_family("LINUX");
    let mut definition = aws::EcsTaskDefinition::new(aws::EcsTaskDefinitionArgs {
        container_definitions: container(config, &log_group, port),
        family: config.family.clone().into(),
    })
    .requires_compatibilities(["FARGATE"])
    // Each task has an address of its own; Fargate knows no other mode.
    .network_mode("awsvpc")
    .cpu(config.cpu.to_string())
    .memory(config.memory_mib.to_string())
    .runtime_platform(platform)
    .execution_role_arn(execution_role.arn())
    .task_role_arn(task_role.arn())
    // A revision that is deregistered can't be gone back to.
    .skip_destroy(true)
    .tags(tags(&config.tags));
    // Whoever starts the task waits for what it may do. Tasks of a first deployment that could not pull their image
    // would fail it for good: there is nothing to go back to.
    for policy in execution_policy.iter().chain(&task_policy) {
        definition = policy.before(definition);
    }
    let task_definition = stack.add("task", definition);
    FargateTaskParts { task_definition, log_group, execution_role, task_role }
}

/// The document that says what runs in the task (Amazon ECS Developer Guide, "Task definition parameters").
fn container(
    config: &FargateTaskConfig,
    log_group: &aws::CloudwatchLogGroupRef,
    port: Option<u16>,
) -> Value<String> {
    let environment = config.environment.iter();
    let environment: Vec<_> =
        environment.map(|(name, value)| json!({"name": name, "value": value})).collect();
    let secrets = config.secrets.iter();
    let secrets: Vec<_> =
        secrets.map(|secret| json!({"name": secret.variable, "valueFrom": secret.value_from()})).collect();
    let mut container = json!({
        "name": CONTAINER,
        "image": config.image,
        "essential": true,
        "environment": environment,
        "secrets": secrets,
        // Without it, a process that is asked to end may leave its children behind.
        "linuxParameters": {"initProcessEnabled": true},
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group.name(),
                "awslogs-region": config.region,
                "awslogs-stream-prefix": "task",
            },
        },
    });
    if let Some(port) = port {
        container["portMappings"] = json!([{"containerPort": port, "hostPort": port, "protocol": "tcp"}]);
    }
    if !config.command.is_empty() {
        container["command"] = json!(config.command);
    }
    json!([container]).into()
}

fn execution_policy(config: &FargateTaskConfig, log_group: &aws::CloudwatchLogGroupRef) -> Policy {
    let mut policy = Policy::new()
        .allow(["logs:CreateLogStream", "logs:PutLogEvents"], [format!("{}:*", log_group.arn())]);
    if let Some(repository) = &config.repository_arn {
        policy = policy.merge(pull_policy([repository], &[]));
    }
    if config.secrets.is_empty() {
        return policy;
    }
    // Several variables may be of one secret.
    let arns: IndexSet<String> = config.secrets.iter().map(|secret| secret.arn.to_string()).collect();
    policy = policy.allow(["secretsmanager:GetSecretValue"], arns);
    if config.secret_keys.is_empty() { policy } else { policy.allow(["kms:Decrypt"], &config.secret_keys) }
}

/// A role, and the policy in it if it permits anything.
fn role(
    stack: &mut Stack,
    name: &str,
    role: &str,
    policy: Policy,
    config: &FargateTaskConfig,
) -> (aws::IamRoleRef, Option<Attached>) {
    let trust = Policy::assumed_by_service("ecs-tasks.amazonaws.com");
    let role_name = role;
    let role = stack.add(name, aws::IamRole::new(trust).name(role_name).tags(tags(&config.tags)));
    let policy = (!policy.is_empty()).then(|| permit(stack, (name, "task"), (&role, role_name), policy));
    (role, policy)
}
