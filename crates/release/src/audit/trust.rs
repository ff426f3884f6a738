//! Subjects of OIDC: the template that a repository makes them by, and the roles that trust them.

use serde::Deserialize;
use serde_json::json;

use crate::audit::comparison::Audit;
use crate::audit::expected::{Context, ExpectedSetting, Subject};
use crate::audit::pattern::is_trusted_by;
use crate::github::GitHubError;
use crate::web::percent_encode;

/// The template of a repository's subjects.
#[derive(Clone, Deserialize)]
pub(super) struct SubjectTemplate {
    pub(super) use_default: bool,
    #[serde(default)]
    pub(super) include_claim_keys: Vec<String>,
    #[serde(default)]
    pub(super) use_immutable_subject: bool,
}

impl Audit<'_, '_> {
    pub(super) async fn template(
        &self,
        kept: &mut Option<SubjectTemplate>,
    ) -> Result<SubjectTemplate, GitHubError> {
        if let Some(template) = kept {
            return Ok(template.clone());
        }
        let template: SubjectTemplate = self.github.read("/actions/oidc/customization/sub").await?;
        *kept = Some(template.clone());
        Ok(template)
    }

    pub(super) async fn trust(
        &mut self,
        setting: &ExpectedSetting,
        subject: &Subject,
        template: &SubjectTemplate,
        expects_template: bool,
    ) -> Result<(), GitHubError> {
        let what = format!("OIDC subject {}", subject.text);
        if !expects_template && !is_made_by(template, subject) {
            let note = "the role trusts subjects of GitHub's default form, and those of the repository have another one: nobody gets the role";
            self.compare(setting, &format!("{what}: use_default"), json!(true), json!(false), Some(note));
        }
        let note =
            "the repository's subjects have ids in them, which the role does not trust: nobody gets the role";
        self.compare(
            setting,
            &format!("{what}: use_immutable_subject"),
            json!(false),
            json!(template.use_immutable_subject),
            Some(note),
        );
        match &subject.context {
            Context::Environment(environment) => {
                let found = self.find(&format!("/environments/{}", percent_encode(environment))).await?;
                let found = if found.is_some() { "there" } else { "missing" };
                let note = "whoever can push a workflow can make the environment, and gets the role";
                self.compare(
                    setting,
                    &format!("{what}: environment"),
                    json!("there"),
                    json!(found),
                    Some(note),
                );
            }
            Context::Branches(pattern) => {
                let fitting = self.branches(|branch| is_trusted_by(pattern, branch)).await?;
                if fitting.is_empty() && pattern.contains(['*', '?']) {
                    self.leave_out(
                        setting,
                        format!("no branch fits `{pattern}` now: whoever can make one gets the role"),
                    );
                } else {
                    let found = if fitting.is_empty() { "missing" } else { "there" };
                    let note = "whoever can push can make the branch, and gets the role";
                    self.compare(
                        setting,
                        &format!("{what}: branch"),
                        json!("there"),
                        json!(found),
                        Some(note),
                    );
                }
            }
            Context::Any => self.leave_out(
                setting,
                format!(
                    "`{}` is every job of the repository: there is no branch or environment to compare",
                    subject.text
                ),
            ),
            Context::Other => {}
        }
        Ok(())
    }
}

/// Whether a repository's template makes subjects such as this one, or such that its pattern fits (GitHub Docs, "OpenID
/// Connect reference": the default is the claims `repo` and `context`, and others are added to the end).
fn is_made_by(template: &SubjectTemplate, subject: &Subject) -> bool {
    let claims: Vec<&str> = template.include_claim_keys.iter().map(String::as_str).collect();
    match claims[..] {
        _ if template.use_default => true,
        ["repo", "context"] => true,
        ["repo", "context", ..] => subject.text.ends_with('*'),
        ["repo", _, ..] => subject.context == Context::Any,
        _ => false,
    }
}
