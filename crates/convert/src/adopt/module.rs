//! A state as the modules of a configuration.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use formwork_core::Hint;
use formwork_schema::{Catalogue, Library};
use serde_json::{Map, Value};

use super::build::{attribute, block, path, place, simple};
use super::entries::{Entry, entries};
use super::instances::merged;
use super::link::{Linker, Secrecy, Secret};
use super::literal::of_json;
use super::providers::Described;
use super::read_module;
use super::references::References;
use super::state::{Key, Output, Resource, State};
use crate::configuration::{Block, Body, File, Item, Module};
use crate::convert::ReadModule;
use crate::emit;
use crate::error::{ConvertError, Place};
use crate::expression::Expression;

/// The modules of a state, the root module first.
pub(super) struct Modules {
    pub(super) modules: Vec<ReadModule>,
    /// The values of the root module's variables.
    pub(super) variables: Map<String, Value>,
    pub(super) notes: Vec<String>,
}

/// Arguments that name a file, which no state has.
const FILES: [(&str, &str); 4] = [
    ("aws_lambda_function", "filename"),
    ("aws_lambda_layer_version", "filename"),
    ("aws_s3_object", "source"),
    ("aws_elastic_beanstalk_application_version", "source"),
];

/// Makes modules of a state. Those that are called several times, and resources in modules whose provider has an alias,
/// become resources of the root module that were moved.
pub(super) fn modules(
    state: &State,
    library: &Library,
    name: &str,
    taken: &mut HashSet<String>,
    taken_rust: &mut HashSet<String>,
) -> Result<Modules, ConvertError> {
    let place = place(&state.path);
    let described = Described::of(state, library)?;
    let mut notes: Vec<String> = state.unfinished.iter().map(|it| format!("{it}.")).collect();
    if !state.data.is_empty() {
        notes.push(format!(
            "What data sources have read is written as it was: {}.",
            state.data.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
        ));
    }
    let entries = entries(state, &described, &place, &mut notes)?;
    let files: BTreeSet<String> = entries
        .iter()
        .flat_map(|entry| {
            let argument = FILES.iter().find(|(type_name, _)| *type_name == entry.resource.type_name);
            let bodies = argument.map(|(_, argument)| (argument, &entry.bodies));
            bodies.into_iter().flat_map(|(argument, bodies)| bodies.iter().filter_map(|it| it.text(argument)))
        })
        .map(|file| format!("`{file}`"))
        .collect();
    if !files.is_empty() {
        let files = files.into_iter().collect::<Vec<_>>().join(", ");
        notes.push(format!("Bring the files that resources name, which no state has: {files}."));
    }

    // A module for each path, and for those above it.
    let mut paths: BTreeSet<Vec<String>> = BTreeSet::from([Vec::new()]);
    for entry in &entries {
        let names: Vec<String> = entry.resource.module.iter().map(|step| step.name.clone()).collect();
        (0..=names.len()).for_each(|length| {
            paths.insert(names[..length].to_vec());
        });
    }
    let paths: Vec<Vec<String>> = paths.into_iter().collect();
    let mut secrets: BTreeMap<Vec<String>, Vec<Secret>> = BTreeMap::new();
    let mut bodies: BTreeMap<Vec<String>, Body> = BTreeMap::new();
    for path in &paths {
        let own: Vec<&Entry> = entries
            .iter()
            .filter(|it| it.resource.module.iter().map(|step| &step.name).eq(path.iter()))
            .collect();
        let outputs: &[Output] = if path.is_empty() { &state.outputs } else { &[] };
        let (body, found) = body(state, &own, outputs, &place)?;
        bodies.insert(path.clone(), body);
        secrets.insert(path.clone(), found);
    }

    let resources: Vec<Resource> = entries.iter().map(|entry| entry.resource.clone()).collect();
    let mut root = described.configurations(&resources, &place, &mut notes)?;
    let mut modules: Vec<ReadModule> = Vec::new();
    let mut variables = Map::new();
    for path in &paths {
        let addresses: BTreeSet<&str> = resources
            .iter()
            .filter(|it| path.is_empty() || it.module.iter().map(|step| &step.name).eq(path.iter()))
            .map(|it| it.provider.as_str())
            .collect();
        let mut items: Vec<Item> = Vec::new();
        items.extend(described.required(&addresses, &place).map(Item::Block));
        if path.is_empty() {
            items.extend(std::mem::take(&mut root).into_iter().map(Item::Block));
        }
        // What is secret in modules below comes from above.
        for (below, found) in secrets.iter().filter(|(below, _)| below.starts_with(path)) {
            for secret in found {
                let name = below[path.len()..].iter().map(|step| format!("{step}_")).collect::<String>();
                let name = format!("{name}{}", secret.variable);
                items.push(Item::Block(secret.variable(&name, &place)));
                if path.is_empty() {
                    notes.push(secret.note(&name));
                    variables.insert(name, secret.value.clone());
                }
            }
        }
        let children: Vec<&Vec<String>> =
            paths.iter().filter(|it| it.len() == path.len() + 1 && it.starts_with(path)).collect();
        for child in &children {
            let call = child.last().map_or("", String::as_str);
            let mut values = vec![("source".to_owned(), Expression::text(format!("./{call}")))];
            for (below, found) in secrets.iter().filter(|(below, _)| below.starts_with(child)) {
                for secret in found {
                    let inner: String = below[child.len()..].iter().map(|step| format!("{step}_")).collect();
                    let inner = format!("{inner}{}", secret.variable);
                    values.push((inner.clone(), super::build::path(&["var", &format!("{call}_{inner}")])));
                }
            }
            let values = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            items.push(Item::Block(simple("module", &[call], values, &place)));
        }
        items.extend(bodies.remove(path).unwrap_or_default().items);
        let module = Module {
            folder: state.path.parent().unwrap_or(std::path::Path::new("")).to_owned(),
            files: vec![File { stem: "main".to_owned(), body: Body { items, comments: Vec::new() } }],
        };
        let (name, rust) = match path.last() {
            None => (name.to_owned(), String::new()),
            Some(last) => {
                let name = emit::choose(&[last.clone(), path.join("-"), format!("{name}-{last}")], taken);
                let rust = emit::choose(&[emit::variable(&name)], taken_rust);
                (name, rust)
            }
        };
        modules.push(read_module(name, rust, !path.is_empty(), module, library, &described.versions())?);
    }
    for (index, path) in paths.iter().enumerate() {
        let children = paths.iter().enumerate();
        let children = children.filter(|(_, it)| it.len() == path.len() + 1 && it.starts_with(path));
        modules[index].calls = children.filter_map(|(child, it)| Some((it.last()?.clone(), child))).collect();
    }
    Ok(Modules { modules, variables, notes })
}

