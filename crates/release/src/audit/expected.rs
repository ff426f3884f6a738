//! The settings of repositories that the stacks describe.

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::Kind;
use formwork_core::references::{self, Step};
use serde_json::{Map, Value};

/// What a stack says of a repository, or of one of its branches or environments.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedSetting {
    /// The stack.
    pub stack: String,
    /// The resource's address.
    pub address: String,
    /// The owner, as the stack's provider has it.
    pub owner: String,
    /// The repository's name.
    pub repository: String,
    /// What the stack expects.
    pub setting: Setting,
}

/// What a stack expects of a repository.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A branch is protected, with these arguments of `github_branch_protection`.
    Protection {
        /// The branch.
        branch: String,
        /// The arguments.
        arguments: Map<String, Value>,
    },
    /// Branches that fit a pattern are protected, with these arguments of `github_branch_protection`.
    ProtectionPattern {
        /// The pattern, as GitHub reads it.
        pattern: String,
        /// The arguments.
        arguments: Map<String, Value>,
    },
    /// There is an environment, with these arguments of `github_repository_environment`.
    Environment {
        /// The environment.
        name: String,
        /// The arguments.
        arguments: Map<String, Value>,
        /// The patterns of branches that may deploy.
        branches: BTreeSet<String>,
    },
    /// OIDC subjects are made by a template.
    SubjectTemplate {
        /// Whether it is GitHub's default.
        use_default: bool,
        /// The claims that make it up.
        claims: Vec<String>,
    },
    /// A role of AWS trusts a subject.
    Trust(Subject),
    /// Something that cannot be compared, and why.
    Unknown(String),
}

/// A subject of GitHub's default form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// All of it.
    pub text: String,
    /// What it is for.
    pub context: Context,
}

/// What of a repository a subject is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    /// Jobs of one environment.
    Environment(String),
    /// Jobs on branches that fit a pattern, as IAM reads it.
    Branches(String),
    /// All jobs.
    Any,
    /// Something else: tags, pull requests, a pattern of environments.
    Other,
}

/// Reads what the document of a stack says.
#[must_use]
pub fn expected_settings(stack: &str, document: &Value) -> Vec<ExpectedSetting> {
    let document = Document { stack, document };
    let mut settings = Vec::new();
    settings.extend(document.protections());
    settings.extend(document.environments());
    settings.extend(document.subject_templates());
    settings.extend(document.trusts());
    settings
}

struct Document<'a> {
    stack: &'a str,
    document: &'a Value,
}

