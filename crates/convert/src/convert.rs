//! A configuration in HCL as a program.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use formwork_core::is_identifier;
use formwork_schema::Library;

use crate::configuration::{Block, Body, Item, Module};
use crate::emit::{self, Counts, Providers};
use crate::error::ConvertError;
use crate::expression::{Expression, Part};
use crate::files::Package;
use crate::functions::Functions;
use crate::{check, lock, shape, source};

/// A configuration that was read: its root module and the local modules that it calls, at any depth.
pub struct Configuration {
    /// The modules; the first one is the root module.
    pub modules: Vec<ReadModule>,
}

/// One module of a configuration.
pub struct ReadModule {
    /// The name of its stack.
    pub name: String,
    /// The name of its module in Rust; empty for the root module.
    pub(crate) rust: String,
    /// Whether others call it, and nobody applies it.
    pub(crate) is_called: bool,
    /// What it says, in the form of its schemas.
    pub module: Module,
    pub(crate) providers: Providers,
    /// Which module each of its calls of a local module calls, by the name of the call.
    pub calls: BTreeMap<String, usize>,
}

/// What came of a conversion.
pub struct Conversion {
    /// The files of the package.
    pub package: Package,
    /// How many arguments have a typed form.
    pub counts: Counts,
    /// The names of all stacks; the first one is that of the root module.
    pub stacks: Vec<String>,
    /// What the package was made of.
    pub configuration: Configuration,
}

/// Reads a configuration as Terraform does, with all local modules that it calls.
///
/// # Errors
/// Refuses what Terraform would refuse, with file, line and column.
pub fn read(folder: &Path, library: &Library) -> Result<Configuration, ConvertError> {
    let functions = Functions::known();
    let locked = lock::versions(folder)?;
    let mut taken = HashSet::new();
    let mut taken_rust = HashSet::new();
    let root = source::module(folder)?;
    let name = stack_name(&fs::canonicalize(folder).map_err(|error| ConvertError::read(folder, error))?);
    taken.insert(name.clone());
    let mut found: Vec<(String, String, Module)> = vec![(name, String::new(), root)];
    let mut folders: Vec<PathBuf> = vec![canonical(folder)?];
    let mut calls: Vec<BTreeMap<String, usize>> = Vec::new();
    let mut at = 0;
    while at < found.len() {
        let mut own = BTreeMap::new();
        let module = found[at].2.clone();
        for block in module.blocks_of("module") {
            let Some(attribute) = block.body.attribute("source") else {
                return Err(block.place.refused(format!("the module `{}` has no source", block.label(0))));
            };
            let Some(source) = attribute.value.as_text() else {
                return Err(attribute.place.refused("the source of a module must be literal text"));
            };
            if !source.starts_with("./") && !source.starts_with("../") {
                continue;
            }
            let folder = module.folder.join(source);
            let called = source::module(&folder).map_err(|error| match error {
                ConvertError::NotThere { problem, hint, .. } => {
                    attribute.place.refused_with(format!("the module `{source}` {problem}"), hint)
                }
                other => other,
            })?;
            let path = canonical(&folder)?;
            let index = match folders.iter().position(|known| *known == path) {
                Some(index) => index,
                None => {
                    let plain = stack_name(&path);
                    let name = emit::choose(&[plain.clone(), format!("{plain}-module")], &mut taken);
                    let rust = emit::choose(&[emit::variable(&plain)], &mut taken_rust);
                    folders.push(path);
                    found.push((name, rust, Module { folder, ..called }));
                    found.len() - 1
                }
            };
            if index == 0 {
                return Err(attribute.place.refused("a module cannot call the root module"));
            }
            own.insert(block.label(0).to_owned(), index);
        }
        calls.push(own);
        at += 1;
    }
    let mut modules = Vec::new();
    for (index, ((name, rust, mut module), calls)) in found.into_iter().zip(calls).enumerate() {
        let providers = Providers::of(&module, library, &locked)?;
        shape::apply(&mut module, &providers)?;
        check::module(&module, &functions)?;
        modules.push(ReadModule { name, rust, is_called: index > 0, module, providers, calls });
    }
    Ok(Configuration { modules })
}

/// Makes a program of a configuration. `formwork` says where the package `formwork` comes from: a version, a folder or a
/// git repository.
///
/// # Errors
/// Refuses what Terraform would refuse, and what nothing stands for, with file, line and column.
pub fn convert(folder: &Path, library: &Library, formwork: &str) -> Result<Conversion, ConvertError> {
    let configuration = read(folder, library)?;
    let mut conversion = program(configuration, Layout::RootAndModules, formwork, &HCL)?;
    for file in source::variable_files(folder)? {
        if let Some(name) = file.file_name() {
            conversion.package.copy(name, file.clone());
        }
    }
    let lock = folder.join(lock::LOCK_FILE);
    if lock.is_file() {
        conversion.package.copy(lock::LOCK_FILE, lock);
    }
    Ok(conversion)
}

/// Where a program comes from, in words.
pub(crate) struct Story {
    /// Behind the name of a stack: `converted from HCL`.
    pub(crate) how: &'static str,
    /// Behind "A Formwork program": `converted from a Terraform configuration`.
    pub(crate) of: &'static str,
    /// What is left to do, in sentences.
    pub(crate) left: Vec<String>,
}

const HCL: Story =
    Story { how: "converted from HCL", of: "converted from a Terraform configuration", left: Vec::new() };

