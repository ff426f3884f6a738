//! The proof: what a program writes says what the configuration said, argument by argument.
//!
//! Both sides are read by the same reader and brought into one form: what Terraform takes for the same is equal there
//! (`"80"` where the provider wants a number, `toset(["a"])` for the keys of `for_each`, arguments that are null).

use std::collections::BTreeMap;
use std::path::Path;

use formwork_schema::{BlockSchema, Catalogue, Library};

use crate::configuration::{Block, Body, Item};
use crate::convert::{Configuration, ReadModule, read_documents};
use crate::emit::reference_text;
use crate::error::ConvertError;
use crate::expression::Expression;
use crate::hcl;
use crate::normal::normal;
use crate::types::Type;

/// One difference between a configuration and the documents of its program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where it is: stack, address and argument.
    pub path: String,
    /// What the configuration says, if anything.
    pub original: Option<String>,
    /// What the document says, if anything.
    pub result: Option<String>,
}

/// What was compared.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// How many arguments are equal.
    pub equal: usize,
    /// What is not.
    pub differences: Vec<Difference>,
}

/// Compares a configuration with the documents in a folder, such as `formwork.out`.
///
/// # Errors
/// Fails if the documents cannot be read.
pub fn compare(
    configuration: &Configuration,
    documents: &Path,
    library: &Library,
) -> Result<Comparison, ConvertError> {
    let result = read_documents(configuration, documents, library)?;
    let mut comparison = Comparison::default();
    for (original, result) in configuration.modules.iter().zip(&result) {
        let names: Vec<&str> = configuration.modules.iter().map(|module| module.name.as_str()).collect();
        let (left, right) = (facts(original, &names)?, facts(result, &names)?);
        for (path, value) in &left {
            if right.get(path) == Some(value) {
                comparison.equal += 1;
            } else {
                comparison.differences.push(Difference {
                    path: format!("{} / {path}", original.name),
                    original: Some(value.clone()),
                    result: right.get(path).cloned(),
                });
            }
        }
        for (path, value) in right.iter().filter(|(path, _)| !left.contains_key(*path)) {
            comparison.differences.push(Difference {
                path: format!("{} / {path}", original.name),
                original: None,
                result: Some(value.clone()),
            });
        }
    }
    Ok(comparison)
}

/// All that a module says, by path.
fn facts(module: &ReadModule, names: &[&str]) -> Result<BTreeMap<String, String>, ConvertError> {
    let mut facts = BTreeMap::new();
    for (name, provider) in &module.providers.by_name {
        let source = provider.source.strip_prefix("registry.terraform.io/").unwrap_or(&provider.source);
        facts.insert(format!("required provider {name}"), format!("{source} {}", provider.version));
        if !provider.aliases.is_empty() {
            facts.insert(format!("required provider {name} / aliases"), provider.aliases.join(", "));
        }
    }
    let mut statements: BTreeMap<String, usize> = BTreeMap::new();
    for block in module.module.blocks() {
        match block.kind.as_str() {
            "locals" => {
                for attribute in block.body.attributes() {
                    facts.insert(format!("local.{}", attribute.name), written(&attribute.value));
                }
            }
            "terraform" => settings(block, &mut facts),
            "moved" | "import" | "removed" => {
                let mut inner = BTreeMap::new();
                Facts { facts: &mut inner, schema: None }.body("", &block.body, block)?;
                let text: Vec<String> =
                    inner.into_iter().map(|(path, value)| format!("{path} = {value}")).collect();
                let count = statements.entry(format!("{} {}", block.kind, text.join(", "))).or_default();
                *count += 1;
            }
            "provider" => {
                let alias =
                    block.body.attribute("alias").map(|alias| format!(".{}", reference_text(&alias.value)));
                let path = format!("provider.{}{}", block.label(0), alias.unwrap_or_default());
                facts.insert(path.clone(), "is there".to_owned());
                let catalogue =
                    module.providers.by_name.get(block.label(0)).and_then(|it| it.catalogue.clone());
                let schema = catalogue.as_ref().map(|it| it.provider()).transpose()?.flatten();
                let schema =
                    schema.as_ref().zip(catalogue.as_deref()).map(|(schema, it)| (&*schema.block, it));
                Facts { facts: &mut facts, schema }.body(&path, &block.body, block)?;
            }
            "module" => {
                let path = format!("module.{}", block.label(0));
                facts.insert(path.clone(), "is there".to_owned());
                let mut body = block.body.clone();
                for item in &mut body.items {
                    if let Item::Attribute(attribute) = item
                        && attribute.name == "source"
                        && let Some(index) = module.calls.get(block.label(0))
                    {
                        attribute.value = Expression::text(format!("the stack {}", names[*index]));
                    }
                }
                Facts { facts: &mut facts, schema: None }.body(&path, &body, block)?;
            }
            _ => {
                let path = block.address().unwrap_or_else(|| block.kind.clone());
                facts.insert(path.clone(), "is there".to_owned());
                let schema = module.providers.schema(block)?;
                let catalogue = module
                    .providers
                    .by_name
                    .get(&crate::emit::local_name(block))
                    .and_then(|it| it.catalogue.clone());
                let schema =
                    schema.as_ref().zip(catalogue.as_deref()).map(|(schema, it)| (&*schema.block, it));
                Facts { facts: &mut facts, schema }.body(&path, &block.body, block)?;
            }
        }
    }
    for (statement, count) in statements {
        facts.insert(statement, format!("{count} times"));
    }
    Ok(facts)
}