impl Document<'_> {
    fn resources(&self, type_name: &str) -> Vec<(String, &Map<String, Value>)> {
        let resources = self.document["resource"][type_name].as_object();
        let of = |(name, value)| Some((format!("{type_name}.{name}"), Value::as_object(value)?));
        resources.into_iter().flatten().filter_map(of).collect()
    }

    fn owner(&self) -> String {
        let provider = &self.document["provider"]["github"];
        let provider = provider.get(0).unwrap_or(provider);
        provider["owner"].as_str().unwrap_or_default().to_owned()
    }

    fn expect(&self, address: String, repository: String, setting: Setting) -> ExpectedSetting {
        ExpectedSetting { stack: self.stack.to_owned(), address, owner: self.owner(), repository, setting }
    }

    /// A text argument; a reference to an argument of another resource of the stack is followed.
    fn text(&self, arguments: &Map<String, Value>, name: &str) -> Option<String> {
        let text = arguments.get(name)?.as_str()?;
        let Some(reference) = references::reference(text) else {
            return (!references::holds_template(text)).then(|| text.to_owned());
        };
        let block = reference.block().filter(|block| block.kind == Kind::Resource)?;
        let (type_name, resource) = (block.type_name, block.name);
        let [Step::Name(attribute)] = *block.rest else { return None };
        let target = self.document["resource"][type_name][resource].as_object()?;
        // The node id and the full name stand for the repository that has them.
        let attribute = match (type_name, attribute) {
            ("github_repository", "node_id" | "name" | "id") => "name",
            (_, attribute) => attribute,
        };
        target
            .get(attribute)?
            .as_str()
            .filter(|text| !references::holds_template(text))
            .map(ToOwned::to_owned)
    }

    fn protections(&self) -> Vec<ExpectedSetting> {
        let read = |(address, arguments): (String, &Map<String, Value>)| {
            let repository = self.text(arguments, "repository_id").unwrap_or_default();
            let setting = match self.text(arguments, "pattern") {
                _ if repository.is_empty() => {
                    Setting::Unknown("only Terraform knows the repository".to_owned())
                }
                Some(pattern) if pattern.contains(['*', '?', '[']) => {
                    Setting::ProtectionPattern { pattern, arguments: arguments.clone() }
                }
                Some(branch) => Setting::Protection { branch, arguments: arguments.clone() },
                None => Setting::Unknown("only Terraform knows the branch".to_owned()),
            };
            self.expect(address, repository, setting)
        };
        self.resources("github_branch_protection").into_iter().map(read).collect()
    }

    fn environments(&self) -> Vec<ExpectedSetting> {
        let mut branches: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for (_, policy) in self.resources("github_repository_environment_deployment_policy") {
            let texts = ["repository", "environment", "branch_pattern"].map(|name| self.text(policy, name));
            if let [Some(repository), Some(environment), Some(branch)] = texts {
                branches.entry((repository, environment)).or_default().insert(branch);
            }
        }
        let read = |(address, arguments): (String, &Map<String, Value>)| {
            let texts = ["repository", "environment"].map(|name| self.text(arguments, name));
            let [Some(repository), Some(name)] = texts else {
                let unknown = Setting::Unknown("only Terraform knows the environment".to_owned());
                return self.expect(address, String::new(), unknown);
            };
            let branches = branches.get(&(repository.clone(), name.clone())).cloned().unwrap_or_default();
            let setting = Setting::Environment { name, arguments: arguments.clone(), branches };
            self.expect(address, repository, setting)
        };
        self.resources("github_repository_environment").into_iter().map(read).collect()
    }

    fn subject_templates(&self) -> Vec<ExpectedSetting> {
        let type_name = "github_actions_repository_oidc_subject_claim_customization_template";
        let read = |(address, arguments): (String, &Map<String, Value>)| {
            let repository = self.text(arguments, "repository").unwrap_or_default();
            let setting = match arguments.get("use_default").and_then(Value::as_bool) {
                _ if repository.is_empty() => {
                    Setting::Unknown("only Terraform knows the repository".to_owned())
                }
                Some(use_default) => {
                    let claims = arguments.get("include_claim_keys").and_then(Value::as_array);
                    let claims = claims.into_iter().flatten().filter_map(Value::as_str);
                    Setting::SubjectTemplate { use_default, claims: claims.map(ToOwned::to_owned).collect() }
                }
                None => Setting::Unknown("only Terraform knows whether the form is GitHub's".to_owned()),
            };
            self.expect(address, repository, setting)
        };
        self.resources(type_name).into_iter().map(read).collect()
    }

    /// Subjects in trust policies: as JSON, or as the HCL that makes the JSON.
    fn trusts(&self) -> Vec<ExpectedSetting> {
        let mut found = Vec::new();
        for (address, arguments) in self.resources("aws_iam_role") {
            let Some(policy) = arguments.get("assume_role_policy").and_then(Value::as_str) else { continue };
            if !policy.contains("token.actions.githubusercontent.com:sub") {
                continue;
            }
            for text in literal_patterns(policy) {
                let unknown = Setting::Unknown(format!(
                    "`{text}` has a wildcard, which `StringEquals` takes for a letter: nobody gets the role"
                ));
                found.push(self.expect(address.clone(), String::new(), unknown));
            }
            let mut subjects: Vec<&str> =
                policy.split('"').filter(|part| part.starts_with("repo:")).collect();
            subjects.sort_unstable();
            subjects.dedup();
            if subjects.is_empty() {
                let unknown = Setting::Unknown("only Terraform knows whom it trusts".to_owned());
                found.push(self.expect(address.clone(), String::new(), unknown));
            }
            for text in subjects {
                found.push(self.trust(&address, text.trim_end_matches('\\')));
            }
        }
        found
    }

    fn trust(&self, address: &str, text: &str) -> ExpectedSetting {
        let mut parts = text.splitn(4, ':').skip(1);
        let repository = parts.next().unwrap_or_default();
        let context = match (parts.next(), parts.next()) {
            (Some("environment"), Some(name)) if !name.contains(['*', '?']) => {
                Context::Environment(name.to_owned())
            }
            (Some("ref"), Some(name)) => match name.strip_prefix("refs/heads/") {
                Some(pattern) => Context::Branches(pattern.to_owned()),
                None => Context::Other,
            },
            (Some("*"), None) => Context::Any,
            _ => Context::Other,
        };
        let subject = Subject { text: text.to_owned(), context };
        match repository.split_once('/') {
            Some((owner, name)) if !repository.contains(['*', '?', '$']) => ExpectedSetting {
                stack: self.stack.to_owned(),
                address: address.to_owned(),
                owner: owner.to_owned(),
                repository: name.to_owned(),
                setting: Setting::Trust(subject),
            },
            _ => {
                let unknown = Setting::Unknown(format!("`{text}` names no one repository"));
                self.expect(address.to_owned(), String::new(), unknown)
            }
        }
    }
}

