//! What a plan changes: the model behind every way to show it. Sensitive values do not get this far.

use std::collections::BTreeMap;

pub use formwork_review::action::Action;
use formwork_review::comparison::{ArgumentChange, differing};
use formwork_review::impact::{Changed, Impact};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::masking::{self, Secrets, UNKNOWN};
use crate::{ApplyHooks, Commit, PlannedOutputs, SourceLine, Summary, Vanished, commit};

/// All that a plan changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PlanChanges {
    /// What the apply does, the gravest first.
    pub resources: Vec<ResourceChange>,
    /// What has changed outside since the last apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<ResourceChange>,
    /// Outputs of the stack that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<ResourceChange>,
    /// Commands that run around the apply.
    #[serde(default, skip_serializing_if = "ApplyHooks::is_empty")]
    pub hooks: ApplyHooks,
    /// What becomes of all outputs, with their values.
    #[serde(skip)]
    pub planned_outputs: PlannedOutputs,
    /// What was read of other stacks: their outputs with their values, by stack.
    #[serde(skip)]
    pub read: BTreeMap<String, Map<String, Value>>,
    /// How many resources are taken into the state that exist already.
    #[serde(skip)]
    pub imported: usize,
    /// What it destroys because the program has it no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vanished: Vec<Vanished>,
    /// What it means: access, exposure, losses, cost.
    #[serde(default, skip_serializing_if = "Impact::is_empty")]
    pub impact: Impact,
    /// The commit that was applied last, as the state says.
    #[serde(skip)]
    pub applied_commit: Option<Commit>,
    /// What must not be shown, for what is said while this is applied.
    #[serde(skip)]
    pub(crate) secrets: Secrets,
}

/// What happens to one resource or output.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResourceChange {
    /// The address; for outputs, `output.` and the name.
    pub address: String,
    /// The type; empty for outputs.
    #[serde(rename = "type", default, skip_serializing_if = "String::is_empty")]
    pub type_name: String,
    /// What happens to it.
    pub action: Action,
    /// The address that it had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    /// Arguments that make a change a replacement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced_for: Vec<String>,
    /// Arguments that differ.
    pub arguments: Vec<ArgumentChange>,
    /// The line of the program that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceLine>,
}

impl ResourceChange {
    /// The name of the output, if it is one that changes.
    #[must_use]
    pub fn output(&self) -> Option<&str> {
        self.address.strip_prefix("output.").filter(|_| self.type_name.is_empty())
    }
}

/// The part of `terraform show -json` that matters:
/// <https://developer.hashicorp.com/terraform/internals/json-format>.
#[derive(Deserialize)]
pub struct PlanJson {
    #[serde(default)]
    variables: BTreeMap<String, PlanVariable>,
    #[serde(default)]
    configuration: Value,
    #[serde(default)]
    pub(crate) resource_changes: Vec<PlanResource>,
    #[serde(default)]
    resource_drift: Vec<PlanResource>,
    #[serde(default)]
    pub(crate) output_changes: BTreeMap<String, PlanChange>,
    #[serde(default)]
    planned_values: Value,
    #[serde(default)]
    prior_state: Value,
}

#[derive(Deserialize)]
struct PlanVariable {
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
pub(crate) struct PlanResource {
    pub(crate) address: String,
    #[serde(default)]
    previous_address: Option<String>,
    pub(crate) mode: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    #[serde(default)]
    pub(crate) action_reason: Option<String>,
    pub(crate) change: PlanChange,
}

#[derive(Deserialize)]
pub(crate) struct PlanChange {
    actions: Vec<String>,
    #[serde(default)]
    pub(crate) before: Value,
    #[serde(default)]
    pub(crate) after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    before_sensitive: Value,
    #[serde(default)]
    after_sensitive: Value,
    #[serde(default)]
    replace_paths: Vec<Vec<Value>>,
    #[serde(default)]
    importing: Option<Value>,
}

impl PlanChanges {
    /// Whether nothing at all changes, or has changed outside.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.drift.is_empty() && self.outputs.is_empty()
    }

