//! A cache on ElastiCache: Redis OSS or Valkey, encrypted in transit and at rest, for named security groups only.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::cache::{CacheConfig, Engine, ValkeyVersion, cache};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let vpc = stack.add("vpc", aws::Vpc::new().cidr_block("10.0.0.0/16"));
//! let subnet = stack.add("a", aws::Subnet::new(vpc.id()).cidr_block("10.0.0.0/24"));
//! let callers = stack.add("callers", aws::SecurityGroup::new().vpc_id(vpc.id()));
//! let config = CacheConfig::new("shop", Engine::Valkey(ValkeyVersion::V8_2), "cache.t4g.micro")
//!     .network(vpc.id(), [subnet.id()])
//!     .allow_from("orders", callers.id());
//! let cache = cache(stack, "cache", config);
//! stack.output("cache_url", cache.url());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Changes are made during the apply, not in the next maintenance window: until then ElastiCache would use the parameter
//! group of the version before, which can't be deleted then.

mod engine;

use formwork::{Expr, Lifecycle, Map, Resource, Source, Stack, Value, aws};

use crate::ingress_group::{Caller, ingress_group};
use crate::mistakes::Mistakes;
use crate::tags::tags;

pub use engine::{Engine, RedisOssVersion, UnknownEngine, ValkeyVersion};

/// The port of Redis OSS and Valkey.
pub const PORT: u16 = 6379;

/// The most nodes that a shard has: a primary and five replicas (Amazon ElastiCache User Guide, "Quotas").
const MOST_NODES: u32 = 6;

/// What a cache is like. The defaults: one node, no snapshots.
#[derive(Clone, Debug)]
pub struct CacheConfig {
    identifier: String,
    engine: Engine,
    node_type: String,
    network: Option<(Value<String>, Vec<Expr<String>>)>,
    nodes: u32,
    snapshot_days: u32,
    parameters: Vec<(String, String)>,
    callers: Vec<Caller>,
    tags: Map<String>,
}

impl CacheConfig {
    /// A cache by its identifier, engine and node type, such as `cache.t4g.micro`.
    pub fn new(identifier: impl Into<String>, engine: Engine, node_type: impl Into<String>) -> Self {
        Self {
            identifier: identifier.into(),
            engine,
            node_type: node_type.into(),
            network: None,
            nodes: 1,
            snapshot_days: 0,
            parameters: Vec::new(),
            callers: Vec::new(),
            tags: Map::new(),
        }
    }

    /// Puts the cache into subnets of a VPC.
    #[must_use]
    pub fn network(
        mut self,
        vpc_id: impl Into<Value<String>>,
        subnet_ids: impl IntoIterator<Item = Expr<String>>,
    ) -> Self {
        self.network = Some((vpc_id.into(), subnet_ids.into_iter().collect()));
        self
    }

    /// Keeps the data on a number of nodes, 1 to 6. From two on, another one takes over when the primary fails, and
    /// they are spread over zones.
    #[must_use]
    pub const fn nodes(mut self, nodes: u32) -> Self {
        self.nodes = nodes;
        self
    }

    /// Keeps daily snapshots for a number of days, 0 (none) to 35.
    #[must_use]
    pub const fn snapshot_days(mut self, days: u32) -> Self {
        self.snapshot_days = days;
        self
    }

    /// Sets a parameter of the engine, such as `maxmemory-policy`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Admits what carries a security group. The name tells the rules apart.
    #[must_use]
    pub fn allow_from(mut self, name: impl Into<String>, security_group_id: Expr<String>) -> Self {
        self.callers.push(Caller { name: name.into(), security_group_id });
        self
    }

    /// Adds tags to everything that the cache consists of.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a cache consists of.
#[derive(Clone, Debug)]
pub struct CacheParts {
    /// The nodes as one.
    pub group: aws::ElasticacheReplicationGroupRef,
    /// The group that decides who may connect.
    pub security_group: aws::SecurityGroupRef,
    /// The identifiers of the nodes, which metrics are filed under.
    pub node_ids: Vec<String>,
}

impl CacheParts {
    /// The host name of the node that takes writes.
    #[must_use]
    pub fn host(&self) -> Expr<String> {
        self.group.primary_endpoint_address()
    }

    /// Where clients connect: `rediss`, that is with TLS.
    #[must_use]
    pub fn url(&self) -> String {
        format!("rediss://{}:{PORT}", self.host())
    }
}

/// Adds a cache.
#[track_caller]
pub fn cache(stack: &mut Stack, name: &str, config: CacheConfig) -> CacheParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let (vpc_id, subnet_ids) = config.network.clone().unwrap_or_else(|| (Value::null(), Vec::new()));
    let identifier = &config.identifier;
    let subnets = aws::ElasticacheSubnetGroup::new(identifier, subnet_ids).tags(tags(&config.tags));
    let subnets = stack.add("subnets", subnets);
    let security_group =
        ingress_group(stack, &format!("{identifier}-cache"), &vpc_id, PORT, &config.callers, &config.tags);
    let family = config.engine.family();
    let mut parameters = aws::ElasticacheParameterGroup::new(aws::ElasticacheParameterGroupArgs {
        family: family.into(),
        name: format!("{identifier}-{}", family.replace('.', "-")).into(),
    })
    .tags(tags(&config.tags))
    // A change of family needs a new group while the old one is in use.
    .lifecycle(Lifecycle::new().create_before_destroy(true));
    for (name, value) in &config.parameters {
        parameters = parameters.parameter(aws::elasticache_parameter_group::Parameter::new(
            aws::elasticache_parameter_group::ParameterArgs { name: name.into(), value: value.into() },
        ));
    }
    let parameters = stack.add("parameters", parameters);
    let has_replicas = config.nodes > 1;
    let group = aws::ElasticacheReplicationGroup::new(aws::ElasticacheReplicationGroupArgs {
        description: format!("Cache {identifier}").into(),
        replication_group_id: identifier.into(),
    })
    .engine(config.engine.name())
    .engine_version(config.engine.version())
    .node_type(&config.node_type)
    .num_cache_clusters(config.nodes)
    .automatic_failover_enabled(has_replicas)
    .multi_az_enabled(has_replicas)
    .port(PORT)
    .parameter_group_name(parameters.name())
    .subnet_group_name(subnets.name())
    .security_group_ids([security_group.id()])
    .transit_encryption_enabled(true)
    // Text, since version 6 of the provider changed this argument's type; Terraform converts it for version 5.
    .at_rest_encryption_enabled("true")
    // Otherwise the old group of parameters would be in use until the next maintenance window.
    .apply_immediately(true)
    .snapshot_retention_limit(config.snapshot_days)
    .tags(tags(&config.tags));
    let group = stack.add("group", group);
    // ElastiCache numbers the nodes of a group (Amazon ElastiCache User Guide, "Finding replication group endpoints").
    let node_ids =
        (1..=config.nodes.min(MOST_NODES)).map(|number| format!("{identifier}-{number:03}")).collect();
    CacheParts { group, security_group, node_ids }
}

