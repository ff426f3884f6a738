//! IAM policies in all their forms: text, `jsonencode(…)` and `aws_iam_policy_document`.

use formwork_core::{Json, Stack};
use serde_json::Value;

use crate::body::Body;
use crate::guarded_object::GuardedObject;

/// Actions that do more than describe and list, and that IAM ties to no resource: it takes only `*` for them
/// (Service Authorization Reference, the tables of actions).
const ON_ALL_RESOURCES: [&str; 22] = [
    "acm:RequestCertificate",
    "cloudfront:CreateDistribution",
    "cloudfront:CreateOriginAccessControl",
    "cloudwatch:GetMetricData",
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "lambda:CreateEventSourceMapping",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:GetLogDelivery",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "sts:GetCallerIdentity",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];

/// Whether an action changes something, or shows a secret, and takes no resource but `*`.
#[must_use]
pub fn needs_all_resources(action: &str) -> bool {
    ON_ALL_RESOURCES.contains(&action)
}

/// Whether an action, such as `ec2:DescribeVpcs`, only tells what exists. `Get` may show contents and is not among them.
#[must_use]
pub fn only_describes(action: &str) -> bool {
    let name = action.split_once(':').map_or(action, |(_, name)| name);
    name.starts_with("Describe") || name.starts_with("List")
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It says what somebody may do.
    Identity,
    /// It is attached to a bucket, and says who may do what with it.
    Bucket,
    /// It is attached to something else, and says who may do what with it, or who may take a role on.
    Resource,
}

/// A policy and where it stands.
pub(super) struct Policy<'a> {
    pub(super) guarded: GuardedObject<'a>,
    pub(super) argument: &'static str,
    pub(super) purpose: Purpose,
    pub(super) statements: Vec<Statement>,
}

/// A statement that allows something.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) actions: Vec<String>,
    pub(super) not_actions: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) not_resources: Vec<String>,
    /// Whether it is for everyone.
    pub(super) everyone: bool,
    /// Its conditions.
    pub(super) tests: Vec<Test>,
    /// The identity providers whose tokens it is for, by ARN or as an expression.
    pub(super) federated: Vec<String>,
    /// The services of AWS that it is for.
    pub(super) services: Vec<String>,
    /// Whether it names anyone at all.
    names_principals: bool,
}

/// A condition: an operator such as `StringLike`, a key, and the values one of which must fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) operator: String,
    pub(super) key: String,
    /// Literal text, and expressions between `${` and `}`.
    pub(super) values: Vec<String>,
}

impl Test {
    /// Whether it fails where the key is missing, and asks for one of the values: `…IfExists` and `ForAllValues:` hold
    /// without the key, and a negation holds for nearly everything (IAM user guide, "Condition operators").
    pub(super) fn narrows(&self) -> bool {
        let operator = self.operator.to_lowercase();
        let is_lax = operator.ends_with("ifexists")
            || operator.starts_with("forallvalues:")
            || operator.contains("not")
            || operator.ends_with("null");
        !is_lax && !self.values.is_empty()
    }

    /// Whether `*` and `?` in the values stand for any text.
    pub(super) fn is_pattern(&self) -> bool {
        // `ArnEquals` matches patterns as `ArnLike` does.
        let operator = self.operator.to_lowercase();
        operator.contains("like") || operator.contains("arnequals")
    }
}

const IDENTITY: [(&str, &str); 6] = [
    ("aws_iam_group_policy", "policy"),
    ("aws_iam_policy", "policy"),
    ("aws_iam_role_policy", "policy"),
    ("aws_iam_user_policy", "policy"),
    ("aws_ssoadmin_permission_set_inline_policy", "inline_policy"),
    ("aws_iam_role", "inline_policy"),
];

const BUCKET: [(&str, &str); 2] = [("aws_s3_bucket", "policy"), ("aws_s3_bucket_policy", "policy")];

const RESOURCE: [(&str, &str); 22] = [
    ("aws_backup_vault_policy", "policy"),
    ("aws_cloudwatch_event_bus_policy", "policy"),
    ("aws_dynamodb_resource_policy", "policy"),
    ("aws_ecr_registry_policy", "policy"),
    ("aws_ecr_repository_policy", "policy"),
    ("aws_efs_file_system_policy", "policy"),
    ("aws_elasticsearch_domain", "access_policies"),
    ("aws_elasticsearch_domain_policy", "access_policies"),
    ("aws_glacier_vault", "access_policy"),
    ("aws_iam_role", "assume_role_policy"),
    ("aws_kinesis_resource_policy", "policy"),
    ("aws_kms_external_key", "policy"),
    ("aws_kms_key", "policy"),
    ("aws_kms_key_policy", "policy"),
    ("aws_opensearch_domain", "access_policies"),
    ("aws_opensearch_domain_policy", "access_policies"),
    ("aws_secretsmanager_secret", "policy"),
    ("aws_secretsmanager_secret_policy", "policy"),
    ("aws_sns_topic", "policy"),
    ("aws_sns_topic_policy", "policy"),
    ("aws_sqs_queue", "policy"),
    ("aws_sqs_queue_policy", "policy"),
];

