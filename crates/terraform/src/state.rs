//! Commands about one stack that plan nothing: its check, its outputs, what is taken into its state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Arguments, Initialization, Options, StackError, TerraformDiagnostic, Workspace, commit, former, lock,
    protection,
};

/// An output of a stack, as its state has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputValue {
    /// Whether the stack says that it must not be shown.
    pub sensitive: bool,
    #[serde(rename = "type")]
    kind: Value,
    /// The value.
    pub value: Value,
}

impl OutputValue {
    /// By what a state of version 4 has of an output.
    pub(crate) fn of_state(output: &Value) -> Self {
        Self {
            sensitive: output["sensitive"] == true,
            kind: output["type"].clone(),
            value: output["value"].clone(),
        }
    }
}

/// The part of `terraform validate -json` that matters.
#[derive(Deserialize)]
struct Validation {
    diagnostics: Vec<TerraformDiagnostic>,
}

/// Has terraform check a stack's document. The warnings are given back.
///
/// # Errors
/// Fails if something is wrong with it.
pub fn validate(workspace: &Workspace<'_>) -> Result<Vec<TerraformDiagnostic>, StackError> {
    let arguments = Arguments::new(["validate", "-json", "-no-color"]);
    let captured = workspace.capture(Initialization::Providers, &arguments)?;
    let Ok(validation) = serde_json::from_str::<Validation>(&captured.stdout) else {
        return Err(captured.failure().into());
    };
    if validation.diagnostics.iter().any(TerraformDiagnostic::is_error) {
        Err(StackError { diagnostics: validation.diagnostics })
    } else {
        Ok(validation.diagnostics)
    }
}

/// Reads the outputs of a stack from its state, but for those that are for us to read.
///
/// # Errors
/// Fails as terraform does.
pub fn outputs(workspace: &Workspace<'_>) -> Result<BTreeMap<String, OutputValue>, StackError> {
    workspace.check_state()?;
    let mut outputs: BTreeMap<String, OutputValue> = match former::found(workspace)? {
        Some(former) => former.outputs(),
        None => {
            let arguments = Arguments::new(["output", "-json", "-no-color"]);
            workspace.capture(Initialization::Backend, &arguments)?.json()?
        }
    };
    outputs.retain(|name, _| ![protection::OUTPUT, commit::OUTPUT].contains(&name.as_str()));
    Ok(outputs)
}

/// Takes something that exists into the state of a stack.
///
/// # Errors
/// Fails as terraform does.
pub fn import(
    workspace: &Workspace<'_>,
    options: &Options,
    address: &str,
    id: &str,
) -> Result<(), StackError> {
    workspace.check_state()?;
    former::check(workspace)?;
    let mut arguments = Arguments::new(["import", "-input=false", "-no-color"]);
    arguments.option("lock-timeout", &options.lock_timeout);
    options.variables.add_to(&mut arguments, workspace)?;
    arguments.extend(&options.further);
    arguments.push(address);
    arguments.push(id);
    let captured = workspace.capture(Initialization::Backend, &arguments)?;
    if captured.status.success() { Ok(()) } else { Err(lock::explain(captured.failure(), workspace).into()) }
}
