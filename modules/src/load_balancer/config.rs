//! The configuration of a load balancer.

use std::collections::BTreeSet;

use formwork::{Expr, Map, Value};

use crate::mistakes::Mistakes;

/// The longest name of a load balancer or target group (Elastic Load Balancing API Reference, `CreateLoadBalancer`,
/// `CreateTargetGroup`).
const LONGEST_NAME: usize = 32;

/// The most values that the conditions of a rule can have together (Application Load Balancers, "Quotas").
const MOST_PATHS: usize = 5;

/// An answer that the load balancer gives itself.
#[derive(Clone, Debug)]
pub struct FixedAnswer {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

impl FixedAnswer {
    /// A JSON text with status 200 for a path; the name is that of the rule.
    pub fn json(name: impl Into<String>, path: impl Into<String>, body: &serde_json::Value) -> Self {
        Self {
            name: name.into(),
            path: path.into(),
            status: 200,
            content_type: "application/json",
            body: body.to_string(),
        }
    }

    /// Chooses another status: 200 to 299, or 400 to 599.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// How the load balancer finds out whether a target serves: `GET` on a path must answer 200. The defaults: every 30 s,
/// at most 5 s long, 2 good answers in a row make a target healthy and 3 bad ones unhealthy.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    pub(super) path: String,
    pub(super) interval_seconds: u32,
    pub(super) timeout_seconds: u32,
    pub(super) healthy: u32,
    pub(super) unhealthy: u32,
}

impl HealthCheck {
    /// A check of a path such as `/health`.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), interval_seconds: 30, timeout_seconds: 5, healthy: 2, unhealthy: 3 }
    }

    /// Chooses the seconds from one check to the next, 5 to 300, and those until one is given up, which are fewer.
    #[must_use]
    pub const fn every(mut self, interval_seconds: u32, timeout_seconds: u32) -> Self {
        self.interval_seconds = interval_seconds;
        self.timeout_seconds = timeout_seconds;
        self
    }

    /// Chooses how many answers in a row change a target's health, 2 to 10 each: good ones and bad ones.
    #[must_use]
    pub const fn thresholds(mut self, healthy: u32, unhealthy: u32) -> Self {
        self.healthy = healthy;
        self.unhealthy = unhealthy;
        self
    }
}

/// Paths and the targets that serve them, by their IP addresses.
#[derive(Clone, Debug)]
pub struct Route {
    pub(super) name: String,
    pub(super) paths: Vec<String>,
    pub(super) port: u16,
    pub(super) health: HealthCheck,
    pub(super) group_name: Option<String>,
    pub(super) priority: Option<u32>,
    pub(super) draining_seconds: u32,
}

impl Route {
    /// Path patterns such as `/api/orders/*`, and the port that their targets listen on. The name is that of the target
    /// in [`LoadBalancerParts::targets`](crate::load_balancer::LoadBalancerParts).
    pub fn new<P: Into<String>>(
        name: impl Into<String>,
        paths: impl IntoIterator<Item = P>,
        port: u16,
        health: HealthCheck,
    ) -> Self {
        Self {
            name: name.into(),
            paths: paths.into_iter().map(Into::into).collect(),
            port,
            health,
            group_name: None,
            priority: None,
            draining_seconds: 30,
        }
    }

    /// Names the target group, `<load balancer>-<port>` otherwise: for names that others rely on. A group that is named so
    /// cannot get another port, since both groups would have the name until the listener has moved.
    #[must_use]
    pub fn group_name(mut self, name: impl Into<String>) -> Self {
        self.group_name = Some(name.into());
        self
    }

    /// Chooses when the route is tried: lower numbers come first, 1 to 50000. Otherwise it is the port, so that a route
    /// that comes later moves none.
    #[must_use]
    pub const fn priority(mut self, priority: u32) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Chooses how many seconds a target that is taken out may finish its requests, 0 to 3600.
    #[must_use]
    pub const fn draining_seconds(mut self, seconds: u32) -> Self {
        self.draining_seconds = seconds;
        self
    }

