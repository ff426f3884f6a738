//! Texts of a format: what is refused of them is what the provider refuses, as far as it was tried.

use std::net::Ipv4Addr;

use ipnet::IpNet;
use regex_lite::Regex;

/// What is wrong with a text of a format, in the words of the provider; nothing if it is right, or if the format is none
/// that is known here. An empty text stands for none.
pub(super) fn mistake(format: &str, path: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    match format {
        "arn" => arn_mistake(text).map(|why| format!("{path:?} ({text}) is an invalid ARN: {why}")),
        "json" => {
            let read = serde_json::from_str::<serde_json::Value>(text);
            read.err().map(|why| format!("{path:?} contains an invalid JSON: {why}"))
        }
        "account" => (!matches(r"^\d{12}$", text))
            .then(|| format!("{path:?} doesn't look like AWS Account ID (exactly 12 digits): {text:?}")),
        "region" => (!matches(r"^[a-z]{2}(-[a-z]+)+-\d{1,2}$", text))
            .then(|| format!("{path:?} doesn't look like AWS Region: {text:?}")),
        "cidr" => text.parse::<IpNet>().is_err().then(|| format!("{text:?} is not a valid CIDR block")),
        "ipv4" => text
            .parse::<Ipv4Addr>()
            .is_err()
            .then(|| format!("expected {path} to contain a valid IPv4 address, got: {text}")),
        "time" => (!matches(r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$", text))
            .then(|| format!("expected {path:?} to be a valid RFC3339 date, got {text:?}")),
        "window" => {
            let day = "(mon|tue|wed|thu|fri|sat|sun):([0-1][0-9]|2[0-3]):([0-5][0-9])";
            (!matches(&format!("^{day}-{day}$"), &text.to_lowercase()))
                .then(|| format!("{path} must satisfy the format of \"ddd:hh24:mi-ddd:hh24:mi\"."))
        }
        _ => None,
    }
}

/// What is wrong with an ARN (AWS General Reference, "Amazon Resource Names"; the provider checks these parts).
fn arn_mistake(text: &str) -> Option<&'static str> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts[..] else {
        return Some(if text.starts_with("arn:") {
            "arn: not enough sections"
        } else {
            "arn: invalid prefix"
        });
    };
    if !matches("^aws(-[a-z]+)*$", partition) {
        return Some("invalid partition value");
    }
    if service.is_empty() {
        return Some("missing service value");
    }
    if !region.is_empty() && !matches(r"^[a-z]{2}(-[a-z]+)+-\d{1,2}$", region) {
        return Some("invalid region value");
    }
    if !account.is_empty()
        && !matches(r"^(aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10})$", account)
    {
        return Some("invalid account ID value");
    }
    resource.is_empty().then_some("missing resource value")
}

fn matches(pattern: &str, text: &str) -> bool {
    // A pattern of this file, which its tests compile.
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_format_is_taken_and_nothing_else() {
        let right = [
            ("arn", "arn:aws:s3:::b"),
            ("arn", "arn:aws-cn:iam::123456789012:role/x"),
            ("arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
            ("arn", ""),
            ("json", "[]"),
            ("account", "123456789012"),
            ("region", "us-gov-west-1"),
            ("cidr", "10.0.0.0/16"),
            ("cidr", "2600:1f18::/56"),
            ("ipv4", "10.0.0.5"),
            ("time", "2030-01-02T03:04:05Z"),
            ("window", "Sun:04:00-sun:04:30"),
            ("something new", "x"),
        ];
        for (format, text) in right {
            assert_eq!(mistake(format, "a", text), None, "{format} {text}");
        }
        let wrong = [
            ("arn", "r"),
            ("arn", "arn:aws:s3"),
            ("arn", "arn:gcp:s3:::b"),
            ("arn", "arn:aws:iam::1:role/x"),
            ("arn", "arn:aws:iam::123456789012:"),
            ("json", "{not json"),
            ("account", "12345678901"),
            ("region", "eu-central"),
            ("cidr", "10.0.0.0/99"),
            ("ipv4", "10.0.0.256"),
            ("time", "tomorrow"),
            ("window", "04:00-05:00"),
        ];
        for (format, text) in wrong {
            assert!(mistake(format, "a", text).is_some(), "{format} {text}");
        }
    }
}
