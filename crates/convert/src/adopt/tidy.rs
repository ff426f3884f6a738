//! What a program need not say: what the provider gives by itself, and what is empty.
//!
//! Whatever is left out here leaves a plan empty: an argument that is also computed keeps the value of the state, and
//! an empty text or collection is what a provider keeps of an argument that was not given.

use std::collections::BTreeMap;

use formwork_schema::{Attribute as SchemaAttribute, BlockSchema, Catalogue, CatalogueError, TypeFacts};

use crate::configuration::{Body, Item};
use crate::expression::Expression;

/// What other resources of a state say of a resource of a type: the argument, and their types.
const SAID_ELSEWHERE: [(&str, &str, &[&str]); 7] = [
    ("aws_security_group", "ingress", &["aws_security_group_rule", "aws_vpc_security_group_ingress_rule"]),
    ("aws_security_group", "egress", &["aws_security_group_rule", "aws_vpc_security_group_egress_rule"]),
    ("aws_route_table", "route", &["aws_route"]),
    ("aws_network_acl", "ingress", &["aws_network_acl_rule"]),
    ("aws_network_acl", "egress", &["aws_network_acl_rule"]),
    ("aws_iam_role", "inline_policy", &["aws_iam_role_policy"]),
    ("aws_iam_role", "managed_policy_arns", &["aws_iam_role_policy_attachment"]),
];

/// Types whose deprecated blocks the provider fills by itself: since the upgrade of hashicorp/aws to version 4 each of
/// these blocks is a resource of its own.
const FILLED_BLOCKS: [&str; 1] = ["aws_s3_bucket"];

/// What is known around a resource.
pub(super) struct Around<'a> {
    /// Its type.
    pub(super) type_name: &'a str,
    /// The region of its provider.
    pub(super) region: Option<&'a str>,
    /// Whether the state has any resource of a type.
    pub(super) has_type: &'a dyn Fn(&str) -> bool,
}

/// Leaves out of the body of a resource what need not be said.
pub(super) fn resource(
    body: &mut Body,
    schema: &BlockSchema,
    catalogue: &Catalogue,
    around: &Around<'_>,
) -> Result<(), CatalogueError> {
    let facts = TypeFacts::of(around.type_name);
    let texts: BTreeMap<String, Option<String>> = body
        .attributes()
        .map(|attribute| (attribute.name.clone(), attribute.value.as_text().map(str::to_owned)))
        .collect();
    let is_elsewhere = |name: &str| {
        let found =
            SAID_ELSEWHERE.iter().filter(|(ty, argument, _)| (*ty, *argument) == (around.type_name, name));
        found.flat_map(|(_, _, types)| types.iter()).any(|ty| (around.has_type)(ty))
    };
    body.items.retain(|item| {
        let Item::Attribute(attribute) = item else { return true };
        let Some(known) = schema.attribute(&attribute.name) else { return true };
        let text = attribute.value.as_text();
        let template = facts.computed.get(&attribute.name);
        let template = template.and_then(|it| it.as_str().or_else(|| it.as_array()?.first()?.as_str()));
        let is_given =
            || template.is_some_and(|template| is_given(&attribute.value, template, &texts, around));
        let is_default = known.computed
            && !known.required
            && (known.deprecated
                || matches!(&*attribute.name, "id" | "arn" | "tags_all")
                || (attribute.name == "region" && text.is_some() && text == around.region)
                || says_another(&attribute.name, &texts)
                || is_elsewhere(&attribute.name)
                || is_given());
        !is_default
    });
    let is_filled = |name: &str| {
        FILLED_BLOCKS.contains(&around.type_name) && schema.nested_block(name).is_some_and(|it| it.deprecated)
    };
    body.items.retain(|item| match item {
        Item::Block(block) => !is_elsewhere(&block.kind) && !is_filled(&block.kind),
        Item::Attribute(_) => true,
    });
    nested(body, schema, catalogue)
}

/// Leaves out what is empty, at any depth.
fn nested(body: &mut Body, schema: &BlockSchema, catalogue: &Catalogue) -> Result<(), CatalogueError> {
    body.items.retain(|item| match item {
        Item::Attribute(attribute) => match schema.attribute(&attribute.name) {
            Some(known) => is_needed(known, &attribute.value),
            None => true,
        },
        Item::Block(_) => true,
    });
    for item in &mut body.items {
        let Item::Block(block) = item else { continue };
        if let Some(known) = schema.nested_block(&block.kind) {
            nested(&mut block.body, &*catalogue.block(known.shape)?, catalogue)?;
        }
    }
    // Times that nobody has set.
    body.items.retain(
        |item| !matches!(item, Item::Block(block) if block.kind == "timeouts" && block.body.items.is_empty()),
    );
    Ok(())
}

fn is_needed(known: &SchemaAttribute, value: &Expression) -> bool {
    if !known.required && !known.optional || *value == Expression::Null {
        return false;
    }
    let is_empty = match value {
        Expression::List(items) => items.is_empty(),
        Expression::Object(entries) => entries.is_empty(),
        Expression::Template(_) => value.as_text() == Some(""),
        // What is also computed stays what it is.
        Expression::Bool(false) => known.computed,
        Expression::Number(digits) => known.computed && digits == "0",
        _ => false,
    };
    known.required || !is_empty
}

/// Whether another argument that is there says it too: the name that was made of a prefix, what an id is of.
fn says_another(name: &str, texts: &BTreeMap<String, Option<String>>) -> bool {
    let other = name.strip_suffix("_prefix").or_else(|| name.strip_suffix("_id"));
    other.is_some_and(|other| texts.contains_key(other))
}

/// Whether it is what the provider gives, by the template that the facts have.
fn is_given(
    value: &Expression,
    template: &str,
    texts: &BTreeMap<String, Option<String>>,
    around: &Around<'_>,
) -> bool {
    let value = match value {
        Expression::List(items) if items.len() == 1 => literal(&items[0]),
        value => literal(value),
    };
    let Some(value) = value else { return false };
    let Some((before, word)) = template.split_once('{') else { return value == template };
    // A name for which only a prefix was given, or nothing.
    if word.contains("{digits:") {
        let made =
            word.split_once("|=").map_or(before, |(_, rest)| rest.split('}').next().unwrap_or_default());
        return value
            .strip_prefix(made)
            .is_some_and(|rest| rest.len() >= 20 && rest.chars().all(|it| it.is_ascii_hexdigit()));
    }
    match word.strip_suffix('}').filter(|_| before.is_empty()) {
        Some("region") => around.region == Some(value.as_str()),
        Some("account" | "hex:32") => true,
        Some(other) if texts.contains_key(other) => texts[other].as_ref() == Some(&value),
        _ => word.contains("octet}"),
    }
}

fn literal(value: &Expression) -> Option<String> {
    match value {
        Expression::Bool(truth) => Some(truth.to_string()),
        Expression::Number(digits) => Some(digits.clone()),
        value => value.as_text().map(str::to_owned),
    }
}
