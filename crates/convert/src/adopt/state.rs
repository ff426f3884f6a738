//! States: what `terraform state pull` prints (version 4), and what `terraform show -json` prints of a state.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>; version 4 is described by its own files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use formwork_core::{Hint, StateAddress};
use serde_json::{Map, Value};

use crate::error::ConvertError;

/// What a state says.
pub(super) struct State {
    pub(super) path: PathBuf,
    /// The managed resources.
    pub(super) resources: Vec<Resource>,
    /// The outputs of the root module.
    pub(super) outputs: Vec<Output>,
    /// Addresses of data sources, which a program reads anew.
    pub(super) data: Vec<String>,
    /// What keeps a plan on the state from being empty, whatever a program says.
    pub(super) unfinished: Vec<String>,
    /// The bytes that terraform can plan on; what `show -json` prints is none.
    pub(super) bytes: Option<Vec<u8>>,
}

/// An output of the root module.
pub(super) struct Output {
    pub(super) name: String,
    pub(super) value: Value,
    /// Its type: `"string"`, `["list", "string"]`.
    pub(super) ty: Value,
    pub(super) is_sensitive: bool,
}

/// All instances of a resource in a module.
#[derive(Clone)]
pub(super) struct Resource {
    /// The calls that lead to its module.
    pub(super) module: Vec<ModuleStep>,
    pub(super) type_name: String,
    pub(super) name: String,
    /// The source address of its provider, such as `registry.terraform.io/hashicorp/aws`.
    pub(super) provider: String,
    /// The alias of its provider's configuration.
    pub(super) alias: Option<String>,
    pub(super) instances: Vec<Instance>,
}

/// A call of a module, and the key of its instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ModuleStep {
    pub(super) name: String,
    pub(super) key: Option<Key>,
}

/// What tells the instances of a resource or module apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Of `count`.
    Number(u64),
    /// Of `for_each`.
    Text(String),
}

/// One instance of a resource.
#[derive(Clone)]
pub(super) struct Instance {
    pub(super) key: Option<Key>,
    pub(super) attributes: Map<String, Value>,
    /// Paths of what is marked as sensitive: names and indexes.
    pub(super) sensitive: Vec<Vec<String>>,
    /// Addresses, without keys, of what it was made after.
    pub(super) dependencies: Vec<String>,
    pub(super) create_before_destroy: bool,
}

impl Resource {
    /// The address of its block: without the keys of instances.
    pub(super) fn address(&self) -> String {
        let module: String = self.module.iter().map(|step| format!("module.{}.", step.name)).collect();
        format!("{module}{}.{}", self.type_name, self.name)
    }

    /// Its address with the keys of its module's instances.
    pub(super) fn full_address(&self) -> String {
        let step = |step: &ModuleStep| format!("module.{}{}.", step.name, written(step.key.as_ref()));
        let module: String = self.module.iter().map(step).collect();
        format!("{module}{}.{}", self.type_name, self.name)
    }

    /// The local name of its provider.
    pub(super) fn provider_name(&self) -> &str {
        self.provider.rsplit('/').next().unwrap_or_default()
    }
}

/// A key as an address has it.
pub(super) fn written(key: Option<&Key>) -> String {
    match key {
        None => String::new(),
        Some(Key::Number(number)) => format!("[{number}]"),
        Some(Key::Text(text)) => format!("[{}]", Value::from(text.as_str())),
    }
}

