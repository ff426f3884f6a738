//! Where a backend keeps its state, spelled in one way, so that two places can be compared.
//!
//! Which arguments make the place, and what they are if they are left out, is in the Terraform language documentation,
//! "Backend block", on the page of each backend.

use std::fmt;

use serde_json::Value;

/// Where the state of a stack is, in its default workspace. Two stacks must not have equal places: what one applies,
/// the other destroys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatePlace(String);

impl StatePlace {
    /// The place that a `backend` or `cloud` block (its kind is `cloud` then) names, for a document in the folder
    /// `folder`. Nothing if an argument that makes the place is left for `terraform init -backend-config`.
    #[must_use]
    pub fn new(kind: &str, settings: &Value, folder: &str) -> Option<Self> {
        let given = |name: &str| settings.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let or = |name: &str, default: &str| given(name).unwrap_or(default).to_owned();
        let parts = match kind {
            "local" => vec![beside(folder, given("path").unwrap_or("terraform.tfstate"))],
            "s3" => {
                let endpoints = ["/endpoints/s3", "/endpoints/0/s3", "/endpoint"];
                let endpoint = endpoints.iter().find_map(|path| settings.pointer(path)?.as_str());
                vec![
                    host(endpoint.unwrap_or_default()),
                    given("bucket")?.to_owned(),
                    joined(&[given("key")?]),
                ]
            }
            "azurerm" => vec![
                given("storage_account_name")?.to_owned(),
                given("container_name")?.to_owned(),
                given("key")?.to_owned(),
            ],
            "gcs" => vec![given("bucket")?.to_owned(), joined(&[&or("prefix", "")])],
            "http" => vec![host(given("address")?)],
            "consul" => vec![host(&or("address", "")), joined(&[given("path")?])],
            "pg" => vec![or("conn_str", ""), or("schema_name", "terraform_remote_state")],
            "kubernetes" => vec![
                or("host", ""),
                or("config_context", ""),
                or("namespace", "default"),
                given("secret_suffix")?.to_owned(),
            ],
            "cos" | "oss" => vec![
                given("bucket")?.to_owned(),
                joined(&[&or("prefix", ""), &or("key", "terraform.tfstate")]),
            ],
            "remote" | "cloud" => vec![
                or("hostname", "app.terraform.io").to_lowercase(),
                given("organization")?.to_owned(),
                workspaces(settings)?,
            ],
            _ => return None,
        };
        // The `cloud` block is another way to say the same as the `remote` backend.
        let kind = if kind == "cloud" { "remote" } else { kind };
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Some(Self(format!("{kind}: {}", parts.join(", "))))
    }
}

/// `s3: BUCKET, KEY`.
impl fmt::Display for StatePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A path, as seen from the folder of all documents.
fn beside(folder: &str, path: &str) -> String {
    if path.starts_with('/') { format!("/{}", joined(&[path])) } else { joined(&[folder, path]) }
}

/// Parts of a path in one, without what changes nothing in it: `.`, `..` and slashes that repeat.
fn joined(parts: &[&str]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in parts.iter().flat_map(|part| part.split('/')) {
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    kept.join("/")
}

/// A URL or an address: case does not count in a scheme and in a host, and neither does a slash at the end.
fn host(url: &str) -> String {
    let url = url.trim_end_matches('/');
    let after = url.find("://").map_or(0, |position| position + 3);
    let end = url[after..].find('/').map_or(url.len(), |position| after + position);
    let (start, rest) = url.split_at(end);
    let start = start.to_lowercase();
    let start = match start.split_once("://") {
        Some(("https", _)) => start.trim_end_matches(":443"),
        Some(("http", _)) => start.trim_end_matches(":80"),
        _ => &start,
    };
    format!("{start}{rest}")
}

/// The workspaces that a block chooses: by name, by what names begin with, or by tags.
fn workspaces(settings: &Value) -> Option<String> {
    let chosen = settings.get("workspaces")?;
    let chosen = chosen.get(0).unwrap_or(chosen);
    let text = |name: &str| chosen.get(name).and_then(Value::as_str);
    if let Some(name) = text("name") {
        return Some(name.to_owned());
    }
    if let Some(prefix) = text("prefix") {
        return Some(format!("{prefix}*"));
    }
    let mut tags: Vec<&str> = chosen.get("tags")?.as_array()?.iter().filter_map(Value::as_str).collect();
    tags.sort_unstable();
    Some(format!("tags {}", tags.join(" ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place(kind: &str, settings: &Value) -> Option<String> {
        StatePlace::new(kind, settings, "app").map(|place| place.to_string())
    }

    #[test]
    fn one_place_has_one_spelling() {
        for (kind, one, other) in [
            ("local", json!({}), json!({ "path": "./terraform.tfstate" })),
            ("local", json!({ "path": "../app/x.tfstate" }), json!({ "path": "x.tfstate" })),
            (
                "s3",
                json!({ "bucket": "b", "key": "a/k", "region": "eu-central-1", "encrypt": true }),
                json!({ "bucket": "b", "key": "/a/./k", "use_lockfile": true }),
            ),
            ("gcs", json!({ "bucket": "b", "prefix": "a/" }), json!({ "bucket": "b", "prefix": "a" })),
            (
                "http",
                json!({ "address": "https://States.example.com:443/a" }),
                json!({ "address": "https://states.example.com/a/" }),
            ),
            ("pg", json!({}), json!({ "schema_name": "terraform_remote_state" })),
            (
                "remote",
                json!({ "organization": "acme", "workspaces": { "name": "a" } }),
                json!({ "organization": "acme", "hostname": "App.terraform.io", "workspaces": [{ "name": "a" }] }),
            ),
        ] {
            assert_eq!(place(kind, &one), place(kind, &other), "{kind}");
            assert!(place(kind, &one).is_some(), "{kind}");
        }
        let workspace = json!({ "organization": "acme", "workspaces": { "name": "a" } });
        assert_eq!(place("cloud", &workspace), place("remote", &workspace));
    }

    #[test]
    fn two_places_have_two() {
        for (kind, one, other) in [
            ("local", json!({ "path": "/states/a" }), json!({ "path": "states/a" })),
            ("s3", json!({ "bucket": "b", "key": "a" }), json!({ "bucket": "b", "key": "A" })),
            (
                "s3",
                json!({ "bucket": "b", "key": "a" }),
                json!({ "bucket": "b", "key": "a", "endpoints": { "s3": "http://localhost:9000" } }),
            ),
            ("pg", json!({ "schema_name": "a" }), json!({ "schema_name": "b" })),
        ] {
            assert_ne!(place(kind, &one), place(kind, &other), "{kind}");
        }
        // What is left for the command line is not known here.
        assert_eq!(place("s3", &json!({ "bucket": "b" })), None);
    }
}