/// What stands in a module, and the secrets in it.
fn body(
    state: &State,
    entries: &[&Entry],
    outputs: &[Output],
    place: &Place,
) -> Result<(Body, Vec<Secret>), ConvertError> {
    let known: Vec<(&Resource, Option<&Catalogue>)> =
        entries.iter().map(|entry| (&entry.resource, entry.catalogue.as_deref())).collect();
    let mut references = References::of(&known);
    let mut secrets = Vec::new();
    let mut blocks: Vec<Block> = Vec::new();
    let mut locals = Body::default();
    for (index, entry) in entries.iter().enumerate() {
        let resource = &entry.resource;
        let catalogue = known[index].1;
        let schema = catalogue.map(|it| it.resource(&resource.type_name)).transpose()?.flatten();
        let schema = schema.map(|schema| schema.block);
        let mut bodies = entry.bodies.clone();
        for (instance, body) in resource.instances.iter().zip(&mut bodies) {
            let mut linker = Linker {
                references: &mut references,
                resource: index,
                type_name: &resource.type_name,
                name: &resource.name,
                key: instance.key.as_ref(),
                catalogue,
                sensitive: &instance.sensitive,
                secrets: &mut secrets,
            };
            linker.body(body, schema.as_deref(), &mut Vec::new())?;
        }
        let mut body = whole(state, resource, bodies, &mut locals, place)?;
        let (name, alias) = (resource.provider_name(), resource.alias.as_deref());
        if alias.is_some() || (name != "terraform" && Some(name) != resource.type_name.split('_').next()) {
            let provider = match alias {
                Some(alias) => path(&[name, alias]),
                None => path(&[name]),
            };
            body.items.push(Item::Attribute(attribute("provider", provider, place)));
        }
        // Terraform asks the same of all that it was made after, which need not say it.
        let address = resource.address();
        let is_implied = entries.iter().any(|other| {
            let mut instances = other.resource.instances.iter();
            instances.any(|it| it.create_before_destroy && it.dependencies.contains(&address))
        });
        if !is_implied && resource.instances.iter().any(|instance| instance.create_before_destroy) {
            let values = vec![("create_before_destroy", Expression::Bool(true))];
            body.items.push(Item::Block(simple("lifecycle", &[], values, place)));
        }
        let labels = vec![resource.type_name.clone(), resource.name.clone()];
        blocks.push(block("resource", labels, body, place));
        if let Some(from) = &entry.moved_from {
            let to = Expression::text(format!("{}.{}", resource.type_name, resource.name));
            blocks.push(simple(
                "moved",
                &[],
                vec![("from", Expression::text(from.as_str())), ("to", to)],
                place,
            ));
        }
    }
    for output in outputs {
        let mut value = output_value(&output.value, &output.ty, &references);
        if output.is_sensitive && value.is_plain() && value != Expression::Null {
            let variable = format!("output_{}", output.name.replace('-', "_"));
            let ty = if output.value.is_string() { "string" } else { "any" };
            value = path(&["var", &variable]);
            let of = format!("the output {}", output.name);
            let value = output.value.clone();
            secrets.push(Secret { variable, of, ty, value, by: Secrecy::Marked });
        }
        let mut values = vec![("value", value)];
        if output.is_sensitive {
            values.push(("sensitive", Expression::Bool(true)));
        }
        blocks.push(simple("output", &[&output.name], values, place));
    }
    let mut items: Vec<Item> = Vec::new();
    if !locals.items.is_empty() {
        items.push(Item::Block(block("locals", Vec::new(), locals, place)));
    }
    items.extend(blocks.into_iter().map(Item::Block));
    Ok((Body { items, comments: Vec::new() }, secrets))
}

