//! What repositories really have, beside what is said of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::audit::pattern::{is_protected_by, is_trusted_by};
use crate::audit::{Context, Expected, Fact, Subject};
use crate::github::{GitHub, GitHubError, Repository};
use crate::web::percent_encode;

/// Something that is otherwise than a stack says.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The stack.
    pub stack: String,
    /// The resource's address.
    pub address: String,
    /// What it is about, such as `acme/shop, branch main: enforce_admins`.
    pub what: String,
    /// What the stack says.
    pub expected: Value,
    /// What GitHub says.
    pub found: Value,
    /// What it means, where that is not plain.
    pub note: Option<&'static str>,
}

/// What came of an audit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audited {
    /// How many facts were compared.
    pub compared: usize,
    /// What is otherwise.
    pub differences: Vec<Difference>,
    /// What could not be compared: the address, and why.
    pub left_out: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
}

#[derive(Deserialize)]
struct Policies {
    branch_policies: Vec<Policy>,
}

#[derive(Deserialize)]
struct Policy {
    #[serde(default)]
    name: Option<String>,
}

/// The form of a repository's subjects.
#[derive(Clone, Deserialize)]
struct Form {
    use_default: bool,
    #[serde(default)]
    include_claim_keys: Vec<String>,
    #[serde(default)]
    use_immutable_subject: bool,
}

/// Compares what is said of one repository with what it has.
///
/// # Errors
/// Fails if GitHub refuses to say; what is missing is a difference.
pub async fn audit(github: &GitHub<'_>, facts: &[&Expected]) -> Result<Audited, GitHubError> {
    let mut audit = Audit { github, audited: Audited::default(), branches: None };
    let mut form = None;
    for fact in facts {
        match &fact.fact {
            Fact::Protection { branch, arguments } => audit.protection(fact, branch, arguments).await?,
            Fact::Protections { pattern, arguments } => {
                audit.protections(fact, pattern, arguments, facts).await?;
            }
            Fact::Environment { name, arguments, branches } => {
                audit.environment(fact, name, arguments, branches).await?;
            }
            Fact::SubjectForm { use_default, claims } => {
                let found = audit.form(&mut form).await?;
                let mut found_claims = found.include_claim_keys.clone();
                let mut claims = claims.clone();
                // In what order a stack lists them is kept in the subject, so it is compared too.
                if *use_default {
                    (claims, found_claims) = (Vec::new(), Vec::new());
                }
                audit.compare(
                    fact,
                    "OIDC subject: use_default",
                    json!(use_default),
                    json!(found.use_default),
                    None,
                );
                audit.compare(
                    fact,
                    "OIDC subject: include_claim_keys",
                    json!(claims),
                    json!(found_claims),
                    None,
                );
            }
            Fact::Trust(subject) => {
                let says_form = facts.iter().any(|other| matches!(other.fact, Fact::SubjectForm { .. }));
                let found = audit.form(&mut form).await?;
                audit.trust(fact, subject, &found, says_form).await?;
            }
            Fact::Unknown(reason) => audit.audited.left_out.push((place(fact), reason.clone())),
        }
    }
    Ok(audit.audited)
}

struct Audit<'a, 'b> {
    github: &'a GitHub<'b>,
    audited: Audited,
    /// The repository's branches, once they were asked for.
    branches: Option<Vec<String>>,
}

impl Audit<'_, '_> {
    fn compare(
        &mut self,
        fact: &Expected,
        what: &str,
        expected: Value,
        found: Value,
        note: Option<&'static str>,
    ) {
        self.audited.compared += 1;
        if expected != found {
            self.audited.differences.push(Difference {
                stack: fact.stack.clone(),
                address: fact.address.clone(),
                what: format!("{}/{}, {what}", fact.owner, fact.repository),
                expected,
                found,
                note,
            });
        }
    }

