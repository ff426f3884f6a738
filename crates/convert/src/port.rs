//! `cdktf.out`: what a program of CDK for Terraform has written, as a program of Formwork. The TypeScript is never read.
//!
//! `manifest.json` names the stacks; each has a `cdk.tf.json` (or `cdk.tf`) in a folder of its own. Addresses are taken
//! from there as they are, so that they stay what they were.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use formwork_core::{Hint, is_identifier};
use formwork_schema::Library;
use serde::Deserialize;

use crate::convert::{Configuration, Conversion, Layout, ReadModule, Story, program};
use crate::emit::{self, Providers};
use crate::error::ConvertError;
use crate::functions::Functions;
use crate::{check, readable, shape, source};

#[derive(Deserialize)]
struct Manifest {
    version: String,
    stacks: BTreeMap<String, ManifestStack>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManifestStack {
    name: String,
    synthesized_stack_path: String,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// What resources are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As they were: addresses stay.
    Kept,
    /// Without hashes; `moved` blocks keep what they name.
    Readable,
}

/// Reads `cdktf.out`: the stacks in an order in which each stands behind those that it needs.
///
/// # Errors
/// Fails if the folder is not one, or says what Terraform would refuse.
pub fn read_cdktf(folder: &Path, library: &Library, naming: Naming) -> Result<Configuration, ConvertError> {
    let path = folder.join("manifest.json");
    let not_there = |problem: String| ConvertError::NotThere {
        path: folder.to_owned(),
        problem,
        hint: Hint::new("name the folder that `cdktf synth` writes, which is `cdktf.out`"),
    };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(not_there("has no `manifest.json`".to_owned()));
        }
        Err(error) => return Err(ConvertError::read(&path, error)),
    };
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| {
        not_there(format!("has a `manifest.json` that is none of CDK for Terraform: {error}"))
    })?;
    if manifest.stacks.is_empty() {
        return Err(not_there(format!("has no stacks (CDK for Terraform {})", manifest.version)));
    }
    let functions = Functions::known();
    let mut taken = HashSet::new();
    let mut modules = Vec::new();
    for stack in ordered(&manifest) {
        if !is_identifier(&stack.name) {
            return Err(not_there(format!("has a stack `{}`, which is no name for one", stack.name)));
        }
        let document = folder.join(&stack.synthesized_stack_path);
        let mut module = source::module(document.parent().unwrap_or(folder))?;
        for file in &mut module.files {
            "main".clone_into(&mut file.stem);
        }
        let providers = Providers::of(&module, library, &BTreeMap::new())?;
        shape::apply(&mut module, &providers)?;
        if naming == Naming::Readable {
            readable::rename(&mut module);
        }
        check::module(&module, &functions)?;
        let rust = emit::choose(&[emit::variable(&stack.name)], &mut taken);
        modules.push(ReadModule {
            name: stack.name.clone(),
            rust,
            is_called: false,
            module,
            providers,
            calls: BTreeMap::new(),
        });
    }
    Ok(Configuration { modules })
}

/// Makes a program of `cdktf.out`. Its documents are those that were there.
///
/// # Errors
/// Fails if the folder is not one, or says what Terraform would refuse.
pub fn port(
    folder: &Path,
    library: &Library,
    naming: Naming,
    formwork: &str,
) -> Result<Conversion, ConvertError> {
    let story = Story {
        how: "ported from CDK for Terraform",
        of: "ported from a program of CDK for Terraform",
        left: Vec::new(),
    };
    program(read_cdktf(folder, library, naming)?, Layout::Stacks, formwork, &story)
}

fn ordered(manifest: &Manifest) -> Vec<&ManifestStack> {
    let mut order: Vec<&ManifestStack> = Vec::new();
    while order.len() < manifest.stacks.len() {
        let is_done = |name: &String| {
            order.iter().any(|done| done.name == *name) || !manifest.stacks.contains_key(name)
        };
        let open = manifest.stacks.iter().filter(|(name, _)| !is_done(name));
        let ready =
            open.min_by_key(|(_, stack)| stack.dependencies.iter().filter(|name| !is_done(name)).count());
        match ready {
            Some((_, stack)) => order.push(stack),
            None => break,
        }
    }
    order
}
