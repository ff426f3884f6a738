//! `open-ingress`: nothing but a load balancer's ports 80 and 443 is open to every address.

use formwork_core::{Diagnostic, Json, Stack};

use crate::body::{Body, refers_to};
use crate::guarded_object::GuardedObject;

/// Half of all addresses is as good as all of them: two such rules are a known way around this one.
const EVERYONE: [&str; 5] = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "::0/0"];

const LOAD_BALANCERS: [&str; 3] = ["aws_lb", "aws_alb", "aws_elb"];

const HINT: &str = "name the security groups or the networks that need it";

pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for type_name in ["aws_security_group", "aws_default_security_group"] {
        for guarded in GuardedObject::resources(stack, type_name) {
            let serves = is_of_load_balancer(stack, type_name, guarded.name);
            for rule in guarded.body().nested("ingress") {
                let open = open_to(rule, &["cidr_blocks", "ipv6_cidr_blocks"]);
                diagnostics.extend(diagnostic(&guarded, "ingress", rule, "protocol", open, serves));
            }
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_security_group_rule") {
        let body = guarded.body();
        if body.text("type").as_deref() == Some("egress") {
            continue;
        }
        let serves = body.get("security_group_id").is_some_and(|group| names_load_balancer(stack, group));
        for argument in ["cidr_blocks", "ipv6_cidr_blocks"] {
            let open = open_to(body, &[argument]);
            diagnostics.extend(diagnostic(&guarded, argument, body, "protocol", open, serves));
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_vpc_security_group_ingress_rule") {
        let body = guarded.body();
        let serves = body.get("security_group_id").is_some_and(|group| names_load_balancer(stack, group));
        for argument in ["cidr_ipv4", "cidr_ipv6"] {
            let open = open_to(body, &[argument]);
            diagnostics.extend(diagnostic(&guarded, argument, body, "ip_protocol", open, serves));
        }
    }
    diagnostics
}

/// The range of all addresses that a rule lets in, if it does.
fn open_to(rule: Body<'_>, arguments: &[&str]) -> Option<String> {
    let ranges = arguments.iter().flat_map(|argument| rule.texts(argument));
    ranges.into_iter().find(|range| EVERYONE.contains(&range.trim()))
}

fn diagnostic(
    guarded: &GuardedObject<'_>,
    argument: &str,
    rule: Body<'_>,
    protocol: &str,
    open: Option<String>,
    serves: bool,
) -> Option<Diagnostic> {
    let range = open?;
    let ports = (rule.number("from_port"), rule.number("to_port"));
    let is_web = matches!(ports, (Some(from), Some(to)) if from == to && (from == 80 || from == 443));
    let protocol = rule.text(protocol).unwrap_or_default();
    if serves && is_web && matches!(protocol.as_str(), "tcp" | "6") {
        return None;
    }
    let what = match (protocol.as_str(), ports) {
        ("-1" | "all", _) => "every port is".to_owned(),
        (_, (Some(from), Some(to))) if from == to => format!("port {from} is"),
        (_, (Some(from), Some(to))) => format!("ports {from} to {to} are"),
        _ => "a port is".to_owned(),
    };
    let hint = if is_web {
        "let a load balancer take the requests, whose security group may be open on 80 and 443"
    } else {
        HINT
    };
    Some(guarded.diagnostic(argument, format!("{what} open to {range}"), hint))
}

/// Whether an expression names the security group of a load balancer of this stack.
fn names_load_balancer(stack: &Stack, group: &Json) -> bool {
    let mut groups = stack.resources_of("aws_security_group");
    groups.any(|(name, _)| {
        refers_to(group, "aws_security_group", name) && is_of_load_balancer(stack, "aws_security_group", name)
    })
}

fn is_of_load_balancer(stack: &Stack, type_name: &str, name: &str) -> bool {
    LOAD_BALANCERS.iter().flat_map(|balancer| stack.resources_of(balancer)).any(|(_, object)| {
        object.block.get("security_groups").is_some_and(|groups| refers_to(groups, type_name, name))
    })
}
