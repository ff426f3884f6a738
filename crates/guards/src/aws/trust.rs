//! `open-trust` and `confused-deputy`: who takes a role on, or comes as a service of AWS, is known.

use formwork_core::{Diagnostic, Json, Stack, references};

use crate::aws::policy::{Policy, Statement, Test, policies};
use crate::body::Body;
use crate::guarded_object::GuardedObject;

/// An identity provider that signs tokens for everybody, and how the subjects of its tokens begin: what must be said of
/// them, up to where.
struct Issuer {
    /// The host, with which the keys of conditions begin.
    host: &'static str,
    subject: &'static str,
    ends: char,
    /// Whose token it is, for people.
    whose: &'static str,
}

/// Sources: "Configuring OpenID Connect in Amazon Web Services" of GitHub; "Retrieve temporary credentials" of GitLab;
/// "Dynamic provider credentials" of HCP Terraform.
const ISSUERS: [Issuer; 3] = [
    Issuer {
        host: "token.actions.githubusercontent.com",
        subject: "repo:",
        ends: '/',
        whose: "repository on GitHub",
    },
    Issuer { host: "gitlab.com", subject: "project_path:", ends: '/', whose: "project on GitLab" },
    Issuer {
        host: "app.terraform.io",
        subject: "organization:",
        ends: ':',
        whose: "organization of HCP Terraform",
    },
];

/// Other claims of GitHub that say whose token it is.
const CLAIMS: [&str; 5] =
    ["job_workflow_ref", "repository", "repository_id", "repository_owner", "repository_owner_id"];

/// Keys of conditions that say on whose behalf a service comes (IAM user guide, "The confused deputy problem").
const SOURCES: [&str; 4] = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];

/// Services whose requests carry no source: Lambda@Edge ("Setting IAM permissions for Lambda@Edge") and the logs of load
/// balancers ("Access logs for your Application Load Balancer").
const WITHOUT_SOURCE: [&str; 3] = [
    "edgelambda.amazonaws.com",
    "logdelivery.elasticloadbalancing.amazonaws.com",
    "replicator.lambda.amazonaws.com",
];

/// Resources that services of AWS come to on behalf of others.
const SHARED: [&str; 4] = ["lambda:", "s3:", "sns:", "sqs:"];

/// The types whose policies are of these resources alone.
const SHARED_TYPES: [&str; 6] = [
    "aws_s3_bucket",
    "aws_s3_bucket_policy",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sqs_queue",
    "aws_sqs_queue_policy",
];

pub(super) fn open(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for policy in policies(stack) {
        for statement in policy.statements.iter().filter(|statement| !statement.federated.is_empty()) {
            let trusted = ISSUERS.iter().filter(|issuer| issuer.is_of(statement, stack));
            for issuer in trusted.filter(|issuer| !statement.tests.iter().any(|test| issuer.is_narrow(test)))
            {
                let message = format!("every {} may take the role on", issuer.whose);
                let hint = format!(
                    "name the subject without `*` before its `{}`, as in `{{\"StringLike\": {{\"{}:sub\": \"{}acme{}…\"}}}}`",
                    issuer.ends, issuer.host, issuer.subject, issuer.ends
                );
                diagnostics.push(policy.guarded.diagnostic(policy.argument, message, hint));
            }
        }
    }
    diagnostics
}