/// Subjects with wildcards under an operator that knows none (IAM User Guide, "IAM JSON policy elements: Condition
/// operators"), of a policy that is written as JSON.
fn literal_patterns(policy: &str) -> Vec<String> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let mut found = Vec::new();
    let statements =
        policy["Statement"].as_array().cloned().unwrap_or_else(|| vec![policy["Statement"].clone()]);
    for statement in &statements {
        for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
            let subjects = &keys["token.actions.githubusercontent.com:sub"];
            let texts = subjects.as_array().into_iter().flatten().chain(std::iter::once(subjects));
            let patterns = texts.filter_map(Value::as_str).filter(|text| text.contains(['*', '?']));
            found.extend(patterns.filter(|_| operator.contains("StringEquals")).map(ToOwned::to_owned));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::audit::expected::literal_patterns;
    use crate::audit::{Setting, expected_settings};

    #[test]
    fn wildcards_are_letters_to_string_equals() {
        let policy = |operator: &str| {
            let condition = json!({ operator: { "token.actions.githubusercontent.com:sub": ["repo:a/b:*", "repo:a/b:pull_request"] } });
            json!({ "Statement": [{ "Condition": condition }] }).to_string()
        };
        assert_eq!(literal_patterns(&policy("StringEquals")), ["repo:a/b:*"]);
        assert_eq!(literal_patterns(&policy("StringLike")), Vec::<String>::new());
        assert_eq!(literal_patterns("${jsonencode({})}"), Vec::<String>::new());
    }

    #[test]
    fn references_are_followed_and_subjects_are_found_in_both_notations() {
        let document = json!({
            "provider": { "github": [{ "owner": "acme" }] },
            "resource": {
                "github_repository": { "shop": { "name": "shop" } },
                "github_branch_protection": {
                    "main": { "repository_id": "${github_repository.shop.node_id}", "pattern": "main" },
                    "all": { "repository_id": "shop", "pattern": "release/*" },
                },
                "github_repository_environment": { "prod": { "repository": "shop", "environment": "prod" } },
                "github_repository_environment_deployment_policy": { "prod": {
                    "repository": "shop", "branch_pattern": "main",
                    "environment": "${github_repository_environment.prod.environment}",
                } },
                "aws_iam_role": {
                    "hcl": { "assume_role_policy": "${jsonencode({\"token.actions.githubusercontent.com:sub\" = \"repo:acme/shop:environment:prod\"})}" },
                    "json": { "assume_role_policy": "{\"token.actions.githubusercontent.com:sub\":[\"repo:acme/shop:ref:refs/heads/release/*\",\"repo:acme/shop:*\"]}" },
                },
            },
        });
        let settings = expected_settings("s", &document);
        let said: Vec<String> = settings
            .iter()
            .map(|it| match &it.setting {
                Setting::Protection { branch, .. } => format!("{}/{} {branch}", it.owner, it.repository),
                Setting::ProtectionPattern { pattern, .. } => {
                    format!("{}/{} fits {pattern}", it.owner, it.repository)
                }
                Setting::Environment { name, branches, .. } => format!("{name} {branches:?}"),
                Setting::Trust(subject) => format!("{} {:?}", subject.text, subject.context),
                Setting::SubjectTemplate { .. } => "form".to_owned(),
                Setting::Unknown(_) => "unknown".to_owned(),
            })
            .collect();
        assert_eq!(
            said,
            [
                "acme/shop fits release/*",
                "acme/shop main",
                "prod {\"main\"}",
                "repo:acme/shop:environment:prod Environment(\"prod\")",
                "repo:acme/shop:* Any",
                "repo:acme/shop:ref:refs/heads/release/* Branches(\"release/*\")",
            ]
        );
    }
}
