//! Values for the variables of stacks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use formwork_core::Hint;
use formwork_synth::digest;
use serde_json::Value;

use crate::{Arguments, Workspace};

/// Values that were given on the command line. A single one counts more than a file.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    assigned: BTreeMap<String, String>,
    files: Vec<PathBuf>,
}

/// A value that was given for a variable that no stack has.
#[derive(Debug, thiserror::Error)]
#[error("no selected stack has a variable `{name}`{hint}")]
pub struct UnknownVariable {
    name: String,
    hint: Hint,
}

impl Variables {
    /// Values from `name=value` pairs and from files.
    pub fn new(assigned: impl IntoIterator<Item = (String, String)>, files: Vec<PathBuf>) -> Self {
        Self { assigned: assigned.into_iter().collect(), files }
    }

    /// Checks that every value is for a variable of some stack.
    ///
    /// # Errors
    /// Fails at the first one that is not, with the nearest name that is.
    pub fn check(&self, workspaces: &[Workspace<'_>]) -> Result<(), UnknownVariable> {
        let declared: BTreeSet<&String> = workspaces
            .iter()
            .filter_map(|workspace| workspace.blocks("variable"))
            .flat_map(serde_json::Map::keys)
            .collect();
        let Some(name) = self.assigned.keys().find(|name| !declared.contains(name)) else { return Ok(()) };
        let declared: Vec<&str> = declared.into_iter().map(String::as_str).collect();
        let known = if declared.is_empty() {
            "the stacks have no variables".to_owned()
        } else {
            format!("the variables are {}", declared.join(", "))
        };
        let hint = Hint::nearest(name, declared).or(known);
        Err(UnknownVariable { name: name.clone(), hint })
    }

    /// Adds the values for a stack to the arguments of a command.
    ///
    /// # Errors
    /// Fails if the working directory is gone.
    pub fn add_to(&self, arguments: &mut Arguments, workspace: &Workspace<'_>) -> anyhow::Result<()> {
        let Some(declared) = workspace.blocks("variable") else { return Ok(()) };
        for file in &self.files {
            arguments.option("var-file", Workspace::outside(file)?);
        }
        for (name, value) in self.assigned.iter().filter(|(name, _)| declared.contains_key(*name)) {
            arguments.option("var", format!("{name}={value}"));
        }
        Ok(())
    }

    /// Adds what a plan file does not hold: values of ephemeral variables, which terraform wants to have again.
    ///
    /// # Errors
    /// Fails if the working directory is gone.
    pub fn add_ephemeral_to(
        &self,
        arguments: &mut Arguments,
        workspace: &Workspace<'_>,
    ) -> anyhow::Result<()> {
        let is_ephemeral = |body: &Value| body.get("ephemeral") == Some(&Value::Bool(true));
        let has_any =
            workspace.blocks("variable").is_some_and(|declared| declared.values().any(is_ephemeral));
        if has_any { self.add_to(arguments, workspace) } else { Ok(()) }
    }

    /// Digests of all values that terraform takes for a stack, by what they come from: a variable or a file. The
    /// values themselves may be secrets.
    ///
    /// # Errors
    /// Fails if a file cannot be read.
    pub fn digests(&self, workspace: &Workspace<'_>) -> anyhow::Result<BTreeMap<String, String>> {
        let mut digests = BTreeMap::new();
        let Some(declared) = workspace.blocks("variable") else { return Ok(digests) };
        for file in &self.files {
            let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            digests.insert(file.display().to_string(), digest(&bytes));
        }
        for name in declared.keys() {
            let from_environment = || std::env::var(format!("TF_VAR_{name}")).ok();
            if let Some(value) = self.assigned.get(name).cloned().or_else(from_environment) {
                // With the name, so that equal values do not look alike.
                digests.insert(name.clone(), digest(format!("{name}={value}").as_bytes()));
            }
        }
        Ok(digests)
    }
}
