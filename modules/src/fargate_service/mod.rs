//! Containers on ECS without servers: clusters, services behind a load balancer, and single tasks such as migrations.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::fargate_service::{
//!     ClusterConfig, FargateServiceConfig, FargateTaskConfig, cluster, fargate_service,
//! };
//! use formwork_modules::load_balancer::{HealthCheck, LoadBalancerConfig, Route, load_balancer};
//! use formwork_modules::network::{NetworkConfig, network};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let zones = ["eu-central-1a", "eu-central-1b"];
//! let network = network(stack, "network", NetworkConfig::new("shop", "10.0.0.0/16", zones));
//! let health = HealthCheck::new("/api/orders/health");
//! let balancer = LoadBalancerConfig::new("shop", network.vpc_id(), network.public_subnet_ids())
//!     .route(Route::new("orders", ["/api/orders/*"], 8080, health));
//! let balancer = load_balancer(stack, "balancer", balancer);
//! let cluster = cluster(stack, "cluster", ClusterConfig::new("shop"));
//! let images = stack.add("images", aws::EcrRepository::new("shop/orders"));
//! let image = format!("{}:latest", images.repository_url());
//! let task = FargateTaskConfig::new("shop-orders", image, "eu-central-1").repository(images.arn());
//! let config = FargateServiceConfig::new(&cluster.cluster, task)
//!     .network(network.vpc_id(), network.private_subnet_ids())
//!     .behind(&balancer.targets["orders"]);
//! let orders = fargate_service(stack, "orders", config);
//! stack.output("service", orders.service.name());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! # Who deploys what
//! Terraform registers the first revision of a task definition, and a new one when its size, its environment or its
//! roles change. Releases register the others, each with the image of a version, from the newest revision that there
//! is, and move the service to it; Terraform leaves the service's revision alone. ECS itself goes back to the revision
//! before if the tasks of the new one do not become healthy (Amazon ECS Developer Guide, "Deployment circuit breaker").

mod scaling;
mod task;

use formwork::aws::ecs_cluster::{Setting, SettingArgs};
use formwork::aws::ecs_service::{
    DeploymentCircuitBreaker, DeploymentCircuitBreakerArgs, LoadBalancer, NetworkConfiguration,
};
use formwork::{Expr, Lifecycle, Map, Resource, Source, Stack, Value, aws};

use scaling::Scaling;
pub use task::{CONTAINER, FargateTaskConfig, FargateTaskParts};

use crate::egress_group::{EgressGroupConfig, egress_group};
use crate::iam::Policy;
use crate::load_balancer::Target;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// A cluster. By default CloudWatch gets metrics of each service and task, which costs by the metric.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    name: String,
    insights: bool,
    tags: Map<String>,
}

impl ClusterConfig {
    /// A cluster by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), insights: true, tags: Map::new() }
    }

    /// Leaves it at the metrics that cost nothing: processor and memory of services.
    #[must_use]
    pub const fn without_insights(mut self) -> Self {
        self.insights = false;
        self
    }

    /// Adds tags.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What was added.
#[derive(Clone, Debug)]
pub struct ClusterParts {
    /// The cluster.
    pub cluster: aws::EcsClusterRef,
}

/// Adds a cluster.
#[track_caller]
pub fn cluster(stack: &mut Stack, name: &str, config: ClusterConfig) -> ClusterParts {
    let insights = if config.insights { "enabled" } else { "disabled" };
    let resource = aws::EcsCluster::new(config.name)
        .setting(Setting::new(SettingArgs { name: "containerInsights".into(), value: insights.into() }))
        .tags(tags(&config.tags));
    ClusterParts { cluster: stack.add(name, resource) }
}

/// Adds a task that somebody starts when it is wanted, such as a migration. What is wrong with it is reported at the
/// caller's line.
#[track_caller]
pub fn fargate_task(stack: &mut Stack, name: &str, config: FargateTaskConfig) -> FargateTaskParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    config.mistakes().report(stack, name, source);
    task::add(stack, &config, None)
}

