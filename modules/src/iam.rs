//! IAM policy documents, built from statements.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::iam::{Policy, Statement};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let bucket = stack.add("uploads", aws::S3Bucket::new().bucket("acme-uploads"));
//! let role = stack.add("orders", aws::IamRole::new(Policy::assumed_by_service("lambda.amazonaws.com")));
//! let list = Statement::allow(["s3:ListBucket"]).on([bucket.arn()]).condition("StringLike", "s3:prefix", ["in/*"]);
//! let policy = Policy::new().allow(["s3:GetObject"], [format!("{}/in/*", bucket.arn())]).with(list);
//! let policy = aws::IamRolePolicyArgs { policy: policy.into(), role: role.id().into() };
//! stack.add("orders", aws::IamRolePolicy::new(policy));
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use std::fmt::Display;

use formwork::Value;
use formwork::model::text::{self, Part};
use serde_json::{Map, json};

/// The most characters that a managed policy may have, white space not counted (IAM User Guide, "IAM and AWS STS
/// quotas").
pub const MANAGED_POLICY_LIMIT: usize = 6144;

/// The AWS partition that a region is in, as it begins ARNs: `aws`, `aws-cn` or `aws-us-gov`.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    match region {
        china if china.starts_with("cn-") => "aws-cn",
        government if government.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// An IAM policy document. It becomes an argument that takes a JSON document, such as `policy` or
/// `assume_role_policy`.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    statements: Vec<Statement>,
}

impl Policy {
    /// A document without statements: it permits nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets an AWS service, such as `lambda.amazonaws.com`, assume the role.
    #[must_use]
    pub fn assumed_by_service(service: &str) -> Self {
        Self::new().with(Statement::allow(["sts:AssumeRole"]).principal("Service", [service]))
    }

    /// Adds a statement that allows actions on resources.
    #[must_use]
    pub fn allow<A: Display, R: Display>(
        self,
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = R>,
    ) -> Self {
        self.with(Statement::allow(actions).on(resources))
    }

    /// Adds a statement.
    #[must_use]
    pub fn with(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }

    /// Adds the statements of another document.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.statements.extend(other.statements);
        self
    }

    /// What of the document only reads: actions that begin with `Get`, `List`, `Describe`, `Lookup` or `BatchGet`,
    /// `apigateway:GET`, and `kms:Decrypt`, without which what is encrypted cannot be read. Values of secrets are not
    /// among it. Statements that deny stay as they are.
    #[must_use]
    pub fn reading(&self) -> Self {
        self.keeping(only_reads)
    }

    /// The document without actions that it allows and that a system has no use for. Statements that deny stay as they
    /// are.
    #[must_use]
    pub fn without<const N: usize>(&self, actions: [&str; N]) -> Self {
        self.keeping(|action| !actions.contains(&action))
    }

    fn keeping(&self, is_kept: impl Fn(&str) -> bool) -> Self {
        Self { statements: self.statements.iter().filter_map(|one| one.keeping(&is_kept)).collect() }
    }

    /// The statements, in the order they were added.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The characters that IAM will count: white space is free (IAM User Guide, "IAM and AWS STS quotas"). What an
    /// expression becomes is not known yet: an account id counts 12, anything else 100, which most ARNs stay under.
    #[must_use]
    pub fn size(&self) -> usize {
        EMPTY_DOCUMENT + self.statements.iter().map(|statement| statement.size() + 1).sum::<usize>()
    }

    /// Distributes the statements, in order, over as few documents of at most `limit` characters as that takes. A
    /// statement that is too large by itself becomes several, each for a part of its resources; one that names a single
    /// resource gets a document of its own.
    #[must_use]
    pub fn split(self, limit: usize) -> Vec<Self> {
        let mut documents: Vec<Self> = Vec::new();
        // The size of the last document.
        let mut size = 0;
        for statement in self.statements.into_iter().flat_map(|statement| statement.split(limit)) {
            let added = statement.size();
            match documents.last_mut() {
                Some(last) if size + added < limit => {
                    size += added + 1;
                    last.statements.push(statement);
                }
                _ => {
                    size = EMPTY_DOCUMENT + added + 1;
                    documents.push(Self { statements: vec![statement] });
                }
            }
        }
        documents
    }

    /// Whether there is no statement.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }
}

