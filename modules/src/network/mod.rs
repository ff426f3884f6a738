//! A network: a VPC with public and private subnets over several zones, and the ways in and out.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::network::{self, Nat, NetworkConfig, network};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let config = NetworkConfig::new("shop", "10.0.0.0/16", ["eu-central-1a", "eu-central-1b"])
//!     .region("eu-central-1")
//!     .nat(Nat::Single);
//! let parts = network(stack, "network", config);
//! stack.output("private_subnet_ids", parts.private_subnet_ids());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! # Zones that come and go
//! A zone has the block that its letter counts: `eu-central-1b` the second, whatever other zones there are and in whatever
//! order. Taking a zone out of the list destroys what is in it and nothing else, and a zone that comes moves no other. A
//! network that was built by an earlier version, whose zones did not begin with `a` and go on without a gap, keeps its
//! blocks with [`NetworkConfig::numbered_by_place`].
//!
//! The block of a subnet that is there can be changed only to one that overlaps no other of the network: the new subnet is
//! made before the old one goes.

mod blocks;
mod logs;

use formwork::{Expr, Json, Lifecycle, Map, Resource, Source, Stack, Value, aws};

use blocks::Blocks;

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nat {
    /// Not at all.
    None,
    /// Through one NAT gateway, in the first zone of the list or in that of [`NetworkConfig::nat_zone`]: the cheapest, and
    /// down when that zone is.
    Single,
    /// Through one NAT gateway in each zone.
    PerZone,
}

/// What a network is like. The defaults: NAT per zone, /20 subnets, gateway endpoints, flow logs kept for 30 days.
#[derive(Clone, Debug)]
pub struct NetworkConfig {
    name: String,
    cidr: String,
    zones: Vec<String>,
    nat: Nat,
    nat_zone: Option<String>,
    numbered_by_place: bool,
    subnet_prefix: u8,
    public_cidrs: Option<Vec<String>>,
    private_cidrs: Option<Vec<String>>,
    endpoint_region: Option<String>,
    flow_log_days: Option<u32>,
    flow_log_role: Option<String>,
    tags: Map<String>,
}

impl NetworkConfig {
    /// A network by its name, its IPv4 block (/16 to /28) and the availability zones that it spans.
    pub fn new<Z: Into<String>>(
        name: impl Into<String>,
        cidr: impl Into<String>,
        zones: impl IntoIterator<Item = Z>,
    ) -> Self {
        Self {
            name: name.into(),
            cidr: cidr.into(),
            zones: zones.into_iter().map(Into::into).collect(),
            nat: Nat::PerZone,
            nat_zone: None,
            numbered_by_place: false,
            subnet_prefix: 20,
            public_cidrs: None,
            private_cidrs: None,
            endpoint_region: None,
            flow_log_days: Some(30),
            flow_log_role: None,
            tags: Map::new(),
        }
    }

    /// Chooses how private subnets reach the internet.
    #[must_use]
    pub const fn nat(mut self, nat: Nat) -> Self {
        self.nat = nat;
        self
    }

    /// Puts a single NAT gateway into a zone, so that it stays there when the list of zones changes at its beginning.
    #[must_use]
    pub fn nat_zone(mut self, zone: impl Into<String>) -> Self {
        self.nat = Nat::Single;
        self.nat_zone = Some(zone.into());
        self
    }

    /// Numbers computed blocks by the zones' places in the list, as earlier versions did: for a network that was built so,
    /// and whose zones are not the first letters in their order. Taking a zone away then moves all that come after it.
    #[must_use]
    pub const fn numbered_by_place(mut self) -> Self {
        self.numbered_by_place = true;
        self
    }

    /// Sets the prefix length of the subnets that are computed, 16 to 28.
    #[must_use]
    pub const fn subnet_prefix(mut self, prefix: u8) -> Self {
        self.subnet_prefix = prefix;
        self
    }

    /// Gives the blocks of the public subnets, one per zone, instead of computing them. None at all makes a network
    /// without a way in.
    #[must_use]
    pub fn public_cidrs<C: Into<String>>(mut self, cidrs: impl IntoIterator<Item = C>) -> Self {
        self.public_cidrs = Some(cidrs.into_iter().map(Into::into).collect());
        self
    }

    /// Gives the blocks of the private subnets, one per zone, instead of computing them.
    #[must_use]
    pub fn private_cidrs<C: Into<String>>(mut self, cidrs: impl IntoIterator<Item = C>) -> Self {
        self.private_cidrs = Some(cidrs.into_iter().map(Into::into).collect());
        self
    }

