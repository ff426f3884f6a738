//! What can be reached from where that could not before: open ports, public buckets and databases, functions and policies
//! for anybody.
//!
//! It looks at one resource at a time: whether a network or an account stands in the way is not seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::iam::{AccessChange, AccessKind, Effect};
use crate::unknown::{is_unknown, written};

/// What became of a way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExposureKind {
    /// It was not there.
    Gained,
    /// Only the apply tells whether it is there.
    Unknown,
    /// It is not there any more.
    Lost,
}

/// A way in that came or went.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExposureChange {
    /// What became of it.
    pub kind: ExposureKind,
    /// The resource that says so.
    pub address: String,
    /// What can be reached: `tcp 443`.
    pub what: String,
    /// From where: `0.0.0.0/0`.
    pub from: String,
}

/// What can be reached, with whether that is known.
type Openings = BTreeMap<(String, String), Certainty>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Certainty {
    Known,
    AfterApply,
}

/// Everybody, in words.
const ANYBODY: &str = "anywhere";

/// What a change of a resource opens and closes. A value is null before it is made and after it is destroyed; `source` is
/// what the document says of it, and `access` what the change does to permissions.
#[must_use]
pub fn changes(
    type_name: &str,
    address: &str,
    before: &Value,
    after: &Value,
    source: Option<&Value>,
    access: &[AccessChange],
) -> Vec<ExposureChange> {
    let of = |value: &Value, source| {
        let body = value.as_object();
        body.map(|body| Resource { type_name, body, source }.openings()).unwrap_or_default()
    };
    let (mut old, mut new) = (of(before, None), of(after, source));
    if type_name == "aws_s3_bucket_public_access_block" && before.is_null() {
        // A bucket blocks public access by itself since April 2023; what this does not block opens it.
        old.clear();
    }
    if type_name == "aws_s3_bucket_public_access_block" && after.is_null() {
        new.insert(
            ("what is in the bucket, if a policy or a list says so".to_owned(), ANYBODY.to_owned()),
            Certainty::Known,
        );
    }
    let change = |kind, (what, from): &(String, String)| ExposureChange {
        kind,
        address: address.to_owned(),
        what: what.clone(),
        from: from.clone(),
    };
    let mut all = Vec::new();
    for (opening, certainty) in &new {
        match (certainty, old.contains_key(opening)) {
            (_, true) => {}
            (Certainty::Known, false) => all.push(change(ExposureKind::Gained, opening)),
            (Certainty::AfterApply, false) => all.push(change(ExposureKind::Unknown, opening)),
        }
    }
    all.extend(old.keys().filter(|it| !new.contains_key(*it)).map(|it| change(ExposureKind::Lost, it)));
    all.extend(access.iter().filter_map(of_access));
    all.sort();
    all.dedup();
    all
}

/// What a permission lets strangers do: anybody, or, to be a role, another account or provider of identities.
fn of_access(change: &AccessChange) -> Option<ExposureChange> {
    let permission = change.permission.as_ref()?;
    if permission.effect == Effect::Deny {
        return None;
    }
    let kind = match change.kind {
        AccessKind::Gained | AccessKind::Widened => ExposureKind::Gained,
        AccessKind::Unknown => ExposureKind::Unknown,
        AccessKind::Narrowed => return None,
        AccessKind::Lost => ExposureKind::Lost,
    };
    let is_trust = change.argument == "assume_role_policy";
    let is_stranger =
        |who: &String| who == "*" || (is_trust && (who.starts_with("AWS ") || who.starts_with("Federated ")));
    let strangers: Vec<&str> =
        permission.principals.patterns.iter().filter(|it| is_stranger(it)).map(String::as_str).collect();
    if strangers.is_empty() && !permission.principals.all_but {
        return None;
    }
    let from = if permission.principals.all_but {
        permission.principals.to_string()
    } else {
        strangers.join(", ").replace('*', "anybody")
    };
    let conditions = permission.conditions();
    let when =
        if conditions.is_empty() { String::new() } else { format!(", if {}", conditions.join(" and ")) };
    let what = format!("{} on {}{when}", permission.actions, permission.resources);
    Some(ExposureChange { kind, address: change.address.clone(), what, from })
}

/// A resource before or after a change.
struct Resource<'a> {
    type_name: &'a str,
    body: &'a Map<String, Value>,
    source: Option<&'a Value>,
}