/// What a service is like. The defaults: one task, 60 s in which it may become healthy, no address of its own in the
/// internet, and during a deployment never fewer tasks than wanted.
#[derive(Clone, Debug)]
pub struct FargateServiceConfig {
    name: String,
    cluster_arn: Value<String>,
    cluster_name: Expr<String>,
    task: FargateTaskConfig,
    vpc_id: Option<Value<String>>,
    subnet_ids: Vec<Expr<String>>,
    public_address: bool,
    target: Option<Target>,
    tasks: u32,
    scaling: Option<Scaling>,
    is_counted_elsewhere: bool,
    grace_seconds: u32,
    enters_tasks: bool,
}

impl FargateServiceConfig {
    /// A service of a cluster, named like its task.
    pub fn new(cluster: &aws::EcsClusterRef, task: FargateTaskConfig) -> Self {
        Self {
            name: task.family.clone(),
            cluster_arn: cluster.arn().into(),
            cluster_name: cluster.name(),
            task,
            vpc_id: None,
            subnet_ids: Vec::new(),
            public_address: false,
            target: None,
            tasks: 1,
            scaling: None,
            is_counted_elsewhere: false,
            grace_seconds: 60,
            enters_tasks: false,
        }
    }

    /// Runs the tasks in subnets of a VPC.
    #[must_use]
    pub fn network(
        mut self,
        vpc_id: impl Into<Value<String>>,
        subnet_ids: impl IntoIterator<Item = Expr<String>>,
    ) -> Self {
        self.vpc_id = Some(vpc_id.into());
        self.subnet_ids = subnet_ids.into_iter().collect();
        self
    }

    /// Gives each task an address in the internet, as tasks in public subnets need to reach it. Nobody is let in by that.
    #[must_use]
    pub const fn public_address(mut self) -> Self {
        self.public_address = true;
        self
    }

    /// Serves the requests of a load balancer's target, on its port.
    #[must_use]
    pub fn behind(mut self, target: &Target) -> Self {
        self.target = Some(target.clone());
        self
    }

    /// Keeps a number of tasks running.
    #[must_use]
    pub const fn tasks(mut self, count: u32) -> Self {
        self.tasks = count;
        self
    }

    /// Lets the number of tasks follow the load, from the least to the most: so many that 60 % of their processors are busy
    /// on average. Terraform leaves the number alone then; a service begins with the least.
    #[must_use]
    pub const fn scales(mut self, least: u32, most: u32) -> Self {
        self.tasks = least;
        let (cpu_percent, memory_percent) = match self.scaling {
            Some(scaling) => (scaling.cpu_percent, scaling.memory_percent),
            None => (60, None),
        };
        self.scaling = Some(Scaling { least, most, cpu_percent, memory_percent });
        self
    }

    /// Chooses how busy a service that scales is kept, in percent of its processors and, if that shall count too, of its
    /// memory.
    #[must_use]
    pub const fn busy(mut self, cpu_percent: u32, memory_percent: Option<u32>) -> Self {
        let (least, most) = match self.scaling {
            Some(scaling) => (scaling.least, scaling.most),
            None => (self.tasks, self.tasks),
        };
        self.scaling = Some(Scaling { least, most, cpu_percent, memory_percent });
        self
    }

    /// Starts with a number of tasks and leaves it to others from then on: to an automatic scaling that is made elsewhere,
    /// or to people.
    #[must_use]
    pub const fn tasks_at_first(mut self, count: u32) -> Self {
        self.tasks = count;
        self.is_counted_elsewhere = true;
        self
    }

    /// Chooses the seconds after its start in which a task need not be healthy.
    #[must_use]
    pub const fn grace_seconds(mut self, seconds: u32) -> Self {
        self.grace_seconds = seconds;
        self
    }

    /// Lets people whom IAM permits it run commands in the tasks, such as a shell (`aws ecs execute-command`): with the
    /// permissions of the task.
    #[must_use]
    pub fn execute_command(mut self) -> Self {
        self.enters_tasks = true;
        // Amazon ECS Developer Guide, "Monitor Amazon ECS containers with Amazon ECS Exec"; these actions know no resources.
        let channels = [
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ];
        self.task = self.task.policy(Policy::new().allow(channels, ["*"]));
        self
    }

    fn mistakes(&self) -> Mistakes {
        let mut mistakes = self.task.mistakes();
        if self.vpc_id.is_none() || self.subnet_ids.is_empty() {
            let message = format!("the service `{}` is in no network", self.name);
            mistakes.add(message, "name a VPC and its subnets with `network`");
        }
        if let Some(scaling) = self.scaling {
            scaling.mistakes(&self.name, &mut mistakes);
        }
        mistakes
    }
}