/// What is wrong with a configuration, and what to do instead (Amazon ElastiCache API Reference,
/// "CreateReplicationGroup").
fn mistakes(config: &CacheConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if config.network.as_ref().is_none_or(|(_, subnets)| subnets.is_empty()) {
        mistakes.add("the cache has no network", "name its VPC and subnets with `network`");
    }
    if !(1..=MOST_NODES).contains(&config.nodes) {
        mistakes.add(
            format!("a cache of {} nodes is not what ElastiCache offers", config.nodes),
            "choose 1 to 6",
        );
    }
    if config.snapshot_days > 35 {
        let message = format!("ElastiCache does not keep snapshots for {} days", config.snapshot_days);
        mistakes.add(message, "choose 0 to 35");
    }
    if !config.node_type.starts_with("cache.") {
        let message = format!("`{}` is not a node type of ElastiCache", config.node_type);
        mistakes.add(message, "it is written as in `cache.t4g.micro`");
    }
    let is_identifier = (1..=40).contains(&config.identifier.len())
        && config.identifier.starts_with(|first: char| first.is_ascii_lowercase())
        && !config.identifier.ends_with('-')
        && !config.identifier.contains("--")
        && config
            .identifier
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_identifier {
        let message = format!("`{}` is not an identifier for a cache", config.identifier);
        mistakes.add(
            message,
            "it begins with a letter and has up to 40 lower-case letters, digits and single hyphens",
        );
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{diagnostics, document};

    fn config() -> CacheConfig {
        CacheConfig::new("shop", Engine::Valkey(ValkeyVersion::V8_2), "cache.t4g.micro")
            .network("vpc-1", [Expr::raw("local.a")])
            .allow_from("orders", Expr::raw("local.a"))
    }

    fn build(stack: &mut Stack, config: CacheConfig) {
        stack.local("a", "subnet-a");
        let parts = cache(stack, "cache", config);
        stack.output("url", parts.url());
    }

    fn built(config: CacheConfig) -> Value {
        document(|stack| build(stack, config))["resource"].take()
    }

    #[test]
    fn the_defaults_are_safe() {
        let resources = built(config());
        let group = &resources["aws_elasticache_replication_group"]["cache_group"];
        assert_eq!(group["engine"], json!("valkey"));
        assert_eq!(group["engine_version"], json!("8.2"));
        assert_eq!(group["transit_encryption_enabled"], json!(true));
        assert_eq!(group["at_rest_encryption_enabled"], json!("true"));
        assert_eq!(group["automatic_failover_enabled"], json!(false));
        assert_eq!(
            resources["aws_elasticache_parameter_group"]["cache_parameters"]["family"],
            json!("valkey8")
        );
        let rule = &resources["aws_vpc_security_group_ingress_rule"]["cache_access_orders"];
        assert_eq!(rule["to_port"], json!(6379));
    }

    #[test]
    fn replicas_take_over() {
        let resources =
            built(config().nodes(2).snapshot_days(3).parameter("maxmemory-policy", "allkeys-lru"));
        let group = &resources["aws_elasticache_replication_group"]["cache_group"];
        assert_eq!(group["automatic_failover_enabled"], json!(true));
        assert_eq!(group["multi_az_enabled"], json!(true));
        let parameter = &resources["aws_elasticache_parameter_group"]["cache_parameters"]["parameter"][0];
        assert_eq!(*parameter, json!({"name": "maxmemory-policy", "value": "allkeys-lru"}));
    }

    #[test]
    fn what_elasticache_refuses_is_refused_before() {
        let mistakes = |config: CacheConfig| diagnostics(|stack| build(stack, config));
        assert_eq!(mistakes(config().nodes(7)), ["a cache of 7 nodes is not what ElastiCache offers"]);
        assert_eq!(
            mistakes(config().nodes(u32::MAX)),
            ["a cache of 4294967295 nodes is not what ElastiCache offers"]
        );
        assert_eq!(mistakes(config().snapshot_days(36)), ["ElastiCache does not keep snapshots for 36 days"]);
        let engine = Engine::RedisOss(RedisOssVersion::V7_1);
        let nowhere = CacheConfig::new("shop--x", engine, "t4g.micro");
        assert_eq!(
            mistakes(nowhere),
            [
                "the cache has no network",
                "`t4g.micro` is not a node type of ElastiCache",
                "`shop--x` is not an identifier for a cache",
            ]
        );
    }
}