    pub(super) fn order(&self) -> u32 {
        self.priority.unwrap_or_else(|| u32::from(self.port))
    }
}

/// What a load balancer is like. The defaults: HTTP only, open to everybody, protected from deletion, 404 for what no
/// route takes.
#[derive(Clone, Debug)]
pub struct LoadBalancerConfig {
    pub(super) name: String,
    pub(super) vpc_id: Value<String>,
    pub(super) subnet_ids: Vec<Expr<String>>,
    pub(super) certificate: Option<Value<String>>,
    pub(super) callers: Vec<String>,
    pub(super) answers: Vec<FixedAnswer>,
    pub(super) routes: Vec<Route>,
    pub(super) deletion_protection: bool,
    pub(super) idle_seconds: u32,
    pub(super) access_logs: Option<(Value<String>, String)>,
    pub(super) tags: Map<String>,
}

impl LoadBalancerConfig {
    /// A load balancer by its name, in public subnets of a VPC, of at least two zones.
    pub fn new(
        name: impl Into<String>,
        vpc_id: impl Into<Value<String>>,
        subnet_ids: impl IntoIterator<Item = Expr<String>>,
    ) -> Self {
        Self {
            name: name.into(),
            vpc_id: vpc_id.into(),
            subnet_ids: subnet_ids.into_iter().collect(),
            certificate: None,
            callers: vec!["0.0.0.0/0".to_owned()],
            answers: Vec::new(),
            routes: Vec::new(),
            deletion_protection: true,
            idle_seconds: 60,
            access_logs: None,
            tags: Map::new(),
        }
    }

    /// Serves HTTPS with an ACM certificate of the region, by its ARN; HTTP is then only told to come back with HTTPS.
    #[must_use]
    pub fn certificate(mut self, arn: impl Into<Value<String>>) -> Self {
        self.certificate = Some(arn.into());
        self
    }

    /// Lets only these IPv4 blocks in.
    #[must_use]
    pub fn allow_from<C: Into<String>>(mut self, cidrs: impl IntoIterator<Item = C>) -> Self {
        self.callers = cidrs.into_iter().map(Into::into).collect();
        self
    }

    /// Adds an answer of the load balancer's own. Answers are tried before routes, in their order.
    #[must_use]
    pub fn answer(mut self, answer: FixedAnswer) -> Self {
        self.answers.push(answer);
        self
    }

    /// Adds a route.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Lets the load balancer be deleted.
    #[must_use]
    pub const fn without_deletion_protection(mut self) -> Self {
        self.deletion_protection = false;
        self
    }

    /// Chooses after how many seconds without data a connection is closed, 1 to 4000.
    #[must_use]
    pub const fn idle_seconds(mut self, seconds: u32) -> Self {
        self.idle_seconds = seconds;
        self
    }

    /// Writes access logs to a bucket that lets Elastic Load Balancing write to it, under a prefix.
    #[must_use]
    pub fn access_logs(mut self, bucket: impl Into<Value<String>>, prefix: impl Into<String>) -> Self {
        self.access_logs = Some((bucket.into(), prefix.into()));
        self
    }

    /// Adds tags to everything that the load balancer consists of.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }

    /// The name of the target group of a route. The port is in it: a target group with another port is another one, and
    /// both must exist until the listener has moved.
    pub(super) fn target_group(&self, route: &Route) -> String {
        route.group_name.clone().unwrap_or_else(|| format!("{}-{}", self.name, route.port))
    }