impl From<Policy> for Value<String> {
    fn from(policy: Policy) -> Self {
        let statements: Vec<_> = policy.statements.into_iter().map(|statement| statement.body).collect();
        Self::from(json!({"Version": "2012-10-17", "Statement": statements}))
    }
}

/// One statement of a [`Policy`]. Actions, resources and condition values may be text or expressions.
#[derive(Clone, Debug)]
pub struct Statement {
    body: Map<String, serde_json::Value>,
}

impl Statement {
    /// A statement that allows actions.
    #[must_use]
    pub fn allow<A: Display>(actions: impl IntoIterator<Item = A>) -> Self {
        Self::new("Allow", actions)
    }

    /// A statement that denies actions, whatever else allows them.
    #[must_use]
    pub fn deny<A: Display>(actions: impl IntoIterator<Item = A>) -> Self {
        Self::new("Deny", actions)
    }

    /// The resources it is about.
    #[must_use]
    pub fn on<R: Display>(mut self, resources: impl IntoIterator<Item = R>) -> Self {
        self.body.insert("Resource".into(), one_or_many(resources));
        self
    }

    /// Who it is about, in a policy of a resource or of trust: a kind (`Service`, `AWS`, `Federated`) and names.
    #[must_use]
    pub fn principal<P: Display>(mut self, kind: &str, names: impl IntoIterator<Item = P>) -> Self {
        self.body.insert("Principal".into(), json!({kind: one_or_many(names)}));
        self
    }

    /// Everybody, in a policy of a resource. Narrow it with a condition.
    #[must_use]
    pub fn any_principal(mut self) -> Self {
        self.body.insert("Principal".into(), json!("*"));
        self
    }

    /// A name for the statement: letters and digits.
    #[must_use]
    pub fn sid(mut self, sid: &str) -> Self {
        self.body.insert("Sid".into(), json!(sid));
        self
    }

    /// A condition: an operator such as `StringEquals`, a key such as `aws:SourceArn`, and the values it may have.
    #[must_use]
    pub fn condition<V: Display>(
        mut self,
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let conditions = self.body.entry("Condition").or_insert_with(|| json!({}));
        if let Some(operators) = conditions.as_object_mut() {
            let keys = operators.entry(operator).or_insert_with(|| json!({}));
            if let Some(keys) = keys.as_object_mut() {
                keys.insert(key.to_owned(), one_or_many(values));
            }
        }
        self
    }

    /// Whether it allows; otherwise it denies.
    #[must_use]
    pub fn allows(&self) -> bool {
        self.body.get("Effect").is_some_and(|effect| effect == "Allow")
    }

    /// The actions, such as `s3:GetObject`.
    #[must_use]
    pub fn actions(&self) -> Vec<&str> {
        self.texts("Action")
    }

