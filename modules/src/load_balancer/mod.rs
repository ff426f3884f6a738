//! An Application Load Balancer: it takes requests from the internet and routes them by their paths.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::load_balancer::{FixedAnswer, HealthCheck, LoadBalancerConfig, Route, load_balancer};
//! use formwork_modules::network::{NetworkConfig, network};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let zones = ["eu-central-1a", "eu-central-1b"];
//! let network = network(stack, "network", NetworkConfig::new("shop", "10.0.0.0/16", zones));
//! let config = LoadBalancerConfig::new("shop", network.vpc_id(), network.public_subnet_ids())
//!     .answer(FixedAnswer::json("health", "/health", &formwork::serde_json::json!({"status": "healthy"})))
//!     .route(Route::new("orders", ["/api/orders/*"], 8080, HealthCheck::new("/api/orders/health")));
//! let balancer = load_balancer(stack, "balancer", config);
//! stack.output("url", balancer.url());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Not here: what serves; a [`fargate_service`](crate::fargate_service) puts itself behind a target.

mod config;

use formwork::aws::lb_listener::{DefaultAction, FixedResponse, Redirect};
use formwork::aws::lb_listener_rule::{self, Action, Condition, HostHeader};
use formwork::aws::lb_target_group;
use formwork::aws::route53_record::{Alias, AliasArgs};
use formwork::{Expr, Lifecycle, Resource, Scope, Source, Stack, Value, aws};
use indexmap::IndexMap;

pub use config::{FixedAnswer, HealthCheck, LoadBalancerConfig, Route};

use crate::label::label;
use crate::tags::tags;

/// TLS 1.3, and 1.2 with forward secrecy (Application Load Balancers, "Security policies").
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/// Where a route leads: what serves it registers here.
#[derive(Clone, Debug)]
pub struct Target {
    /// The group that addresses are registered in.
    pub target_group: aws::LbTargetGroupRef,
    /// The rule that leads to the group: what registers in the group must wait for it.
    pub rule: aws::LbListenerRuleRef,
    /// The security group that requests come from.
    pub security_group: aws::SecurityGroupRef,
    /// The port that requests go to.
    pub port: u16,
}

/// What a load balancer consists of.
#[derive(Clone, Debug)]
pub struct LoadBalancerParts {
    /// The load balancer.
    pub load_balancer: aws::LbRef,
    /// The listener with the routes: that of HTTPS if there is a certificate.
    pub listener: aws::LbListenerRef,
    /// The security group of the load balancer; it lets out what its targets add.
    pub security_group: aws::SecurityGroupRef,
    /// The targets by the names of their routes.
    pub targets: IndexMap<String, Target>,
    scheme: &'static str,
}

impl LoadBalancerParts {
    /// The address that AWS gave it. A certificate does not cover this name: with one, use a domain of your own.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.load_balancer.dns_name())
    }

    /// A record that leads a domain of a Route 53 zone to the load balancer, as long as it is healthy.
    #[must_use]
    pub fn record(&self, domain: &str, zone_id: impl Into<Value<String>>) -> aws::Route53Record {
        let alias = Alias::new(AliasArgs {
            evaluate_target_health: true.into(),
            name: self.load_balancer.dns_name().into(),
            zone_id: self.load_balancer.zone_id().into(),
        });
        aws::Route53Record::new(aws::Route53RecordArgs {
            name: domain.into(),
            r#type: "A".into(),
            zone_id: zone_id.into(),
        })
        .alias(alias)
    }

    /// How metrics name the load balancer: what is behind `loadbalancer/` in its ARN.
    #[must_use]
    pub fn metric_name(&self) -> Expr<String> {
        self.load_balancer.arn_suffix()
    }
}

/// Adds a load balancer.
#[track_caller]
pub fn load_balancer(stack: &mut Stack, name: &str, config: LoadBalancerConfig) -> LoadBalancerParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    config.mistakes().report(stack, name, source);
    let security_group = security_group(stack, &config);
    let balancer = aws::Lb::new()
        .name(&config.name)
        .load_balancer_type("application")
        .security_groups([security_group.id()])
        .subnets(&config.subnet_ids)
        // What is not a valid header could mean something else to what serves.
        .drop_invalid_header_fields(true)
        .enable_deletion_protection(config.deletion_protection)
        .idle_timeout(config.idle_seconds)
        .tags(tags(&config.tags))
        .access_logs(config.access_logs.as_ref().map(|(bucket, prefix)| {
            aws::lb::AccessLogs::new(bucket.clone()).prefix(prefix.as_str()).enabled(true)
        }));
    let load_balancer = stack.add("balancer", balancer);
    let listener = listeners(stack, &config, &load_balancer);
    for (index, answer) in config.answers.iter().enumerate() {
        let response = lb_listener_rule::FixedResponse::new(answer.content_type)
            .message_body(answer.body.as_str())
            .status_code(answer.status.to_string());
        let action = Action::new("fixed-response").fixed_response(response);
        let order = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        stack.add(&answer.name, rule(&listener, action, std::slice::from_ref(&answer.path), order));
    }
    let mut targets = IndexMap::new();
    for route in &config.routes {
        // Routes that share a port were reported; they stand apart all the same.
        let is_alone = config.routes.iter().filter(|other| other.port == route.port).count() == 1;
        let is_by_port = is_alone.then(|| route.group_name.is_none());
        let place = place(stack, "aws_lb_target_group", route, is_by_port);
        let target_group = stack.add(&place, target_group(&config, route));
        let action = Action::new("forward").target_group_arn(target_group.arn());
        let place =
            self::place(stack, "aws_lb_listener_rule", route, is_alone.then(|| route.priority.is_none()));
        let rule = stack.add(&place, rule(&listener, action, &route.paths, route.order()));
        let security_group = security_group.clone();
        targets.insert(route.name.clone(), Target { target_group, rule, security_group, port: route.port });
    }
    let scheme = if config.certificate.is_some() { "https" } else { "http" };
    LoadBalancerParts { load_balancer, listener, security_group, targets, scheme }
}

