//! The configuration of a web application in a container, whichever platform runs it.

use std::fmt::Display;

use formwork::{Expr, Map, Value, aws};

use crate::iam::Policy;
use crate::mistakes::Mistakes;

/// What runs the container.
#[derive(Clone, Debug)]
pub enum Platform {
    /// AWS App Runner: no network, no load balancer, an HTTPS address of its own. Accounts that did not use it before
    /// 2026-04-30 cannot begin to.
    AppRunner(Scaling),
    /// A service on ECS Fargate behind a load balancer, in a network of one's own.
    Fargate(Box<FargatePlatform>),
}

/// How App Runner scales: the instances that are kept warm, the most that there can be, and the requests at once after
/// which there is another one.
#[derive(Clone, Copy, Debug)]
pub struct Scaling {
    /// Instances that are kept warm, 1 to 25.
    pub least: u32,
    /// The most instances, 1 to 25.
    pub most: u32,
    /// Requests at once that one instance takes, 1 to 200.
    pub requests: u32,
}

/// What a Fargate service runs on.
#[derive(Clone, Debug)]
pub struct FargatePlatform {
    /// The cluster.
    pub cluster: aws::EcsClusterRef,
    /// The VPC.
    pub vpc_id: Value<String>,
    /// The subnets of the load balancer, of at least two zones.
    pub public_subnet_ids: Vec<Expr<String>>,
    /// The subnets of the tasks.
    pub private_subnet_ids: Vec<Expr<String>>,
    /// The certificate of the domain that leads to the load balancer, by its ARN. Without one it serves HTTP only.
    pub certificate_arn: Option<Expr<String>>,
    /// How many tasks run.
    pub tasks: u32,
    /// Whether the load balancer can be deleted.
    pub removable: bool,
}

/// How to find out whether an instance serves: `GET` on a path must answer 200. The defaults: every 10 s, at most 5 s
/// long, 2 good answers in a row make it healthy and 5 bad ones unhealthy.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    /// The path.
    pub path: String,
    /// Seconds from one check to the next, 5 to 20.
    pub interval_seconds: u32,
    /// Seconds until one is given up, 2 to 20 and fewer than the interval.
    pub timeout_seconds: u32,
    /// Good answers in a row, 2 to 10.
    pub healthy: u32,
    /// Bad answers in a row, 2 to 10.
    pub unhealthy: u32,
}

impl HealthCheck {
    /// A check of a path such as `/health`.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), interval_seconds: 10, timeout_seconds: 5, healthy: 2, unhealthy: 5 }
    }
}

/// What an application is like. The defaults: 1 vCPU and 2 GiB, logs kept for 30 days, no permissions.
#[derive(Clone, Debug)]
pub struct AppRunnerConfig {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) repository_arn: Expr<String>,
    pub(super) region: String,
    pub(super) platform: Platform,
    pub(super) port: u16,
    pub(super) health: HealthCheck,
    pub(super) cpu: u32,
    pub(super) memory_mib: u32,
    pub(super) environment: Vec<(String, String)>,
    pub(super) secrets: Vec<(String, Expr<String>)>,
    pub(super) role_name: Option<String>,
    pub(super) policy: Policy,
    pub(super) log_days: u32,
    pub(super) tags: Map<String>,
}

impl AppRunnerConfig {
    /// An application by its name, the image that it begins with and the image's ECR repository by its ARN, the region,
    /// and what runs it. It listens on port 8080 and answers at `/` when it is healthy.
    pub fn new(
        name: impl Into<String>,
        image: impl Display,
        repository_arn: Expr<String>,
        region: impl Into<String>,
        platform: Platform,
    ) -> Self {
        Self {
            name: name.into(),
            image: image.to_string(),
            repository_arn,
            region: region.into(),
            platform,
            port: 8080,
            health: HealthCheck::new("/"),
            cpu: 1024,
            memory_mib: 2048,
            environment: Vec::new(),
            secrets: Vec::new(),
            role_name: None,
            policy: Policy::new(),
            log_days: 30,
            tags: Map::new(),
        }
    }

    /// Chooses the port that the container listens on.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Chooses how health is found out.
    #[must_use]
    pub fn health(mut self, health: HealthCheck) -> Self {
        self.health = health;
        self
    }

