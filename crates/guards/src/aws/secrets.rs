//! `plain-secret`: no password, key or token stands in the program where no provider calls the argument sensitive.

use formwork_core::{Address, Block, Diagnostic, Json, Kind, Object, Stack, credentials, references};
use serde_json::Value;

use crate::body::literal;
use crate::guarded_object::GuardedObject;

/// Endings of names whose values are secrets.
const NAMES: [&str; 10] = [
    "ACCESS_KEY",
    "API_KEY",
    "APIKEY",
    "CREDENTIALS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATE_KEY",
    "SECRET",
    "TOKEN",
];

const HINT: &str = "keep it in a secret store, and give the name or the ARN by which it is read";

pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for guarded in GuardedObject::all(stack) {
        for entry in guarded.object.block.entries() {
            if let Some(kind) = known_in(&entry.value) {
                diagnostics.push(guarded.diagnostic(
                    &entry.name,
                    format!("{kind} stands in plain text"),
                    HINT,
                ));
            }
        }
    }
    for kind in [Kind::Data, Kind::Ephemeral, Kind::Module, Kind::Action] {
        for (type_name, name, object) in stack.blocks(kind) {
            let address = Address { kind, type_name: type_name.to_owned().into(), name: name.into() };
            in_block(stack, &address.to_string(), object, &mut diagnostics);
        }
    }
    for configuration in stack.providers() {
        let address = format!("provider.{}", configuration.reference);
        let from = diagnostics.len();
        in_block(stack, &address, &configuration.object, &mut diagnostics);
        // What is reported in every program is not reported again.
        let credentials = credentials::literals(&configuration.object.block);
        let is_known =
            |argument: &str| credentials.iter().any(|it| it.path.split('.').next() == Some(argument));
        let new = diagnostics.split_off(from).into_iter();
        diagnostics.extend(new.filter(|it| !it.argument.as_deref().is_some_and(is_known)));
    }
    environments(stack, &mut diagnostics);
    for (name, object) in stack.variables() {
        let is_sensitive = matches!(object.block.get("sensitive"), Some(Json::Bool(true)));
        let Some(entry) = object.block.entry("default") else { continue };
        let is_set =
            !matches!(&entry.value, Json::Null) && literal(&entry.value).is_none_or(|text| !text.is_empty());
        if is_sensitive && is_set || known_in(&entry.value).is_some() {
            let diagnostic = stack.diagnostic("the default of a sensitive variable stands in plain text");
            let diagnostic = diagnostic.at(format!("var.{name}")).argument("default").source(entry.source);
            diagnostics.push(
                diagnostic.origin(object.origin).hint("take the default out, so that it has to be given"),
            );
        }
    }
    let named = stack.locals().map(|(name, object)| ("local", name, object));
    for (kind, name, object) in named.chain(stack.outputs().map(|(name, object)| ("output", name, object))) {
        if let Some(secret) = object.block.get("value").and_then(known_in) {
            let diagnostic =
                stack.diagnostic(format!("{secret} stands in plain text")).at(format!("{kind}.{name}"));
            diagnostics.push(diagnostic.origin(object.origin).hint(HINT));
        }
    }
    diagnostics
}

/// Secrets of known form in what is no resource.
fn in_block(stack: &Stack, address: &str, object: &Object, diagnostics: &mut Vec<Diagnostic>) {
    for entry in object.block.entries() {
        // The identifier of an access key alone lets nobody in.
        let Some(kind) = known_in(&entry.value).filter(|_| entry.name != "access_key") else { continue };
        let diagnostic = stack.diagnostic(format!("{kind} stands in plain text")).at(address);
        diagnostics
            .push(diagnostic.argument(&*entry.name).source(entry.source).origin(object.origin).hint(HINT));
    }
}