impl Resource<'_> {
    fn openings(&self) -> Openings {
        let mut openings = Openings::new();
        match self.type_name {
            "aws_security_group" | "aws_default_security_group" => {
                for rule in self.blocks("ingress") {
                    add_rule(&rule, "protocol", &mut openings);
                }
            }
            "aws_security_group_rule" if self.text("type").as_deref() == Some("ingress") => {
                add_rule(&Value::Object(self.body.clone()), "protocol", &mut openings);
            }
            "aws_vpc_security_group_ingress_rule" => {
                add_rule(&Value::Object(self.body.clone()), "ip_protocol", &mut openings);
            }
            "aws_s3_bucket_public_access_block" => {
                let names = [
                    "block_public_acls",
                    "block_public_policy",
                    "ignore_public_acls",
                    "restrict_public_buckets",
                ];
                let off: Vec<&str> = names.into_iter().filter(|name| !self.is_true(name)).collect();
                if !off.is_empty() {
                    let what = format!(
                        "what is in the bucket, if a policy or a list says so ({} off)",
                        off.join(", ")
                    );
                    openings.insert((what, ANYBODY.to_owned()), Certainty::Known);
                }
            }
            "aws_s3_bucket_acl" | "aws_s3_bucket" => {
                if let Some(acl) = self.text("acl").filter(|acl| acl.starts_with("public-")) {
                    openings.insert(
                        (format!("what is in the bucket (acl {acl})"), ANYBODY.to_owned()),
                        Certainty::Known,
                    );
                }
            }
            "aws_lambda_function_url" => match self.text("authorization_type").as_deref() {
                Some("NONE") => {
                    add(&mut openings, "the function at its URL, without authorization", Certainty::Known)
                }
                Some(text) if is_unknown(text) => {
                    add(&mut openings, "the function at its URL", Certainty::AfterApply);
                }
                _ => {}
            },
            "aws_lb" | "aws_alb" | "aws_elb" => {
                let internal = self.body.get("internal").filter(|it| !it.is_null());
                let is_written =
                    self.source.is_none_or(|it| it.get("internal").is_some_and(|it| !it.is_null()));
                match internal {
                    Some(Value::Bool(true)) => {}
                    Some(Value::String(text)) if is_unknown(text) && is_written => {
                        add(&mut openings, "the load balancer", Certainty::AfterApply);
                    }
                    _ => add(
                        &mut openings,
                        "the load balancer, where its security groups allow",
                        Certainty::Known,
                    ),
                }
            }
            "aws_cloudfront_distribution" if self.is_true("enabled") => {
                add(&mut openings, "the distribution", Certainty::Known);
            }
            "aws_apigatewayv2_api" => add(&mut openings, "the API", Certainty::Known),
            "aws_api_gateway_rest_api" => {
                let is_private = |block: &Value| {
                    block
                        .get("types")
                        .and_then(Value::as_array)
                        .is_some_and(|it| it.contains(&"PRIVATE".into()))
                };
                if !self.blocks("endpoint_configuration").iter().any(is_private) {
                    add(&mut openings, "the API", Certainty::Known);
                }
            }
            "aws_instance" if self.is_true("associate_public_ip_address") => {
                add(&mut openings, "the machine, where its security groups allow", Certainty::Known);
            }
            "aws_ecs_service"
                if self.blocks("network_configuration").iter().any(|it| it["assign_public_ip"] == true) =>
            {
                add(&mut openings, "the tasks, where their security groups allow", Certainty::Known);
            }
            _ => {}
        }
        if self.body.contains_key("publicly_accessible") {
            match &self.body["publicly_accessible"] {
                Value::Bool(true) => {
                    add(&mut openings, "its endpoint, where its security groups allow", Certainty::Known);
                }
                // Where the program does not say, the provider's answer is no.
                Value::String(text)
                    if is_unknown(text)
                        && self.source.is_some_and(|it| it.get("publicly_accessible").is_some()) =>
                {
                    add(&mut openings, "its endpoint", Certainty::AfterApply);
                }
                _ => {}
            }
        }
        openings
    }

    fn text(&self, name: &str) -> Option<String> {
        self.body.get(name)?.as_str().map(str::to_owned)
    }

    fn is_true(&self, name: &str) -> bool {
        self.body.get(name) == Some(&Value::Bool(true))
    }

    /// The blocks of a name, from the document where the plan does not know them.
    fn blocks(&self, name: &str) -> Vec<Value> {
        match self.body.get(name) {
            Some(Value::Array(blocks)) => blocks.clone(),
            Some(Value::String(text)) if is_unknown(text) => match self.source.and_then(|it| it.get(name)) {
                Some(Value::Array(blocks)) => blocks.iter().map(written).collect(),
                Some(block @ Value::Object(_)) => vec![written(block)],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

fn add(openings: &mut Openings, what: &str, certainty: Certainty) {
    openings.insert((what.to_owned(), ANYBODY.to_owned()), certainty);
}

/// What a rule of a security group lets in from the internet.
fn add_rule(rule: &Value, protocol: &str, openings: &mut Openings) {
    let ports = ports(rule, protocol);
    for name in ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"] {
        let ranges = match &rule[name] {
            Value::Array(ranges) => ranges.clone(),
            one => vec![one.clone()],
        };
        for range in ranges.iter().filter_map(Value::as_str) {
            if is_unknown(range) {
                openings.insert((ports.clone(), range.to_owned()), Certainty::AfterApply);
            } else if is_public(range) {
                let certainty = if is_unknown(&ports) { Certainty::AfterApply } else { Certainty::Known };
                openings.insert((ports.clone(), range.to_owned()), certainty);
            }
        }
    }
}

/// Whether a range is larger than any of a private network.
fn is_public(range: &str) -> bool {
    const SMALLEST: u8 = 8;
    range.split_once('/').and_then(|(_, length)| length.parse::<u8>().ok()).is_some_and(|it| it < SMALLEST)
}

/// `tcp 443`, `tcp 8000-8100`, `every port`.
fn ports(rule: &Value, protocol: &str) -> String {
    let text = |name: &str| match &rule[name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let (protocol, from, to) = (text(protocol), text("from_port"), text("to_port"));
    match protocol.as_str() {
        "-1" | "all" => "every port".to_owned(),
        _ if from.is_empty() => protocol,
        _ if (from.as_str(), to.as_str()) == ("0", "65535") => format!("every port of {protocol}"),
        _ if from == to || to.is_empty() => format!("{protocol} {from}"),
        _ => format!("{protocol} {from}-{to}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::iam;
    use crate::unknown::UNKNOWN;

    fn of(type_name: &str, before: Value, after: Value) -> Vec<String> {
        let access = iam::changes(type_name, "x.y", &before, &after, None);
        let found = changes(type_name, "x.y", &before, &after, None, &access);
        found.iter().map(|it| format!("{:?} {} from {}", it.kind, it.what, it.from)).collect()
    }

    #[test]
    fn ports_open_and_close() {
        let rule = |port: Value, ranges: Value| json!({ "from_port": port, "to_port": port, "protocol": "tcp", "cidr_blocks": ranges });
        let group = |rules: Value| json!({ "ingress": rules });
        let inside = group(json!([rule(json!(22), json!(["10.0.0.0/8"]))]));
        let open = group(json!([rule(json!(22), json!(["10.0.0.0/8", "0.0.0.0/0"]))]));
        let gained = of("aws_security_group", inside.clone(), open.clone());
        assert_eq!(gained, ["Gained tcp 22 from 0.0.0.0/0"]);
        assert_eq!(of("aws_security_group", open.clone(), inside), ["Lost tcp 22 from 0.0.0.0/0"]);
        assert_eq!(of("aws_security_group", open.clone(), open), [] as [&str; 0]);
        let unknown = group(json!([rule(json!(22), json!([UNKNOWN]))]));
        assert_eq!(
            of("aws_security_group", Value::Null, unknown),
            [format!("Unknown tcp 22 from {UNKNOWN}")]
        );
        let single = json!({ "cidr_ipv6": "::/0", "ip_protocol": "-1" });
        assert_eq!(
            of("aws_vpc_security_group_ingress_rule", Value::Null, single),
            ["Gained every port from ::/0"]
        );
        let outward = json!({ "type": "egress", "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"] });
        assert_eq!(of("aws_security_group_rule", Value::Null, outward), [] as [&str; 0]);
    }

    #[test]
    fn a_bucket_becomes_public() {
        let block = |is_on: bool| json!({ "block_public_acls": true, "block_public_policy": is_on, "ignore_public_acls": true, "restrict_public_buckets": true });
        let name = "aws_s3_bucket_public_access_block";
        assert_eq!(of(name, Value::Null, block(true)), [] as [&str; 0]);
        assert!(of(name, block(true), block(false))[0].starts_with("Gained"));
        assert!(of(name, block(true), Value::Null)[0].starts_with("Gained"));
        let policy = json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "a/*" } });
        let policy = json!({ "policy": policy.to_string() });
        assert_eq!(
            of("aws_s3_bucket_policy", Value::Null, policy),
            ["Gained s3:GetObject on a/* from anybody"]
        );
    }

    #[test]
    fn databases_and_functions_open() {
        let database = |is_public: Value| json!({ "publicly_accessible": is_public });
        assert_eq!(of("aws_db_instance", database(json!(false)), database(json!(true))).len(), 1);
        assert_eq!(of("aws_db_instance", Value::Null, database(json!(UNKNOWN))), [] as [&str; 0]);
        let url = |kind: &str| json!({ "authorization_type": kind });
        assert_eq!(
            of("aws_lambda_function_url", url("AWS_IAM"), url("NONE")),
            ["Gained the function at its URL, without authorization from anywhere"]
        );
        let trust = |who: Value| {
            let statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": who });
            json!({ "assume_role_policy": json!({ "Statement": statement }).to_string() })
        };
        let inner = trust(json!({ "Service": "ec2.amazonaws.com" }));
        assert_eq!(of("aws_iam_role", Value::Null, inner.clone()), [] as [&str; 0]);
        let other = trust(json!({ "AWS": "123456789012" }));
        assert_eq!(
            of("aws_iam_role", inner, other),
            ["Gained sts:AssumeRole on x.y from AWS arn:aws:iam::123456789012:root"]
        );
    }
}