pub(super) fn deputies(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for policy in policies(stack) {
        for statement in &policy.statements {
            diagnostics.extend(deputy(&policy, statement));
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_lambda_permission") {
        let body = guarded.body();
        let Some(service) = body.text("principal").filter(|principal| is_service(principal)) else {
            continue;
        };
        let sources = ["source_arn", "source_account", "event_source_token", "principal_org_id"];
        if sources.iter().all(|source| body.get(source).is_none()) {
            let hint = "set `source_arn`, or `source_account`";
            diagnostics.push(guarded.diagnostic("principal", for_anybody(&service), hint));
        }
    }
    diagnostics
}

fn deputy(policy: &Policy<'_>, statement: &Statement) -> Option<Diagnostic> {
    // What a policy of a bucket, queue or topic allows with `*` is its own.
    let is_of_shared = SHARED_TYPES.contains(&policy.guarded.type_name);
    let is_shared = |action: &String| {
        (action == "*" && is_of_shared)
            || SHARED.iter().any(|service| action.to_lowercase().starts_with(service))
    };
    if !statement.actions.iter().any(is_shared) {
        return None;
    }
    let service = statement.services.iter().find(|service| is_service(service))?;
    let says_source = |test: &Test| {
        let open = |value: &String| {
            test.is_pattern() && value.chars().all(|character| matches!(character, '*' | '?' | ':'))
        };
        SOURCES.contains(&test.key.to_lowercase().as_str()) && test.narrows() && !test.values.iter().any(open)
    };
    if statement.tests.iter().any(says_source) {
        return None;
    }
    let hint = "add a condition on `aws:SourceArn` or `aws:SourceAccount`";
    Some(policy.guarded.diagnostic(policy.argument, for_anybody(service), hint))
}

fn for_anybody(service: &str) -> String {
    format!("`{service}` may come on behalf of anybody's account")
}

/// Whether it is a service of AWS that says for whom it comes.
fn is_service(principal: &str) -> bool {
    (principal.ends_with(".amazonaws.com") || principal.ends_with(".amazonaws.com.cn"))
        && !WITHOUT_SOURCE.contains(&principal)
}

impl Issuer {
    /// Whether a statement is for tokens of the issuer: by the provider that it names, or by what it asks of them.
    fn is_of(&self, statement: &Statement, stack: &Stack) -> bool {
        let asks = |test: &Test| test.key.to_lowercase().starts_with(&format!("{}:", self.host));
        statement.federated.iter().any(|provider| self.is_named(provider, stack))
            || statement.tests.iter().any(asks)
    }

    fn is_named(&self, provider: &str, stack: &Stack) -> bool {
        let written = Json::bare(provider);
        let provider = match stack.behind_locals(&written) {
            Json::String(text) | Json::Template(text) => text,
            _ => provider,
        };
        let is_host = |url: &str| url.trim_start_matches("https://").trim_end_matches('/') == self.host;
        if let Some((_, url)) = provider.split_once(":oidc-provider/") {
            return is_host(url);
        }
        // A provider of the stack itself, or one that it looks up.
        let object = references::reference(provider).and_then(|reference| {
            let block = reference.block().filter(|it| it.type_name == "aws_iam_openid_connect_provider")?;
            stack.block(block.kind, block.type_name, block.name)
        });
        object.and_then(|object| Body::Block(&object.block).text("url")).is_some_and(|url| is_host(&url))
    }

    /// Whether a condition says whose tokens they are.
    fn is_narrow(&self, test: &Test) -> bool {
        let key = test.key.to_lowercase();
        let Some(claim) = key.strip_prefix(self.host).and_then(|rest| rest.strip_prefix(':')) else {
            return false;
        };
        let names_owner = |value: &String| {
            if !test.is_pattern() {
                return true;
            }
            // Only Terraform knows what an expression gives; what stands before it is the program's.
            let (value, is_cut) = match value.split_once("${") {
                Some((before, _)) => (before, true),
                None => (value.as_str(), false),
            };
            let is_plain = |owner: &str| !owner.contains(['*', '?']);
            match claim {
                "sub" if is_cut && self.subject.starts_with(value) => true,
                "sub" => {
                    value.strip_prefix(self.subject).is_some_and(|rest| match rest.split_once(self.ends) {
                        Some((owner, _)) => !owner.is_empty() && is_plain(owner),
                        None => is_cut && is_plain(rest),
                    })
                }
                _ if is_cut && !value.contains('/') => is_plain(value),
                _ => {
                    let owner = value.split('/').next().unwrap_or_default();
                    !owner.is_empty() && !owner.contains(['*', '?'])
                }
            }
        };
        (claim == "sub" || CLAIMS.contains(&claim)) && test.narrows() && test.values.iter().all(names_owner)
    }
}