    /// Takes from a plan what there is to show of it.
    pub fn of(shown: &PlanJson) -> Self {
        // What commit is applied is said by that itself.
        let outputs = shown.output_changes.iter().filter(|(name, _)| *name != commit::OUTPUT);
        let outputs = outputs.filter_map(|(name, change)| {
            let action = change.action(false)?;
            Some(ResourceChange {
                address: format!("output.{name}"),
                type_name: String::new(),
                action,
                moved_from: None,
                replaced_for: Vec::new(),
                arguments: change.arguments(Action::Update),
                source: None,
            })
        });
        let mut changes = Self {
            resources: shown.resource_changes.iter().filter_map(PlanResource::read).collect(),
            drift: shown.resource_drift.iter().filter_map(PlanResource::read).collect(),
            outputs: outputs.collect(),
            hooks: ApplyHooks::default(),
            planned_outputs: PlannedOutputs::of(shown),
            read: shown.read(),
            vanished: Vec::new(),
            impact: Impact::default(),
            applied_commit: shown.applied_output(commit::OUTPUT).and_then(Commit::of),
            imported: shown.resource_changes.iter().filter(|it| it.change.importing.is_some()).count(),
            secrets: Secrets::default(),
        };
        let secrets = secrets(shown);
        let all = [&mut changes.resources, &mut changes.drift, &mut changes.outputs];
        for change in all.into_iter().flatten() {
            change.replaced_for.iter_mut().for_each(|path| *path = secrets.hidden(path));
            change.arguments.iter_mut().for_each(|it| secrets.hide(it));
        }
        changes.secrets = secrets;
        changes.resources.sort_by(|a, b| (a.action, &a.address).cmp(&(b.action, &b.address)));
        changes
    }

    /// How much it changes, as terraform counts it.
    pub fn summary(&self) -> Summary {
        let replaced = self.count(Action::Replace);
        Summary {
            add: self.count(Action::Create) + replaced,
            change: self.count(Action::Update),
            remove: self.count(Action::Destroy) + replaced,
            import: self.imported,
        }
    }

    /// How many resources an action happens to.
    pub fn count(&self, action: Action) -> usize {
        self.resources.iter().filter(|change| change.action == action).count()
    }
}

impl PlanResource {
    fn read(&self) -> Option<ResourceChange> {
        if self.mode != "managed" {
            return None;
        }
        let action = self.change.action(self.previous_address.is_some())?;
        let replaced_for: Vec<String> =
            self.change.replace_paths.iter().map(|steps| path_of(steps)).collect();
        let mut arguments = self.change.arguments(action);
        if matches!(action, Action::Create | Action::Replace) {
            // Whatever the provider computes is unknown here, which says nothing.
            arguments.retain(|argument| {
                let is_cause = replaced_for.iter().any(|path| argument.path.starts_with(path.as_str()));
                let after = argument.after.as_ref();
                is_cause || after.is_some_and(|after| *after != UNKNOWN && !is_empty(after))
            });
        }
        Some(ResourceChange {
            address: self.address.clone(),
            type_name: self.type_name.clone(),
            action,
            moved_from: self.previous_address.clone(),
            replaced_for,
            arguments,
            source: None,
        })
    }
}

impl PlanJson {
    /// What its changes mean for a stack whose document is as the program wrote it. `secrets` are hidden in all of it.
    pub(crate) fn impact(&self, document: &Value, secrets: &Secrets) -> Impact {
        let managed = self.resource_changes.iter().filter(|it| it.mode == "managed");
        let changed = managed.filter_map(|resource| {
            let action = resource.change.action(false)?;
            let is_destroyed = matches!(action, Action::Replace | Action::Destroy);
            if !is_destroyed && !matches!(action, Action::Create | Action::Update) {
                return None;
            }
            let (mut before, mut after) = resource.change.shown();
            secrets.hide_all(&mut before);
            secrets.hide_all(&mut after);
            let (address, type_name) = (resource.address.clone(), resource.type_name.clone());
            Some(Changed { address, type_name, before, after, is_destroyed })
        });
        Impact::of(document, &changed.collect::<Vec<_>>())
    }

    /// An output with its type, after the apply; none if it is null.
    pub(crate) fn planned_output(&self, name: &str) -> Option<&Value> {
        let output = self.planned_values.get("outputs")?.get(name)?;
        output.get("value").filter(|value| !value.is_null()).map(|_| output)
    }

    /// An output as it was applied. The prior state would not say: terraform evaluates the outputs of the configuration for
    /// that.
    pub(crate) fn applied_output(&self, name: &str) -> Option<&Value> {
        self.output_changes.get(name).map(|change| &change.before)
    }

