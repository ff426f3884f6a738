//! Zones that come and go, with a database in them.

use formwork::{Stack, aws, testing};
use formwork_modules::network::{Nat, NetworkConfig, NetworkParts, network};
use formwork_modules::postgres::{PostgresConfig, PostgresVersion, postgres};

use crate::REGION;

fn zones(letters: &str) -> Vec<String> {
    letters.chars().map(|letter| format!("{REGION}{letter}")).collect()
}

fn shop(stack: &mut Stack, config: NetworkConfig) -> NetworkParts {
    stack.provider(aws::Provider::new().region(REGION));
    let network = network(stack, "net", config.region(REGION));
    let config = PostgresConfig::new("shop", PostgresVersion::V17, "db.t4g.micro")
        .network(network.vpc_id(), network.private_subnet_ids())
        .without_deletion_protection();
    postgres(stack, "database", config);
    network
}

fn config(letters: &str) -> NetworkConfig {
    NetworkConfig::new("shop", "10.0.0.0/16", zones(letters))
}

#[test]
fn a_zone_that_goes_takes_what_is_in_it_and_nothing_else() {
    let life = testing::life();
    let build = |letters: &'static str| move |stack: &mut Stack| drop(shop(stack, config(letters)));
    life.apply(build("abc"));
    life.plan(build("bca")).assert_none();
    // Applied, since a group of subnets and a block that is still taken would only then be in the way.
    let gone = life.apply(build("bc"));
    gone.assert_loses([
        "aws_eip.net_nat_eu-central-1a",
        "aws_nat_gateway.net_nat_eu-central-1a",
        "aws_route.net_private_eu-central-1a_internet",
        "aws_route_table.net_private_eu-central-1a",
        "aws_route_table_association.net_private_eu-central-1a",
        "aws_route_table_association.net_public_eu-central-1a",
        "aws_subnet.net_private_eu-central-1a",
        "aws_subnet.net_public_eu-central-1a",
    ]);
    life.plan(build("bc")).assert_none();
    // One that comes, and one in whose place another comes.
    let came = life.apply(build("abc"));
    came.assert_loses([""; 0]);
    assert_eq!(came.created().len(), gone.destroyed().len());
    let exchanged = life.apply(build("dbc"));
    assert_eq!(exchanged.destroyed().len(), exchanged.created().len());
    assert!(exchanged.destroyed().iter().all(|address| address.contains("eu-central-1a")), "{exchanged}");
}

#[test]
fn one_gateway_stays_in_its_zone() {
    let life = testing::life();
    let build = |letters: &'static str| {
        move |stack: &mut Stack| drop(shop(stack, config(letters).nat_zone(format!("{REGION}b"))))
    };
    life.apply(build("bc"));
    life.plan(build("abc")).assert_loses([""; 0]);
    life.plan(build("cb")).assert_none();
    let without = |stack: &mut Stack| drop(shop(stack, config("bc").nat(Nat::None)));
    let plan = life.plan(without);
    assert!(plan.destroyed().contains(&"aws_nat_gateway.net_nat_eu-central-1b".to_owned()), "{plan}");
    assert!(!plan.destroyed().iter().any(|address| address.starts_with("aws_subnet.")), "{plan}");
}

#[test]
fn a_network_that_was_numbered_by_place_keeps_its_blocks() {
    let blocks = |config: NetworkConfig| {
        let tested = testing::stack(|stack| drop(shop(stack, config)));
        tested.assert_right();
        let subnet = |kind: &str, letter: char| {
            let name = format!("net_{kind}_{REGION}{letter}");
            tested.resource("aws_subnet", &name)["cidr_block"].as_str().unwrap().to_owned()
        };
        [subnet("private", 'b'), subnet("private", 'c'), subnet("public", 'b'), subnet("public", 'c')]
    };
    let by_place = ["10.0.0.0/20", "10.0.16.0/20", "10.0.128.0/20", "10.0.144.0/20"];
    assert_eq!(blocks(config("bc").numbered_by_place()), by_place);
    let by_letter = ["10.0.16.0/20", "10.0.32.0/20", "10.0.144.0/20", "10.0.160.0/20"];
    assert_eq!(blocks(config("bc")), by_letter);
    assert_eq!(blocks(config("cb")), by_letter);
    // In a network with room for two zones, a third letter takes what is left.
    let small = NetworkConfig::new("shop", "10.0.0.0/22", zones("bc")).subnet_prefix(24);
    assert_eq!(blocks(small), ["10.0.1.0/24", "10.0.0.0/24", "10.0.3.0/24", "10.0.2.0/24"]);
}