/// The policies of a stack that can be read.
pub(super) fn policies(stack: &Stack) -> Vec<Policy<'_>> {
    let identity = IDENTITY.iter().map(|argument| (argument, Purpose::Identity));
    let bucket = BUCKET.iter().map(|argument| (argument, Purpose::Bucket));
    let resource = RESOURCE.iter().map(|argument| (argument, Purpose::Resource));
    let mut policies = Vec::new();
    for ((type_name, argument), purpose) in identity.chain(bucket).chain(resource) {
        for guarded in GuardedObject::resources(stack, type_name) {
            let mut statements = Vec::new();
            match guarded.body().get(argument) {
                // The inline policies of a role are blocks.
                Some(Json::String(_) | Json::Template(_)) | None => {
                    let value = guarded.body().get(argument);
                    statements.extend(value.and_then(|value| read(stack, value)).unwrap_or_default());
                }
                Some(_) => {
                    let inner = guarded.body().nested(argument).into_iter();
                    statements.extend(inner.filter_map(|block| read(stack, block.get("policy")?)).flatten());
                }
            }
            policies.push(Policy { guarded, argument, purpose, statements });
        }
    }
    for guarded in GuardedObject::data(stack, "aws_iam_policy_document") {
        let mut statements: Vec<_> =
            guarded.body().nested("statement").into_iter().filter_map(of_block).collect();
        for argument in ["source_policy_documents", "override_policy_documents"] {
            let Some(Json::Array(documents)) = guarded.body().get(argument) else { continue };
            statements.extend(documents.iter().filter_map(|document| read(stack, document)).flatten());
        }
        let purpose = if statements.iter().any(|statement| statement.names_principals) {
            Purpose::Resource
        } else {
            Purpose::Identity
        };
        policies.push(Policy { guarded, argument: "statement", purpose, statements });
    }
    policies
}

/// The statements that allow something.
fn read(stack: &Stack, value: &Json) -> Option<Vec<Statement>> {
    let document = stack.json_document(value)?;
    let statements = match document.get("Statement")? {
        Value::Array(statements) => statements.iter().filter_map(of_document).collect(),
        one => of_document(one).into_iter().collect(),
    };
    Some(statements)
}

fn of_document(statement: &Value) -> Option<Statement> {
    let texts = |name: &str| statement.get(name).map(strings).unwrap_or_default();
    if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
        return None;
    }
    let principal = statement.get("Principal");
    // Whoever is not excepted may, also without an account (IAM User Guide, "NotPrincipal with Allow").
    let everyone = statement.get("NotPrincipal").is_some()
        || principal.is_some_and(|principal| match principal {
            Value::String(text) => text == "*",
            other => other.get("AWS").map(strings).unwrap_or_default().iter().any(|one| one == "*"),
        });
    let of_principal =
        |kind: &str| principal.and_then(|principal| principal.get(kind)).map(strings).unwrap_or_default();
    let operators = statement.get("Condition").and_then(Value::as_object);
    let mut tests = Vec::new();
    for (operator, keys) in operators.into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            tests.push(Test { operator: operator.clone(), key: key.clone(), values: strings(values) });
        }
    }
    Some(Statement {
        actions: texts("Action"),
        not_actions: texts("NotAction"),
        resources: texts("Resource"),
        not_resources: texts("NotResource"),
        everyone,
        tests,
        federated: of_principal("Federated"),
        services: of_principal("Service"),
        names_principals: principal.is_some() || everyone,
    })
}

fn of_block(block: Body<'_>) -> Option<Statement> {
    if !matches!(block.text("effect").as_deref(), None | Some("Allow")) {
        return None;
    }
    let principals = block.nested("principals");
    let everyone = !block.nested("not_principals").is_empty()
        || principals.iter().any(|principal| {
            matches!(principal.text("type").as_deref(), Some("*" | "AWS"))
                && principal.texts("identifiers").iter().any(|identifier| identifier == "*")
        });
    let of_principal = |kind: &str| -> Vec<String> {
        let of_kind = principals.iter().filter(|principal| principal.text("type").as_deref() == Some(kind));
        of_kind.flat_map(|principal| principal.written("identifiers")).collect()
    };
    let test = |condition: Body<'_>| Test {
        operator: condition.text("test").unwrap_or_default(),
        key: condition.text("variable").unwrap_or_default(),
        values: condition.written("values"),
    };
    let tests = block.nested("condition").into_iter().map(test).collect();
    Some(Statement {
        actions: block.texts("actions"),
        not_actions: block.texts("not_actions"),
        resources: block.texts("resources"),
        not_resources: block.texts("not_resources"),
        everyone,
        tests,
        federated: of_principal("Federated"),
        services: of_principal("Service"),
        names_principals: !principals.is_empty() || everyone,
    })
}

/// A string or a list of strings.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

impl Statement {
    /// Whether it lets everyone in: conditions on how somebody comes do not say who may.
    pub(super) fn is_public(&self) -> bool {
        const HOW: [&str; 3] = ["aws:securetransport", "s3:tlsversion", "s3:signatureversion"];
        self.everyone && self.tests.iter().all(|test| HOW.contains(&test.key.to_lowercase().as_str()))
    }
}
