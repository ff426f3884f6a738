//! The policies of a resource: those that stand in its arguments as JSON, and what it says in arguments of its own.

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::encoded;
use serde_json::{Map, Value};

use crate::iam::permission::{Effect, Permission, Scope};
use crate::unknown::{self, is_unknown};

/// What one policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Its statements.
    Known(Vec<Permission>),
    /// Nobody knows before the apply, for this reason.
    Unknown(String),
}

/// The policies in a resource by the arguments that they stand in. `body` is what a plan says of it; `written` is what the
/// document says, which tells what a policy is made of that is known after the apply.
pub(crate) fn policies(
    type_name: &str,
    address: &str,
    body: &Value,
    written: Option<&Value>,
) -> BTreeMap<String, Policy> {
    let mut policies = BTreeMap::new();
    let Some(body) = body.as_object() else { return policies };
    let subject = Subject { type_name, address, body, written };
    for (name, value) in body {
        let of_document = written.and_then(|it| it.get(name));
        if let Some(policy) = subject.policy(name, value, of_document) {
            policies.insert(name.clone(), policy);
        }
        // `inline_policy { policy = … }` and the like.
        for (at, block) in value.as_array().into_iter().flatten().enumerate() {
            for (inner, value) in block.as_object().into_iter().flatten() {
                let of_document = of_document.map(|it| it.get(at).unwrap_or(it)).and_then(|it| it.get(inner));
                if let Some(policy) = subject.policy(inner, value, of_document) {
                    let key = block.get("name").and_then(Value::as_str).map_or(at.to_string(), str::to_owned);
                    policies.insert(format!("{name}[{key}].{inner}"), policy);
                }
            }
        }
    }
    policies.extend(subject.own());
    policies
}

/// The resource that a policy is of.
struct Subject<'a> {
    type_name: &'a str,
    address: &'a str,
    body: &'a Map<String, Value>,
    written: Option<&'a Value>,
}