    /// What Elastic Load Balancing would refuse, and what to do instead.
    pub(super) fn mistakes(&self) -> Mistakes {
        let mut mistakes = Mistakes::default();
        let groups = self.routes.iter().map(|route| self.target_group(route));
        for name in std::iter::once(self.name.clone()).chain(groups) {
            if !is_name(&name) {
                let hint =
                    "a name has up to 32 letters, digits and inner hyphens; targets get its port behind it";
                mistakes.add(format!("Elastic Load Balancing refuses the name `{name}`"), hint);
            }
        }
        if self.subnet_ids.len() < 2 {
            let message = format!("a load balancer in {} subnet(s) is not served", self.subnet_ids.len());
            mistakes.add(message, "give subnets of two zones or more");
        }
        if !(1..=4000).contains(&self.idle_seconds) {
            let message = format!("a load balancer does not wait {} s for data", self.idle_seconds);
            mistakes.add(message, "choose 1 to 4000");
        }
        let mut taken = BTreeSet::new();
        for route in &self.routes {
            self.route_mistakes(route, &mut mistakes);
            if usize::try_from(route.order()).is_ok_and(|order| (1..=self.answers.len()).contains(&order)) {
                let message =
                    format!("the route `{}` has the priority of an answer, {}", route.name, route.order());
                let hint =
                    format!("answers have 1 to {}: choose a later one with `priority`", self.answers.len());
                mistakes.add(message, hint);
            }
            if !taken.insert(route.order()) {
                let message =
                    format!("the route `{}` has the priority of another, {}", route.name, route.order());
                mistakes.add(message, "choose another with `priority`");
            }
        }
        let mut ports = BTreeSet::new();
        let mut names = BTreeSet::new();
        for route in &self.routes {
            let (is_other_port, is_other_name) =
                (ports.insert(route.port), names.insert(self.target_group(route)));
            if !is_other_name && is_other_port {
                let message = format!("the target group of `{}` has the name of another's", route.name);
                mistakes.add(message, "choose another with `group_name`");
            } else if !is_other_name {
                let message = format!("the route `{}` has the port of another, {}", route.name, route.port);
                mistakes
                    .add(message, "target groups are named by their ports: choose a name with `group_name`");
            }
        }
        for answer in &self.answers {
            if !matches!(answer.status, 200..=299 | 400..=599)
                || answer.body.len() > 1024
                || !answer.path.starts_with('/')
            {
                let message = format!("the answer `{}` is not one that a load balancer gives", answer.name);
                mistakes.add(
                    message,
                    "a path begins with `/`, a status is 2xx, 4xx or 5xx, a body has up to 1024 bytes",
                );
            }
        }
        mistakes
    }

    fn route_mistakes(&self, route: &Route, mistakes: &mut Mistakes) {
        if !(1..=MOST_PATHS).contains(&route.paths.len()) {
            let message = format!("the route `{}` has {} paths", route.name, route.paths.len());
            mistakes.add(message, "give 1 to 5");
        }
        for path in route.paths.iter().chain([&route.health.path]) {
            if !path.starts_with('/') || path.len() > 128 {
                let message = format!("the route `{}` has the path `{path}`", route.name);
                mistakes.add(message, "a path begins with `/` and has up to 128 characters");
            }
        }
        if !(1..=50_000).contains(&route.order()) {
            let message = format!("the route `{}` has the priority {}", route.name, route.order());
            mistakes.add(message, "choose 1 to 50000 with `priority`");
        }
        if route.draining_seconds > 3600 {
            let message = format!(
                "the route `{}` gives its targets {} s to finish",
                route.name, route.draining_seconds
            );
            mistakes.add(message, "choose 0 to 3600");
        }
        let health = &route.health;
        let fits = (5..=300).contains(&health.interval_seconds)
            && (2..=120).contains(&health.timeout_seconds)
            && health.timeout_seconds < health.interval_seconds
            && (2..=10).contains(&health.healthy)
            && (2..=10).contains(&health.unhealthy);
        if !fits {
            let hint =
                "the interval is 5 to 300 s, the timeout 2 to 120 s and shorter, the thresholds are 2 to 10";
            mistakes.add(format!("the health check of `{}` is not one that there is", route.name), hint);
        }
    }
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.starts_with("internal-")
}
