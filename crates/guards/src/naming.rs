//! Rules for names: those in the program, and those that the provider shows.

use formwork_core::{Diagnostic, Rule, Stack};

use crate::guarded_object::GuardedObject;

/// Arguments that name a resource to those who see it in a console.
const PHYSICAL: [&str; 12] = [
    "alarm_name",
    "bucket",
    "cluster_identifier",
    "cluster_name",
    "family",
    "function_name",
    "identifier",
    "name",
    "queue_name",
    "repository_name",
    "role_name",
    "topic_name",
];

/// `logical-name`: logical names are lower-case letters, digits and underscores, and do not repeat the type, since
/// Terraform's addresses say it already (Terraform style guide, "Resource naming").
#[must_use]
pub fn logical_names() -> Rule {
    Rule::new("logical-name", |stack| {
        GuardedObject::all(stack).filter_map(|guarded| logical(stack, &guarded)).collect()
    })
}

/// `name-prefix`: what resources of these types are called in the cloud begins with a prefix, such as `acme-`. Names
/// that Terraform computes are left alone.
#[must_use]
pub fn prefixed(prefix: impl Into<String>, types: &'static [&'static str]) -> Rule {
    let prefix = prefix.into();
    Rule::new("name-prefix", move |stack| {
        let found = types.iter().flat_map(|type_name| GuardedObject::resources(stack, type_name));
        found.flat_map(|guarded| physical(&guarded, &prefix)).collect()
    })
}

fn logical(stack: &Stack, guarded: &GuardedObject<'_>) -> Option<Diagnostic> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let short = guarded.type_name.split_once('_').map_or(guarded.type_name, |(_, rest)| rest);
    let message = match guarded.name {
        name if !name.bytes().all(is_plain) => {
            format!("the logical name `{name}` has more than lower-case letters, digits and underscores")
        }
        name if name == short || name == guarded.type_name => {
            format!("the logical name `{name}` repeats the type")
        }
        _ => return None,
    };
    let diagnostic = stack.diagnostic(message).at(format!("{}.{}", guarded.type_name, guarded.name));
    Some(diagnostic.origin(guarded.object.origin).hint("name what it is for, such as `orders` or `main`"))
}

fn physical(guarded: &GuardedObject<'_>, prefix: &str) -> Vec<Diagnostic> {
    let named = PHYSICAL.iter().filter_map(|argument| Some((argument, guarded.body().text(argument)?)));
    let wrong = named.filter(|(_, name)| !name.starts_with(prefix));
    let diagnostic = |(argument, name): (&&str, String)| {
        let hint = format!("call it `{prefix}{name}`");
        guarded.diagnostic(argument, format!("the name `{name}` does not begin with `{prefix}`"), hint)
    };
    wrong.map(diagnostic).collect()
}
