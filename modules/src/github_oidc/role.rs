//! A role that jobs of one repository may assume, and what it permits.

use std::fmt::Display;

use formwork::aws::{self, IamPolicyRef, IamRoleRef};
use formwork::{Source, Stack, Value};

use super::{AUDIENCE, ISSUER, Repository, Subject, report};
use crate::iam::{MANAGED_POLICY_LIMIT, Policy, Statement};
use crate::label::label;

/// The configuration of [`role`].
#[derive(Clone, Debug)]
pub struct RoleConfig {
    pub(super) name: String,
    provider_arn: String,
    pub(super) repository: Repository,
    pub(super) subjects: Vec<Subject>,
    pub(super) others: Vec<(Repository, Subject)>,
    pub(super) policies: Vec<(String, Policy)>,
    pub(super) on_all_resources: Vec<String>,
    permissions_boundary: Option<Value<String>>,
    pub(super) session_seconds: u32,
    description: Option<String>,
}

impl RoleConfig {
    /// A role of this name that jobs of one repository may assume through the provider, for an hour at a time. It
    /// permits nothing yet.
    #[must_use]
    pub fn new(name: &str, provider_arn: impl Display, repository: Repository, subject: Subject) -> Self {
        Self {
            name: name.to_owned(),
            provider_arn: provider_arn.to_string(),
            repository,
            subjects: vec![subject],
            others: Vec::new(),
            policies: Vec::new(),
            on_all_resources: Vec::new(),
            permissions_boundary: None,
            session_seconds: 3600,
            description: None,
        }
    }

    /// Lets more jobs of the same repository assume the role.
    #[must_use]
    pub fn subject(mut self, subject: Subject) -> Self {
        self.subjects.push(subject);
        self
    }

    /// Lets jobs of another repository assume the role too, where one repository's pipeline does a part of another's
    /// work. Each is named in full.
    #[must_use]
    pub fn also_from(mut self, repository: Repository, subject: Subject) -> Self {
        self.others.push((repository, subject));
        self
    }

    /// Permits what a policy says, under a name such as `state`. A policy that is larger than IAM takes becomes several.
    #[must_use]
    pub fn policy(mut self, name: &str, policy: Policy) -> Self {
        self.policies.push((name.to_owned(), policy));
        self
    }

    /// Lets policies of this role allow an action on all resources. The reason is for the reader of the source; it is
    /// not written anywhere.
    #[must_use]
    pub fn on_all_resources(mut self, action: &str, reason: &str) -> Self {
        let _ = reason;
        self.on_all_resources.push(action.to_owned());
        self
    }

    /// Bounds what any policy of the role can permit, by the ARN of a managed policy.
    #[must_use]
    pub fn permissions_boundary(mut self, arn: impl Into<Value<String>>) -> Self {
        self.permissions_boundary = Some(arn.into());
        self
    }

    /// Makes sessions last up to so many seconds, from 3600 to 43200.
    #[must_use]
    pub const fn session_seconds(mut self, seconds: u32) -> Self {
        self.session_seconds = seconds;
        self
    }

    /// Says what the role is for.
    #[must_use]
    pub fn description(mut self, description: &str) -> Self {
        self.description = Some(description.to_owned());
        self
    }

    /// A role of another name that may read what this one may change, for jobs of the same repository: a plan for a pull
    /// request needs no more than to read. Policies of which nothing is left are left out.
    #[must_use]
    pub fn reading(&self, name: &str, subject: Subject) -> Self {
        let policies = self.policies.iter().map(|(name, policy)| (name.clone(), policy.reading()));
        Self {
            name: name.to_owned(),
            subjects: vec![subject],
            others: Vec::new(),
            policies: policies.filter(|(_, policy)| !policy.is_empty()).collect(),
            description: None,
            ..self.clone()
        }
    }

    /// Names and patterns are compared in statements of their own: the conditions of one statement must all hold.
    fn trust_policy(&self) -> Policy {
        let claims = |pattern: bool| -> Vec<String> {
            let own = self.subjects.iter().map(|subject| (&self.repository, subject));
            let others = self.others.iter().map(|(repository, subject)| (repository, subject));
            let subjects = own.chain(others).filter(|(_, subject)| subject.is_pattern() == pattern);
            subjects.flat_map(|(repository, subject)| repository.claims(subject)).collect()
        };
        let mut policy = Policy::new();
        for (operator, claims) in [("StringEquals", claims(false)), ("StringLike", claims(true))] {
            if !claims.is_empty() {
                policy = policy.with(
                    Statement::allow(["sts:AssumeRoleWithWebIdentity"])
                        .principal("Federated", [&self.provider_arn])
                        .condition("StringEquals", &format!("{ISSUER}:aud"), [AUDIENCE])
                        .condition(operator, &format!("{ISSUER}:sub"), claims),
                );
            }
        }
        policy
    }
}