/// Makes a program of modules that were read.
pub(crate) fn program(
    configuration: Configuration,
    layout: Layout,
    formwork: &str,
    story: &Story,
) -> Result<Conversion, ConvertError> {
    let functions = Functions::known();
    let mut counts = Counts::default();
    let mut stacks = Vec::new();
    let names: Vec<String> = configuration.modules.iter().map(|module| module.name.clone()).collect();
    let mut copied = BTreeMap::new();
    for ReadModule { name, rust, is_called, module, providers, calls } in &configuration.modules {
        let mut providers = providers.clone();
        let target = |block: &Block| match calls.get(block.label(0)) {
            Some(index) => format!("../{}", names[*index]),
            None => block.body.text("source").unwrap_or_default().to_owned(),
        };
        let emitted = emit::emit(module, &mut providers, &functions, &target)?;
        counts.typed += emitted.counts.typed;
        counts.raw += emitted.counts.raw;
        let mut assets = assets(module);
        if layout == Layout::Stacks && module.folder.join("assets").is_dir() {
            // What a program of CDK for Terraform has put beside its document.
            for entry in fs::read_dir(module.folder.join("assets"))
                .map_err(|error| ConvertError::read(&module.folder, error))?
            {
                let entry = entry.map_err(|error| ConvertError::read(&module.folder, error))?;
                assets.insert(Path::new("assets").join(entry.file_name()));
            }
        }
        for asset in &assets {
            let to =
                if rust.is_empty() { Path::new("files").to_owned() } else { Path::new("files").join(rust) };
            copied.insert(to.join(asset), module.folder.join(asset));
        }
        let how = story.how;
        let origin = match (layout, is_called) {
            (_, true) => format!("The module `{name}`, {how}"),
            (Layout::Stacks, false) => format!("The stack `{name}`, {how}"),
            (Layout::RootAndModules, false) => format!("The configuration `{name}`, {how}"),
        };
        let (name, rust) = (name.clone(), rust.clone());
        stacks.push(emit::Stack { name, rust, is_called: *is_called, origin, emitted, providers, assets });
    }
    let files = emit::files(&stacks, layout, story.how)?;
    let package = Package::new(&names[0], formwork, files, copied, counts, story);
    Ok(Conversion { package, counts, stacks: names, configuration })
}

/// Which of the modules are what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// The first one is planned and applied; the others are called.
    RootAndModules,
    /// All of them are planned and applied.
    Stacks,
}

/// Reads the documents of a program as the modules of the configuration that it was made of.
pub(crate) fn read_documents(
    configuration: &Configuration,
    documents: &Path,
    library: &Library,
) -> Result<Vec<ReadModule>, ConvertError> {
    let mut modules = Vec::new();
    for original in &configuration.modules {
        let mut module = source::module(&documents.join(&original.name))?;
        // What describes a type is what described it in the configuration.
        let mut providers = Providers::of(&module, library, &BTreeMap::new())?;
        for (name, provider) in &mut providers.by_name {
            if let Some(known) = original.providers.by_name.get(name) {
                provider.catalogue.clone_from(&known.catalogue);
            }
        }
        shape::apply(&mut module, &providers)?;
        let position = |source: &str| {
            let name = source.strip_prefix("../")?;
            configuration.modules.iter().position(|module| module.name == name)
        };
        let calls = module
            .blocks_of("module")
            .filter_map(|block| Some((block.label(0).to_owned(), position(block.body.text("source")?)?)));
        let calls = calls.collect();
        modules.push(ReadModule {
            name: original.name.clone(),
            rust: original.rust.clone(),
            is_called: original.is_called,
            module,
            providers,
            calls,
        });
    }
    Ok(modules)
}

fn canonical(folder: &Path) -> Result<PathBuf, ConvertError> {
    fs::canonicalize(folder).map_err(|error| ConvertError::read(folder, error))
}

/// The name of a stack for a folder.
fn stack_name(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String =
        name.chars().map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' }).collect();
    let plain = plain.trim_matches('-').to_owned();
    if is_identifier(&plain) { plain } else { format!("stack-{plain}").trim_end_matches('-').to_owned() }
}

/// The files beside a module that its expressions name: `${path.module}/…`.
fn assets(module: &Module) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for block in module.blocks() {
        body_assets(&block.body, &module.folder, &mut found);
    }
    // A folder brings what is in it.
    let all: Vec<PathBuf> = found.iter().cloned().collect();
    found.retain(|path| !all.iter().any(|other| other != path && path.starts_with(other)));
    found
}

fn body_assets(body: &Body, folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => {
                let mut open = vec![&attribute.value];
                while let Some(one) = open.pop() {
                    found.extend(asset(one, folder));
                    open.extend(one.children());
                }
            }
            Item::Block(block) => body_assets(&block.body, folder, found),
        }
    }
}

fn asset(expression: &Expression, folder: &Path) -> Option<PathBuf> {
    let Expression::Template(parts) = expression else { return None };
    let (Part::Value(base), Part::Text(rest)) = (parts.first()?, parts.get(1)?) else { return None };
    if !matches!(base.as_path()?[..], ["path", "module" | "root"]) {
        return None;
    }
    let rest = rest.strip_prefix('/')?;
    // A name that is only known in part brings the folder that it is in.
    let rest = if parts.len() > 2 { rest.rsplit_once('/').map(|(folder, _)| folder)? } else { rest };
    let path: PathBuf =
        Path::new(rest).components().filter(|it| matches!(it, std::path::Component::Normal(_))).collect();
    let is_inside = !rest.split('/').any(|part| part == "..") && !path.as_os_str().is_empty();
    (is_inside && folder.join(&path).exists()).then_some(path)
}