/// Reads a state.
pub(super) fn read(path: &Path) -> Result<State, ConvertError> {
    let bytes = fs::read(path).map_err(|error| ConvertError::read(path, error))?;
    let refused = |problem: String| ConvertError::State {
        path: path.to_owned(),
        problem,
        hint: Hint::new("give what `terraform state pull` or `terraform show -json` prints"),
    };
    let root: Value =
        serde_json::from_slice(&bytes).map_err(|error| refused(format!("this is no state: {error}")))?;
    let mut state = State {
        path: path.to_owned(),
        resources: Vec::new(),
        outputs: Vec::new(),
        data: Vec::new(),
        unfinished: Vec::new(),
        bytes: None,
    };
    let outputs = match (root.get("version").and_then(Value::as_u64), root.get("format_version")) {
        (Some(4), _) => {
            let resources = root.get("resources").and_then(Value::as_array);
            for resource in resources.into_iter().flatten() {
                version_4(resource, &mut state).ok_or_else(|| refused(damaged(resource)))?;
            }
            state.bytes = Some(bytes);
            root.get("outputs")
        }
        (Some(version), _) => {
            return Err(refused(format!("this is a state of version {version}, and version 4 is known")));
        }
        (None, Some(_)) if root.get("resource_changes").is_some() => {
            return Err(refused("this is a plan, and no state".to_owned()));
        }
        (None, Some(_)) => {
            let mut open: Vec<&Value> = root.pointer("/values/root_module").into_iter().collect();
            while let Some(module) = open.pop() {
                for resource in module.get("resources").and_then(Value::as_array).into_iter().flatten() {
                    shown(module, resource, &mut state).ok_or_else(|| refused(damaged(resource)))?;
                }
                open.extend(module.get("child_modules").and_then(Value::as_array).into_iter().flatten());
            }
            root.pointer("/values/outputs")
        }
        (None, None) => return Err(refused("this is no state".to_owned())),
    };
    for (name, output) in outputs.and_then(Value::as_object).into_iter().flatten() {
        let is_sensitive = output.get("sensitive").and_then(Value::as_bool) == Some(true);
        let part = |name: &str| output.get(name).cloned().unwrap_or_default();
        let (name, value, ty) = (name.clone(), part("value"), part("type"));
        state.outputs.push(Output { name, value, ty, is_sensitive });
    }
    joined(&mut state);
    Ok(state)
}

/// A resource of a state of version 4; none if it is not one.
fn version_4(resource: &Value, state: &mut State) -> Option<()> {
    let text = |name: &str| resource.get(name)?.as_str().map(str::to_owned);
    let module = module_steps(resource.get("module").map_or(Some(""), Value::as_str)?)?;
    let (type_name, name) = (text("type")?, text("name")?);
    if text("mode")? != "managed" {
        state.data.push(format!("data.{type_name}.{name}"));
        return Some(());
    }
    let reference = text("provider")?;
    let (_, rest) = reference.split_once("provider[\"")?;
    let (provider, alias) = rest.split_once("\"]")?;
    let mut found = Resource {
        module,
        type_name,
        name,
        provider: provider.to_owned(),
        alias: alias.strip_prefix('.').map(str::to_owned),
        instances: Vec::new(),
    };
    for instance in resource.get("instances")?.as_array()? {
        let key = key(instance.get("index_key"))?;
        let address = || format!("{}{}", found.full_address(), written(key.as_ref()));
        if instance.get("deposed").is_some_and(|it| !it.is_null()) {
            state
                .unfinished
                .push(format!("`{}` has an object that was replaced and not destroyed", address()));
            continue;
        }
        if instance.get("status").and_then(Value::as_str) == Some("tainted") {
            state.unfinished.push(format!("`{}` is tainted: terraform will replace it", address()));
        }
        let paths = instance.get("sensitive_attributes").and_then(Value::as_array);
        let steps = |path: &Value| -> Vec<String> {
            let steps = path.as_array().into_iter().flatten();
            steps.map_while(|step| step_name(step.get("value")?)).collect()
        };
        found.instances.push(Instance {
            attributes: instance.get("attributes")?.as_object()?.clone(),
            sensitive: paths.into_iter().flatten().map(steps).filter(|path| !path.is_empty()).collect(),
            dependencies: texts(instance.get("dependencies")),
            create_before_destroy: instance.get("create_before_destroy").and_then(Value::as_bool)
                == Some(true),
            key,
        });
    }
    if !found.instances.is_empty() {
        state.resources.push(found);
    }
    Some(())
}