/// What [`role`] made.
#[derive(Clone, Debug)]
pub struct RoleParts {
    /// The role, whose ARN the workflow names.
    pub role: IamRoleRef,
    /// Its policies, in the order they were given.
    pub policies: Vec<IamPolicyRef>,
}

/// Adds the role and its policies. What the rules for subjects and policies refuse is reported.
#[track_caller]
pub fn role(stack: &mut Stack, name: &str, config: RoleConfig) -> RoleParts {
    let source = Source::here();
    let trust = config.trust_policy();
    report::role(&config, &trust).report(stack, name, source);
    let stack = &mut stack.scope(name);
    let role = aws::IamRole::new(trust)
        .name(config.name.as_str())
        .max_session_duration(config.session_seconds)
        .description(config.description.as_deref())
        .permissions_boundary(config.permissions_boundary);
    let role = stack.add("role", role);
    let mut policies = Vec::new();
    for (policy_name, policy) in config.policies {
        for (index, part) in policy.split(MANAGED_POLICY_LIMIT).into_iter().enumerate() {
            let policy_name = match index {
                0 => policy_name.clone(),
                _ => format!("{policy_name}-{}", index + 1),
            };
            let logical = label(&policy_name);
            let policy = aws::IamPolicy::new(part).name(format!("{}-{policy_name}", config.name));
            let policy = stack.add(&logical, policy);
            stack.add(
                &logical,
                aws::IamRolePolicyAttachment::new(aws::IamRolePolicyAttachmentArgs {
                    policy_arn: policy.arn().into(),
                    role: role.name().into(),
                }),
            );
            policies.push(policy);
        }
    }
    report::count(&config.name, policies.len()).report(stack, name, source);
    RoleParts { role, policies }
}

#[cfg(test)]
mod tests {
    use formwork::App;
    use serde_json::Value as Json;

    use super::*;
    use crate::github_oidc::SubjectForm;

    const PROVIDER: &str = "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com";

    fn repository() -> Repository {
        Repository::new("acme", "orders", SubjectForm::Name)
    }

    fn built(config: RoleConfig) -> (Vec<String>, Json) {
        let mut app = App::new();
        role(app.stack("bootstrap"), "release", config);
        let synthesis = app.finish();
        let diagnostics = synthesis.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        (diagnostics, serde_json::to_value(&synthesis.stacks[0]).unwrap())
    }

    #[test]
    fn one_repository_assumes_the_role() {
        let (diagnostics, json) = built(
            RoleConfig::new("orders-dev", PROVIDER, repository(), Subject::Environment("dev".into()))
                .subject(Subject::BranchPattern("release/*".into()))
                .policy("read", Policy::new().allow(["s3:GetObject"], ["arn:aws:s3:::b/*"]))
                .permissions_boundary("arn:aws:iam::1:policy/boundary")
                .description("Releases orders"),
        );
        assert_eq!(diagnostics, [""; 0]);
        let role = &json["resource"]["aws_iam_role"]["release_role"];
        let trust: Json = serde_json::from_str(role["assume_role_policy"].as_str().unwrap()).unwrap();
        let condition = |index: usize, operator: &str, claim: &str| {
            trust["Statement"][index]["Condition"][operator][format!("{ISSUER}:{claim}")].clone()
        };
        assert_eq!(condition(0, "StringEquals", "aud"), AUDIENCE);
        assert_eq!(condition(0, "StringEquals", "sub"), "repo:acme/orders:environment:dev");
        assert_eq!(condition(1, "StringEquals", "aud"), AUDIENCE);
        assert_eq!(condition(1, "StringLike", "sub"), "repo:acme/orders:ref:refs/heads/release/*");
        assert_eq!(trust["Statement"][0]["Principal"]["Federated"], PROVIDER);
        assert_eq!(role["permissions_boundary"], "arn:aws:iam::1:policy/boundary");
        assert_eq!(json["resource"]["aws_iam_policy"]["release_read"]["name"], "orders-dev-read");
        let attachment = &json["resource"]["aws_iam_role_policy_attachment"]["release_read"];
        assert_eq!(attachment["policy_arn"], "${aws_iam_policy.release_read.arn}");
    }

