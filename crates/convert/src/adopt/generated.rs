//! `import` blocks, with the configuration that `terraform plan -generate-config-out` writes for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use formwork_core::Hint;
use formwork_schema::{BlockSchema, Catalogue, Library};
use serde_json::{Map, Value};

use super::build::{path, place};
use super::link::{Linker, Secrecy, Secret};
use super::references::References;
use super::state::{Instance, Resource};
use super::{read_module, stack_name, tidy};
use crate::configuration::{Block, File, Item, Module};
use crate::convert::{Configuration, Conversion, Layout, Story, program};
use crate::emit::{Providers, reference_text};
use crate::error::ConvertError;
use crate::expression::Expression;
use crate::{shape, source};

/// What describes a resource: its schema, and the catalogue that it is in.
type Described = (Arc<BlockSchema>, Arc<Catalogue>);

/// What terraform writes above what it has generated.
const GENERATED: [&str; 2] =
    ["__generated__ by Terraform", "Please review these resources and move them into"];

/// Reads files with `import` blocks and the resources that they speak of; sentences on what is left.
///
/// # Errors
/// Refuses what terraform would, and an `import` without a resource.
pub fn read_imports(
    paths: &[PathBuf],
    library: &Library,
) -> Result<(Configuration, Vec<String>), ConvertError> {
    let first = paths.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
    let mut files = Vec::new();
    for file in paths {
        let body = source::one_file(file)?.ok_or_else(|| ConvertError::NotThere {
            path: file.clone(),
            problem: "does not exist".to_owned(),
            hint: Hint::new("name the file with the `import` blocks"),
        })?;
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = if paths.len() == 1 { "main".to_owned() } else { stem };
        files.push(File { stem, body });
    }
    let folder = first.parent().unwrap_or(Path::new("")).to_owned();
    let mut module = Module { folder, files };
    let ids = ids(&module, first)?;
    let providers = Providers::of(&module, library, &BTreeMap::new())?;
    shape::apply(&mut module, &providers)?;
    let mut left = Vec::new();
    let mut secrets = Vec::new();
    tidied(&mut module, &providers, &mut secrets, &mut left)?;
    linked(&mut module, &providers, &ids, &mut secrets)?;
    let place = place(first);
    if let Some(file) = module.files.first_mut() {
        for secret in secrets {
            left.push(secret.note(&secret.variable));
            let block = secret.variable(&secret.variable, &place);
            file.body.items.push(Item::Block(block));
        }
    }
    let read = read_module(stack_name(first), String::new(), false, module, library, &BTreeMap::new())?;
    Ok((Configuration { modules: vec![read] }, left))
}

/// Makes a program of files with `import` blocks.
///
/// # Errors
/// As [`read_imports`].
pub fn adopt_imports(
    paths: &[PathBuf],
    library: &Library,
    formwork: &str,
) -> Result<Conversion, ConvertError> {
    let (configuration, left) = read_imports(paths, library)?;
    let story = Story { how: "adopted from `import` blocks", of: "made of `import` blocks", left };
    program(configuration, Layout::RootAndModules, formwork, &story)
}

/// The ids of what is imported, by the address of the resource.
fn ids(module: &Module, file: &Path) -> Result<BTreeMap<String, String>, ConvertError> {
    let resources: BTreeSet<String> = module.blocks_of("resource").filter_map(Block::address).collect();
    let mut ids = BTreeMap::new();
    for import in module.blocks_of("import") {
        let Some(to) = import.body.attribute("to") else {
            return Err(import.place.refused("an `import` block needs `to`"));
        };
        let address = reference_text(&to.value);
        let resource = address.split('[').next().unwrap_or_default();
        if !address.starts_with("module.") && !resources.contains(resource) {
            return Err(to.place.refused_with(
                format!("`{resource}` has no configuration"),
                Hint::new("`terraform plan -generate-config-out=generated.tf` writes it: give that file too"),
            ));
        }
        if let Some(id) = import.body.text("id") {
            ids.insert(address, id.to_owned());
        }
    }
    if module.blocks_of("import").next().is_none() {
        return Err(ConvertError::NotThere {
            path: file.to_owned(),
            problem: "has no `import` block".to_owned(),
            hint: Hint::new("`convert` makes a program of a configuration that terraform knows already"),
        });
    }
    Ok(ids)
}