/// The logical name of a part of a route: under its port or under its name, or under its name whatever stood where before.
/// What is known to Elastic Load Balancing by the port stands under the port, so that
/// routes which swap their ports change what is there, and nothing is made whose name or priority is taken. What stood
/// under the other name keeps its place in the state.
fn place(stack: &mut Scope<'_>, type_name: &str, route: &Route, is_by_port: Option<bool>) -> String {
    let by_name = label(&route.name);
    let Some(is_by_port) = is_by_port else { return by_name };
    let by_port = format!("port_{}", route.port);
    let (now, before) = if is_by_port { (by_port, by_name) } else { (by_name, by_port) };
    let address = |name: &str| format!("{type_name}.{}", stack.logical_name(name));
    let (from, to) = (address(&before), address(&now));
    stack.moved(from, to);
    now
}

fn security_group(stack: &mut Stack, config: &LoadBalancerConfig) -> aws::SecurityGroupRef {
    let name = format!("{}-balancer", config.name);
    let group = aws::SecurityGroup::new()
        .name(&name)
        .description("Takes requests for the load balancer")
        .vpc_id(config.vpc_id.clone())
        .tags(config.tags.clone().with("Name", &name))
        // Rules of others name it, so that the old group can't go before they name the new one.
        .lifecycle(Lifecycle::new().create_before_destroy(true));
    let group = stack.add("access", group);
    let ports: &[u16] = if config.certificate.is_some() { &[80, 443] } else { &[80] };
    for cidr in &config.callers {
        for port in ports.iter().copied() {
            let name = match config.callers.len() {
                1 => format!("access_{port}"),
                _ => format!("access_{}_{port}", label(cidr)),
            };
            let rule = aws::VpcSecurityGroupIngressRule::new(aws::VpcSecurityGroupIngressRuleArgs {
                ip_protocol: "tcp".into(),
                security_group_id: group.id().into(),
            })
            .cidr_ipv4(cidr)
            .from_port(port)
            .to_port(port)
            .description(format!("Requests to port {port}"));
            stack.add(&name, rule);
        }
    }
    group
}

/// Adds the listeners, and returns the one that has the routes.
fn listeners(stack: &mut Stack, config: &LoadBalancerConfig, balancer: &aws::LbRef) -> aws::LbListenerRef {
    let nothing = || {
        let response = FixedResponse::new("application/json")
            .message_body(r#"{"error":"not found"}"#)
            .status_code("404");
        DefaultAction::new("fixed-response").fixed_response(response)
    };
    let listener = |port: u16, protocol: &str, action: DefaultAction| {
        aws::LbListener::new(balancer.arn(), [action]).port(port).protocol(protocol).tags(tags(&config.tags))
    };
    let Some(certificate) = &config.certificate else {
        return stack.add("http", listener(80, "HTTP", nothing()));
    };
    let redirect = Redirect::new("HTTP_301").port("443").protocol("HTTPS");
    stack.add("http", listener(80, "HTTP", DefaultAction::new("redirect").redirect(redirect)));
    let https = listener(443, "HTTPS", nothing()).certificate_arn(certificate.clone()).ssl_policy(TLS_POLICY);
    stack.add("https", https)
}

fn rule(listener: &aws::LbListenerRef, action: Action, paths: &[String], order: u32) -> aws::LbListenerRule {
    let condition = Condition::new().path_pattern(HostHeader::new().values(paths));
    aws::LbListenerRule::new(listener.arn(), [action], [condition]).priority(order)
}

fn target_group(config: &LoadBalancerConfig, route: &Route) -> aws::LbTargetGroup {
    let health = lb_target_group::HealthCheck::new()
        .path(route.health.path.as_str())
        .protocol("HTTP")
        .matcher("200")
        .interval(route.health.interval_seconds)
        .timeout(route.health.timeout_seconds)
        .healthy_threshold(route.health.healthy)
        .unhealthy_threshold(route.health.unhealthy);
    aws::LbTargetGroup::new()
        .name(config.target_group(route))
        .port(route.port)
        .protocol("HTTP")
        // Tasks on Fargate have addresses of their own and no instances.
        .target_type("ip")
        .vpc_id(config.vpc_id.clone())
        .deregistration_delay(route.draining_seconds.to_string())
        .health_check(health)
        .tags(tags(&config.tags))
        // A listener must be led to the new group before the old one can go.
        .lifecycle(Lifecycle::new().create_before_destroy(true))
}

#[cfg(test)]
mod tests;