/// The environments of functions, containers and builds, and the variables of pipelines.
fn environments(stack: &Stack, diagnostics: &mut Vec<Diagnostic>) {
    for guarded in GuardedObject::resources(stack, "aws_lambda_function") {
        for block in guarded.body().nested("environment") {
            if let Some(Json::Object(variables)) = block.get("variables") {
                for (name, value) in variables {
                    diagnostics.extend(variable(&guarded, "environment.variables", name, literal(value)));
                }
            }
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_codebuild_project") {
        let blocks = guarded.body().nested("environment").into_iter();
        for block in blocks.flat_map(|block| block.nested("environment_variable")) {
            let is_plain = matches!(block.text("type").as_deref(), None | Some("PLAINTEXT"));
            if let (true, Some(name)) = (is_plain, block.text("name")) {
                let value = block.text("value");
                diagnostics.extend(variable(&guarded, "environment.environment_variable", &name, value));
            }
        }
    }
    for guarded in GuardedObject::resources(stack, "aws_ecs_task_definition") {
        let definitions = guarded.body().get("container_definitions");
        let document = definitions.and_then(|definitions| stack.json_document(definitions));
        for container in document.as_ref().and_then(Value::as_array).into_iter().flatten() {
            for pair in container.get("environment").and_then(Value::as_array).into_iter().flatten() {
                let text = |key: &str| pair.get(key).and_then(Value::as_str).map(str::to_owned);
                // An expression is not text that stands here.
                let value = text("value").filter(|value| !references::holds_template(value));
                let name = text("name").unwrap_or_default();
                diagnostics.extend(variable(&guarded, "container_definitions", &name, value));
            }
        }
    }
    for type_name in ["github_actions_variable", "github_actions_environment_variable"] {
        for guarded in GuardedObject::resources(stack, type_name) {
            let name = guarded.body().text("variable_name").unwrap_or_default();
            diagnostics.extend(variable(&guarded, "value", &name, guarded.body().text("value")));
        }
    }
}

/// A diagnostic if the name is that of a secret, and its value is there to be read.
fn variable(
    guarded: &GuardedObject<'_>,
    argument: &str,
    name: &str,
    value: Option<String>,
) -> Option<Diagnostic> {
    let value = value?;
    let upper = name.to_uppercase().replace('-', "_");
    let is_secret = NAMES.iter().any(|ending| upper.ends_with(ending));
    // An ARN, a path or an address says where the secret is.
    let is_place = value.starts_with("arn:") || value.starts_with('/') || value.starts_with("https://");
    let says_nothing = value.is_empty() || matches!(value.as_str(), "true" | "false");
    if !is_secret || is_place || says_nothing {
        return None;
    }
    Some(guarded.diagnostic(argument, format!("the value of `{name}` stands in plain text"), HINT))
}

/// What kind of secret a value holds that can be told by its form.
fn known_in(value: &Json) -> Option<&'static str> {
    match value {
        Json::String(text) | Json::Template(text) => known(text),
        Json::Array(items) => items.iter().find_map(known_in),
        Json::Object(entries) => entries.iter().find_map(|(_, item)| known_in(item)),
        Json::Block(block) => block.entries().find_map(|entry| known_in(&entry.value)),
        Json::Blocks(blocks) => {
            blocks.iter().flat_map(Block::entries).find_map(|entry| known_in(&entry.value))
        }
        _ => None,
    }
}

/// Beginnings of secrets, how many letters and digits follow at least, and what it is. AWS: IAM user guide, "IAM
/// identifiers", for the prefixes of access keys; GitHub: "About authentication to GitHub", for those of tokens.
const FORMS: [(&str, usize, &str); 9] = [
    ("AKIA", 16, "an AWS access key"),
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("github_pat_", 20, "a GitHub token"),
    ("xoxb-", 10, "a Slack token"),
    ("xoxp-", 10, "a Slack token"),
    ("sk_live_", 16, "a Stripe key"),
    ("AIza", 35, "a Google API key"),
];

fn known(text: &str) -> Option<&'static str> {
    if text.len() < 16 {
        return None;
    }
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if has_password(text) {
        return Some("a password in a connection string");
    }
    FORMS.iter().find_map(|(beginning, length, kind)| {
        let is_one = |at: usize| {
            let is_word =
                |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
            let stands_alone =
                text[..at].chars().next_back().is_none_or(|before| !before.is_ascii_alphanumeric());
            let rest = &text[at + beginning.len()..];
            stands_alone && rest.chars().take_while(|character| is_word(*character)).count() >= *length
        };
        text.match_indices(beginning).any(|(at, _)| is_one(at)).then_some(*kind)
    })
}

/// Whether text holds `scheme://user:password@host`, with a password that is no expression.
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#', ' ', '"']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':')
        .is_some_and(|(_, password)| !password.is_empty() && !password.contains(['$', '{', '<']))
}
