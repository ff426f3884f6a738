//! A service on AWS Lambda: the function with its role and logs, published versions, and aliases that releases move.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::lambda_service::{LambdaServiceConfig, Package, lambda_service};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let config = LambdaServiceConfig::new("shop-orders", Package::zip("orders.zip"))
//!     .environment("RUST_LOG", "info")
//!     .candidate_alias("candidate")
//!     .stable_alias("live");
//! let orders = lambda_service(stack, "orders", config);
//! stack.output("live", orders.aliases["live"].invoke_arn());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! # Who moves what
//! Every change that Terraform makes to a function publishes a version. Candidate aliases follow it, to be tested.
//! Stable aliases are created once, with the first version; then they belong to releases, and no `terraform apply`
//! moves them or takes away their description, which holds what a release did. By default the code belongs to releases
//! too: they upload it, and Terraform leaves it as it is, since an apply with an older package would otherwise take a
//! newer version's place.

mod callee;
mod package;
mod role;

use formwork::{Expr, Lifecycle, Map, Resource, Source, Stack, Value, aws};
use indexmap::IndexMap;

pub use callee::Callee;
pub use package::Package;
pub(crate) use role::{NETWORK, TRACES};

use crate::iam::Policy;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// The most layers that a function can have (AWS Lambda Developer Guide, "Lambda quotas").
const MOST_LAYERS: usize = 5;

/// Who changes a function's code once the function exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeOwner {
    /// Releases upload code and publish versions; Terraform ignores changes to it.
    Releases,
    /// Terraform uploads the package whenever its contents change.
    Terraform,
}

/// The instruction set that a function runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// 64-bit x86.
    X86,
    /// AWS Graviton.
    Arm,
}

/// What a service is like. The defaults: the file `bootstrap` on `provided.al2023` and x86, 256 MB, 30 s, logs kept for 30 days, traced.
#[derive(Clone, Debug)]
pub struct LambdaServiceConfig {
    function_name: String,
    package: Package,
    runtime: String,
    handler: String,
    code_owner: CodeOwner,
    architecture: Architecture,
    memory_mb: u32,
    scratch_mb: Option<u32>,
    layers: Vec<Value<String>>,
    timeout_seconds: u32,
    reserved_concurrency: Option<u32>,
    log_days: u32,
    tracing: bool,
    environment: Map<String>,
    network: Option<ServiceNetwork>,
    role_name: Option<String>,
    policy: Policy,
    candidate_aliases: Vec<String>,
    stable_aliases: Vec<String>,
    tags: Map<String>,
}

impl LambdaServiceConfig {
    /// A service by the name of its function.
    pub fn new(function_name: impl Into<String>, package: Package) -> Self {
        Self {
            function_name: function_name.into(),
            package,
            runtime: "provided.al2023".to_owned(),
            // A custom runtime starts the file of this name. AWS ignores the handler then, but the provider asks for one.
            handler: "bootstrap".to_owned(),
            code_owner: CodeOwner::Releases,
            architecture: Architecture::X86,
            memory_mb: 256,
            scratch_mb: None,
            layers: Vec::new(),
            timeout_seconds: 30,
            reserved_concurrency: None,
            log_days: 30,
            tracing: true,
            environment: Map::new(),
            network: None,
            role_name: None,
            policy: Policy::new(),
            candidate_aliases: Vec::new(),
            stable_aliases: Vec::new(),
            tags: Map::new(),
        }
    }

    /// Chooses the runtime, such as `nodejs22.x`, and what of the package it calls, such as `index.handler`. A custom
    /// runtime starts the file `bootstrap` and finds the handler's name in the variable `_HANDLER`.
    #[must_use]
    pub fn runtime(mut self, runtime: impl Into<String>, handler: impl Into<String>) -> Self {
        self.runtime = runtime.into();
        self.handler = handler.into();
        self
    }

    /// Chooses who changes the code once the function exists.
    #[must_use]
    pub const fn code_owner(mut self, owner: CodeOwner) -> Self {
        self.code_owner = owner;
        self
    }

    /// Chooses the instruction set that the package was built for.
    #[must_use]
    pub const fn architecture(mut self, architecture: Architecture) -> Self {
        self.architecture = architecture;
        self
    }

    /// Memory in MB, 128 to 10240; processor time grows with it.
    #[must_use]
    pub const fn memory_mb(mut self, memory: u32) -> Self {
        self.memory_mb = memory;
        self
    }

    /// The size of `/tmp` in MB, 512 to 10240; 512 otherwise.
    #[must_use]
    pub const fn scratch_mb(mut self, megabytes: u32) -> Self {
        self.scratch_mb = Some(megabytes);
        self
    }

    /// Adds a layer, by the ARN of one of its versions. A function has 5 at most.
    #[must_use]
    pub fn layer(mut self, version_arn: impl Into<Value<String>>) -> Self {
        self.layers.push(version_arn.into());
        self
    }

