//! Addresses, gateways, load balancers and what stands in front of them.

use crate::cost::arguments::{Arguments, Reason};
use crate::cost::count::part::{Counted, HOURS, Part, Subject, assumed, fixed, hours, unknown};

pub(super) fn nat_gateway() -> Vec<Part> {
    vec![
        hours("NAT gateway", "nat_gateway_hour", 1.0),
        assumed("data through it", "nat_gateway_gb", 1.0, &["nat_gateway_gb"]),
    ]
}

/// Every public address is paid for, whether it is elastic, a load balancer's or an instance's.
pub(super) fn public_address() -> Part {
    hours("public IPv4 address", "public_ipv4_hour", 1.0)
}

/// An endpoint for S3 or DynamoDB is a route and free; any other has an interface in each of its subnets.
pub(super) fn endpoint(subject: &Subject<'_>) -> Counted {
    match subject.arguments.text("vpc_endpoint_type")? {
        None | Some("Gateway") => Ok(Vec::new()),
        Some("Interface") => {
            let subnets = subject.arguments.length("subnet_ids")?;
            let subnets = subnets.ok_or("how many subnets it is in is not in the program")?;
            Ok(vec![
                hours("endpoint, per subnet", "vpc_endpoint_hour", subnets),
                assumed("data through it", "vpc_endpoint_gb", 1.0, &["vpc_endpoint_gb"]),
            ])
        }
        Some(other) => Err(format!("nothing is known of the price of an endpoint of type {other}")),
    }
}

pub(super) fn load_balancer(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let kind = arguments.text("load_balancer_type")?.unwrap_or("application");
    let mut parts = vec![
        hours("load balancer", &format!("load_balancer_hour.{kind}"), 1.0),
        assumed(
            "capacity units in use",
            &format!("load_balancer_capacity_unit_hour.{kind}"),
            HOURS,
            &["load_balancer_capacity_units"],
        ),
    ];
    match addresses(arguments) {
        Ok(0.0) => {}
        Ok(count) => parts.push(hours("public IPv4 addresses, one per subnet", "public_ipv4_hour", count)),
        Err(reason) => parts.push(unknown(format!("its public addresses: {reason}"))),
    }
    Ok(parts)
}

/// How many public addresses a load balancer has of its own: one in each subnet, unless it is internal.
fn addresses(arguments: Arguments<'_>) -> Result<f64, Reason> {
    let is_without = arguments.text("ip_address_type")? == Some("dualstack-without-public-ipv4");
    if arguments.is_on("internal")? || is_without {
        return Ok(0.0);
    }
    if let Some(subnets) = arguments.length("subnets")? {
        return Ok(subnets);
    }
    // A mapping with an address of one's own is paid for with that address.
    let mappings = arguments.blocks("subnet_mapping")?;
    Ok(mappings.iter().filter(|mapping| mapping.given("allocation_id").is_none()).count() as f64)
}

pub(super) fn web_acl(subject: &Subject<'_>) -> Counted {
    let rules = subject.arguments.blocks("rule")?.len() as f64;
    Ok(vec![
        fixed("web ACL", "waf_web_acl", 1.0),
        fixed("rules", "waf_rule", rules),
        assumed("requests that it looks at", "waf_requests_million", 1.0, &["waf_requests_million"]),
    ])
}

/// A public certificate is free as long as it stays within AWS.
pub(super) fn certificate(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    if arguments.given("certificate_authority_arn").is_some() {
        return Err("nothing is known of the price of a private certificate".to_owned());
    }
    let export = arguments.block("options")?.map(|options| options.text("export")).transpose()?.flatten();
    match export {
        None | Some("DISABLED") => Ok(Vec::new()),
        Some(_) => Err("nothing is known of the price of a certificate that may be exported".to_owned()),
    }
}

pub(super) fn distribution() -> Vec<Part> {
    vec![
        assumed("data to the internet", "cloudfront_gb", 1.0, &["cloudfront_gb"]),
        assumed("HTTPS requests", "cloudfront_requests_million", 1.0, &["cloudfront_requests_million"]),
    ]
}
