//! What a catalogue says of the form of blocks: which arguments are blocks, and which blocks are arguments.
//!
//! In the JSON syntax a block looks like an argument, and in HCL's native syntax an argument that holds objects may be
//! written as blocks: it gets all of its keys, as Terraform gives them.

use formwork_schema::{AttributeType, BlockSchema, Catalogue, Type};

use crate::configuration::{Attribute, Block, Body, Item, Module};
use crate::emit::Providers;
use crate::error::ConvertError;
use crate::expression::{Expression, For};

/// Brings all blocks of a module into the form of their schemas.
pub(crate) fn apply(module: &mut Module, providers: &Providers) -> Result<(), ConvertError> {
    for file in &mut module.files {
        for item in &mut file.body.items {
            let Item::Block(block) = item else { continue };
            let schema = match block.kind.as_str() {
                "resource" | "data" | "ephemeral" => providers.schema(block)?,
                "provider" => match providers
                    .by_name
                    .get(block.label(0))
                    .and_then(|provider| provider.catalogue.as_ref())
                {
                    Some(catalogue) => catalogue.provider()?,
                    None => None,
                },
                _ => None,
            };
            let name = if block.kind == "provider" {
                block.label(0).to_owned()
            } else {
                crate::emit::local_name(block)
            };
            let Some(catalogue) =
                providers.by_name.get(&name).and_then(|provider| provider.catalogue.clone())
            else {
                continue;
            };
            if let Some(schema) = schema {
                shape(&mut block.body, &schema.block, &catalogue)?;
            }
        }
    }
    Ok(())
}

fn shape(body: &mut Body, schema: &BlockSchema, catalogue: &Catalogue) -> Result<(), ConvertError> {
    let mut items: Vec<Item> = Vec::new();
    for item in std::mem::take(&mut body.items) {
        match item {
            Item::Attribute(attribute) => {
                let nested = schema.nested_block(&attribute.name).is_some()
                    && schema.attribute(&attribute.name).is_none();
                if nested || attribute.name == "dynamic" && schema.attribute("dynamic").is_none() {
                    items.extend(blocks_of(attribute));
                } else {
                    items.push(Item::Attribute(attribute));
                }
            }
            block => items.push(block),
        }
    }
    for item in &mut items {
        let Item::Block(block) = item else { continue };
        let (name, body) = match block.kind.as_str() {
            "dynamic" => (
                block.label(0).to_owned(),
                block.body.items.iter_mut().find_map(|item| match item {
                    Item::Block(content) if content.kind == "content" => Some(&mut content.body),
                    _ => None,
                }),
            ),
            kind => (kind.to_owned(), Some(&mut block.body)),
        };
        if let (Some(nested), Some(body)) = (schema.nested_block(&name), body) {
            let inner = catalogue.block(nested.shape)?;
            shape(body, &inner, catalogue)?;
        }
    }
    body.items = arguments_of(items, schema);
    Ok(())
}

/// What the JSON syntax has as an argument, as the blocks that it is.
fn blocks_of(attribute: Attribute) -> Vec<Item> {
    let Attribute { name, value, place, span, comments, .. } = attribute;
    let block = |kind: &str, labels: Vec<String>, value: Expression| {
        let Expression::Object(entries) = value else { return None };
        let mut items = Vec::new();
        for (key, value) in entries {
            let key = key.as_text()?.to_owned();
            if value == Expression::Null || key == "//" {
                continue;
            }
            let inner = Attribute {
                name: key,
                value,
                raw: String::new(),
                place: place.clone(),
                span: span.clone(),
                comments: Vec::new(),
            };
            if kind == "dynamic" && inner.name == "content" {
                items.extend(blocks_of(inner));
            } else if kind == "dynamic" && inner.name == "iterator" {
                let value = Expression::Root(inner.value.as_text()?.to_owned());
                items.push(Item::Attribute(Attribute { value, ..inner }));
            } else {
                items.push(Item::Attribute(inner));
            }
        }
        Some(Item::Block(Block {
            kind: kind.to_owned(),
            labels,
            body: Body { items, comments: Vec::new() },
            place: place.clone(),
            span: span.clone(),
            comments: Vec::new(),
        }))
    };
    let each = |value: Expression| match value {
        Expression::List(items) => items,
        Expression::Null => Vec::new(),
        one => vec![one],
    };
    let mut blocks: Vec<Item> = Vec::new();
    let mut is_whole = true;
    for one in each(value.clone()) {
        if name != "dynamic" {
            let made = block(&name, Vec::new(), one);
            is_whole &= made.is_some();
            blocks.extend(made);
            continue;
        }
        let Expression::Object(labelled) = one else { continue };
        for (label, ones) in labelled {
            for one in each(ones) {
                let made = block("dynamic", vec![label.as_text().unwrap_or_default().to_owned()], one);
                is_whole &= made.is_some();
                blocks.extend(made);
            }
        }
    }
    if !is_whole {
        return vec![Item::Attribute(Attribute { name, value, raw: String::new(), place, span, comments })];
    }
    if let Some(Item::Block(first)) = blocks.first_mut() {
        first.comments = comments;
    }
    blocks
}