    /// The resources that it is about; none in a trust policy.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        self.texts("Resource")
    }

    /// The statement with some of the actions that it allows; nothing if there is none.
    fn keeping(&self, is_kept: impl Fn(&str) -> bool) -> Option<Self> {
        if !self.allows() {
            return Some(self.clone());
        }
        let actions: Vec<&str> = self.actions().into_iter().filter(|action| is_kept(action)).collect();
        let mut statement = self.clone();
        statement.body.insert("Action".into(), one_or_many(&actions));
        (!actions.is_empty()).then_some(statement)
    }

    /// The statement, or several for a part of its resources each, as far as that brings it below the limit.
    fn split(self, limit: usize) -> Vec<Self> {
        let resources: Vec<String> = self.resources().into_iter().map(str::to_owned).collect();
        if EMPTY_DOCUMENT + self.size() < limit || resources.len() < 2 {
            return vec![self];
        }
        let part = |(number, resources): (usize, &[String])| {
            let mut part = self.clone().on(resources);
            // Names of statements are unique in a document.
            if let Some(serde_json::Value::String(sid)) = part.body.get_mut("Sid") {
                sid.push_str(&(number + 1).to_string());
            }
            part
        };
        let fits = |part: &Self| EMPTY_DOCUMENT + part.size() < limit;
        for count in 2..resources.len() {
            let chunks = resources.chunks(resources.len().div_ceil(count));
            let parts: Vec<Self> = chunks.enumerate().map(part).collect();
            if parts.iter().all(fits) {
                return parts;
            }
        }
        resources.chunks(1).enumerate().map(part).collect()
    }

    fn texts(&self, key: &str) -> Vec<&str> {
        match self.body.get(key) {
            Some(serde_json::Value::String(text)) => vec![text],
            Some(serde_json::Value::Array(texts)) => texts.iter().filter_map(|text| text.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    fn size(&self) -> usize {
        let entries = self.body.iter().map(|(key, value)| text_size(key) + size(value) + 2);
        entries.sum::<usize>() + 1
    }

    fn new<A: Display>(effect: &str, actions: impl IntoIterator<Item = A>) -> Self {
        let mut body = Map::new();
        body.insert("Effect".into(), json!(effect));
        body.insert("Action".into(), one_or_many(actions));
        Self { body }
    }
}

/// `{"Version":"2012-10-17","Statement":[]}`.
const EMPTY_DOCUMENT: usize = 39;

/// The characters of compact JSON.
fn size(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => text_size(text),
        serde_json::Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 1,
        serde_json::Value::Object(entries) => {
            entries.iter().map(|(key, value)| text_size(key) + size(value) + 2).sum::<usize>() + 1
        }
        other => other.to_string().len(),
    }
}

fn text_size(text: &str) -> usize {
    let parts = text::parts(text).unwrap_or_default();
    let sizes = parts.iter().map(|part| match part {
        Part::Literal(literal) => literal.chars().count() - literal.matches(' ').count(),
        Part::Expression(expression) if expression.ends_with(".account_id") => 12,
        Part::Expression(_) => 100,
    });
    sizes.sum::<usize>() + 2
}

/// Actions that begin as those do which read, and give away what others may not know.
const SHOW_SECRETS: [&str; 3] =
    ["ec2:GetPasswordData", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"];

fn only_reads(action: &str) -> bool {
    let name = action.split_once(':').map_or(action, |(_, name)| name);
    let begins = ["Get", "List", "Describe", "Lookup", "BatchGet"].iter().any(|verb| name.starts_with(verb));
    (begins && !SHOW_SECRETS.contains(&action)) || ["apigateway:GET", "kms:Decrypt"].contains(&action)
}

/// IAM takes a single value without brackets; reviewers read that more easily.
fn one_or_many<T: Display>(values: impl IntoIterator<Item = T>) -> serde_json::Value {
    let mut values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    match values.len() {
        1 => json!(values.remove(0)),
        _ => json!(values),
    }
}

#[cfg(test)]
mod tests {
    use formwork::Expr;

    use super::*;

    #[test]
    fn a_document_mixes_text_and_expressions() {
        let bucket = Expr::<String>::raw("aws_s3_bucket.b.arn");
        let policy = Policy::new().with(
            Statement::allow(["s3:GetObject"]).on([format!("{bucket}/${{aws:username}}/*")]).condition(
                "StringEquals",
                "aws:PrincipalTag/team",
                ["a", "b"],
            ),
        );
        let json = serde_json::to_value(Value::from(policy).into_json()).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"${jsonencode({"Statement" = [{"Action" = "s3:GetObject", "#,
                r#""Condition" = {"StringEquals" = {"aws:PrincipalTag/team" = ["a", "b"]}}, "Effect" = "Allow", "#,
                r#""Resource" = "${aws_s3_bucket.b.arn}/$${aws:username}/*"}], "Version" = "2012-10-17"})}"#
            )
        );
    }

    #[test]
    fn the_size_is_that_of_compact_json() {
        let policy = Policy::new().allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::b/*"]).with(
            Statement::deny(["s3:DeleteObject"]).on(["*"]).condition(
                "StringEquals",
                "aws:PrincipalTag/team",
                ["a", "b"],
            ),
        );
        let size = policy.size();
        let json = serde_json::to_value(Value::from(policy).into_json()).unwrap();
        let text = json.as_str().unwrap();
        assert!(size.abs_diff(text.len()) <= 1, "{size} for {}", text.len());
    }

    #[test]
    fn what_a_system_has_no_use_for_is_taken_out_of_what_is_allowed() {
        let policy = Policy::new()
            .allow(["lambda:GetAlias", "lambda:GetFunction"], ["arn:f"])
            .allow(["lambda:CreateAlias"], ["arn:f"])
            .with(Statement::deny(["lambda:CreateAlias"]).on(["*"]));
        let left = policy.without(["lambda:CreateAlias", "lambda:GetAlias"]);
        let actions: Vec<_> = left.statements().iter().map(Statement::actions).collect();
        assert_eq!(actions, [["lambda:GetFunction"], ["lambda:CreateAlias"]]);
    }

    #[test]
    fn what_reads_is_left_of_a_document_and_what_is_denied() {
        let policy = Policy::new()
            .allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket"], ["arn:aws:s3:::b"])
            .allow(["apigateway:GET", "apigateway:PATCH"], ["arn:aws:apigateway:eu-central-1::/*"])
            .allow(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], ["arn:s"])
            .allow(["ecr:BatchGetImage", "ecr:BatchDeleteImage", "kms:Decrypt", "kms:Encrypt"], ["arn:r"])
            .allow(["iam:PassRole"], ["arn:aws:iam::1:role/r"])
            .with(Statement::deny(["s3:DeleteObject"]).on(["*"]));
        let read = policy.reading();
        let actions: Vec<Vec<&str>> = read.statements().iter().map(Statement::actions).collect();
        assert_eq!(
            actions,
            [
                vec!["s3:GetObject", "s3:ListBucket"],
                vec!["apigateway:GET"],
                vec!["secretsmanager:DescribeSecret"],
                vec!["ecr:BatchGetImage", "kms:Decrypt"],
                vec!["s3:DeleteObject"],
            ]
        );
        assert_eq!(read.statements()[0].resources(), ["arn:aws:s3:::b"]);
        assert!(!read.statements()[4].allows());
    }

    #[test]
    fn a_large_document_is_split_between_statements() {
        let mut policy = Policy::new();
        for number in 0..100 {
            policy = policy.allow(["s3:GetObject"], [format!("arn:aws:s3:::bucket-{number}/*")]);
        }
        assert!(policy.size() > MANAGED_POLICY_LIMIT);
        let documents = policy.split(MANAGED_POLICY_LIMIT);
        assert_eq!(documents.len(), 2);
        assert!(documents.iter().all(|document| document.size() <= MANAGED_POLICY_LIMIT));
        assert_eq!(documents.iter().map(|document| document.statements().len()).sum::<usize>(), 100);
    }

    #[test]
    fn a_large_statement_is_split_by_its_resources() {
        let resources: Vec<String> =
            (0..300).map(|number| format!("arn:aws:s3:::bucket-{number}/*")).collect();
        let statement = Statement::allow(["s3:GetObject"]).sid("Read").on(&resources);
        let documents = Policy::new().with(statement).split(MANAGED_POLICY_LIMIT);
        assert!(documents.iter().all(|document| document.size() <= MANAGED_POLICY_LIMIT));
        let statements: Vec<&Statement> =
            documents.iter().flat_map(|document| document.statements()).collect();
        let split: Vec<&str> = statements.iter().flat_map(|statement| statement.resources()).collect();
        assert_eq!(split, resources);
        let sids: std::collections::BTreeSet<_> =
            statements.iter().map(|one| one.body["Sid"].to_string()).collect();
        assert_eq!(sids.len(), statements.len());
    }
}
