//! Which outputs of other stacks a document reads.

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::references::Traversal;
use serde_json::{Map, Value};

use crate::plan::show;
use crate::{
    Arguments, Initialization, MissingOutputs, Options, PlanChanges, ScratchFolder, StackError, Workspace,
};

/// The outputs of another stack that a document reads, sorted.
pub(crate) fn of(document: &Value, stack: &str) -> Vec<String> {
    let mut outputs = BTreeSet::new();
    let mut visit = |text: &str| {
        // The program was checked, so what cannot be read was reported.
        let _ = formwork_core::references::in_template(text, &mut |traversal| {
            if let Some((of, output)) = read_by(traversal)
                && of == stack
            {
                outputs.insert(output.to_owned());
            }
        });
    };
    texts(document, &mut visit);
    outputs.into_iter().collect()
}

/// The outputs of other stacks that are not what they were when a plan was made, by stack.
///
/// # Errors
/// Fails as terraform does, if the states can't be read.
pub fn changed_since(
    workspace: &Workspace<'_>,
    options: &Options,
    plan: &PlanChanges,
) -> Result<MissingOutputs, StackError> {
    let mut changed = MissingOutputs::new();
    let mut of_strangers = None;
    for (stack, then) in &plan.read {
        let outputs = workspace.reads(stack);
        if outputs.is_empty() {
            continue;
        }
        let now: Map<String, Value> = match workspace.estate.stack(stack)? {
            Some(producer) => {
                crate::outputs(&producer)?.into_iter().map(|(name, output)| (name, output.value)).collect()
            }
            // The state of a stranger is read as the stack itself reads it.
            None => {
                let read = match &of_strangers {
                    Some(read) => read,
                    None => of_strangers.insert(read_now(workspace, options, &plan.read)?),
                };
                read.get(stack).cloned().unwrap_or_default()
            }
        };
        // A state does not hold what is null.
        let value = |value: Option<&Value>| value.cloned().unwrap_or_default();
        let is_other = |output: &String| value(then.get(output)) != value(now.get(output));
        let others: Vec<String> = outputs.into_iter().filter(is_other).collect();
        if !others.is_empty() {
            changed.insert(stack.clone(), others);
        }
    }
    Ok(changed)
}

/// What the states of others have now, by the names that a stack reads them under: a plan of those data sources alone, which
/// changes nothing and locks nothing.
fn read_now(
    workspace: &Workspace<'_>,
    options: &Options,
    read: &BTreeMap<String, Map<String, Value>>,
) -> Result<BTreeMap<String, Map<String, Value>>, StackError> {
    let folder = ScratchFolder::new()?;
    let file = folder.file("plan")?;
    let mut arguments =
        Arguments::new(["plan", "-input=false", "-no-color", "-refresh=false", "-lock=false"]);
    for stack in read.keys() {
        arguments.option("target", format!("data.terraform_remote_state.{stack}"));
    }
    options.variables.add_to(&mut arguments, workspace)?;
    arguments.option("out", &file);
    let planned = workspace.capture(Initialization::Backend, &arguments)?;
    if !planned.status.success() {
        return Err(planned.failure().into());
    }
    Ok(show(workspace, &file)?.read)
}

/// The stack and the output that a reference leads to.
fn read_by<'a>(traversal: &Traversal<'a>) -> Option<(&'a str, &'a str)> {
    match [0, 1, 2, 3, 4].map(|position| traversal.name(position)) {
        [Some("data"), Some("terraform_remote_state"), Some(stack), Some("outputs"), Some(output)] => {
            Some((stack, output))
        }
        _ => None,
    }
}