    /// Names the region, so that S3 and DynamoDB are reached through gateway endpoints, which cost nothing.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.endpoint_region = Some(region.into());
        self
    }

    /// Keeps flow logs for a number of days that CloudWatch Logs offers.
    #[must_use]
    pub const fn flow_log_days(mut self, days: u32) -> Self {
        self.flow_log_days = Some(days);
        self
    }

    /// Names the role that writes the flow logs, `<name>-flow-logs` otherwise: an account has a name once, so that the same
    /// network in a second region needs another.
    #[must_use]
    pub fn flow_log_role(mut self, name: impl Into<String>) -> Self {
        self.flow_log_role = Some(name.into());
        self
    }

    /// Writes no flow logs.
    #[must_use]
    pub const fn without_flow_logs(mut self) -> Self {
        self.flow_log_days = None;
        self
    }

    /// Adds tags to everything in the network.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a network consists of. Lists are in the order of the zones.
#[derive(Clone, Debug)]
pub struct NetworkParts {
    /// The VPC.
    pub vpc: aws::VpcRef,
    /// Subnets whose instances can be reached from the internet.
    pub public_subnets: Vec<aws::SubnetRef>,
    /// Subnets that nothing outside can reach.
    pub private_subnets: Vec<aws::SubnetRef>,
    /// The route table of all public subnets, if there are any.
    pub public_route_table: Option<aws::RouteTableRef>,
    /// The route tables of the private subnets.
    pub private_route_tables: Vec<aws::RouteTableRef>,
    /// The NAT gateways.
    pub nat_gateways: Vec<aws::NatGatewayRef>,
}

impl NetworkParts {
    /// The id of the VPC.
    #[must_use]
    pub fn vpc_id(&self) -> Expr<String> {
        self.vpc.id()
    }

    /// The ids of the public subnets.
    #[must_use]
    pub fn public_subnet_ids(&self) -> Vec<Expr<String>> {
        self.public_subnets.iter().map(aws::SubnetRef::id).collect()
    }

    /// The ids of the private subnets.
    #[must_use]
    pub fn private_subnet_ids(&self) -> Vec<Expr<String>> {
        self.private_subnets.iter().map(aws::SubnetRef::id).collect()
    }
}

/// Adds a network. What is wrong with its blocks and zones is reported at the caller's line.
#[track_caller]
pub fn network(stack: &mut Stack, name: &str, config: NetworkConfig) -> NetworkParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let (blocks, mut mistakes) = Blocks::plan(&config);
    if let Some(days) = config.flow_log_days {
        mistakes.log_days(days);
        mistakes.role_name(&config.name_of_flow_log_role());
    }
    mistakes.report(stack, name, source);
    let mut builder = Builder { stack, config: &config };
    let vpc = builder.vpc();
    let public_subnets = builder.subnets(&vpc, "public", &blocks.public);
    let private_subnets = builder.subnets(&vpc, "private", &blocks.private);
    let gateway = (!public_subnets.is_empty()).then(|| builder.internet_gateway(&vpc));
    let public_route_table =
        gateway.as_ref().map(|gateway| builder.public_routes(&vpc, gateway, &public_subnets));
    let nat_gateways = match &gateway {
        Some(gateway) => builder.nat_gateways(gateway, &public_subnets),
        None => Vec::new(),
    };
    let private_route_tables = builder.private_routes(&vpc, &nat_gateways, &private_subnets);
    builder.endpoints(&vpc, public_route_table.iter().chain(&private_route_tables));
    if let Some(days) = config.flow_log_days {
        logs::flow_logs(builder.stack, &vpc, &config, days);
    }
    NetworkParts {
        vpc,
        public_subnets,
        private_subnets,
        public_route_table,
        private_route_tables,
        nat_gateways,
    }
}

struct Builder<'a> {
    stack: &'a mut Stack,
    config: &'a NetworkConfig,
}

