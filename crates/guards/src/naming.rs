//! Rules for names: those in the program, and those that the provider shows.

use formwork_core::{Finding, Rule, Stack};

use crate::site::Site;

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
    Rule::new("logical-name", |stack| Site::all(stack).filter_map(|site| logical(stack, &site)).collect())
}

/// `name-prefix`: what resources of these types are called in the cloud begins with a prefix, such as `acme-`. Names
/// that Terraform computes are left alone.
#[must_use]
pub fn prefixed(prefix: impl Into<String>, types: &'static [&'static str]) -> Rule {
    let prefix = prefix.into();
    Rule::new("name-prefix", move |stack| {
        let sites = types.iter().flat_map(|type_name| Site::resources(stack, type_name));
        sites.flat_map(|site| physical(&site, &prefix)).collect()
    })
}

fn logical(stack: &Stack, site: &Site<'_>) -> Option<Finding> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let short = site.type_name.split_once('_').map_or(site.type_name, |(_, rest)| rest);
    let message = match site.name {
        name if !name.bytes().all(is_plain) => {
            format!("the logical name `{name}` has more than lower-case letters, digits and underscores")
        }
        name if name == short || name == site.type_name => {
            format!("the logical name `{name}` repeats the type")
        }
        _ => return None,
    };
    let finding = stack.finding(message).at(format!("{}.{}", site.type_name, site.name));
    Some(finding.origin(site.object.origin).hint("name what it is for, such as `orders` or `main`"))
}

fn physical(site: &Site<'_>, prefix: &str) -> Vec<Finding> {
    let named = PHYSICAL.iter().filter_map(|argument| Some((argument, site.body().text(argument)?)));
    let wrong = named.filter(|(_, name)| !name.starts_with(prefix));
    let finding = |(argument, name): (&&str, String)| {
        let hint = format!("call it `{prefix}{name}`");
        site.finding(argument, format!("the name `{name}` does not begin with `{prefix}`"), hint)
    };
    wrong.map(finding).collect()
}