/// One body for all instances, with its `count` or `for_each`.
fn whole(
    state: &State,
    resource: &Resource,
    mut bodies: Vec<Body>,
    locals: &mut Body,
    place: &Place,
) -> Result<Body, ConvertError> {
    let refused = |problem: &str| ConvertError::State {
        path: state.path.clone(),
        problem: format!("the instances of `{}` {problem}", resource.full_address()),
        hint: Hint::none(),
    };
    let keys: Vec<Key> = resource.instances.iter().filter_map(|instance| instance.key.clone()).collect();
    if keys.is_empty() && bodies.len() == 1 {
        return bodies.pop().ok_or_else(|| refused("are gone"));
    }
    let numbers = keys.iter().filter(|key| matches!(key, Key::Number(_))).count();
    if keys.len() != bodies.len() || (numbers != 0 && numbers != keys.len()) {
        return Err(refused("have keys of different kinds"));
    }
    let stem = resource.type_name.split_once('_').map_or("", |(_, stem)| stem);
    let mut local = resource.name.clone();
    if locals.attribute(&local).is_some() {
        local = format!("{stem}_{}", resource.name);
    }
    let merged = merged(&keys, &bodies, &local).ok_or_else(|| refused("have different blocks"))?;
    let row = |row: &Vec<(String, Expression)>| {
        Expression::Object(
            row.iter().map(|(name, value)| (Expression::text(name.as_str()), value.clone())).collect(),
        )
    };
    let has_rows = merged.rows.iter().any(|row| !row.is_empty());
    let (argument, value) = match (&keys[0], has_rows) {
        (Key::Number(_), false) => ("count", Expression::Number(keys.len().to_string())),
        (Key::Number(_), true) => {
            let rows = Expression::List(merged.rows.iter().map(row).collect());
            locals.items.push(Item::Attribute(attribute(&local, rows, place)));
            ("count", Expression::call("length", vec![path(&["local", &local])]))
        }
        (Key::Text(_), false) => {
            let keys = keys.iter().map(key_text).collect();
            ("for_each", Expression::call("toset", vec![Expression::List(keys)]))
        }
        (Key::Text(_), true) => {
            let rows = keys.iter().map(key_text).zip(merged.rows.iter().map(row)).collect();
            locals.items.push(Item::Attribute(attribute(&local, Expression::Object(rows), place)));
            ("for_each", path(&["local", &local]))
        }
    };
    let mut body = merged.body;
    body.items.insert(0, Item::Attribute(attribute(argument, value, place)));
    Ok(body)
}

/// The value of an output in the type that it has: a list is no tuple.
fn output_value(value: &Value, ty: &Value, references: &References) -> Expression {
    let kind = ty.get(0).and_then(Value::as_str).unwrap_or_default();
    let inner = |index: usize, key: &str| match kind {
        "tuple" => ty.get(1).and_then(|all| all.get(index)).cloned().unwrap_or_default(),
        "object" => ty.get(1).and_then(|all| all.get(key)).cloned().unwrap_or_default(),
        _ => ty.get(1).cloned().unwrap_or_default(),
    };
    let made = match value {
        Value::String(text) => references.of_output(text).unwrap_or_else(|| Expression::text(text.as_str())),
        Value::Array(items) => Expression::List(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| output_value(item, &inner(index, ""), references))
                .collect(),
        ),
        Value::Object(entries) => Expression::Object(
            entries
                .iter()
                .map(|(key, item)| {
                    (Expression::text(key.as_str()), output_value(item, &inner(0, key), references))
                })
                .collect(),
        ),
        other => of_json(other),
    };
    match (kind, value) {
        ("list", Value::Array(_)) => Expression::call("tolist", vec![made]),
        ("set", Value::Array(_)) => Expression::call("toset", vec![made]),
        ("map", Value::Object(_)) => Expression::call("tomap", vec![made]),
        _ => made,
    }
}

fn key_text(key: &Key) -> Expression {
    match key {
        Key::Text(text) => Expression::text(text.as_str()),
        Key::Number(number) => Expression::text(number.to_string()),
    }
}
