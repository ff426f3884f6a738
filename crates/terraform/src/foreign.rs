//! Documents that somebody else's program has made, such as that of a pull request: what may be planned of them beside
//! credentials. A plan runs providers, reads data sources and evaluates functions; each may carry a credential away, so
//! that only what is known to do no harm is let through, and what is not known is not.

use formwork_core::Hint;
use glob::Pattern;
use serde_json::{Map, Value};

/// Providers of which no data source runs a program, sends what it is told to, or reads files.
const PROVIDERS: [&str; 7] = [
    "hashicorp/aws",
    "hashicorp/null",
    "hashicorp/random",
    "hashicorp/time",
    "hashicorp/tls",
    "integrations/github",
    "terraform.io/builtin/terraform",
];
/// Data sources and ephemeral resources that only read.
const SOURCES: [&str; 6] = ["aws_*", "github_*", "random_*", "terraform_remote_state", "tls_*", "time_*"];
/// Those among them that do more.
const CALLS: [&str; 1] = ["aws_lambda_invocation"];
/// What a document consists of.
const BLOCKS: [&str; 13] = [
    "//",
    "check",
    "data",
    "ephemeral",
    "import",
    "locals",
    "moved",
    "output",
    "provider",
    "removed",
    "resource",
    "terraform",
    "variable",
];
/// Functions that read files of the machine.
const FUNCTIONS: [&str; 11] = [
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
    "templatefile",
];
/// Arguments of providers and backends that say where requests go, or from where credentials are taken.
const ELSEWHERE: [&str; 16] = [
    "address",
    "assume_role_with_web_identity",
    "base_url",
    "conn_str",
    "custom_ca_bundle",
    "endpoint",
    "endpoints",
    "hostname",
    "http_proxy",
    "https_proxy",
    "insecure",
    "lock_address",
    "profile",
    "shared_config_files",
    "shared_credentials_file",
    "shared_credentials_files",
];

/// What is allowed beyond what is known to do no harm: `provider:acme/shop`, `data:acme_*`, `module:acme/net/aws`.
#[derive(Clone, Debug)]
pub struct Allowance {
    kind: &'static str,
    name: Pattern,
}

impl std::str::FromStr for Allowance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, name) = text.split_once(':').unwrap_or((text, ""));
        let kind = ["provider", "data", "module"].into_iter().find(|known| *known == kind);
        let kind = kind.filter(|_| !name.is_empty());
        let kind = kind.ok_or("expected `provider:SOURCE`, `data:TYPE` or `module:SOURCE`")?;
        Ok(Self { kind, name: Pattern::new(name).map_err(|error| format!("`{name}`: {error}"))? })
    }
}

/// Says what of a document must not be planned beside credentials, each in a line.
#[must_use]
pub fn refusals(document: &Value, allowed: &[Allowance]) -> Vec<String> {
    let mut check = Check { allowed, found: Vec::new() };
    check.document(document);
    check.found.sort();
    check.found.dedup();
    check.found
}

struct Check<'a> {
    allowed: &'a [Allowance],
    found: Vec<String>,
}

