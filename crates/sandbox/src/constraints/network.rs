//! Networks: the rules of the Amazon VPC User Guide on CIDR blocks, and which zones the subnets of a group are in.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use crate::constraints::subject::{Planned, SOURCE, Subject, texts};
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Object, Value};

/// A network has between 16 and 65 536 addresses.
const PREFIX_LENGTHS: std::ops::RangeInclusive<u8> = 16..=28;

/// Checks a network or a subnet that is new: beside what else is planned, or else beside what is there.
pub(super) fn check(subject: &Subject<'_>, planned: Option<&Planned>) -> Option<ProviderDiagnostic> {
    match subject.kind {
        "aws_vpc" => check_vpc(subject),
        "aws_subnet" => check_subnet(subject, planned),
        _ => None,
    }
}

fn check_vpc(subject: &Subject<'_>) -> Option<ProviderDiagnostic> {
    let cidr = match cidr(subject)? {
        Ok(cidr) => cidr,
        Err(diagnostic) => return Some(diagnostic),
    };
    (!PREFIX_LENGTHS.contains(&cidr.prefix_len())).then(|| {
        let summary = format!("creating EC2 VPC: InvalidVpc.Range: The CIDR '{cidr}' is invalid.");
        ProviderDiagnostic::of("cidr_block", summary, format!("A network is between /16 and /28. {SOURCE}"))
    })
}

fn check_subnet(subject: &Subject<'_>, planned: Option<&Planned>) -> Option<ProviderDiagnostic> {
    let of = |kind| planned.map_or(&[][..], |planned| planned.of(kind));
    let (planned_vpcs, planned_subnets) = (of("aws_vpc"), of("aws_subnet"));
    let cidr = match cidr(subject)? {
        Ok(cidr) => cidr,
        Err(diagnostic) => return Some(diagnostic),
    };
    if !PREFIX_LENGTHS.contains(&cidr.prefix_len()) {
        let summary = format!("creating EC2 Subnet: InvalidSubnet.Range: The CIDR '{cidr}' is invalid.");
        return Some(ProviderDiagnostic::of(
            "cidr_block",
            summary,
            format!("A subnet is between /16 and /28. {SOURCE}"),
        ));
    }
    let vpc_id = subject.object.get("vpc_id")?;
    let vpc = match vpc_id {
        Value::Text(id) => subject.cloud.get(&subject.key("aws_vpc", id))?,
        // Which network it will be is not known; if only one is planned, it is that.
        _ => match planned_vpcs {
            [vpc] => vpc.clone(),
            _ => return None,
        },
    };
    let outer = vpc.get("cidr_block").and_then(Value::text).and_then(|text| text.parse::<Ipv4Net>().ok())?;
    if !outer.contains(&cidr) {
        let summary = format!("creating EC2 Subnet: InvalidSubnet.Range: The CIDR '{cidr}' is invalid.");
        return Some(ProviderDiagnostic::of(
            "cidr_block",
            summary,
            format!("It is not within the network's {outer}. {SOURCE}"),
        ));
    }
    let overlaps = |object: &Object| {
        let other =
            object.get("cidr_block").and_then(Value::text).and_then(|text| text.parse::<Ipv4Net>().ok());
        object.get("vpc_id") == Some(vpc_id)
            && other.is_some_and(|other| other.contains(&cidr) || cidr.contains(&other))
    };
    // What is there when this is planned may be gone when it is applied.
    let existing = match planned {
        Some(_) => None,
        None => subject.find("aws_subnet", overlaps).map(|(_, object)| object),
    };
    let other = existing.or_else(|| planned_subnets.iter().find(|other| overlaps(other)).cloned())?;
    let other = other.get("cidr_block").and_then(Value::to_plain_text).unwrap_or_default();
    let summary = format!(
        "creating EC2 Subnet: InvalidSubnet.Conflict: The CIDR '{cidr}' conflicts with another subnet"
    );
    Some(ProviderDiagnostic::of("cidr_block", summary, format!("The other subnet has {other}. {SOURCE}")))
}

/// Checks a group of subnets, once those exist: a database needs a second zone to move to.
pub(super) fn check_zones(subject: &Subject<'_>) -> Option<ProviderDiagnostic> {
    if subject.kind != "aws_db_subnet_group" {
        return None;
    }
    let ids = texts(subject.object, "subnet_ids");
    let mut zones = BTreeSet::new();
    for id in &ids {
        let subnet = subject.cloud.get(&subject.key("aws_subnet", id))?;
        zones.insert(subnet.get("availability_zone")?.to_plain_text()?);
    }
    (zones.len() < 2 && !ids.is_empty()).then(|| {
        let summary = "creating RDS DB Subnet Group: DBSubnetGroupDoesNotCoverEnoughAZs: The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement";
        let zones = zones.into_iter().collect::<Vec<_>>().join(", ");
        let detail = format!("Its subnets are in {zones} only; add one in another zone of the region. {SOURCE}");
        ProviderDiagnostic::of("subnet_ids", summary, detail)
    })
}

/// The address block, if it is known and there.
fn cidr(subject: &Subject<'_>) -> Option<Result<Ipv4Net, ProviderDiagnostic>> {
    let text = subject.text("cidr_block")?;
    let refuse = |detail: String| {
        ProviderDiagnostic::of("cidr_block", format!("{text:?} is not a valid CIDR block"), detail)
    };
    Some(match text.parse::<Ipv4Net>() {
        Err(_) => Err(refuse(format!("It should look like 10.0.0.0/16. {SOURCE}"))),
        Ok(cidr) if cidr.addr() != cidr.network() => {
            Err(refuse(format!("Did you mean \"{}\"? {SOURCE}", cidr.trunc())))
        }
        Ok(cidr) => Ok(cidr),
    })
}