    /// Reads something that may be missing.
    async fn find(&self, path: &str) -> Result<Option<Value>, GitHubError> {
        match self.github.read(path).await {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn leave_out(&mut self, fact: &Expected, reason: String) {
        self.audited.left_out.push((place(fact), reason));
    }

    /// The repository's branches that fit.
    async fn branches(&mut self, fits: impl Fn(&str) -> bool) -> Result<Vec<String>, GitHubError> {
        if self.branches.is_none() {
            let all: Vec<Branch> = self.github.read_all("/branches?per_page=100", None, |_| false).await?;
            self.branches = Some(all.into_iter().map(|branch| branch.name).collect());
        }
        Ok(self.branches.iter().flatten().filter(|branch| fits(branch)).cloned().collect())
    }

    /// A pattern is compared branch by branch. A branch that has a rule of its own is not under the pattern, and of two
    /// patterns only GitHub knows which is older, and counts.
    async fn protections(
        &mut self,
        fact: &Expected,
        pattern: &str,
        arguments: &Map<String, Value>,
        facts: &[&Expected],
    ) -> Result<(), GitHubError> {
        if is_protected_by(pattern, "").is_none() {
            self.leave_out(fact, format!("`{pattern}` is a pattern that cannot be read here"));
            return Ok(());
        }
        let fitting = self.branches(|branch| is_protected_by(pattern, branch) == Some(true)).await?;
        if fitting.is_empty() {
            self.leave_out(
                fact,
                format!("no branch fits `{pattern}` now, and GitHub's REST API tells of branches only"),
            );
        }
        let has_own_rule = |wanted: &str| {
            facts.iter().any(|it| matches!(&it.fact, Fact::Protection { branch, .. } if branch == wanted))
        };
        for branch in fitting.iter().filter(|branch| !has_own_rule(branch)) {
            let fits = |it: &&&Expected| matches!(&it.fact, Fact::Protections { pattern, .. } if is_protected_by(pattern, branch) == Some(true));
            if facts.iter().filter(fits).count() > 1 {
                self.leave_out(fact, format!("branch {branch} fits other patterns too; the oldest counts"));
                continue;
            }
            self.protection(fact, branch, arguments).await?;
        }
        Ok(())
    }

    async fn protection(
        &mut self,
        fact: &Expected,
        branch: &str,
        arguments: &Map<String, Value>,
    ) -> Result<(), GitHubError> {
        let found = self.find(&format!("/branches/{}/protection", percent_encode(branch))).await?;
        let what = |name: &str| format!("branch {branch}: {name}");
        let Some(found) = found else {
            self.compare(fact, &what("protection"), json!(true), json!(false), Some("nothing protects the branch, or the token may not see what does: it needs to read the repository's administration"));
            return Ok(());
        };
        let enabled = |name: &str| found[name]["enabled"].as_bool().unwrap_or(false);
        for (argument, member) in [
            ("enforce_admins", "enforce_admins"),
            ("required_linear_history", "required_linear_history"),
            ("require_conversation_resolution", "required_conversation_resolution"),
            ("require_signed_commits", "required_signatures"),
            ("allows_deletions", "allow_deletions"),
            ("allows_force_pushes", "allow_force_pushes"),
            ("lock_branch", "lock_branch"),
        ] {
            if let Some(expected) = arguments.get(argument).and_then(Value::as_bool) {
                self.compare(fact, &what(argument), json!(expected), json!(enabled(member)), None);
            }
        }
        self.reviews(fact, &what, arguments, &found["required_pull_request_reviews"]);
        if let Some(checks) = block(arguments, "required_status_checks") {
            let found = &found["required_status_checks"];
            if let Some(strict) = checks.get("strict") {
                self.compare(
                    fact,
                    &what("strict"),
                    strict.clone(),
                    found["strict"].as_bool().unwrap_or(false).into(),
                    None,
                );
            }
            if let Some(contexts) = checks.get("contexts").and_then(Value::as_array) {
                let set = |list: Option<&Vec<Value>>| -> BTreeSet<String> {
                    list.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
                };
                let found = set(found["contexts"].as_array());
                self.compare(fact, &what("required checks"), json!(set(Some(contexts))), json!(found), None);
            }
        }
        Ok(())
    }

    fn reviews(
        &mut self,
        fact: &Expected,
        what: &impl Fn(&str) -> String,
        arguments: &Map<String, Value>,
        found: &Value,
    ) {
        let Some(reviews) = block(arguments, "required_pull_request_reviews") else { return };
        for (argument, member) in [
            ("required_approving_review_count", "required_approving_review_count"),
            ("require_code_owner_reviews", "require_code_owner_reviews"),
            ("dismiss_stale_reviews", "dismiss_stale_reviews"),
            ("require_last_push_approval", "require_last_push_approval"),
        ] {
            let Some(expected) = reviews.get(argument) else { continue };
            let missing = if expected.is_boolean() { json!(false) } else { Value::Null };
            let found = found.get(member).cloned().unwrap_or(missing);
            self.compare(fact, &what(argument), expected.clone(), found, None);
        }
    }

    async fn environment(
        &mut self,
        fact: &Expected,
        name: &str,
        arguments: &Map<String, Value>,
        branches: &BTreeSet<String>,
    ) -> Result<(), GitHubError> {
        let path = format!("/environments/{}", percent_encode(name));
        let what = |part: &str| format!("environment {name}: {part}");
        let Some(found) = self.find(&path).await? else {
            self.compare(
                fact,
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
            self.compare(fact, &what("wait_timer"), json!(expected), json!(found), None);
        }
        if let Some(expected) = arguments.get("prevent_self_review").and_then(Value::as_bool) {
            let found = rule("required_reviewers")["prevent_self_review"].as_bool().unwrap_or(false);
            self.compare(fact, &what("prevent_self_review"), json!(expected), json!(found), None);
        }
        // Not documented, but sent by GitHub.
        if let (Some(expected), Some(found)) =
            (arguments.get("can_admins_bypass"), found.get("can_admins_bypass"))
        {
            self.compare(fact, &what("can_admins_bypass"), expected.clone(), found.clone(), None);
        }
        self.reviewers(fact, &what, arguments, &rule("required_reviewers"));
        if let Some(policy) = block(arguments, "deployment_branch_policy") {
            for kind in ["protected_branches", "custom_branch_policies"] {
                let expected = policy.get(kind).cloned().unwrap_or(json!(false));
                let found = found["deployment_branch_policy"].get(kind).cloned().unwrap_or(json!(false));
                self.compare(
                    fact,
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
            self.compare(fact, &what("branches that may deploy"), json!(branches), json!(found), None);
        }
        Ok(())
    }

    fn reviewers(
        &mut self,
        fact: &Expected,
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
                self.audited.left_out.push((place(fact), reason));
                continue;
            };
            let found = rule["reviewers"].as_array().into_iter().flatten();
            let found = found.filter(|it| it["type"] == kind).filter_map(|it| it["reviewer"]["id"].as_u64());
            let found: BTreeSet<u64> = found.collect();
            self.compare(fact, &what(&format!("reviewers, {argument}")), json!(expected), json!(found), None);
        }
    }

    async fn form(&self, kept: &mut Option<Form>) -> Result<Form, GitHubError> {
        if let Some(form) = kept {
            return Ok(form.clone());
        }
        let form: Form = self.github.read("/actions/oidc/customization/sub").await?;
        *kept = Some(form.clone());
        Ok(form)
    }

    async fn trust(
        &mut self,
        fact: &Expected,
        subject: &Subject,
        form: &Form,
        says_form: bool,
    ) -> Result<(), GitHubError> {
        let what = format!("OIDC subject {}", subject.text);
        if !says_form && !is_made_by(form, subject) {
            let note = "the role trusts subjects of GitHub's default form, and those of the repository have another one: nobody gets the role";
            self.compare(fact, &format!("{what}: use_default"), json!(true), json!(false), Some(note));
        }
        let note =
            "the repository's subjects have ids in them, which the role does not trust: nobody gets the role";
        self.compare(
            fact,
            &format!("{what}: use_immutable_subject"),
            json!(false),
            json!(form.use_immutable_subject),
            Some(note),
        );
        match &subject.context {
            Context::Environment(environment) => {
                let found = self.find(&format!("/environments/{}", percent_encode(environment))).await?;
                let found = if found.is_some() { "there" } else { "missing" };
                let note = "whoever can push a workflow can make the environment, and gets the role";
                self.compare(fact, &format!("{what}: environment"), json!("there"), json!(found), Some(note));
            }
            Context::Branches(pattern) => {
                let fitting = self.branches(|branch| is_trusted_by(pattern, branch)).await?;
                if fitting.is_empty() && pattern.contains(['*', '?']) {
                    self.leave_out(
                        fact,
                        format!("no branch fits `{pattern}` now: whoever can make one gets the role"),
                    );
                } else {
                    let found = if fitting.is_empty() { "missing" } else { "there" };
                    let note = "whoever can push can make the branch, and gets the role";
                    self.compare(fact, &format!("{what}: branch"), json!("there"), json!(found), Some(note));
                }
            }
            Context::Any => self.leave_out(
                fact,
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

/// Whether a repository's form makes subjects such as this one, or such that its pattern fits (GitHub Docs, "OpenID
/// Connect reference": the default is the claims `repo` and `context`, and others are added to the end).
fn is_made_by(form: &Form, subject: &Subject) -> bool {
    let claims: Vec<&str> = form.include_claim_keys.iter().map(String::as_str).collect();
    match claims[..] {
        _ if form.use_default => true,
        ["repo", "context"] => true,
        ["repo", "context", ..] => subject.text.ends_with('*'),
        ["repo", _, ..] => subject.context == Context::Any,
        _ => false,
    }
}

fn place(fact: &Expected) -> String {
    format!("{} / {}", fact.stack, fact.address)
}

/// A block of a resource: an object, or the only one of a list.
fn block<'a>(arguments: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    let block = arguments.get(name)?;
    block.get(0).unwrap_or(block).as_object()
}

/// What is said of each repository. What is said of none stands under nothing.
#[must_use]
pub fn by_repository(facts: &[Expected]) -> BTreeMap<Option<Repository>, Vec<&Expected>> {
    let mut by: BTreeMap<Option<Repository>, Vec<&Expected>> = BTreeMap::new();
    for fact in facts {
        let known = !fact.owner.is_empty() && !fact.repository.is_empty();
        let repository =
            known.then(|| Repository { owner: fact.owner.clone(), name: fact.repository.clone() });
        by.entry(repository).or_default().push(fact);
    }
    by
}