    /// Seconds until a call is given up, 1 to 900. Behind API Gateway more than 29 are of no use.
    #[must_use]
    pub const fn timeout_seconds(mut self, timeout: u32) -> Self {
        self.timeout_seconds = timeout;
        self
    }

    /// Reserves a number of simultaneous executions, which is also the most there can be.
    #[must_use]
    pub const fn reserved_concurrency(mut self, executions: u32) -> Self {
        self.reserved_concurrency = Some(executions);
        self
    }

    /// Keeps logs for a number of days that CloudWatch Logs offers.
    #[must_use]
    pub const fn log_days(mut self, days: u32) -> Self {
        self.log_days = days;
        self
    }

    /// Sends no traces to X-Ray.
    #[must_use]
    pub const fn without_tracing(mut self) -> Self {
        self.tracing = false;
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn environment(mut self, name: &str, value: impl Into<Value<String>>) -> Self {
        self.environment = self.environment.with(name, value);
        self
    }

    /// Runs the function in subnets of a VPC, with security groups.
    #[must_use]
    pub fn in_vpc(
        mut self,
        subnet_ids: impl IntoIterator<Item = Expr<String>>,
        security_group_ids: impl IntoIterator<Item = Expr<String>>,
    ) -> Self {
        self.network = Some(ServiceNetwork {
            subnet_ids: subnet_ids.into_iter().collect(),
            security_group_ids: security_group_ids.into_iter().collect(),
        });
        self
    }

    /// Names the role, which otherwise has the name of the function: an account has a role's name once, so that the same
    /// function in a second region needs another.
    #[must_use]
    pub fn role_name(mut self, name: impl Into<String>) -> Self {
        self.role_name = Some(name.into());
        self
    }

    fn name_of_role(&self) -> &str {
        self.role_name.as_deref().unwrap_or(&self.function_name)
    }

    /// Permits the function what it needs besides logs, traces and its network interfaces.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = self.policy.merge(policy);
        self
    }

    /// Adds an alias that follows the newest version.
    #[must_use]
    pub fn candidate_alias(mut self, name: impl Into<String>) -> Self {
        self.candidate_aliases.push(name.into());
        self
    }

    /// Adds an alias that belongs to releases once it exists.
    #[must_use]
    pub fn stable_alias(mut self, name: impl Into<String>) -> Self {
        self.stable_aliases.push(name.into());
        self
    }

    /// Adds tags to everything that the service consists of.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// Where in a VPC a function runs.
#[derive(Clone, Debug)]
struct ServiceNetwork {
    subnet_ids: Vec<Expr<String>>,
    security_group_ids: Vec<Expr<String>>,
}

/// What a service consists of.
#[derive(Clone, Debug)]
pub struct LambdaServiceParts {
    /// The function.
    pub function: aws::LambdaFunctionRef,
    /// The role that the function runs as.
    pub role: aws::IamRoleRef,
    /// The function's logs.
    pub log_group: aws::CloudwatchLogGroupRef,
    /// The aliases by name, candidates first.
    pub aliases: IndexMap<String, aws::LambdaAliasRef>,
}

/// What an alias is for.
#[derive(Clone, Copy)]
enum AliasKind {
    Candidate,
    Stable,
}

/// Adds a service.
#[track_caller]
pub fn lambda_service(stack: &mut Stack, name: &str, config: LambdaServiceConfig) -> LambdaServiceParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let log_group = aws::CloudwatchLogGroup::new()
        .name(format!("/aws/lambda/{}", config.function_name))
        .retention_in_days(config.log_days)
        .tags(tags(&config.tags));
    let log_group = stack.add("logs", log_group);
    let role = role::role(stack, &config, &log_group);
    // The log group comes first: Lambda would make one without retention at the first call.
    let function = role.policies.before(function(&config, &role.role).depends_on(&log_group));
    let function = stack.add("function", function);
    let mut aliases = IndexMap::new();
    let candidates = config.candidate_aliases.iter().map(|name| (name, AliasKind::Candidate));
    let stable = config.stable_aliases.iter().map(|name| (name, AliasKind::Stable));
    for (alias, kind) in candidates.chain(stable) {
        let reference = stack.add(alias, self::alias(&function, alias, kind));
        aliases.insert(alias.clone(), reference);
    }
    LambdaServiceParts { function, role: role.role, log_group, aliases }
}