/// Visits every text of a document, keys included.
fn texts(document: &Value, visit: &mut dyn FnMut(&str)) {
    match document {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Object(entries) => {
            for (key, item) in entries {
                visit(key);
                texts(item, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The blocks of a document that read one of these outputs, as an override that reads them of the data source `instead`.
pub(crate) fn redirected(document: &Value, outputs: &MissingOutputs, instead: &str) -> Map<String, Value> {
    let redirect = Redirect { outputs, instead };
    // The others can't be overridden: what they read stays missing.
    const KINDS: [(&str, usize); 7] = [
        ("data", 2),
        ("ephemeral", 2),
        ("locals", 1),
        ("module", 1),
        ("output", 1),
        ("provider", 1),
        ("resource", 2),
    ];
    let blocks = |(kind, labels): (&str, usize)| {
        Some((kind.to_owned(), redirect.blocks(document.get(kind)?, labels)?))
    };
    if outputs.is_empty() { Map::new() } else { KINDS.into_iter().filter_map(blocks).collect() }
}

/// How texts change that read outputs of one state of another.
struct Redirect<'a> {
    outputs: &'a MissingOutputs,
    instead: &'a str,
}

impl Redirect<'_> {
    /// Those of the blocks that change, below as many labels.
    fn blocks(&self, blocks: &Value, labels: usize) -> Option<Value> {
        if labels == 0 {
            let mut block = self.value(blocks)?;
            // Terraform takes it from no override: what the block itself says stays.
            block.as_object_mut().and_then(|block| block.remove("depends_on"));
            return Some(block);
        }
        let changed =
            |(label, blocks): (&String, &Value)| Some((label.clone(), self.blocks(blocks, labels - 1)?));
        let changed: Map<String, Value> = blocks.as_object()?.iter().filter_map(changed).collect();
        (!changed.is_empty()).then_some(Value::Object(changed))
    }

    /// The value with other texts, if there is one in it that changes.
    fn value(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) => self.text(text).map(Value::String),
            Value::Array(items) => {
                let changed: Vec<Option<Value>> = items.iter().map(|item| self.value(item)).collect();
                let has_changed = changed.iter().any(Option::is_some);
                let item = |(item, changed): (&Value, Option<Value>)| changed.unwrap_or_else(|| item.clone());
                has_changed.then(|| items.iter().zip(changed).map(item).collect())
            }
            Value::Object(entries) => {
                let mut has_changed = false;
                let mut changed = Map::new();
                for (key, item) in entries {
                    let (new_key, new_item) = (self.text(key), self.value(item));
                    has_changed |= new_key.is_some() || new_item.is_some();
                    let item = new_item.unwrap_or_else(|| item.clone());
                    changed.insert(new_key.unwrap_or_else(|| key.clone()), item);
                }
                has_changed.then_some(Value::Object(changed))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }

    fn text(&self, text: &str) -> Option<String> {
        formwork_core::references::renamed(text, &mut |traversal| {
            let (stack, output) = read_by(traversal)?;
            let is_one = self.outputs.get(stack)?.iter().any(|one| one == output);
            is_one.then(|| (stack, self.instead.to_owned()))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outputs_that_a_document_reads_are_found_in_expressions() {
        let document = json!({"resource": {"a": {"b": {
            "x": "${data.terraform_remote_state.network.outputs.vpc_id}",
            "y": "${join(\",\", data.terraform_remote_state.network.outputs.ids)}-${data.terraform_remote_state.network.outputs.vpc_id}",
            "z": "${data.terraform_remote_state.network2.outputs.other}",
        }}}});
        assert_eq!(of(&document, "network"), ["ids", "vpc_id"]);
    }

    #[test]
    fn only_blocks_that_read_an_output_are_redirected_and_only_that_output() {
        let read =
            |stack: &str, output: &str| format!("data.terraform_remote_state.{stack}.outputs.{output}");
        let (known, unknown, other) = (read("network", "cidr"), read("network", "id"), read("data", "id"));
        let document = json!({
            "resource": { "a": {
                "reads": {
                    "x": format!("${{[{known}, \"{{${{{unknown}}}}}\", {other}, {unknown}]}}"),
                    "depends_on": ["a.apart"],
                    "nested": [{ "y": 1 }, { "z": format!("${{{unknown}}}") }],
                },
                "apart": { "x": format!("${{{known}}}"), "text": format!("$${{{unknown}}}") },
            } },
            "locals": { "l": format!("${{{unknown}[0].part}}"), "m": "x" },
            "moved": [{ "from": "a.b", "to": "a.apart" }],
        });
        let outputs = MissingOutputs::from([("network".to_owned(), vec!["id".to_owned()])]);
        let pending = read("pending", "id");
        assert_eq!(
            Value::Object(redirected(&document, &outputs, "pending")),
            json!({
                "resource": { "a": { "reads": {
                    "x": format!("${{[{known}, \"{{${{{pending}}}}}\", {other}, {pending}]}}"),
                    "nested": [{ "y": 1 }, { "z": format!("${{{pending}}}") }],
                } } },
                "locals": { "l": format!("${{{pending}[0].part}}") },
            })
        );
        assert_eq!(redirected(&document, &MissingOutputs::new(), "pending"), Map::new());
    }
}
