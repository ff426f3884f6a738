//! Every module from one version of its configuration to the next: the real terraform, in front of the sandbox.
//!
//! Many modules stand in one stack, since a run of terraform takes longer than what it does there.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lives;
mod names;
mod network;
mod settings;
mod stores;
mod traffic;

use formwork::{Expr, Stack, aws};

const REGION: &str = "eu-central-1";

/// What modules stand on.
struct Ground {
    vpc_id: Expr<String>,
    subnet_ids: [Expr<String>; 2],
    callers: Expr<String>,
    others: Expr<String>,
}

/// A network for modules that need one, in a stack of a region.
fn ground(stack: &mut Stack) -> Ground {
    stack.provider(aws::Provider::new().region(REGION));
    let vpc = stack.add("vpc", aws::Vpc::new().cidr_block("10.0.0.0/16"));
    let subnet_ids = [("a", "10.0.0.0/24"), ("b", "10.0.1.0/24")].map(|(zone, cidr)| {
        let subnet = aws::Subnet::new(vpc.id()).cidr_block(cidr).availability_zone(format!("{REGION}{zone}"));
        stack.add(&format!("ground_{zone}"), subnet).id()
    });
    let [callers, others] = ["callers", "others"].map(|name| {
        let group = aws::SecurityGroup::new().name(name).vpc_id(vpc.id());
        stack.add(name, group).id()
    });
    Ground { vpc_id: vpc.id(), subnet_ids, callers, others }
}