    #[test]
    fn a_large_policy_becomes_several() {
        let mut policy = Policy::new();
        for number in 0..100 {
            policy = policy.allow(["s3:GetObject"], [format!("arn:aws:s3:::bucket-{number}/*")]);
        }
        let (diagnostics, json) = built(
            RoleConfig::new("orders-dev", PROVIDER, repository(), Subject::PullRequest)
                .policy("read", policy),
        );
        assert_eq!(diagnostics, [""; 0]);
        assert_eq!(json["resource"]["aws_iam_policy"]["release_read-2"]["name"], "orders-dev-read-2");
    }

    #[test]
    fn a_role_that_reads_is_made_of_one_that_changes() {
        let deploy =
            RoleConfig::new("deploy-orders", PROVIDER, repository(), Subject::Environment("dev".into()))
                .also_from(
                    Repository::new("acme", "tools", SubjectForm::Name),
                    Subject::Branch("main".into()),
                )
                .policy("state", Policy::new().allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::s/*"]))
                .policy("roles", Policy::new().allow(["iam:PassRole"], ["arn:aws:iam::1:role/r"]))
                .description("Applies orders");
        let (diagnostics, json) = built(deploy.reading("plan-orders", Subject::PullRequest));
        assert_eq!(diagnostics, [""; 0]);
        let role = &json["resource"]["aws_iam_role"]["release_role"];
        assert_eq!(role["name"], "plan-orders");
        let trust = role["assume_role_policy"].as_str().unwrap();
        assert!(trust.contains("repo:acme/orders:pull_request"), "{trust}");
        assert!(!trust.contains("environment:dev") && !trust.contains("acme/tools"), "{trust}");
        let policies = json["resource"]["aws_iam_policy"].as_object().unwrap();
        assert_eq!(policies.keys().collect::<Vec<_>>(), ["release_state"]);
        assert!(!policies["release_state"]["policy"].as_str().unwrap().contains("PutObject"));
    }

    #[test]
    fn a_role_cannot_be_made_to_change_itself() {
        let policy = || Policy::new().allow(["iam:PutRolePolicy"], ["arn:aws:iam::1:role/orders-*"]);
        let named = |name: &str| {
            built(
                RoleConfig::new(name, PROVIDER, repository(), Subject::PullRequest).policy("apply", policy()),
            )
            .0
        };
        assert_eq!(named("deploy-orders"), [""; 0]);
        assert_eq!(
            named("orders-deploy"),
            ["policy `apply` of `orders-deploy` lets `orders-deploy` change its own permissions"]
        );
    }

    #[test]
    fn what_iam_or_the_rules_refuse_is_reported() {
        let anywhere = Repository::new("acme", "*", SubjectForm::Name);
        let resources = [format!("arn:aws:s3:::{}", "b".repeat(7000))];
        let mut config = RoleConfig::new("no spaces", PROVIDER, anywhere, Subject::Branch("*".into()))
            .session_seconds(60)
            .policy("empty", Policy::new())
            .policy("all", Policy::new().allow(["s3:*"], ["*"]))
            .policy("long", Policy::new().allow(["s3:GetObject"], resources));
        for number in 0..40 {
            config = config.subject(Subject::Branch(format!("a-branch-with-a-long-name-{number}")));
        }
        for number in 0..9 {
            config = config
                .policy(&number.to_string(), Policy::new().allow(["s3:GetObject"], ["arn:aws:s3:::b/*"]));
        }
        let (diagnostics, _) = built(config);
        let starts = [
            "IAM refuses the role name `no spaces`",
            "`*` is not the name of a repository on GitHub",
            "`*` is a pattern, not a name",
            "IAM refuses sessions of 60 seconds",
            "the trust policy of `no spaces` has ",
            "policy `empty` of `no spaces` has no statement",
            "policy `all` of `no spaces`: `s3:*` permits actions that it does not name",
            "a statement of policy `long` of `no spaces` has ",
            "`no spaces` has 11 policies",
        ];
        assert_eq!(diagnostics.len(), starts.len(), "{diagnostics:#?}");
        for (diagnostic, start) in diagnostics.iter().zip(starts) {
            assert!(diagnostic.starts_with(start), "{diagnostic}");
        }
    }
}
