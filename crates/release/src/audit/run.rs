//! An audit of one repository: each setting that a stack expects, compared with what GitHub says.

use std::collections::BTreeMap;

use serde_json::json;

use crate::audit::comparison::{Audit, location};
use crate::audit::expected::{ExpectedSetting, Setting};
use crate::audit::result::AuditResult;
use crate::github::{GitHub, GitHubError, Repository};

/// Compares what is said of one repository with what it has.
///
/// # Errors
/// Fails if GitHub refuses to say; what is missing is a difference.
pub async fn audit(github: &GitHub<'_>, settings: &[&ExpectedSetting]) -> Result<AuditResult, GitHubError> {
    let mut audit = Audit { github, result: AuditResult::default(), branches: None };
    let mut template = None;
    for setting in settings {
        match &setting.setting {
            Setting::Protection { branch, arguments } => audit.protection(setting, branch, arguments).await?,
            Setting::ProtectionPattern { pattern, arguments } => {
                audit.protections(setting, pattern, arguments, settings).await?;
            }
            Setting::Environment { name, arguments, branches } => {
                audit.environment(setting, name, arguments, branches).await?;
            }
            Setting::SubjectTemplate { use_default, claims } => {
                let found = audit.template(&mut template).await?;
                let mut found_claims = found.include_claim_keys.clone();
                let mut claims = claims.clone();
                // In what order a stack lists them is kept in the subject, so it is compared too.
                if *use_default {
                    (claims, found_claims) = (Vec::new(), Vec::new());
                }
                audit.compare(
                    setting,
                    "OIDC subject: use_default",
                    json!(use_default),
                    json!(found.use_default),
                    None,
                );
                audit.compare(
                    setting,
                    "OIDC subject: include_claim_keys",
                    json!(claims),
                    json!(found_claims),
                    None,
                );
            }
            Setting::Trust(subject) => {
                let expects_template =
                    settings.iter().any(|other| matches!(other.setting, Setting::SubjectTemplate { .. }));
                let found = audit.template(&mut template).await?;
                audit.trust(setting, subject, &found, expects_template).await?;
            }
            Setting::Unknown(reason) => audit.result.left_out.push((location(setting), reason.clone())),
        }
    }
    Ok(audit.result)
}

/// What is said of each repository. What is said of none stands under nothing.
#[must_use]
pub fn by_repository(settings: &[ExpectedSetting]) -> BTreeMap<Option<Repository>, Vec<&ExpectedSetting>> {
    let mut by: BTreeMap<Option<Repository>, Vec<&ExpectedSetting>> = BTreeMap::new();
    for setting in settings {
        let known = !setting.owner.is_empty() && !setting.repository.is_empty();
        let repository =
            known.then(|| Repository { owner: setting.owner.clone(), name: setting.repository.clone() });
        by.entry(repository).or_default().push(setting);
    }
    by
}