/// Blocks of a name that the provider has as an argument become its value.
fn arguments_of(items: Vec<Item>, schema: &BlockSchema) -> Vec<Item> {
    let argument = |block: &Block| {
        let name = if block.kind == "dynamic" { block.label(0) } else { &block.kind };
        let attribute = schema.attribute(name)?;
        match &attribute.ty {
            AttributeType::Value(Type::List(element) | Type::Set(element)) => match &**element {
                Type::Object(keys) => Some((name.to_owned(), keys.clone())),
                _ => None,
            },
            _ => None,
        }
    };
    let mut out: Vec<Item> = Vec::new();
    for item in items {
        let Item::Block(block) = item else {
            out.push(item);
            continue;
        };
        let Some((name, keys)) = argument(&block) else {
            out.push(Item::Block(block));
            continue;
        };
        let object = |body: &Body| {
            let entries = keys.iter().map(|key| {
                let value =
                    body.attribute(&key.name).map_or(Expression::Null, |attribute| attribute.value.clone());
                (Expression::text(&*key.name), value)
            });
            Expression::Object(entries.collect())
        };
        let value = match block.kind.as_str() {
            "dynamic" => repeated(&block, &object),
            _ => Expression::List(vec![object(&block.body)]),
        };
        let mut comments = block.comments.clone();
        comments.extend(block.body.attributes().flat_map(|attribute| attribute.comments.clone()));
        let known = out.iter_mut().find_map(|item| match item {
            Item::Attribute(attribute) if attribute.name == name => Some(attribute),
            _ => None,
        });
        match known {
            Some(known) => {
                known.comments.append(&mut comments);
                let before = std::mem::replace(&mut known.value, Expression::Null);
                known.value = match (before, value) {
                    (Expression::List(mut all), Expression::List(more)) => {
                        all.extend(more);
                        Expression::List(all)
                    }
                    (before, value) => Expression::call("concat", vec![before, value]),
                };
            }
            None => out.push(Item::Attribute(Attribute {
                name,
                value,
                raw: String::new(),
                place: block.place,
                span: block.span,
                comments,
            })),
        }
    }
    out
}

/// A `dynamic` block as the list of what it makes.
fn repeated(block: &Block, object: &dyn Fn(&Body) -> Expression) -> Expression {
    let iterator = match block.body.attribute("iterator").map(|attribute| &attribute.value) {
        Some(Expression::Root(name)) => name.clone(),
        Some(value) => value.as_text().unwrap_or(block.label(0)).to_owned(),
        None => block.label(0).to_owned(),
    };
    let collection =
        block.body.attribute("for_each").map_or(Expression::List(Vec::new()), |it| it.value.clone());
    let content = block.body.blocks_of("content").next();
    let value = content.map_or(Expression::Null, |content| object(&content.body));
    let (key_name, value_name) = (format!("{iterator}_key"), format!("{iterator}_value"));
    let value = replaced(value, &iterator, &key_name, &value_name);
    let uses_key = value.references().iter().any(|path| path[0] == key_name);
    Expression::For(Box::new(For {
        key_name: uses_key.then_some(key_name),
        value_name,
        collection,
        key: None,
        value,
        group: false,
        condition: None,
    }))
}

/// Puts names in the place of `iterator.key` and `iterator.value`.
fn replaced(expression: Expression, iterator: &str, key: &str, value: &str) -> Expression {
    let again = |inner: Expression| replaced(inner, iterator, key, value);
    let boxed = |inner: Box<Expression>| Box::new(replaced(*inner, iterator, key, value));
    match expression {
        Expression::Field(inner, name) => match (&*inner, name.as_str()) {
            (Expression::Root(root), "key") if root == iterator => Expression::Root(key.to_owned()),
            (Expression::Root(root), "value") if root == iterator => Expression::Root(value.to_owned()),
            _ => Expression::Field(boxed(inner), name),
        },
        Expression::Template(parts) => Expression::Template(
            parts
                .into_iter()
                .map(|part| match part {
                    crate::expression::Part::Value(inner) => crate::expression::Part::Value(again(inner)),
                    text => text,
                })
                .collect(),
        ),
        Expression::List(items) => Expression::List(items.into_iter().map(again).collect()),
        Expression::Object(entries) => {
            Expression::Object(entries.into_iter().map(|(key, value)| (again(key), again(value))).collect())
        }
        Expression::Index(inner, index) => Expression::Index(boxed(inner), boxed(index)),
        Expression::Splat(inner, each) => Expression::Splat(boxed(inner), boxed(each)),
        Expression::Call(name, arguments, expand) => {
            Expression::Call(name, arguments.into_iter().map(again).collect(), expand)
        }
        Expression::Conditional(condition, yes, no) => {
            Expression::Conditional(boxed(condition), boxed(yes), boxed(no))
        }
        Expression::Unary(operator, inner) => Expression::Unary(operator, boxed(inner)),
        Expression::Binary(left, operator, right) => Expression::Binary(boxed(left), operator, boxed(right)),
        Expression::For(one) => {
            let For { key_name, value_name, collection, key: result, value: body, group, condition } = *one;
            Expression::For(Box::new(For {
                key_name,
                value_name,
                collection: again(collection),
                key: result.map(again),
                value: again(body),
                group,
                condition: condition.map(again),
            }))
        }
        other => other,
    }
}