fn function(config: &LambdaServiceConfig, role: &aws::IamRoleRef) -> aws::LambdaFunction {
    let architecture = match config.architecture {
        Architecture::X86 => "x86_64",
        Architecture::Arm => "arm64",
    };
    let mode = if config.tracing { "Active" } else { "PassThrough" };
    let mut function = aws::LambdaFunction::new(aws::LambdaFunctionArgs {
        function_name: config.function_name.clone().into(),
        role: role.arn().into(),
    })
    .runtime(&config.runtime)
    .handler(&config.handler)
    .architectures([architecture])
    .memory_size(config.memory_mb)
    .timeout(config.timeout_seconds)
    .publish(true)
    .tracing_config(aws::lambda_function::TracingConfig::new(mode))
    .tags(tags(&config.tags));
    function = match &config.package {
        Package::Zip { path, .. } => {
            let function = function.filename(path);
            match config.code_owner {
                // Terraform notices a changed package by its hash. Without the file there is nothing to plan with, and
                // the upload says that it is missing.
                CodeOwner::Terraform => {
                    let path = format!("{path:?}");
                    let hash = format!("fileexists({path}) ? filebase64sha256({path}) : null");
                    function.source_code_hash(Expr::<String>::raw(hash))
                }
                CodeOwner::Releases => function,
            }
        }
        Package::S3 { bucket, key } => function.s3_bucket(bucket.clone()).s3_key(key.clone()),
    };
    if !config.environment.is_empty() {
        let environment = aws::lambda_function::Environment::new().variables(config.environment.clone());
        function = function.environment(environment);
    }
    let scratch = |megabytes: u32| aws::lambda_function::EphemeralStorage::new().size(megabytes);
    function = function.ephemeral_storage(config.scratch_mb.map(scratch));
    if !config.layers.is_empty() {
        function = function.layers(&config.layers);
    }
    let network = |ServiceNetwork { subnet_ids, security_group_ids }: &ServiceNetwork| {
        aws::lambda_function::VpcConfig::new(aws::lambda_function::VpcConfigArgs {
            security_group_ids: security_group_ids.into(),
            subnet_ids: subnet_ids.into(),
        })
    };
    function = function
        .reserved_concurrent_executions(config.reserved_concurrency)
        .vpc_config(config.network.as_ref().map(network));
    match config.code_owner {
        CodeOwner::Terraform => function,
        CodeOwner::Releases => function.lifecycle(Lifecycle::new().ignore_changes([
            "filename",
            "s3_bucket",
            "s3_key",
            "s3_object_version",
            "source_code_hash",
        ])),
    }
}

fn alias(function: &aws::LambdaFunctionRef, name: &str, kind: AliasKind) -> aws::LambdaAlias {
    let alias = aws::LambdaAlias::new(aws::LambdaAliasArgs {
        function_name: function.function_name().into(),
        function_version: function.version().into(),
        name: name.into(),
    });
    match kind {
        AliasKind::Candidate => alias.description("Follows the newest version"),
        AliasKind::Stable => {
            alias.description("Moved by releases").lifecycle(Lifecycle::new().ignore_changes([
                "description",
                "function_version",
                "routing_config",
            ]))
        }
    }
}

/// What is wrong with a configuration, and what to do instead (AWS Lambda Developer Guide, "Lambda quotas").
fn mistakes(config: &LambdaServiceConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if let Some((message, hint)) = config.package.mistake() {
        mistakes.add(message, hint);
    }
    if !(128..=10_240).contains(&config.memory_mb) {
        let message = format!("{} MB of memory is not what Lambda offers", config.memory_mb);
        mistakes.add(message, "choose 128 to 10240");
    }
    if let Some(megabytes) = config.scratch_mb.filter(|megabytes| !(512..=10_240).contains(megabytes)) {
        mistakes.add(format!("{megabytes} MB in `/tmp` are not what Lambda offers"), "choose 512 to 10240");
    }
    if config.layers.len() > MOST_LAYERS {
        let message = format!("a function with {} layers is not what Lambda offers", config.layers.len());
        mistakes.add(message, "put the contents of some together: 5 are the most");
    }
    if !(1..=900).contains(&config.timeout_seconds) {
        let message = format!("a timeout of {} s is not what Lambda offers", config.timeout_seconds);
        mistakes.add(message, "choose 1 to 900");
    }
    mistakes.log_days(config.log_days);
    let is_name = |name: &str| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=64).contains(&name.len()) && name.bytes().all(is_letter)
    };
    if !is_name(&config.function_name) {
        let message = format!("`{}` is not a name for a function", config.function_name);
        mistakes.add(message, "a name has 1 to 64 letters, digits, hyphens and underscores");
    }
    if config.role_name.is_some() {
        mistakes.role_name(config.name_of_role());
    }
    for alias in config.candidate_aliases.iter().chain(&config.stable_aliases) {
        if !is_name(alias) || alias.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("`{alias}` is not a name for an alias");
            mistakes.add(message, "a name has letters, digits, hyphens and underscores, and not only digits");
        }
    }
    let is_nowhere =
        |network: &ServiceNetwork| network.subnet_ids.is_empty() || network.security_group_ids.is_empty();
    if config.network.as_ref().is_some_and(is_nowhere) {
        let message = "a function in a VPC needs a subnet and a security group".to_owned();
        mistakes.add(message, "name at least one of each, or leave `in_vpc` away");
    }
    mistakes
}

#[cfg(test)]
mod tests;
