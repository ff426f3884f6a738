//! IAM policy documents, built from statements.

use std::fmt::Display;

use formwork::Value;
use serde_json::{Map, json};

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

    fn new<A: Display>(effect: &str, actions: impl IntoIterator<Item = A>) -> Self {
        let mut body = Map::new();
        body.insert("Effect".into(), json!(effect));
        body.insert("Action".into(), one_or_many(actions));
        Self { body }
    }
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
}
