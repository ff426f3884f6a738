//! Names that an account has once, given by two stacks: the second apply would fail half-way.

use std::collections::BTreeMap;

use formwork_core::{Block, Diagnostic, Json, Stack, references};
use formwork_schema::TypeFacts;
use serde_json::json;

/// What says in a provider's configuration which account it works in. Two that say the same, or nothing, work in one.
const ACCOUNT: [&str; 6] =
    ["allowed_account_ids", "assume_role", "endpoints", "profile", "shared_credentials_files", "access_key"];

/// Reports names that several stacks give to what an account has once, such as roles and buckets, as far as the program
/// knows both.
pub(crate) fn check(stacks: &[Stack]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if stacks.len() < 2 {
        return found;
    }
    let mut taken: BTreeMap<(String, String, String), &str> = BTreeMap::new();
    for stack in stacks.iter().filter(|stack| !stack.is_module()) {
        let mut ours = Vec::new();
        for (type_name, name, object) in stack.resources() {
            if !type_name.starts_with("aws_") {
                continue;
            }
            let facts = TypeFacts::of(type_name);
            let Some(unique) = facts.unique.as_ref().filter(|_| facts.global) else { continue };
            let Some(identity) = identity(&object.block, &unique.by) else { continue };
            let account = if facts.shared { String::new() } else { account_of(stack, &object.block) };
            let key = (type_name.to_owned(), identity.clone(), account);
            let Some(other) = taken.get(&key) else {
                ours.push(key);
                continue;
            };
            let (label, who) =
                (&facts.label, if facts.shared { "all accounts have" } else { "an account has" });
            let message =
                format!("the {label} `{identity}` is in the stack `{other}` too, and {who} the name once");
            let argument = unique.by.first().cloned().unwrap_or_default();
            let hint = "put the region or the environment into the name; stacks in different accounts say so with `allowed_account_ids`";
            found.push(
                Diagnostic::new(stack.name(), message)
                    .at(format!("{type_name}.{name}"))
                    .argument(argument)
                    .origin(object.origin)
                    .hint(hint),
            );
        }
        taken.extend(ours.into_iter().map(|key| (key, stack.name())));
    }
    found
}

/// The values by which an object is one of its kind; nothing if Terraform computes one, or how many there are.
fn identity(block: &Block, by: &[String]) -> Option<String> {
    let counts = ["count", "for_each", "allow_overwrite"];
    if counts.into_iter().any(|name| block.get(name).is_some()) {
        return None;
    }
    let mut values = Vec::new();
    for name in by {
        match block.get(name) {
            None | Some(Json::Null) => {}
            Some(Json::String(text)) => values.push(references::unescaped(text)),
            Some(_) => return None,
        }
    }
    // A path alone is no name.
    let has_name = by.first().is_some_and(|first| block.get(first).is_some());
    has_name.then(|| values.join(" "))
}

/// What the configuration of a resource's provider says of the account.
fn account_of(stack: &Stack, block: &Block) -> String {
    let reference = match block.get("provider") {
        Some(Json::String(text) | Json::Template(text)) => text.to_string(),
        _ => "aws".to_owned(),
    };
    let configuration = stack.providers().find(|it| it.reference.to_string() == reference);
    let said: Vec<_> = configuration
        .into_iter()
        .flat_map(|it| ACCOUNT.iter().filter_map(|name| Some(json!([name, it.object.block.get(name)?]))))
        .collect();
    json!(said).to_string()
}