    /// Chooses CPU units (1024 are one vCPU) and memory in MiB, as they go together on both platforms: 256 with 512 or
    /// 1024, 512 with 1024, 1024 with 2048, 3072 or 4096, 2048 with 4096 or 6144, 4096 with 8192, 10240 or 12288.
    #[must_use]
    pub const fn size(mut self, cpu: u32, memory_mib: u32) -> Self {
        self.cpu = cpu;
        self.memory_mib = memory_mib;
        self
    }

    /// Adds an environment variable; whoever may see the service sees it.
    #[must_use]
    pub fn environment(mut self, name: &str, value: impl Display) -> Self {
        self.environment.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds an environment variable with the value of a secret in Secrets Manager, by its ARN.
    #[must_use]
    pub fn secret(mut self, name: &str, secret_arn: Expr<String>) -> Self {
        self.secrets.push((name.to_owned(), secret_arn));
        self
    }

    /// Names the roles, which have what they are for behind this name; otherwise it is the application's. An account has a
    /// role's name once, so that the same application in a second region needs another.
    #[must_use]
    pub fn role_name(mut self, name: impl Into<String>) -> Self {
        self.role_name = Some(name.into());
        self
    }

    /// Permits the application something.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = self.policy.merge(policy);
        self
    }

    /// Keeps logs for a number of days that CloudWatch Logs offers. App Runner makes its log groups itself, named after
    /// an id that it chooses, and keeps them for ever.
    #[must_use]
    pub const fn log_days(mut self, days: u32) -> Self {
        self.log_days = days;
        self
    }

    /// Adds tags to everything that the application consists of.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }

    /// What AWS would refuse, and what to do instead.
    pub(super) fn mistakes(&self) -> Mistakes {
        let mut mistakes = Mistakes::default();
        if !SIZES.contains(&(self.cpu, self.memory_mib)) {
            let message = format!(
                "an application of {} CPU units and {} MiB is not offered",
                self.cpu, self.memory_mib
            );
            mistakes.add(message, "see `AppRunnerConfig::size` for what goes together");
        }
        let health = &self.health;
        let fits = (5..=20).contains(&health.interval_seconds)
            && (2..=20).contains(&health.timeout_seconds)
            && health.timeout_seconds < health.interval_seconds
            && (2..=10).contains(&health.healthy)
            && (2..=10).contains(&health.unhealthy)
            && health.path.starts_with('/');
        if !fits {
            let hint = "the interval is 5 to 20 s, the timeout 2 to 20 s and shorter, the thresholds are 2 to 10, and the path begins with `/`";
            mistakes.add(
                format!("the health check of `{}` is not one that both platforms have", self.name),
                hint,
            );
        }
        if let Platform::AppRunner(scaling) = &self.platform {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            // That of its automatic scaling configuration is shorter than that of a service, which has 40.
            let begins_well = self.name.starts_with(|first: char| first.is_ascii_alphanumeric());
            if !(4..=32).contains(&self.name.len()) || !begins_well || !self.name.bytes().all(is_name) {
                let hint =
                    "a name has 4 to 32 letters, digits, hyphens and underscores, a letter or digit first";
                mistakes.add(format!("App Runner refuses the name `{}`", self.name), hint);
            }
            let fits = (1..=25).contains(&scaling.least)
                && (scaling.least..=25).contains(&scaling.most)
                && (1..=200).contains(&scaling.requests);
            if !fits {
                let hint = "there are 1 to 25 instances, the least not more than the most, and 1 to 200 requests each";
                mistakes.add(format!("App Runner cannot scale `{}` so", self.name), hint);
            }
        }
        mistakes
    }
}

/// The CPU units and memory in MiB that both platforms have: those of App Runner (AWS App Runner API Reference,
/// `InstanceConfiguration`), as far as Fargate has them too.
const SIZES: [(u32, u32); 11] = [
    (256, 512),
    (256, 1024),
    (512, 1024),
    (1024, 2048),
    (1024, 3072),
    (1024, 4096),
    (2048, 4096),
    (2048, 6144),
    (4096, 8192),
    (4096, 10240),
    (4096, 12288),
];