impl Check<'_> {
    fn document(&mut self, document: &Value) {
        let Some(blocks) = document.as_object() else {
            return self.found.push("the document is no object".to_owned());
        };
        for (kind, body) in blocks {
            match kind.as_str() {
                "terraform" => self.settings(body, document),
                "provider" => each(body, &mut |name, body| self.place(&format!("provider `{name}`"), body)),
                "resource" => each(body, &mut |name, _| self.type_of(name, document)),
                "data" | "ephemeral" => each(body, &mut |name, _| self.source(kind, name, document)),
                "check" => each(body, &mut |_, body| {
                    for body in bodies(body) {
                        let data = body.get("data").unwrap_or(&Value::Null);
                        each(data, &mut |name, _| self.source("data", name, document));
                    }
                }),
                "module" => each(body, &mut |name, body| self.module(name, body)),
                known if BLOCKS.contains(&known) => {}
                other => self.found.push(format!("what `{other}` does is not known")),
            }
        }
        self.functions(document);
    }

    fn settings(&mut self, settings: &Value, document: &Value) {
        for settings in bodies(settings) {
            let providers = settings.get("required_providers").unwrap_or(&Value::Null);
            each(providers, &mut |name, _| self.provider(name, document));
            for kind in ["backend", "cloud", "state_store"] {
                let body = settings.get(kind).unwrap_or(&Value::Null);
                self.place(kind, body);
                each(body, &mut |_, inner| self.place(kind, inner));
            }
        }
    }

    /// The provider that a document calls so.
    fn provider(&mut self, name: &str, document: &Value) {
        let declared = bodies(&document["terraform"])
            .into_iter()
            .flat_map(|it| bodies(it.get("required_providers").unwrap_or(&Value::Null)))
            .find_map(|it| it.get(name));
        let source = declared.and_then(|it| it.get("source")).and_then(Value::as_str);
        let source = source.map_or_else(|| format!("hashicorp/{name}"), str::to_owned);
        let source = source.strip_prefix("registry.terraform.io/").unwrap_or(&source).to_lowercase();
        let is_built_in = name == "terraform" && declared.is_none();
        if !is_built_in && !PROVIDERS.contains(&source.as_str()) && !self.allows("provider", &source) {
            self.found.push(format!("the provider {source} may do anything{}", allow("provider", &source)));
        }
    }

    /// The provider of a type; which one that is may be said by a block, or by the type's name.
    fn type_of(&mut self, name: &str, document: &Value) {
        let prefix = name.split('_').next().unwrap_or_default();
        self.provider(prefix, document);
    }

    fn source(&mut self, kind: &str, name: &str, document: &Value) {
        self.type_of(name, document);
        let is_known = SOURCES.iter().any(|known| Pattern::new(known).is_ok_and(|it| it.matches(name)));
        if (!is_known || CALLS.contains(&name)) && !self.allows("data", name) {
            self.found.push(format!("`{kind}.{name}` may do more than read{}", allow("data", name)));
        }
    }

    fn module(&mut self, name: &str, body: &Value) {
        for body in bodies(body) {
            let source = body.get("source").and_then(Value::as_str).unwrap_or_default();
            if !self.allows("module", source) {
                self.found.push(format!("module `{name}` may hold anything{}", allow("module", source)));
            }
        }
    }

    fn place(&mut self, of: &str, body: &Value) {
        for body in bodies(body) {
            for name in body.keys().filter(|name| ELSEWHERE.contains(&name.as_str())) {
                self.found.push(format!("`{name}` of {of} leads requests or credentials elsewhere"));
            }
        }
    }

    /// Functions that read files, wherever an expression calls one. Those of our own assets are read by name.
    fn functions(&mut self, value: &Value) {
        match value {
            Value::String(text) if text.contains("${") || text.contains("%{") => {
                let words = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
                for name in words.filter(|word| FUNCTIONS.contains(word)) {
                    if !reads_assets_only(text, name) {
                        self.found.push(format!("`{name}` reads files of the machine that plans"));
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.functions(item)),
            Value::Object(entries) => entries.iter().for_each(|(key, value)| {
                self.functions(&Value::String(key.clone()));
                self.functions(value);
            }),
            _ => {}
        }
    }

    fn allows(&self, kind: &str, name: &str) -> bool {
        self.allowed.iter().any(|allowance| allowance.kind == kind && allowance.name.matches(name))
    }
}

/// Whether each use of a function in a text is a call with a path into the folder of assets.
fn reads_assets_only(text: &str, function: &str) -> bool {
    text.match_indices(function).all(|(at, _)| {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let rest = &text[at + function.len()..];
        // Of something that has an attribute of the name.
        let is_attribute = text[..at].ends_with('.');
        if is_attribute || text[..at].ends_with(is_part) || rest.starts_with(is_part) {
            return true;
        }
        let path = rest.strip_prefix("(\"").and_then(|rest| rest.split_once("\")"));
        path.is_some_and(|(path, _)| {
            let path = path.strip_prefix("${path.module}/").unwrap_or(path);
            let path = path.strip_prefix("./").unwrap_or(path);
            path.starts_with("assets/") && !path.contains("..") && !path.contains(['$', '%', '\\', '"'])
        })
    })
}

fn allow(kind: &str, name: &str) -> Hint {
    Hint::new(format!("if it is trusted: `--allow {kind}:{name}`"))
}

/// The bodies of a block: in Terraform's JSON syntax one may stand for a list of them.
fn bodies(body: &Value) -> Vec<&Map<String, Value>> {
    match body {
        Value::Array(items) => items.iter().flat_map(bodies).collect(),
        Value::Object(body) => vec![body],
        _ => Vec::new(),
    }
}

/// Calls something for each label of a block.
fn each(body: &Value, work: &mut dyn FnMut(&str, &Value)) {
    for body in bodies(body) {
        body.iter().filter(|(name, _)| *name != "//").for_each(|(name, inner)| work(name, inner));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(document: Value) -> Vec<String> {
        let lines = refusals(&document, &[]).into_iter();
        lines.map(|line| line.lines().next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn what_only_reads_is_let_through() {
        let document = json!({
            "terraform": {
                "required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}},
                "backend": {"s3": {"bucket": "states", "key": "a"}},
            },
            "provider": {"aws": [{"region": "eu-central-1"}]},
            "data": {"aws_caller_identity": {"me": {}}, "terraform_remote_state": {"b": {"backend": "s3"}}},
            "resource": {"aws_lambda_function": {"a": {
                "source_code_hash": "${filebase64sha256(\"assets/a.zip\")}", "description": "a file",
                "code": "${local.file_name}",
            }}},
        });
        assert_eq!(found(document), [""; 0]);
    }

    #[test]
    fn what_may_carry_a_credential_away_is_refused() {
        for (document, said) in [
            (
                json!({"data": {"external": {"x": {"program": ["id"]}}}}),
                "the provider hashicorp/external may do anything",
            ),
            (json!({"data": {"http": {"x": {}}}}), "`data.http` may do more than read"),
            (json!({"data": {"local_file": {"x": {}}}}), "`data.local_file` may do more than read"),
            (
                json!({"data": {"aws_lambda_invocation": {"x": {}}}}),
                "`data.aws_lambda_invocation` may do more than read",
            ),
            (json!({"check": {"c": {"data": {"http": {"x": {}}}}}}), "`data.http` may do more than read"),
            (
                json!({"check": [{"c": [{"data": [{"http": {"x": {}}}]}]}]}),
                "`data.http` may do more than read",
            ),
            (json!({"ephemeral": {"external": {"x": {}}}}), "`ephemeral.external` may do more than read"),
            (json!({"resource": {"evil_thing": {"x": {}}}}), "the provider hashicorp/evil may do anything"),
            (
                json!({"terraform": {"required_providers": {"aws": {"source": "evil/aws"}}}}),
                "the provider evil/aws may do anything",
            ),
            (
                json!({"terraform": [{"required_providers": [{"aws": {"source": "evil.example.com/hashicorp/aws"}}]}]}),
                "the provider evil.example.com/hashicorp/aws may do anything",
            ),
            (
                json!({"module": {"x": {"source": "git::https://example.com/x"}}}),
                "module `x` may hold anything",
            ),
            (
                json!({"provider": {"aws": {"endpoints": {"sts": "https://evil.example.com"}}}}),
                "`endpoints` of provider `aws` leads requests or credentials elsewhere",
            ),
            (
                json!({"provider": {"github": [{"base_url": "https://evil.example.com"}]}}),
                "`base_url` of provider `github` leads requests or credentials elsewhere",
            ),
            (
                json!({"terraform": {"backend": {"s3": {"endpoints": {}}}}}),
                "`endpoints` of backend leads requests or credentials elsewhere",
            ),
            (
                json!({"output": {"x": {"value": "${file(\"/proc/self/environ\")}"}}}),
                "`file` reads files of the machine that plans",
            ),
            (
                json!({"output": {"x": {"value": "${ core::file /**/ (\"/proc/self/environ\")}"}}}),
                "`file` reads files of the machine that plans",
            ),
            (
                json!({"locals": {"x": "${templatefile(\"assets/../../x\", {})}"}}),
                "`templatefile` reads files of the machine that plans",
            ),
            (json!({"locals": {"${file(\"x\")}": 1}}), "`file` reads files of the machine that plans"),
            (json!({"novelty": {}}), "what `novelty` does is not known"),
            (json!([]), "the document is no object"),
        ] {
            let found = found(document.clone());
            assert!(found.iter().any(|line| line == said), "{document}: {found:?}");
        }
    }

    #[test]
    fn what_is_trusted_is_said_by_name() {
        let document = json!({"data": {"external": {"x": {}}}});
        let allowed = ["provider:hashicorp/external", "data:external"].map(|text| text.parse().unwrap());
        assert_eq!(refusals(&document, &allowed), [""; 0]);
        for wrong in ["external", "provider:", "datum:x"] {
            assert!(wrong.parse::<Allowance>().is_err(), "{wrong}");
        }
    }
}
