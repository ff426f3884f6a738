//! Policies above the cloud's sizes, and statements of one policy with one id.

use std::collections::BTreeMap;

use formwork_core::references::{self, Piece};
use formwork_core::{Diagnostic, Json, Object, Stack, encoded};
use formwork_schema::{Limit, TypeFacts};
use serde_json::{Value, json};

use crate::conflicts::identity::{Said, is_repeated};

/// Arguments that hold policies whose statements must have ids of their own (IAM User Guide, "IAM JSON policy elements:
/// Sid", and Amazon SQS Developer Guide, "Custom policy"), with the beginnings of the names of their types.
const WITH_IDS: [(&str, &str); 5] = [
    ("aws_iam_", "assume_role_policy"),
    ("aws_iam_", "policy"),
    ("aws_sns_topic", "policy"),
    ("aws_sqs_queue", "policy"),
    ("aws_ssoadmin_permission_set", "inline_policy"),
];

/// The most bytes of what permissions make of the policy of a function (AWS Lambda Developer Guide, "Lambda quotas").
const FUNCTION_POLICY: usize = 20_480;

/// Reports what is too large, and ids that are given twice.
pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut together: BTreeMap<(&str, &str, Vec<Said>), Sum<'_>> = BTreeMap::new();
    let mut last = ("", TypeFacts::of(""));
    for (type_name, name, object) in stack.resources() {
        if last.0 != type_name {
            last = (type_name, TypeFacts::of(type_name));
        }
        for limit in &last.1.limits {
            let Some(own) = object.block.get(&limit.argument).and_then(least) else { continue };
            let address = || format!("{type_name}.{name}");
            if limit.together.is_empty() {
                let sum = Sum { size: own, count: 1, at: object, address: address(), limit };
                found.extend(sum.finding(stack));
                continue;
            }
            let of = |by: &String| Said::object(stack, object.block.get(by)).ok().flatten();
            let Some(by) = limit.together.iter().map(of).collect::<Option<Vec<_>>>() else { continue };
            let sum = together.entry((type_name, &limit.argument, by)).or_insert_with(|| Sum {
                size: 0,
                count: 0,
                at: object,
                address: address(),
                limit,
            });
            sum.size += own;
            sum.count += 1;
        }
        for (_, argument) in WITH_IDS.iter().filter(|(prefix, _)| type_name.starts_with(prefix)) {
            let Some(value) = object.block.get(argument) else { continue };
            for id in repeated(&ids(stack, value)) {
                found.push(same_id(stack, &format!("{type_name}.{name}"), object, argument, &id));
            }
        }
    }
    found.extend(together.values().filter_map(|sum| sum.finding(stack)));
    found.extend(function_policies(stack));
    for (name, object) in stack.data_sources_of("aws_iam_policy_document") {
        let Some(statements) = object.block.get("statement") else { continue };
        for id in repeated(&in_blocks(statements, "sid")) {
            let address = format!("data.aws_iam_policy_document.{name}");
            found.push(same_id(stack, &address, object, "statement", &id));
        }
    }
    found
}

/// The characters of one document, or of several that count together.
struct Sum<'a> {
    size: usize,
    count: usize,
    /// The first object.
    at: &'a Object,
    address: String,
    limit: &'a Limit,
}

impl Sum<'_> {
    fn finding(&self, stack: &Stack) -> Option<Diagnostic> {
        let Limit { most, argument, .. } = self.limit;
        if self.size <= *most {
            return None;
        }
        let size = self.size;
        let message = match self.count {
            1 => format!(
                "the document has {size} characters or more, white space not counted, and {most} can be"
            ),
            count => format!(
                "the documents of {count} objects have {size} characters or more together, white space not counted, and {most} can be"
            ),
        };
        let hint = "take fewer statements, name resources by a pattern, or attach several managed policies";
        let diagnostic = Diagnostic::new(stack.name(), message).at(&self.address).argument(argument);
        Some(diagnostic.origin(self.at.origin).hint(hint))
    }
}

fn same_id(stack: &Stack, address: &str, object: &Object, argument: &str, id: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(stack.name(), format!("two statements have the id `{id}`"));
    let diagnostic = diagnostic.at(address).argument(argument).origin(object.origin);
    diagnostic.hint("give each statement a `Sid` of its own, or none")
}

