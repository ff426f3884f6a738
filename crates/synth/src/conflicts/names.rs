//! Names that all accounts, an account or a region has once, given twice: the second apply would fail half-way.

use std::collections::HashMap;

use formwork_core::{Block, Diagnostic, Json, ProviderConfiguration, Stack};
use formwork_schema::TypeFacts;
use serde_json::json;

use crate::conflicts::identity::{Said, is_invented, is_repeated};

/// What says in a provider's configuration which account it works in. Two that say the same, or nothing, work in one.
const ACCOUNT: [&str; 9] = [
    "access_key",
    "allowed_account_ids",
    "assume_role",
    "base_url",
    "endpoints",
    "organization",
    "owner",
    "profile",
    "shared_credentials_files",
];

/// By what an object is one of its kind, and where: its type, what it says, its account, its region, and its stack if
/// that is part of what it says.
type Key<'a> = (&'a str, Vec<Option<Said>>, String, Option<Said>, Option<&'a str>);

/// Reports names that are given twice, as far as the program knows both.
pub(super) fn check(stacks: &[Stack]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut taken: HashMap<Key<'_>, (&str, &str)> = HashMap::new();
    for stack in stacks.iter().filter(|stack| !stack.is_module()) {
        let mut last = ("", TypeFacts::of(""));
        let mut places = Places { stack, known: HashMap::new() };
        for (type_name, name, object) in stack.resources() {
            // Objects of one type stand together.
            if last.0 != type_name {
                last = (type_name, TypeFacts::of(type_name));
            }
            let facts = last.1;
            let Some(unique) = &facts.unique else { continue };
            let Some(said) = identity(&object.block, facts) else { continue };
            let (account, region) = places.of(type_name, &object.block);
            let account = if facts.shared { String::new() } else { account };
            let region = if facts.global || facts.shared { None } else { region };
            let is_known = |said: &Option<Said>| !matches!(said, Some(Said::Expression(_)));
            // A provider without a region takes it from the environment, which may differ from stack to stack.
            let has_region = facts.global || facts.shared || matches!(region, Some(Said::Literal(_)));
            let own = (!said.iter().all(is_known) || !has_region).then(|| stack.name());
            let key = (type_name, said, account, region, own);
            let Some((other_stack, other)) = taken.get(&key) else {
                taken.insert(key, (stack.name(), name));
                continue;
            };
            let label = if facts.label.is_empty() { type_name } else { &facts.label };
            let text: Vec<&str> = key.1.iter().flatten().map(Said::text).collect();
            let who = match () {
                () if unique.by.len() > 1 => "there can be one",
                () if facts.shared => "all accounts have the name once",
                () if facts.global => "an account has the name once",
                () => "a region has the name once",
            };
            let (place, hint) = if *other_stack == stack.name() {
                (format!("`{type_name}.{other}` too"), "leave one out, or give it a name of its own")
            } else {
                (
                    format!("in the stack `{other_stack}` too"),
                    "put the region or the environment into the name; stacks in different accounts say so with `allowed_account_ids`",
                )
            };
            let message = format!("the {label} `{}` is {place}, and {who}", text.join(" "));
            found.push(
                Diagnostic::new(stack.name(), message)
                    .at(format!("{type_name}.{name}"))
                    .argument(unique.by.first().cloned().unwrap_or_default())
                    .origin(object.origin)
                    .hint(hint),
            );
        }
    }
    found
}

/// The values by which an object is one of its kind; nothing if they cannot be compared, or how many there are is not
/// known.
fn identity(block: &Block, facts: &TypeFacts) -> Option<Vec<Option<Said>>> {
    let unique = facts.unique.as_ref()?;
    // Without the first, such as a name, the provider invents one.
    block.get(unique.by.first()?)?;
    if unique.by.iter().any(|name| is_invented(facts, block, name)) {
        return None;
    }
    if is_repeated(block) || block.get("allow_overwrite").is_some() {
        return None;
    }
    let folded = |said: Said| match said {
        Said::Literal(text) if unique.any_case => Said::Literal(text.to_lowercase()),
        said => said,
    };
    unique.by.iter().map(|name| Some(Said::of(block.get(name)).ok()?.map(folded))).collect()
}

/// Where the provider configurations of a stack work.
struct Places<'a> {
    stack: &'a Stack,
    known: HashMap<String, (String, Option<Said>)>,
}

impl Places<'_> {
    /// What is said of the account and the region of a resource.
    fn of(&mut self, type_name: &str, block: &Block) -> (String, Option<Said>) {
        let reference = match block.get("provider") {
            Some(Json::String(text) | Json::Template(text)) => text.to_string(),
            _ => type_name.split('_').next().unwrap_or_default().to_owned(),
        };
        let stack = self.stack;
        let (account, default) = self.known.entry(reference).or_insert_with_key(|reference| {
            let configuration = stack.providers().find(|it| it.reference.to_string() == *reference);
            (account(configuration), region(configuration.map(|it| &it.object.block)))
        });
        (account.clone(), region(Some(block)).or_else(|| default.clone()))
    }
}

/// What a provider's configuration says of its account.
fn account(configuration: Option<&ProviderConfiguration>) -> String {
    let said: Vec<_> = configuration
        .into_iter()
        .flat_map(|it| ACCOUNT.iter().filter_map(|name| Some(json!([name, it.object.block.get(name)?]))))
        .collect();
    json!(said).to_string()
}

fn region(block: Option<&Block>) -> Option<Said> {
    Said::of(block?.get("region")).ok().flatten()
}
