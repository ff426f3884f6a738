//! `aws_iam_policy_document`: a policy as JSON text, byte for byte as the real data source writes it (compared with
//! hashicorp/aws 5.100.0).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Object, Value};

/// The version of the policy language, unless another is given (IAM User Guide, "Version" element).
const VERSION: &str = "2012-10-17";

/// A policy; its members in the order in which they are written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Document {
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statement: Vec<Statement>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Statement {
    #[serde(skip_serializing_if = "String::is_empty")]
    sid: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    effect: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_action: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_resource: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_principal: Option<Json>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<String, BTreeMap<String, Json>>,
}

impl Default for Document {
    fn default() -> Self {
        Self { version: VERSION.to_owned(), id: None, statement: Vec::new() }
    }
}

/// Renders the document of a configuration.
pub(super) fn render(config: &Object) -> Result<Object, ProviderDiagnostic> {
    let text = |name: &str| config.get(name).and_then(Value::text).map(str::to_owned);
    let mut document = Document::default();
    for source in parse_documents(config, "source_policy_documents")? {
        document.merge(source);
    }
    let own = config.get("statement").map_or(&[][..], Value::elements).iter().filter_map(Value::object);
    let own: Vec<Statement> = own.map(Statement::of).collect();
    for (index, statement) in own.iter().enumerate() {
        if !statement.sid.is_empty() && own[..index].iter().any(|other| other.sid == statement.sid) {
            return Err(ProviderDiagnostic::of(
                "statement",
                format!("duplicate Sid ({})", statement.sid),
                "",
            ));
        }
    }
    let version = text("version").unwrap_or_else(|| document.version.clone());
    document.merge(Document { version, id: text("policy_id"), statement: own });
    for other in parse_documents(config, "override_policy_documents")? {
        document.merge(other);
    }
    let damaged =
        |error: serde_json::Error| ProviderDiagnostic::new("writing IAM Policy Document", error.to_string());
    let pretty = escape(&serde_json::to_string_pretty(&document).map_err(damaged)?);
    let short = escape(&serde_json::to_string(&document).map_err(damaged)?);
    Ok(Object::from([
        ("id".to_owned(), Value::Text(crc32fast::hash(pretty.as_bytes()).to_string())),
        ("json".to_owned(), Value::Text(pretty)),
        ("minified_json".to_owned(), Value::Text(short)),
    ]))
}

impl Document {
    /// Adds another's statements; one with a `Sid` that is there already takes its place.
    fn merge(&mut self, other: Self) {
        self.version = other.version;
        self.id = other.id.or(self.id.take());
        for statement in other.statement {
            let same = self.statement.iter_mut().find(|it| !it.sid.is_empty() && it.sid == statement.sid);
            match same {
                Some(slot) => *slot = statement,
                None => self.statement.push(statement),
            }
        }
    }
}

impl Statement {
    fn of(config: &Object) -> Self {
        let text = |name: &str| config.get(name).and_then(Value::text).unwrap_or_default().to_owned();
        let list = |name: &str| config.get(name).and_then(sorted);
        let effect = text("effect");
        Self {
            sid: text("sid"),
            effect: if effect.is_empty() { "Allow".to_owned() } else { effect },
            action: list("actions"),
            not_action: list("not_actions"),
            resource: list("resources"),
            not_resource: list("not_resources"),
            principal: principals(config.get("principals")),
            not_principal: principals(config.get("not_principals")),
            condition: conditions(config.get("condition")),
        }
    }
}

fn parse_documents(config: &Object, name: &str) -> Result<Vec<Document>, ProviderDiagnostic> {
    let texts = config.get(name).map_or(&[][..], Value::elements).iter().filter_map(Value::text);
    let texts = texts.enumerate().filter(|(_, text)| !text.is_empty());
    texts
        .map(|(index, text)| {
            serde_json::from_str(text).map_err(|error| {
                let summary =
                    format!("writing IAM Policy Document: document {index} of {name} is not a policy");
                ProviderDiagnostic::of(name, summary, error.to_string())
            })
        })
        .collect()
}

/// The texts of a set, from the last to the first; one alone is no list.
fn sorted(value: &Value) -> Option<Json> {
    let mut texts: Vec<String> = value.elements().iter().filter_map(Value::text).map(interpolate).collect();
    texts.sort_unstable_by(|a, b| b.cmp(a));
    match texts.len() {
        0 => None,
        1 => texts.pop().map(Json::String),
        _ => Some(texts.into()),
    }
}

fn principals(value: Option<&Value>) -> Option<Json> {
    let mut by_type: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for principal in value.map_or(&[][..], Value::elements).iter().filter_map(Value::object) {
        let kind = principal.get("type").and_then(Value::text).unwrap_or_default();
        let identifiers = principal.get("identifiers").map_or(&[][..], Value::elements);
        by_type.entry(kind.to_owned()).or_default().extend_from_slice(identifiers);
    }
    if by_type.len() == 1
        && let Some(everyone) = by_type.get("*")
        && everyone.iter().all(|identifier| identifier.text() == Some("*"))
    {
        return Some("*".into());
    }
    let of = |(kind, identifiers): (String, Vec<Value>)| Some((kind, sorted(&Value::List(identifiers))?));
    let members: serde_json::Map<String, Json> = by_type.into_iter().filter_map(of).collect();
    (!members.is_empty()).then_some(Json::Object(members))
}