    /// What was read of other stacks.
    fn read(&self) -> BTreeMap<String, Map<String, Value>> {
        let resources = self.prior_state.pointer("/values/root_module/resources").and_then(Value::as_array);
        let read = |resource: &Value| {
            let outputs = resource.pointer("/values/outputs")?.as_object()?.clone();
            Some((resource["name"].as_str()?.to_owned(), outputs))
        };
        let states = resources.into_iter().flatten().filter(|it| it["type"] == "terraform_remote_state");
        states.filter_map(read).collect()
    }
}

impl PlanChange {
    /// Whether it leaves everything as it is.
    pub(crate) fn is_nothing(&self) -> bool {
        self.actions.iter().all(|action| matches!(action.as_str(), "no-op" | "read"))
    }

    /// Whether there is nothing afterwards.
    pub(crate) fn is_destruction(&self) -> bool {
        self.actions == ["delete"]
    }

    /// Whether there was nothing before.
    pub(crate) fn is_creation(&self) -> bool {
        self.actions == ["create"] && self.importing.is_none()
    }

    /// Whether a part of what there is afterwards is known after the apply.
    pub(crate) fn is_unknown(&self) -> bool {
        fn holds_true(mask: &Value) -> bool {
            match mask {
                Value::Bool(is_unknown) => *is_unknown,
                Value::Array(items) => items.iter().any(holds_true),
                Value::Object(entries) => entries.values().any(holds_true),
                _ => false,
            }
        }
        holds_true(&self.after_unknown)
    }

    fn action(&self, is_moved: bool) -> Option<Action> {
        let actions: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        match actions.as_slice() {
            ["delete", "create"] | ["create", "delete"] => Some(Action::Replace),
            ["create", "forget"] | ["create"] => Some(Action::Create),
            ["delete"] => Some(Action::Destroy),
            ["forget"] => Some(Action::Forget),
            ["update"] => Some(Action::Update),
            _ if self.importing.is_some() => Some(Action::Import),
            _ if is_moved => Some(Action::Move),
            _ => None,
        }
    }

    /// What it was and what it will be. A value that becomes sensitive, or was, is shown on neither side.
    fn shown(&self) -> (Value, Value) {
        let masks = [&self.before_sensitive, &self.after_sensitive];
        let before = masking::before(&self.before, &masks);
        let after = masking::after(Some(&self.before), Some(&self.after), &masks, &self.after_unknown);
        (before, after)
    }

    fn arguments(&self, action: Action) -> Vec<ArgumentChange> {
        if matches!(action, Action::Destroy | Action::Forget) {
            return Vec::new();
        }
        match self.shown() {
            (Value::Null, after @ Value::Object(_)) => differing(&Value::Object(Map::new()), &after),
            // Terraform says null of an output that was not there.
            (Value::Null, after) => {
                vec![ArgumentChange { path: String::new(), before: None, after: Some(after) }]
            }
            (before, after) => differing(&before, &after),
        }
    }
}

/// All sensitive texts of a plan.
fn secrets(shown: &PlanJson) -> Secrets {
    let mut secrets = Secrets::default();
    let resources = shown.resource_changes.iter().chain(&shown.resource_drift).map(|it| &it.change);
    for change in resources.chain(shown.output_changes.values()) {
        secrets.gather(&change.before, &change.before_sensitive);
        secrets.gather(&change.after, &change.after_sensitive);
    }
    for (name, variable) in &shown.variables {
        let path = format!("/root_module/variables/{name}/sensitive");
        secrets.gather(&variable.value, shown.configuration.pointer(&path).unwrap_or(&Value::Null));
    }
    // What was read is in no change: a data source's, or a resource's that stays as it is.
    let modules = [&shown.prior_state["values"], &shown.planned_values].map(|values| &values["root_module"]);
    modules.into_iter().for_each(|module| gather_of_module(module, &mut secrets));
    secrets
}

/// Sensitive values of what is in a module, and in those that it calls.
fn gather_of_module(module: &Value, secrets: &mut Secrets) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        secrets.gather(&resource["values"], &resource["sensitive_values"]);
    }
    let called = module["child_modules"].as_array().into_iter().flatten();
    called.for_each(|module| gather_of_module(module, secrets));
}

