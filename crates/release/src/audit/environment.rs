//! Environments, their reviewers and the branches that may deploy to them.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::audit::comparison::{Audit, block, location};
use crate::audit::expected::ExpectedSetting;
use crate::github::GitHubError;
use crate::web::percent_encode;

#[derive(Deserialize)]
struct Policies {
    branch_policies: Vec<Policy>,
}

#[derive(Deserialize)]
struct Policy {
    #[serde(default)]
    name: Option<String>,
}

impl Audit<'_, '_> {
    pub(super) async fn environment(
        &mut self,
        setting: &ExpectedSetting,
        name: &str,
        arguments: &Map<String, Value>,
        branches: &BTreeSet<String>,
    ) -> Result<(), GitHubError> {
        let path = format!("/environments/{}", percent_encode(name));
        let what = |part: &str| format!("environment {name}: {part}");
        let Some(found) = self.find(&path).await? else {
            self.compare(
                setting,
                &format!("environment {name}"),
                json!("there"),
                json!("missing"),
                Some("a job that names a missing environment makes it, without any protection"),
            );
            return Ok(());
        };
        let rules = || found["protection_rules"].as_array().into_iter().flatten();
        let rule = |kind: &str| rules().find(|rule| rule["type"] == kind).cloned().unwrap_or_default();
        if let Some(expected) = arguments.get("wait_timer").and_then(Value::as_u64) {
            let found = rule("wait_timer")["wait_timer"].as_u64().unwrap_or(0);
            self.compare(setting, &what("wait_timer"), json!(expected), json!(found), None);
        }
        if let Some(expected) = arguments.get("prevent_self_review").and_then(Value::as_bool) {
            let found = rule("required_reviewers")["prevent_self_review"].as_bool().unwrap_or(false);
            self.compare(setting, &what("prevent_self_review"), json!(expected), json!(found), None);
        }
        // Not documented, but sent by GitHub.
        if let (Some(expected), Some(found)) =
            (arguments.get("can_admins_bypass"), found.get("can_admins_bypass"))
        {
            self.compare(setting, &what("can_admins_bypass"), expected.clone(), found.clone(), None);
        }
        self.reviewers(setting, &what, arguments, &rule("required_reviewers"));
        if let Some(policy) = block(arguments, "deployment_branch_policy") {
            for kind in ["protected_branches", "custom_branch_policies"] {
                let expected = policy.get(kind).cloned().unwrap_or(json!(false));
                let found = found["deployment_branch_policy"].get(kind).cloned().unwrap_or(json!(false));
                self.compare(
                    setting,
                    &what(kind),
                    expected,
                    found,
                    Some("it decides which branches may deploy"),
                );
            }
        }
        if !branches.is_empty() {
            let policies = self.find(&format!("{path}/deployment-branch-policies?per_page=100")).await?;
            let policies = policies.and_then(|it| serde_json::from_value::<Policies>(it).ok());
            let found: BTreeSet<String> = policies
                .into_iter()
                .flat_map(|it| it.branch_policies)
                .filter_map(|policy| policy.name)
                .collect();
            self.compare(setting, &what("branches that may deploy"), json!(branches), json!(found), None);
        }
        Ok(())
    }

    pub(super) fn reviewers(
        &mut self,
        setting: &ExpectedSetting,
        what: &impl Fn(&str) -> String,
        arguments: &Map<String, Value>,
        rule: &Value,
    ) {
        let Some(reviewers) = block(arguments, "reviewers") else { return };
        for (argument, kind) in [("users", "User"), ("teams", "Team")] {
            let Some(expected) = reviewers.get(argument).and_then(Value::as_array) else { continue };
            let expected: Option<BTreeSet<u64>> = expected.iter().map(Value::as_u64).collect();
            let Some(expected) = expected else {
                let reason = format!("only Terraform knows the {argument} that review");
                self.result.left_out.push((location(setting), reason));
                continue;
            };
            let found = rule["reviewers"].as_array().into_iter().flatten();
            let found = found.filter(|it| it["type"] == kind).filter_map(|it| it["reviewer"]["id"].as_u64());
            let found: BTreeSet<u64> = found.collect();
            self.compare(
                setting,
                &what(&format!("reviewers, {argument}")),
                json!(expected),
                json!(found),
                None,
            );
        }
    }
}