impl Subject<'_> {
    /// The policy in an argument, if it is one.
    fn policy(&self, name: &str, value: &Value, written: Option<&Value>) -> Option<Policy> {
        let text = value.as_str()?;
        if !is_unknown(text) || text.starts_with('{') {
            let statements = statements(&serde_json::from_str(text).ok()?)?;
            return Some(Policy::Known(self.permissions(&statements)));
        }
        let source = written.and_then(Value::as_str);
        if text == unknown::UNKNOWN
            && let Some(document) = source.and_then(encoded::document)
        {
            // Another document, such as the rules of a life cycle, is not one of these.
            let statements = statements(&unknown::written(&document))?;
            return Some(Policy::Known(self.permissions(&statements)));
        }
        let is_policy = self.type_name.starts_with("aws_")
            && (name.ends_with("policy") || matches!(name, "policy_document" | "access_policies"));
        let why = match source {
            Some(source) => unknown::written(&Value::from(source)).as_str().map(str::to_owned),
            None => Some(text.to_owned()),
        };
        is_policy.then(|| Policy::Unknown(why.unwrap_or_default()))
    }

    fn permissions(&self, statements: &[Map<String, Value>]) -> Vec<Permission> {
        statements.iter().filter_map(|it| self.permission(it)).collect()
    }

    fn permission(&self, statement: &Map<String, Value>) -> Option<Permission> {
        let effect = match statement.get("Effect")?.as_str()? {
            "Deny" => Effect::Deny,
            _ => Effect::Allow,
        };
        let scope = |name: &str, read: fn(&Value) -> BTreeSet<String>| {
            let (some, but) = (statement.get(name), statement.get(&format!("Not{name}")));
            match (some, but) {
                (Some(value), _) => Some(Scope { all_but: false, patterns: read(value) }),
                (None, Some(value)) => Some(Scope { all_but: true, patterns: read(value) }),
                (None, None) => None,
            }
        };
        let mut actions = scope("Action", texts)?;
        // IAM does not tell their letters apart; what is said stays as it is written.
        let service = |action: String| match action.split_once(':') {
            Some((service, name)) => format!("{}:{name}", service.to_lowercase()),
            None => action,
        };
        actions.patterns = actions.patterns.into_iter().map(service).collect();
        Some(Permission {
            effect,
            principals: scope("Principal", principals).unwrap_or_else(|| Scope::only(self.holder())),
            actions,
            resources: scope("Resource", texts).unwrap_or_else(|| Scope::only(self.address)),
            conditions: statement.get("Condition").map(conditions).unwrap_or_default(),
        })
    }

    /// Whom a policy without principals is for.
    fn holder(&self) -> String {
        for kind in ["role", "user", "group"] {
            if let Some(name) = self.argument(kind) {
                return format!("{kind} {name}");
            }
        }
        if self.type_name == "aws_iam_role" || self.type_name == "aws_iam_user" {
            return self.address.to_owned();
        }
        format!("whoever has {}", self.address)
    }

    /// An argument as text, as far as it is known.
    fn argument(&self, name: &str) -> Option<String> {
        let text = self.body.get(name)?.as_str().filter(|text| !text.is_empty())?;
        if text != unknown::UNKNOWN {
            return Some(text.to_owned());
        }
        let written = self.written.and_then(|it| it.get(name)).map(unknown::written);
        written.as_ref().and_then(Value::as_str).map(str::to_owned).or_else(|| Some(text.to_owned()))
    }

    /// What the arguments of a resource say that is a permission by itself.
    fn own(&self) -> Vec<(String, Policy)> {
        match self.type_name {
            "aws_lambda_permission" => vec![("principal".to_owned(), Policy::Known(self.invocation()))],
            "aws_iam_role_policy_attachment"
            | "aws_iam_user_policy_attachment"
            | "aws_iam_group_policy_attachment"
            | "aws_iam_policy_attachment" => {
                let arn = self.argument("policy_arn").unwrap_or_default();
                vec![("policy_arn".to_owned(), Policy::Known(vec![self.attached(&arn)]))]
            }
            "aws_iam_role" => {
                let arns = self.body.get("managed_policy_arns").map(texts).unwrap_or_default();
                let attached: Vec<Permission> = arns.iter().map(|arn| self.attached(arn)).collect();
                // Where there are none, other resources may attach some.
                if attached.is_empty() || arns.contains(unknown::UNKNOWN) {
                    return Vec::new();
                }
                vec![("managed_policy_arns".to_owned(), Policy::Known(attached))]
            }
            _ => Vec::new(),
        }
    }

    /// All that a managed policy allows.
    fn attached(&self, arn: &str) -> Permission {
        let mut holders: BTreeSet<String> = BTreeSet::new();
        for (kind, list) in [("role", "roles"), ("user", "users"), ("group", "groups")] {
            let names = self.body.get(list).map(texts).unwrap_or_default();
            holders.extend(names.into_iter().map(|name| format!("{kind} {name}")));
        }
        if holders.is_empty() {
            holders.insert(self.holder());
        }
        Permission {
            effect: Effect::Allow,
            principals: Scope { all_but: false, patterns: holders },
            actions: Scope::only(format!("all of the policy {arn}")),
            resources: Scope::only("what it names"),
            conditions: BTreeMap::new(),
        }
    }

    /// Who may call a function.
    fn invocation(&self) -> Vec<Permission> {
        let who = self.argument("principal").unwrap_or_default();
        let who = match who.as_str() {
            "*" => who,
            service if service.ends_with(".amazonaws.com") => format!("Service {service}"),
            account => format!("AWS {account}"),
        };
        let keys = [
            ("source_arn", "ArnLike aws:SourceArn"),
            ("source_account", "StringEquals aws:SourceAccount"),
            ("principal_org_id", "StringEquals aws:PrincipalOrgID"),
            ("function_url_auth_type", "StringEquals lambda:FunctionUrlAuthType"),
        ];
        let condition =
            |(name, key): (&str, &str)| Some((key.to_owned(), BTreeSet::from([self.argument(name)?])));
        vec![Permission {
            effect: Effect::Allow,
            principals: Scope::only(who),
            actions: Scope::only(self.argument("action").unwrap_or_default()),
            resources: Scope::only(self.argument("function_name").unwrap_or_default()),
            conditions: keys.into_iter().filter_map(condition).collect(),
        }]
    }
}

/// The statements of a document, if it is a policy.
fn statements(document: &Value) -> Option<Vec<Map<String, Value>>> {
    let statements = match document.get("Statement")? {
        Value::Array(items) => items.iter().filter_map(Value::as_object).cloned().collect(),
        Value::Object(one) => vec![one.clone()],
        _ => return None,
    };
    Some(statements)
}

/// One text or several.
fn texts(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Null => BTreeSet::new(),
        one => BTreeSet::from([text(one)]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `"*"`, or names by their kinds. `{"AWS": "*"}` is everybody too; an account by its number is its root.
fn principals(value: &Value) -> BTreeSet<String> {
    let Value::Object(kinds) = value else { return texts(value) };
    let mut all = BTreeSet::new();
    for (kind, names) in kinds {
        for name in texts(names) {
            let is_account = name.len() == 12 && name.bytes().all(|it| it.is_ascii_digit());
            all.insert(match (kind.as_str(), name.as_str()) {
                ("AWS", "*") => name,
                ("AWS", account) if is_account => format!("AWS arn:aws:iam::{account}:root"),
                (kind, name) => format!("{kind} {name}"),
            });
        }
    }
    all
}

fn conditions(value: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let operators = value.as_object().into_iter().flatten();
    let each = operators.flat_map(|(operator, keys)| {
        keys.as_object()
            .into_iter()
            .flatten()
            .map(move |(key, values)| (format!("{operator} {key}"), texts(values)))
    });
    let mut all: BTreeMap<String, BTreeSet<String>> = each.collect();
    if all.is_empty() && value.is_string() {
        all.insert(text(value), BTreeSet::new());
    }
    all
}