fn path_of(steps: &[Value]) -> String {
    let mut path = String::new();
    for step in steps {
        match step.as_str() {
            Some(name) if path.is_empty() => path.push_str(name),
            Some(name) => path.push_str(&format!(".{name}")),
            None => path.push_str(&format!("[{step}]")),
        }
    }
    path
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Null => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: Value) -> ResourceChange {
        let shown = json!({"resource_changes": [{
            "address": "aws_db_instance.main", "mode": "managed", "type": "aws_db_instance", "change": change,
        }]});
        let shown: PlanJson = serde_json::from_value(shown).unwrap();
        PlanChanges::of(&shown).resources.remove(0)
    }

    fn lines(change: &ResourceChange) -> Vec<String> {
        let text = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
        let line = |it: &ArgumentChange| format!("{}: {} -> {}", it.path, text(&it.before), text(&it.after));
        change.arguments.iter().map(line).collect()
    }

    #[test]
    fn sensitive_values_are_shown_on_neither_side() {
        let change = read(json!({
            "actions": ["update"],
            "before": {"password": "old", "was": "plain", "keys": ["a", "b"], "tags": {"x": "same"}},
            "after": {"password": "new", "was": "plain2", "keys": ["a", "c"], "tags": {"x": "same", "y": "t"}},
            "before_sensitive": {"password": true},
            "after_sensitive": {"password": true, "was": true, "keys": [false, true], "tags": {"x": true}},
        }));
        assert_eq!(
            lines(&change),
            [
                r#"keys[1]: "(sensitive value)" -> "(sensitive value, changed)""#,
                r#"password: "(sensitive value)" -> "(sensitive value, changed)""#,
                r#"tags.y: - -> "t""#,
                r#"was: "(sensitive value)" -> "(sensitive value, changed)""#,
            ]
        );
    }

    #[test]
    fn a_replacement_names_its_cause_and_not_what_is_computed() {
        let change = read(json!({
            "actions": ["delete", "create"],
            "before": {"id": "1", "arn": "arn:1", "engine": "a"},
            "after": {"engine": "b"},
            "after_unknown": {"id": true, "arn": true},
            "replace_paths": [["engine"]],
        }));
        assert_eq!(
            (change.action, change.replaced_for.clone()),
            (Action::Replace, vec!["engine".to_owned()])
        );
        assert_eq!(lines(&change), [r#"engine: "a" -> "b""#]);
    }

    #[test]
    fn what_is_sensitive_in_one_place_is_hidden_in_all() {
        let change = read(json!({
            "actions": ["update"],
            "before": {"input": "hunter2", "output": "hunter2", "url": "postgres://x:hunter2@db", "name": "a"},
            "after": {"input": "swordfish", "url": "postgres://x:swordfish@db", "name": "b"},
            "after_unknown": {"output": true},
            "before_sensitive": {"input": true},
            "after_sensitive": {"input": true},
        }));
        assert_eq!(
            lines(&change),
            [
                r#"input: "(sensitive value)" -> "(sensitive value, changed)""#,
                r#"name: "a" -> "b""#,
                r#"output: "(sensitive value)" -> "(known after apply)""#,
                r#"url: "(sensitive value)" -> "(sensitive value, changed)""#,
            ]
        );
    }

    #[test]
    fn numbers_keys_and_other_forms_are_hidden_too() {
        let change = read(json!({
            "actions": ["create"], "before": null,
            "after": {
                "pin": 987_654_321, "echo": "pin=987654321", "again": 987_654_321, "year": 12,
                "map": {"hunter2": 1}, "header": "Basic YTpodW50ZXIy", "password": "hunter2",
            },
            "before_sensitive": false, "after_sensitive": {"pin": true, "password": true},
        }));
        assert_eq!(
            lines(&change),
            [
                r#"again: - -> "(sensitive value)""#,
                r#"echo: - -> "(sensitive value)""#,
                r#"header: - -> "(sensitive value)""#,
                r#"map: - -> {"(sensitive value)":1}"#,
                r#"password: - -> "(sensitive value)""#,
                r#"pin: - -> "(sensitive value)""#,
                r#"year: - -> 12"#,
            ]
        );
    }

    #[test]
    fn a_creation_shows_what_is_set() {
        let change = read(json!({
            "actions": ["create"], "before": null,
            "after": {"name": "x", "password": "p", "nothing": null, "none": []},
            "after_unknown": {"id": true},
            "before_sensitive": false, "after_sensitive": {"password": true},
        }));
        assert_eq!(lines(&change), [r#"name: - -> "x""#, r#"password: - -> "(sensitive value)""#]);
    }
}
