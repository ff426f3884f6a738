//! What a network consists of, and what is refused.

use formwork::App;
use serde_json::{Value, json};

use super::{Nat, NetworkConfig, network};
use crate::testing::{diagnostics, document};

fn config() -> NetworkConfig {
    NetworkConfig::new("shop", "10.0.0.0/16", ["eu-central-1a", "eu-central-1b"])
}

fn built(config: NetworkConfig) -> Value {
    document(|stack| {
        network(stack, "net", config);
    })
}

fn mistakes(config: NetworkConfig) -> Vec<String> {
    diagnostics(|stack| {
        network(stack, "net", config);
    })
}

#[test]
fn subnets_are_computed_side_by_side() {
    let document = built(config().region("eu-central-1"));
    let subnets = &document["resource"]["aws_subnet"];
    let block = |name: &str| subnets[name]["cidr_block"].clone();
    assert_eq!(block("net_private_eu-central-1a"), json!("10.0.0.0/20"));
    assert_eq!(block("net_private_eu-central-1b"), json!("10.0.16.0/20"));
    assert_eq!(block("net_public_eu-central-1a"), json!("10.0.128.0/20"));
    assert_eq!(block("net_public_eu-central-1b"), json!("10.0.144.0/20"));
    let endpoints = document["resource"]["aws_vpc_endpoint"].as_object().unwrap();
    assert_eq!(endpoints["net_s3"]["route_table_ids"].as_array().unwrap().len(), 3);
}

#[test]
fn one_more_zone_moves_no_subnet() {
    let zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
    let more = built(NetworkConfig::new("shop", "10.0.0.0/16", zones));
    let less = built(config());
    for (name, subnet) in less["resource"]["aws_subnet"].as_object().unwrap() {
        assert_eq!(more["resource"]["aws_subnet"][name], *subnet);
    }
}

#[test]
fn nat_gateways_are_as_many_as_asked_for() {
    let count =
        |nat| built(config().nat(nat))["resource"]["aws_nat_gateway"].as_object().map_or(0, |map| map.len());
    assert_eq!([count(Nat::None), count(Nat::Single), count(Nat::PerZone)], [0, 1, 2]);
    let single = built(config().nat(Nat::Single));
    let route = &single["resource"]["aws_route"]["net_private_eu-central-1b_internet"];
    assert_eq!(route["nat_gateway_id"], json!("${aws_nat_gateway.net_nat_eu-central-1a.id}"));
}

#[test]
fn computed_blocks_avoid_given_ones() {
    let document = built(config().public_cidrs(["10.0.0.0/24", "10.0.1.0/24"]));
    let subnets = &document["resource"]["aws_subnet"];
    assert_eq!(subnets["net_private_eu-central-1a"]["cidr_block"], json!("10.0.16.0/20"));
}

#[test]
fn blocks_and_zones_are_checked() {
    let new = |cidr: &str| NetworkConfig::new("shop", cidr, ["a", "b"]);
    assert_eq!(
        mistakes(new("10.0.0.1/16")),
        ["the network's block `10.0.0.1/16` has bits set behind its prefix"]
    );
    assert_eq!(
        mistakes(new("10.0.0.0/8")),
        ["the network's block `10.0.0.0/8` is not of a size that AWS has"]
    );
    assert_eq!(mistakes(new("nonsense")), ["the network's block `nonsense` is not an IPv4 block"]);
    assert_eq!(
        mistakes(new("10.0.0.0/19")),
        ["the network's block 10.0.0.0/19 is too small: there is no room for 2 public subnets of /20"]
    );
    assert_eq!(mistakes(new("10.0.0.0/24")), ["subnets of /20 do not fit a network of /24"]);
    assert_eq!(
        mistakes(config().public_cidrs(["10.0.0.0/24", "10.0.0.128/25"])),
        ["the public subnet 10.0.0.128/25 overlaps 10.0.0.0/24"]
    );
    assert_eq!(
        mistakes(config().private_cidrs(["10.1.0.0/24", "10.0.1.0/24"])),
        ["the private subnet 10.1.0.0/24 is not within the network's block 10.0.0.0/16"]
    );
    assert_eq!(
        mistakes(config().private_cidrs(["10.0.1.0/24"])),
        ["1 private subnets are given for 2 zones"]
    );
    assert_eq!(
        mistakes(config().public_cidrs([] as [&str; 0])),
        ["a NAT gateway needs a public subnet, and the network has none"]
    );
    assert_eq!(mistakes(config().subnet_prefix(255)), ["subnets of /255 do not fit a network of /16"]);
    assert_eq!(mistakes(config().subnet_prefix(0)), ["subnets of /0 do not fit a network of /16"]);
    let twice = NetworkConfig::new("shop", "10.0.0.0/16", ["a", "a"]);
    assert!(mistakes(twice).contains(&"the availability zone `a` is named twice".to_owned()));
    let none = NetworkConfig::new("shop", "10.0.0.0/16", [] as [&str; 0]);
    assert_eq!(mistakes(none), ["the network has no availability zone"]);
    let named = |name: &str| NetworkConfig::new(name, "10.0.0.0/16", ["eu-central-1a", "eu-central-1b"]);
    assert_eq!(
        mistakes(named("my shop").flow_log_days(2)),
        ["CloudWatch Logs does not keep logs for 2 days", "IAM refuses the role name `my shop-flow-logs`"]
    );
    assert_eq!(mistakes(named("my shop").without_flow_logs()), [""; 0]);
}

#[test]
fn two_networks_live_in_one_stack() {
    let mut app = App::new();
    let stack = app.stack("x");
    network(stack, "a", config());
    network(stack, "b", NetworkConfig::new("other", "10.1.0.0/16", ["eu-central-1a"]));
    assert_eq!(app.finish().diagnostics, []);
}