impl Builder<'_> {
    fn tags(&self, what: &str) -> Value<Map<String>> {
        named(&self.config.tags, &format!("{}{what}", self.config.name)).into()
    }

    fn vpc(&mut self) -> aws::VpcRef {
        let vpc = aws::Vpc::new()
            .cidr_block(&self.config.cidr)
            .enable_dns_hostnames(true)
            .enable_dns_support(true)
            .tags(self.tags(""));
        let vpc = self.stack.add("vpc", vpc);
        // The default group admits whatever carries it; emptied, nothing gains access by omission.
        let nothing = || Value::from_json(Json::Array(Vec::new()));
        let default_group = aws::DefaultSecurityGroup::new()
            .vpc_id(vpc.id())
            .ingress(nothing())
            .egress(nothing())
            .tags(self.tags("-default-unused"));
        self.stack.add("default", default_group);
        vpc
    }

    fn subnets(&mut self, vpc: &aws::VpcRef, kind: &str, blocks: &[String]) -> Vec<aws::SubnetRef> {
        let zones = self.config.zones.iter().zip(blocks);
        zones
            .map(|(zone, block)| {
                let subnet = aws::Subnet::new(vpc.id())
                    .availability_zone(zone)
                    .cidr_block(block)
                    .tags(self.tags(&format!("-{kind}-{zone}")))
                    // One that goes waits until what names it, such as a database's group of subnets, names it no more.
                    .lifecycle(Lifecycle::new().create_before_destroy(true));
                self.stack.add(&format!("{kind}_{zone}"), subnet)
            })
            .collect()
    }

    fn internet_gateway(&mut self, vpc: &aws::VpcRef) -> aws::InternetGatewayRef {
        let gateway = aws::InternetGateway::new().vpc_id(vpc.id()).tags(self.tags(""));
        self.stack.add("internet", gateway)
    }

    fn public_routes(
        &mut self,
        vpc: &aws::VpcRef,
        gateway: &aws::InternetGatewayRef,
        subnets: &[aws::SubnetRef],
    ) -> aws::RouteTableRef {
        let table = self.stack.add("public", aws::RouteTable::new(vpc.id()).tags(self.tags("-public")));
        let route = aws::Route::new(table.id()).destination_cidr_block("0.0.0.0/0").gateway_id(gateway.id());
        self.stack.add("public_internet", route);
        for (zone, subnet) in self.config.zones.iter().zip(subnets) {
            let association = aws::RouteTableAssociation::new(table.id()).subnet_id(subnet.id());
            self.stack.add(&format!("public_{zone}"), association);
        }
        table
    }

    fn nat_gateways(
        &mut self,
        internet: &aws::InternetGatewayRef,
        public_subnets: &[aws::SubnetRef],
    ) -> Vec<aws::NatGatewayRef> {
        let all = || self.config.zones.iter().zip(public_subnets);
        let zones: Vec<(&String, &aws::SubnetRef)> = match (self.config.nat, &self.config.nat_zone) {
            (Nat::None, _) => Vec::new(),
            (Nat::Single, None) => all().take(1).collect(),
            (Nat::Single, Some(chosen)) => all().filter(|(zone, _)| *zone == chosen).collect(),
            (Nat::PerZone, _) => all().collect(),
        };
        zones
            .into_iter()
            .map(|(zone, subnet)| {
                let what = format!("nat_{zone}");
                let tags = self.tags(&format!("-nat-{zone}"));
                // Addresses and NAT gateways work only once the VPC has its internet gateway.
                let address = aws::Eip::new().domain("vpc").tags(tags.clone()).depends_on(internet);
                let address = self.stack.add(&what, address);
                let gateway = aws::NatGateway::new()
                    .allocation_id(address.id())
                    .subnet_id(subnet.id())
                    .tags(tags)
                    .depends_on(internet);
                self.stack.add(&what, gateway)
            })
            .collect()
    }

    fn private_routes(
        &mut self,
        vpc: &aws::VpcRef,
        nat_gateways: &[aws::NatGatewayRef],
        subnets: &[aws::SubnetRef],
    ) -> Vec<aws::RouteTableRef> {
        let mut tables = Vec::new();
        for (index, (zone, subnet)) in self.config.zones.iter().zip(subnets).enumerate() {
            let what = format!("private_{zone}");
            let tags = self.tags(&format!("-private-{zone}"));
            let table = self.stack.add(&what, aws::RouteTable::new(vpc.id()).tags(tags));
            // A single gateway serves all zones.
            if let Some(gateway) = nat_gateways.get(index).or_else(|| nat_gateways.first()) {
                let route = aws::Route::new(table.id())
                    .destination_cidr_block("0.0.0.0/0")
                    .nat_gateway_id(gateway.id());
                self.stack.add(&format!("private_{zone}_internet"), route);
            }
            let association = aws::RouteTableAssociation::new(table.id()).subnet_id(subnet.id());
            self.stack.add(&what, association);
            tables.push(table);
        }
        tables
    }

    fn endpoints<'t>(&mut self, vpc: &aws::VpcRef, tables: impl Iterator<Item = &'t aws::RouteTableRef>) {
        let Some(region) = &self.config.endpoint_region else { return };
        let tables: Vec<Expr<String>> = tables.map(aws::RouteTableRef::id).collect();
        for service in ["s3", "dynamodb"] {
            let endpoint = aws::VpcEndpoint::new(vpc.id())
                .service_name(format!("com.amazonaws.{region}.{service}"))
                .vpc_endpoint_type("Gateway")
                .route_table_ids(&tables)
                .tags(self.tags(&format!("-{service}")));
            self.stack.add(service, endpoint);
        }
    }
}

impl NetworkConfig {
    /// The name of the role that writes the flow logs.
    fn name_of_flow_log_role(&self) -> String {
        self.flow_log_role.clone().unwrap_or_else(|| format!("{}-flow-logs", self.name))
    }
}

/// Tags with the name that consoles show.
fn named(tags: &Map<String>, name: &str) -> Map<String> {
    tags.clone().with("Name", name)
}

#[cfg(test)]
mod tests;