fn conditions(value: Option<&Value>) -> BTreeMap<String, BTreeMap<String, Json>> {
    let mut tests: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for condition in value.map_or(&[][..], Value::elements).iter().filter_map(Value::object) {
        let text = |name: &str| condition.get(name).and_then(Value::text).unwrap_or_default().to_owned();
        let values = condition.get("values").map_or(&[][..], Value::elements).iter().filter_map(Value::text);
        tests
            .entry(text("test"))
            .or_default()
            .entry(text("variable"))
            .or_default()
            .extend(values.map(interpolate));
    }
    let single = |mut values: Vec<String>| match values.len() {
        1 => values.pop().map_or(Json::Null, Json::String),
        _ => values.into(),
    };
    let of_test = |variables: BTreeMap<String, Vec<String>>| {
        variables.into_iter().map(|(variable, values)| (interpolate(&variable), single(values))).collect()
    };
    tests.into_iter().map(|(test, variables)| (test, of_test(variables))).collect()
}

/// IAM's own variables are written `&{…}` there, since `${…}` is Terraform's.
fn interpolate(text: &str) -> String {
    text.replace("&{", "${")
}

/// Go's encoder escapes what HTML would take amiss.
fn escape(json: &str) -> String {
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(config: &str) -> String {
        let config = Value::from_json(serde_json::from_str(config).unwrap());
        let answer = render(config.object().unwrap()).unwrap();
        answer["minified_json"].text().unwrap().to_owned()
    }

    /// The expected texts are what hashicorp/aws 5.100.0 gives.
    #[test]
    fn documents_are_those_of_the_real_provider() {
        let one = r#"{"statement":[
            {"actions":["a:b","s3:Get*"],"resources":["x","y<&>"],"sid":"One","effect":null,
             "principals":[{"type":"AWS","identifiers":["a","b"]},{"type":"Service","identifiers":["s"]}],
             "condition":[{"test":"Bool","variable":"aws:y","values":["true"]},
                {"test":"StringEquals","variable":"aws:x","values":["1","0"]},
                {"test":"StringEquals","variable":"aws:x","values":["2"]}]},
            {"effect":"Deny","not_actions":["a"],"not_resources":["&{aws:username}"],
             "not_principals":[{"type":"*","identifiers":["*"]}]}]}"#;
        let expected = r#"{"Version":"2012-10-17","Statement":[{"Sid":"One","Effect":"Allow","Action":["s3:Get*","a:b"],"Resource":["y\u003c\u0026\u003e","x"],"Principal":{"AWS":["b","a"],"Service":"s"},"Condition":{"Bool":{"aws:y":"true"},"StringEquals":{"aws:x":["1","0","2"]}}},{"Effect":"Deny","NotAction":"a","NotResource":"${aws:username}","NotPrincipal":"*"}]}"#;
        assert_eq!(rendered(one), expected);
        assert_eq!(rendered("{}"), r#"{"Version":"2012-10-17"}"#);
        let merged = serde_json::json!({
            "policy_id": "p",
            "version": "2008-10-17",
            "source_policy_documents": [expected],
            "statement": [{ "sid": "One", "actions": ["z"], "resources": ["*"] }, { "actions": [], "resources": ["q"] }],
            "override_policy_documents": [r#"{"Statement":[{"Effect":"Deny","Action":"k","Resource":["c","d"]}]}"#],
        });
        let document = Value::from_json(merged);
        let answer = render(document.object().unwrap()).unwrap();
        let expected = r#""Id":"p","Statement":[{"Sid":"One","Effect":"Allow","Action":"z","Resource":"*"},{"Effect":"Deny","NotAction":"a","NotResource":"${aws:username}","NotPrincipal":"*"},{"Effect":"Allow","Resource":"q"},{"Effect":"Deny","Action":"k","Resource":["c","d"]}]}"#;
        assert!(answer["minified_json"].text().unwrap().ends_with(expected), "{answer:?}");
    }

    #[test]
    fn the_id_is_the_checksum_that_the_real_provider_takes() {
        let config = Value::from_json(serde_json::json!({ "statement": [
            { "actions": ["a"], "resources": ["*"], "principals": [
                { "type": "AWS", "identifiers": ["*"] }, { "type": "AWS", "identifiers": ["c"] } ] } ] }));
        let answer = render(config.object().unwrap()).unwrap();
        let json = answer["json"].text().unwrap();
        assert!(json.contains("\"AWS\": [\n          \"c\",\n          \"*\"\n        ]"), "{json}");
        assert_eq!(answer["id"].text().unwrap(), crc32fast::hash(json.as_bytes()).to_string());
    }

    #[test]
    fn a_statement_twice_and_a_text_that_is_no_policy_are_refused() {
        let config = Value::from_json(serde_json::json!({ "statement": [{ "sid": "A" }, { "sid": "A" }] }));
        assert_eq!(render(config.object().unwrap()).unwrap_err().summary, "duplicate Sid (A)");
        let config = Value::from_json(serde_json::json!({ "source_policy_documents": ["{"] }));
        assert!(
            render(config.object().unwrap())
                .unwrap_err()
                .summary
                .contains("document 0 of source_policy_documents")
        );
    }
}