/// The policies that permissions make of functions, as far as the program knows them: each is a statement.
fn function_policies(stack: &Stack) -> Vec<Diagnostic> {
    let mut sizes: BTreeMap<Vec<Said>, (usize, usize, &str, &Object)> = BTreeMap::new();
    for (name, object) in stack.resources_of("aws_lambda_permission") {
        let function = Said::object(stack, object.block.get("function_name"));
        let (Ok(Some(function)), false) = (function, is_repeated(&object.block)) else { continue };
        let qualifier = Said::of(object.block.get("qualifier")).ok().flatten();
        let text = |argument: &str| object.block.get(argument).map(least_text).unwrap_or_default();
        let statement = json!({
            "Sid": text("statement_id"), "Effect": "Allow", "Principal": {"Service": text("principal")},
            "Action": text("action"), "Resource": format!("arn:aws:lambda:::function:{}", text("function_name")),
            "Condition": {"ArnLike": {"AWS:SourceArn": text("source_arn")}},
        });
        let key = [Some(function), qualifier].into_iter().flatten().collect();
        let sum = sizes.entry(key).or_insert((0, 0, name, object));
        sum.0 += statement.to_string().len() + 1;
        sum.1 += 1;
    }
    let large = sizes.into_iter().filter(|(_, (size, ..))| *size > FUNCTION_POLICY);
    large
        .map(|(by, (size, count, name, object))| {
            let function = by.first().map(Said::text).unwrap_or_default();
            let message = format!(
                "the {count} permissions of `{function}` make a policy of {size} bytes or more, and {FUNCTION_POLICY} can be"
            );
            let hint = "one permission with the pattern `<API>/*/*` does for all routes of an API what one for each does";
            let diagnostic = Diagnostic::new(stack.name(), message).at(format!("aws_lambda_permission.{name}"));
            diagnostic.argument("function_name").origin(object.origin).hint(hint)
        })
        .collect()
}

/// The least characters that a document will have, as IAM counts them: without white space, and whatever Terraform
/// computes is empty.
fn least(value: &Json) -> Option<usize> {
    let count = |text: &str| text.chars().filter(|character| !character.is_whitespace()).count();
    match value {
        Json::String(text) => Some(count(&references::unescaped(text))),
        Json::Template(text) => Some(match encoded::document(text) {
            Some(document) => count(&known(&document).to_string()),
            None => count(&without_expressions(text)),
        }),
        _ => None,
    }
}

fn least_text(value: &Json) -> String {
    match value {
        Json::String(text) => references::unescaped(text),
        Json::Template(text) => without_expressions(text),
        _ => String::new(),
    }
}

/// A document without what Terraform computes.
fn known(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_expressions(text)),
        Value::Array(items) => items.iter().map(known).collect(),
        Value::Object(entries) => Value::Object(
            entries.iter().map(|(key, value)| (without_expressions(key), known(value))).collect(),
        ),
        other => other.clone(),
    }
}

fn without_expressions(text: &str) -> String {
    let literal = references::pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(references::unescaped(text)),
        Piece::Interpolation(_) | Piece::Directive(_) => None,
    });
    literal.collect()
}

/// The ids of the statements of a policy: of text, of a document, or of blocks with one in each.
fn ids(stack: &Stack, value: &Json) -> Vec<String> {
    // Most policies have none.
    let has_ids = !matches!(stack.behind_locals(value), Json::String(text) if !text.contains("\"Sid\""));
    let document = if has_ids { stack.json_document(value) } else { None };
    let statements = document.as_ref().and_then(|document| document.get("Statement")?.as_array());
    let ids = statements.into_iter().flatten().filter_map(|statement| statement.get("Sid")?.as_str());
    ids.filter(|id| !references::holds_template(id)).map(str::to_owned).collect()
}

/// The literal values of one argument in the blocks of a kind, however they were given.
fn in_blocks(value: &Json, argument: &str) -> Vec<String> {
    let literal = |value: &Json| match value {
        Json::String(text) => Some(references::unescaped(text)),
        _ => None,
    };
    match value {
        Json::Block(block) => block.get(argument).and_then(literal).into_iter().collect(),
        Json::Blocks(blocks) => {
            blocks.iter().filter_map(|block| block.get(argument).and_then(literal)).collect()
        }
        Json::Array(items) => items.iter().flat_map(|item| in_blocks(item, argument)).collect(),
        Json::Object(entries) => {
            let own = entries.iter().find(|(name, _)| name == argument);
            own.and_then(|(_, value)| literal(value)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// What is in a list more than once.
fn repeated(ids: &[String]) -> Vec<String> {
    let mut repeated: Vec<String> = Vec::new();
    for (position, id) in ids.iter().enumerate() {
        if !id.is_empty() && ids[..position].contains(id) && !repeated.contains(id) {
            repeated.push(id.clone());
        }
    }
    repeated
}
