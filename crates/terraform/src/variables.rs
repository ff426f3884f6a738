//! Values for the variables of stacks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use formwork_core::Hint;
use formwork_core::text::quoted;
use formwork_synth::digest;
use serde_json::Value;

use crate::masking::Secrets;
use crate::{Arguments, ScratchFolder, Workspace};

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
        let assigned: Vec<_> =
            self.assigned.iter().filter(|(name, _)| declared.contains_key(*name)).collect();
        if assigned.is_empty() {
            return Ok(());
        }
        // In a file of ours: a command line can be read by whoever is on the machine.
        let text: String =
            assigned.iter().map(|(name, value)| assignment(name, value, &declared[*name])).collect();
        let folder = ScratchFolder::new()?;
        let file = folder.file("given.tfvars")?;
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        arguments.option("var-file", &file);
        arguments.keep(folder);
        Ok(())
    }

    /// The values of a stack's sensitive variables, as far as they are known here.
    pub(crate) fn secrets(&self, workspace: &Workspace<'_>) -> Secrets {
        let mut secrets = Secrets::default();
        let is_sensitive = |body: &Value| {
            ["sensitive", "ephemeral"].iter().any(|flag| body.get(flag) == Some(&Value::Bool(true)))
        };
        let files: Vec<String> = self.files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
        for (name, body) in workspace.blocks("variable").into_iter().flatten() {
            if !is_sensitive(body) {
                continue;
            }
            let from_environment = std::env::var(format!("TF_VAR_{name}")).ok();
            self.assigned.get(name).into_iter().chain(&from_environment).for_each(|it| secrets.add_given(it));
            let all = Value::Bool(true);
            files.iter().for_each(|file| secrets.add_of_file(file, name));
            secrets.gather(body.get("default").unwrap_or(&Value::Null), &all);
        }
        secrets
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

/// A line of a file of values that says what `-var` would: for a variable of text, a number or a truth the value is that,
/// for any other it is an expression of HCL, in parentheses so that it is one.
fn assignment(name: &str, value: &str, declared: &Value) -> String {
    let declared_type = declared.get("type").and_then(Value::as_str).map(str::trim);
    match declared_type {
        None | Some("string" | "number" | "bool") => format!("{name} = {}\n", quoted(value)),
        Some(_) => format!("{name} = (\n{value}\n)\n"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::assignment;

    #[test]
    fn a_value_is_text_or_one_expression() {
        assert_eq!(assignment("a", "x\"${y}\n", &json!({"type": "string"})), "a = \"x\\\"$${y}\\n\"\n");
        assert_eq!(assignment("a", "5", &json!({"type": "number"})), "a = \"5\"\n");
        assert_eq!(assignment("a", "[1]\nb = 2", &json!({"type": "list(string)"})), "a = (\n[1]\nb = 2\n)\n");
    }
}