fn settings(block: &Block, facts: &mut BTreeMap<String, String>) {
    for attribute in block.body.attributes() {
        facts.insert(format!("terraform / {}", attribute.name), written(&attribute.value));
    }
    for inner in block.body.blocks().filter(|inner| inner.kind != "required_providers") {
        let path = format!("terraform / {} {}", inner.kind, inner.labels.join(" "));
        facts.insert(path.clone(), "is there".to_owned());
        for attribute in inner.body.attributes().filter(|attribute| attribute.value != Expression::Null) {
            facts.insert(format!("{path} / {}", attribute.name), written(&attribute.value));
        }
        for nested in inner.body.blocks() {
            let entries = nested
                .body
                .attributes()
                .map(|attribute| (Expression::text(attribute.name.as_str()), attribute.value.clone()));
            facts
                .insert(format!("{path} / {}", nested.kind), written(&Expression::Object(entries.collect())));
        }
    }
}

struct Facts<'a> {
    facts: &'a mut BTreeMap<String, String>,
    schema: Option<(&'a BlockSchema, &'a Catalogue)>,
}

impl Facts<'_> {
    fn body(&mut self, path: &str, body: &Body, outer: &Block) -> Result<(), ConvertError> {
        for attribute in body.attributes() {
            if let Some(value) = self.attribute(outer, &attribute.name, &attribute.value) {
                self.facts.insert(format!("{path} / {}", attribute.name), value);
            }
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        // Without a schema nobody can tell a block from an argument in the JSON syntax.
        let is_unknown = |block: &Block| {
            let is_own = matches!(outer.kind.as_str(), "resource" | "data" | "ephemeral" | "provider");
            let is_terraforms = matches!(block.kind.as_str(), "lifecycle" | "provisioner" | "connection");
            self.schema.is_none() && is_own && !is_terraforms
        };
        let mut unknown: BTreeMap<&str, Vec<Expression>> = BTreeMap::new();
        for block in body.blocks().filter(|block| is_unknown(block)) {
            unknown.entry(&block.kind).or_default().push(plain(block));
        }
        for (kind, ones) in unknown {
            self.facts.insert(format!("{path} / {kind}"), written(&Expression::List(ones)));
        }
        let known: Vec<&Block> = body.blocks().filter(|block| !is_unknown(block)).collect();
        for block in known {
            let mut label = std::iter::once(block.kind.as_str())
                .chain(block.labels.iter().map(String::as_str))
                .collect::<Vec<_>>()
                .join(" ");
            if block.kind == "provisioner" {
                // Provisioners run in their order, whatever their kinds.
                "provisioner".clone_into(&mut label);
            }
            let index = counts.entry(label.clone()).or_default();
            let inner_path = format!("{path} / {label}[{index}]");
            *index += 1;
            self.facts.insert(inner_path.clone(), block.labels.join(" "));
            let name = if block.kind == "dynamic" { block.label(0) } else { &block.kind };
            let nested =
                self.schema.and_then(|(schema, catalogue)| Some((schema.nested_block(name)?, catalogue)));
            let shape = nested.map(|(nested, catalogue)| catalogue.block(nested.shape)).transpose()?;
            let schema = shape.as_deref().zip(nested.map(|(_, catalogue)| catalogue));
            if block.kind == "dynamic" {
                for content in block.body.blocks_of("content") {
                    Facts { facts: self.facts, schema }.body(
                        &format!("{inner_path} / content"),
                        &content.body,
                        content,
                    )?;
                }
                let without: Vec<Item> = block
                    .body
                    .items
                    .iter()
                    .filter(|item| matches!(item, Item::Attribute(_)))
                    .cloned()
                    .collect();
                Facts { facts: self.facts, schema: None }.body(
                    &inner_path,
                    &Body { items: without, comments: Vec::new() },
                    block,
                )?;
            } else {
                Facts { facts: self.facts, schema }.body(&inner_path, &block.body, block)?;
            }
        }
        Ok(())
    }

    fn attribute(&self, outer: &Block, name: &str, value: &Expression) -> Option<String> {
        let is = |text: &str| reference_text(value) == text;
        match (outer.kind.as_str(), name) {
            ("output", "value") | ("module", _) => {}
            ("variable", "default") => {
                let ty = outer.body.attribute("type").and_then(|ty| crate::types::constraint(&ty.value));
                return Some(written(&typed(value, &ty.map_or(Type::Any, |ty| ty.ty))));
            }
            ("variable", "type") => {
                let text = match value.as_text() {
                    Some("list") => "list(any)".to_owned(),
                    Some("map") => "map(any)".to_owned(),
                    _ => written(value).replace('"', ""),
                };
                return (text != "any").then_some(text);
            }
            ("variable" | "output", "sensitive" | "ephemeral")
            | ("lifecycle", "prevent_destroy" | "create_before_destroy")
                if is("false") =>
            {
                return None;
            }
            ("variable", "nullable") if is("true") => return None,
            ("removed", _) => return Some(reference_text(value)),
            ("provisioner", "quiet") if is("false") => return None,
            ("provisioner", "when") if is("create") => return None,
            ("provider", "version") => return None,
            ("lifecycle", "ignore_changes") => {
                return match value {
                    Expression::List(items) if items.is_empty() => None,
                    Expression::List(items) => {
                        let items: Vec<String> = items.iter().map(reference_text).collect();
                        Some(if items.iter().any(|item| item == "*") {
                            "all".to_owned()
                        } else {
                            items.join(", ")
                        })
                    }
                    value => Some(reference_text(value)),
                };
            }
            _ if *value == Expression::Null => return None,
            _ => {}
        }
        match (name, value) {
            ("depends_on" | "replace_triggered_by", Expression::List(items)) => {
                let mut items: Vec<String> = items.iter().map(reference_text).collect();
                if name == "depends_on" {
                    items.sort_unstable();
                }
                return (!items.is_empty()).then(|| items.join(", "));
            }
            ("provider" | "from" | "to" | "iterator" | "when" | "on_failure" | "alias", value) => {
                return Some(written(&Expression::text(reference_text(value))));
            }
            ("providers", Expression::Object(entries)) if outer.kind == "module" => {
                let mut entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{} = {}", reference_text(key), reference_text(value)))
                    .collect();
                entries.sort_unstable();
                return Some(entries.join(", "));
            }
            ("for_each", Expression::Call(function, arguments, _))
                if function == "toset" && outer.kind != "dynamic" =>
            {
                if let [Expression::List(items)] = &arguments[..]
                    && items.iter().all(|item| item.as_text().is_some())
                    && !items.is_empty()
                {
                    let entries = items.iter().map(|item| (item.clone(), item.clone())).collect();
                    return Some(written(&Expression::Object(entries)));
                }
            }
            _ => {}
        }
        let ty =
            self.schema.and_then(|(schema, _)| schema.attribute(name)).map(|it| Type::of_attribute(&it.ty));
        Some(written(&typed(value, &ty.unwrap_or(Type::Any))))
    }
}