/// Leaves out what need not be said.
fn tidied(
    module: &mut Module,
    providers: &Providers,
    secrets: &mut Vec<Secret>,
    left: &mut Vec<String>,
) -> Result<(), ConvertError> {
    let types: BTreeSet<String> =
        module.blocks_of("resource").map(|block| block.label(0).to_owned()).collect();
    let region = module.blocks_of("provider").find_map(|block| block.body.text("region")).map(str::to_owned);
    for item in module.files.iter_mut().flat_map(|file| &mut file.body.items) {
        let Item::Block(block) = item else { continue };
        block.comments.retain(|comment| !GENERATED.iter().any(|text| comment.contains(text)));
        if block.kind != "resource" {
            continue;
        }
        let Some((schema, catalogue)) = described(block, providers)? else { continue };
        let (type_name, name) = (block.label(0).to_owned(), block.label(1).to_owned());
        for item in &mut block.body.items {
            let Item::Attribute(attribute) = item else { continue };
            let Some(known) = schema.attribute(&attribute.name) else { continue };
            if attribute.value != Expression::Null || !known.sensitive {
                continue;
            }
            let of = format!("{type_name}.{name}: {}", attribute.name);
            if known.required {
                let variable = format!("{}_{}", name.replace('-', "_"), attribute.name);
                attribute.value = path(&["var", &variable]);
                attribute.comments.clear();
                secrets.push(Secret { variable, of, ty: "string", value: Value::Null, by: Secrecy::Marked });
            } else {
                left.push(format!("What is secret was not generated: {of}."));
            }
        }
        let has_type = |name: &str| types.contains(name);
        let around = tidy::Around { type_name: &type_name, region: region.as_deref(), has_type: &has_type };
        tidy::resource(&mut block.body, &schema, &catalogue, &around)?;
    }
    for file in &mut module.files {
        file.body.comments.retain(|comment| !GENERATED.iter().any(|text| comment.contains(text)));
    }
    Ok(())
}

/// Puts references in the place of ids.
fn linked(
    module: &mut Module,
    providers: &Providers,
    ids: &BTreeMap<String, String>,
    secrets: &mut Vec<Secret>,
) -> Result<(), ConvertError> {
    let mut resources: Vec<(Resource, Option<Arc<Catalogue>>)> = Vec::new();
    for block in module.blocks_of("resource") {
        let texts = block
            .body
            .attributes()
            .filter_map(|it| Some((it.name.clone(), Value::from(it.value.as_text()?))));
        let mut attributes: Map<String, Value> = texts.collect();
        if let Some(id) = block.address().and_then(|address| ids.get(&address)) {
            attributes.insert("id".to_owned(), Value::from(id.as_str()));
            if id.starts_with("arn:") {
                attributes.insert("arn".to_owned(), Value::from(id.as_str()));
            }
        }
        let instance = Instance {
            key: None,
            attributes,
            sensitive: Vec::new(),
            dependencies: Vec::new(),
            create_before_destroy: false,
        };
        let resource = Resource {
            module: Vec::new(),
            type_name: block.label(0).to_owned(),
            name: block.label(1).to_owned(),
            provider: String::new(),
            alias: None,
            instances: vec![instance],
        };
        resources.push((resource, described(block, providers)?.map(|(_, catalogue)| catalogue)));
    }
    let known: Vec<(&Resource, Option<&Catalogue>)> =
        resources.iter().map(|(resource, catalogue)| (resource, catalogue.as_deref())).collect();
    let mut references = References::of(&known);
    let mut index = 0;
    for item in module.files.iter_mut().flat_map(|file| &mut file.body.items) {
        let Item::Block(block) = item else { continue };
        if block.kind != "resource" {
            continue;
        }
        let found = described(block, providers)?;
        let (type_name, name) = (block.label(0).to_owned(), block.label(1).to_owned());
        let mut linker = Linker {
            references: &mut references,
            resource: index,
            type_name: &type_name,
            name: &name,
            key: None,
            catalogue: found.as_ref().map(|(_, catalogue)| &**catalogue),
            sensitive: &[],
            secrets,
        };
        index += 1;
        linker.body(&mut block.body, found.as_ref().map(|(schema, _)| &**schema), &mut Vec::new())?;
    }
    Ok(())
}

fn described(block: &Block, providers: &Providers) -> Result<Option<Described>, ConvertError> {
    let Some(schema) = providers.schema(block)? else { return Ok(None) };
    let provider = providers.by_name.get(&crate::emit::local_name(block));
    let Some(catalogue) = provider.and_then(|provider| provider.catalogue.clone()) else { return Ok(None) };
    Ok(Some((schema.block, catalogue)))
}
