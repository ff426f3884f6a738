//! How large documents may be: each alone, or those of several objects together.

use formwork_schema::facts::Limit;
use serde_json::json;

use crate::constraints::subject::{SOURCE, Subject};
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Object, Value};

/// The most bytes of the policy of a function, or of one alias or version of it (AWS Lambda Developer Guide, "Lambda
/// quotas": function resource-based policy).
const FUNCTION_POLICY: usize = 20_480;

impl Subject<'_> {
    /// Checks the sizes of documents beside those that are there.
    pub(super) fn check_sizes(&self) -> Vec<ProviderDiagnostic> {
        let documents = self.facts.limits.iter().filter_map(|limit| self.check_document(limit));
        documents.chain(self.check_function_policy()).collect()
    }

    fn check_document(&self, limit: &Limit) -> Option<ProviderDiagnostic> {
        let own = size(self.object, &limit.argument);
        let others = if limit.together.is_empty() { Vec::new() } else { self.beside(&limit.together) };
        let all = own + others.iter().map(|other| size(other, &limit.argument)).sum::<usize>();
        (all > limit.most).then(|| {
            let detail = format!("It would have {all} characters, white space not counted. {SOURCE}");
            ProviderDiagnostic::of(&limit.argument, format!("{}: {}", self.label(), limit.error), detail)
        })
    }

    fn check_function_policy(&self) -> Option<ProviderDiagnostic> {
        if self.kind != "aws_lambda_permission" {
            return None;
        }
        let others = self.beside(&["function_name".to_owned(), "qualifier".to_owned()]);
        let statements: usize =
            others.iter().chain([self.object]).map(|object| self.statement(object) + 1).sum();
        let size = r#"{"Version":"2012-10-17","Id":"default","Statement":[]}"#.len() + statements - 1;
        (size > FUNCTION_POLICY).then(|| {
            let error = format!(
                "PolicyLengthExceededException: The final policy size ({size}) is bigger than the limit ({FUNCTION_POLICY})."
            );
            let detail = format!(
                "One permission with the pattern `<API>/*/*` does for all routes of an API what one for each does. {SOURCE}"
            );
            ProviderDiagnostic::new(format!("creating {}: {error}", self.label()), detail)
        })
    }

    /// The bytes of the statement that Lambda makes of a permission.
    fn statement(&self, permission: &Object) -> usize {
        let text = |name: &str| permission.get(name).and_then(Value::text).unwrap_or_default();
        let function = text("function_name");
        let function = if function.starts_with("arn:") {
            function.to_owned()
        } else {
            format!("arn:aws:lambda:{}:{}:function:{function}", self.region, self.account)
        };
        let resource = match text("qualifier") {
            "" => function,
            qualifier => format!("{function}:{qualifier}"),
        };
        // Without an id of its own it gets one of 36 characters.
        let sid = match text("statement_id") {
            "" => "terraform-00000000000000000000000000",
            sid => sid,
        };
        let statement = json!({
            "Sid": sid, "Effect": "Allow", "Principal": {"Service": text("principal")}, "Action": text("action"),
            "Resource": resource, "Condition": {"ArnLike": {"AWS:SourceArn": text("source_arn")}},
        });
        statement.to_string().len()
    }

    /// The other objects of the type that have the same values.
    fn beside(&self, names: &[String]) -> Vec<Object> {
        let of =
            |object: &Object, name: &str| object.get(name).and_then(Value::to_plain_text).unwrap_or_default();
        let id = self.text("id");
        self.find_all(self.kind, |other| {
            let is_same = names.iter().all(|name| of(self.object, name) == of(other, name));
            is_same && (id.is_none() || other.get("id").and_then(Value::text) != id)
        })
    }
}

/// The characters of a document as IAM counts them: without white space.
fn size(object: &Object, argument: &str) -> usize {
    let text = object.get(argument).and_then(Value::text).unwrap_or_default();
    text.chars().filter(|character| !character.is_whitespace()).count()
}
