//! Where a resource is made: in a region of AWS, or by an emulator of it, which nobody pays for.

use serde_json::{Map, Value};

/// Where resources are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Location {
    Region(String),
    /// The address of the emulator.
    Emulator(String),
    /// No configuration says it in letters.
    Unknown,
}

/// Where a stack's resources are that do not choose another provider configuration.
pub(crate) fn default_location(document: &Value) -> Location {
    configured_location(document, None)
}

/// Where a resource is.
pub(crate) fn location(document: &Value, body: &Map<String, Value>) -> Location {
    let alias = body.get("provider").and_then(Value::as_str).and_then(|provider| provider.split_once('.'));
    let location = configured_location(document, alias.map(|(_, alias)| alias));
    match body.get("region") {
        // From version 6 of the provider on, a resource may name its region.
        Some(region) if matches!(location, Location::Region(_)) => {
            literal(region).map_or(Location::Unknown, Location::Region)
        }
        _ => location,
    }
}

fn configured_location(document: &Value, alias: Option<&str>) -> Location {
    let provider = &document["provider"]["aws"];
    let configurations = provider.as_array().map_or_else(|| vec![provider], |list| list.iter().collect());
    let mut matching =
        configurations.into_iter().filter(|one| one.get("alias").and_then(Value::as_str) == alias);
    let Some(configuration) = matching.next() else { return Location::Unknown };
    if let Some(address) = local_endpoint(configuration) {
        return Location::Emulator(address);
    }
    configuration.get("region").and_then(literal).map_or(Location::Unknown, Location::Region)
}

fn literal(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !formwork_core::references::holds_template(text)).map(str::to_owned)
}

/// The address of an endpoint that is not AWS, but on this machine or beside it.
fn local_endpoint(configuration: &Value) -> Option<String> {
    let blocks = configuration.get("endpoints")?;
    let blocks = blocks.as_array().map_or_else(|| vec![blocks], |list| list.iter().collect());
    let mut addresses = blocks.into_iter().filter_map(Value::as_object).flat_map(|block| block.values());
    addresses.find_map(|address| address.as_str().filter(|address| is_local(address)).map(str::to_owned))
}

fn is_local(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    if host.starts_with("[::1]") {
        return true;
    }
    let host = host.split(':').next().unwrap_or_default();
    // A name without a dot is that of a container beside this one.
    !host.contains('.')
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host == "0.0.0.0"
        || host == "host.docker.internal"
        || host.ends_with(".localstack.cloud")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_endpoint_on_this_machine_is_an_emulator() {
        for local in [
            "http://localhost:4566",
            "http://127.0.0.1:1",
            "http://[::1]:2/x",
            "http://aws:3",
            "s3.localhost",
        ] {
            assert!(is_local(local), "{local}");
        }
        for real in
            ["https://s3.eu-central-1.amazonaws.com", "https://vpce-1.s3.us-east-1.vpce.amazonaws.com"]
        {
            assert!(!is_local(real), "{real}");
        }
    }

    #[test]
    fn a_resource_may_choose_another_region() {
        let document = json!({ "provider": { "aws": [
            { "region": "eu-central-1" },
            { "alias": "global", "region": "us-east-1" },
            { "alias": "local", "region": "us-east-1", "endpoints": [{ "s3": "http://localhost:1" }] },
            { "alias": "asked", "region": "${var.region}" },
        ] } });
        let of = |body: Value| location(&document, body.as_object().unwrap());
        assert_eq!(default_location(&document), Location::Region("eu-central-1".into()));
        assert_eq!(of(json!({})), Location::Region("eu-central-1".into()));
        assert_eq!(of(json!({ "provider": "aws.global" })), Location::Region("us-east-1".into()));
        assert_eq!(of(json!({ "region": "sa-east-1" })), Location::Region("sa-east-1".into()));
        assert_eq!(of(json!({ "provider": "aws.local" })), Location::Emulator("http://localhost:1".into()));
        assert_eq!(of(json!({ "provider": "aws.asked" })), Location::Unknown);
    }
}