/// A resource as `terraform show -json` has it; none if it is not one.
fn shown(module: &Value, resource: &Value, state: &mut State) -> Option<()> {
    let text = |name: &str| resource.get(name)?.as_str().map(str::to_owned);
    let (type_name, name) = (text("type")?, text("name")?);
    if text("mode")? != "managed" {
        state.data.push(format!("data.{type_name}.{name}"));
        return Some(());
    }
    let address = text("address")?;
    if resource.get("deposed_key").is_some_and(|it| !it.is_null()) {
        state.unfinished.push(format!("`{address}` has an object that was replaced and not destroyed"));
        return Some(());
    }
    if resource.get("tainted").and_then(Value::as_bool) == Some(true) {
        state.unfinished.push(format!("`{address}` is tainted: terraform will replace it"));
    }
    let mut sensitive = Vec::new();
    marks(resource.get("sensitive_values").unwrap_or(&Value::Null), &mut Vec::new(), &mut sensitive);
    let instance = Instance {
        key: key(resource.get("index"))?,
        attributes: resource.get("values")?.as_object()?.clone(),
        sensitive,
        dependencies: texts(resource.get("depends_on")),
        create_before_destroy: false,
    };
    state.resources.push(Resource {
        module: module_steps(module.get("address").map_or(Some(""), Value::as_str)?)?,
        type_name,
        name,
        provider: text("provider_name")?,
        alias: None,
        instances: vec![instance],
    });
    Some(())
}

/// Puts the instances of a resource together, sorted by their keys.
fn joined(state: &mut State) {
    let mut all: BTreeMap<String, Resource> = BTreeMap::new();
    for resource in std::mem::take(&mut state.resources) {
        match all.get_mut(&resource.full_address()) {
            Some(known) => known.instances.extend(resource.instances),
            None => {
                all.insert(resource.full_address(), resource);
            }
        }
    }
    for resource in all.values_mut() {
        resource.instances.sort_by(|one, other| one.key.cmp(&other.key));
    }
    state.resources = all.into_values().collect();
    state.outputs.sort_by(|one, other| one.name.cmp(&other.name));
    state.data.sort_unstable();
}

fn damaged(resource: &Value) -> String {
    let part = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or("?");
    format!("the state is damaged at `{}.{}`", part("type"), part("name"))
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let all = value.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn step_name(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Number(index) => Some(index.to_string()),
        // The key of a map is a value with its type.
        Value::Object(typed) => step_name(typed.get("value")?),
        _ => None,
    }
}

fn marks(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Bool(true) => found.push(path.clone()),
        Value::Object(entries) => {
            for (name, inner) in entries {
                path.push(name.clone());
                marks(inner, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                path.push(index.to_string());
                marks(inner, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

/// A key; the outer option says whether it is one.
fn key(value: Option<&Value>) -> Option<Option<Key>> {
    match value {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(Key::Text(text.clone()))),
        Some(Value::Number(number)) => Some(Some(Key::Number(number.as_u64()?))),
        Some(_) => None,
    }
}

/// The steps of `module.a["x"].module.b[0]`; of nothing, none.
fn module_steps(text: &str) -> Option<Vec<ModuleStep>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let step = |(name, index): (&str, Option<&str>)| {
        let index: Option<Value> = index.map(serde_json::from_str).transpose().ok()?;
        Some(ModuleStep { name: name.to_owned(), key: key(index.as_ref())? })
    };
    StateAddress::from(text).modules()?.into_iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_modules_are_read_with_their_keys() {
        let steps = module_steps(r#"module.a["x].y"].module.b[0].module.c"#).unwrap();
        let text: Vec<String> =
            steps.iter().map(|step| format!("{}{}", step.name, written(step.key.as_ref()))).collect();
        assert_eq!(text, [r#"a["x].y"]"#, "b[0]", "c"]);
        assert_eq!(module_steps("module"), None);
        assert_eq!(module_steps("module.a[}"), None);
        assert_eq!(module_steps("aws_vpc.a"), None);
    }
}