/// A block as the JSON syntax has it.
fn plain(block: &Block) -> Expression {
    let mut entries = Vec::new();
    for attribute in block.body.attributes().filter(|attribute| attribute.value != Expression::Null) {
        let value = match attribute.name.as_str() {
            "iterator" => Expression::text(reference_text(&attribute.value)),
            _ => attribute.value.clone(),
        };
        entries.push((Expression::text(attribute.name.as_str()), value));
    }
    let mut kinds: BTreeMap<&str, Vec<Expression>> = BTreeMap::new();
    for inner in block.body.blocks() {
        kinds.entry(&inner.kind).or_default().push(plain(inner));
    }
    for (kind, mut ones) in kinds {
        let value =
            if kind == "content" && ones.len() == 1 { ones.remove(0) } else { Expression::List(ones) };
        entries.push((Expression::text(kind), value));
    }
    let body = Expression::Object(entries);
    block
        .labels
        .iter()
        .rev()
        .fold(body, |inner, label| Expression::Object(vec![(Expression::text(label.as_str()), inner)]))
}

fn written(value: &Expression) -> String {
    hcl::write(&normal(value))
}

/// Literals as a type has them: Terraform converts them.
fn typed(value: &Expression, ty: &Type) -> Expression {
    match (value, ty) {
        (Expression::Number(digits), Type::Text) => Expression::text(crate::normal::number(digits)),
        (Expression::Bool(truth), Type::Text | Type::Truth) => Expression::text(truth.to_string()),
        (Expression::Number(digits), Type::Number) => Expression::text(crate::normal::number(digits)),
        (Expression::Template(_), Type::Number) if value.as_text().is_some() => value.clone(),
        (Expression::List(items), Type::List(element)) => {
            Expression::List(items.iter().map(|item| typed(item, element)).collect())
        }
        (Expression::Object(entries), Type::Map(element)) => Expression::Object(
            entries.iter().map(|(key, value)| (key.clone(), typed(value, element))).collect(),
        ),
        _ => value.clone(),
    }
}