/// What a service consists of.
#[derive(Clone, Debug)]
pub struct FargateServiceParts {
    /// The service.
    pub service: aws::EcsServiceRef,
    /// Its task.
    pub task: FargateTaskParts,
    /// The security group of the tasks: what they reach lets it in.
    pub security_group: aws::SecurityGroupRef,
}

/// Adds a service.
#[track_caller]
pub fn fargate_service(stack: &mut Stack, name: &str, config: FargateServiceConfig) -> FargateServiceParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    config.mistakes().report(stack, name, source);
    let port = config.target.as_ref().map(|target| target.port);
    let task = task::add(stack, &config.task, port);
    let security_group = security_group(stack, &config);
    let network = NetworkConfiguration::new(&config.subnet_ids)
        .security_groups([security_group.id()])
        .assign_public_ip(config.public_address);
    let is_counted_elsewhere = config.is_counted_elsewhere || config.scaling.is_some();
    // Releases move a service from one revision to the next, and the load decides how many tasks there are.
    let left_alone: &[&str] =
        if is_counted_elsewhere { &["desired_count", "task_definition"] } else { &["task_definition"] };
    let mut service = aws::EcsService::new(&config.name)
        .cluster(config.cluster_arn.clone())
        .task_definition(task.task_definition.arn())
        .launch_type("FARGATE")
        .desired_count(config.tasks)
        // New tasks serve before old ones go.
        .deployment_minimum_healthy_percent(100)
        .deployment_maximum_percent(200)
        .deployment_circuit_breaker(DeploymentCircuitBreaker::new(DeploymentCircuitBreakerArgs {
            enable: true.into(),
            rollback: true.into(),
        }))
        .enable_ecs_managed_tags(true)
        .propagate_tags("SERVICE")
        .network_configuration(network)
        .tags(tags(&config.task.tags))
        .lifecycle(Lifecycle::new().ignore_changes(left_alone.iter().copied()));
    if let Some(target) = &config.target {
        let balancer = LoadBalancer::new(CONTAINER, target.port).target_group_arn(target.target_group.arn());
        service = service
            .load_balancer(balancer)
            .health_check_grace_period_seconds(config.grace_seconds)
            // ECS refuses a target group that no listener leads to.
            .depends_on(&target.rule);
    }
    if config.enters_tasks {
        service = service.enable_execute_command(true);
    }
    let service = stack.add("service", service);
    if let Some(scaling) = config.scaling {
        scaling.add(stack, &config.cluster_name, &service);
    }
    FargateServiceParts { service, task, security_group }
}

/// The security group of the tasks: it admits the load balancer only, and all egress is open.
fn security_group(stack: &mut Stack, config: &FargateServiceConfig) -> aws::SecurityGroupRef {
    let group = EgressGroupConfig {
        group_name: config.name.clone(),
        vpc_id: config.vpc_id.clone().unwrap_or_else(Value::null),
        carried_by: "Carried by the tasks of the service".to_owned(),
        reaches: "To AWS, to stores and to the internet".to_owned(),
        tags: config.task.tags.clone(),
    };
    let group = egress_group(stack, "tasks", group).security_group;
    if let Some(target) = &config.target {
        let into = aws::VpcSecurityGroupIngressRule::new(aws::VpcSecurityGroupIngressRuleArgs {
            ip_protocol: "tcp".into(),
            security_group_id: group.id().into(),
        })
        .from_port(target.port)
        .to_port(target.port)
        .referenced_security_group_id(target.security_group.id())
        .description("From the load balancer");
        stack.add("tasks_in", into);
        let out = aws::VpcSecurityGroupEgressRule::new(aws::VpcSecurityGroupEgressRuleArgs {
            ip_protocol: "tcp".into(),
            security_group_id: target.security_group.id().into(),
        })
        .from_port(target.port)
        .to_port(target.port)
        .referenced_security_group_id(group.id())
        .description(format!("To the tasks of {}", config.name));
        stack.add("balancer_out", out);
    }
    group
}

#[cfg(test)]
mod tests;
