//! What a module's callers see: its variables, outputs and the provider configurations that it asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use formwork_schema::Type;

use crate::module::declaration::{Arguments, Declaration, Declarations, Declares, Default};
use crate::module::sources::Sources;
use crate::module::{ModuleError, SourceLine, json, native};

/// Names that stand for something else in a call ("Module Blocks", and "Input Variables" for what is reserved).
const RESERVED: [&str; 10] = [
    "_",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "locals",
    "provider",
    "providers",
    "source",
    "version",
];

/// What a module's callers see, each sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Input variables.
    pub variables: Vec<Variable>,
    /// Outputs.
    pub outputs: Vec<Output>,
    /// Provider configurations that callers must hand over.
    pub configurations: Vec<Configuration>,
}

/// An input variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub ty: Type,
    /// Whether callers must set it.
    pub required: bool,
    /// What it is if they do not, as HCL; none if that is long or secret.
    pub default: Option<String>,
    /// What its author says about it.
    pub description: Option<String>,
    /// What its author says to use instead.
    pub deprecated: Option<String>,
    /// Whether Terraform keeps it out of what it prints.
    pub sensitive: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether Terraform keeps it out of plans and states.
    pub ephemeral: bool,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// What it is, where the module says so (Terraform 1.15).
    pub ty: Option<Type>,
    /// What its author says about it.
    pub description: Option<String>,
    /// What its author says to use instead.
    pub deprecated: Option<String>,
    /// Whether Terraform keeps it out of what it prints.
    pub sensitive: bool,
    /// Whether Terraform keeps it out of plans and states.
    pub ephemeral: bool,
}

/// A provider configuration that callers must hand over: an entry of `configuration_aliases`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Configuration {
    /// Its name within the module, such as `aws.east`.
    pub name: String,
}

impl Interface {
    /// Reads the folder of a module.
    ///
    /// # Errors
    /// Fails if there is no module in the folder, a file cannot be read, or Terraform would refuse what it declares.
    pub fn read(folder: &Path) -> Result<Self, ModuleError> {
        let sources = Sources::of(folder)?;
        let mut blocks: BTreeMap<(&str, String), Declaration> = BTreeMap::new();
        let mut configurations = BTreeSet::new();
        for file in &sources.files {
            let declared = declarations(file)?;
            configurations.extend(declared.configurations);
            for one in declared.blocks {
                check_name(&one)?;
                let key = (one.declares.noun(), one.name.clone());
                if let Some(other) = blocks.get(&key) {
                    return Err(declared_twice(&one, &other.location));
                }
                blocks.insert(key, one);
            }
        }
        for file in &sources.overrides {
            for by in declarations(file)?.blocks {
                match blocks.get_mut(&(by.declares.noun(), by.name.clone())) {
                    Some(one) => one.arguments = std::mem::take(&mut one.arguments).overridden(by.arguments),
                    None => return Err(overrides_nothing(&by, blocks.values())),
                }
            }
        }
        let mut interface = Self {
            variables: Vec::new(),
            outputs: Vec::new(),
            configurations: configurations.into_iter().map(|name| Configuration { name }).collect(),
        };
        for declaration in blocks.into_values() {
            match declaration.declares {
                Declares::Variable => interface.variables.push(variable(declaration)),
                Declares::Output => interface.outputs.push(output(declaration)),
            }
        }
        Ok(interface)
    }
}

fn declarations(file: &Path) -> Result<Declarations, ModuleError> {
    let bytes = fs::read(file).map_err(|source| ModuleError::Read { path: file.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        SourceLine { file: file.to_owned(), line: Some(line) }.invalid("this is not text in UTF-8")
    })?;
    if file.extension().is_some_and(|extension| extension == "json") {
        json::declarations(&text, file)
    } else {
        native::declarations(&text, file)
    }
}

fn check_name(declaration: &Declaration) -> Result<(), ModuleError> {
    let (noun, name) = (declaration.declares.noun(), &declaration.name);
    if !formwork_core::is_identifier(name) {
        return Err(declaration.location.refused(
            format!("{noun} {name:?} has a name that Terraform refuses"),
            "a name is a letter or underscore, then letters, digits, underscores and hyphens",
        ));
    }
    if declaration.declares == Declares::Variable && RESERVED.contains(&name.as_str()) {
        let problem = format!("`{name}` cannot be the name of a variable: it has a meaning in module calls");
        return Err(declaration.location.invalid(problem));
    }
    Ok(())
}

fn declared_twice(declaration: &Declaration, other: &SourceLine) -> ModuleError {
    let (noun, name) = (declaration.declares.noun(), &declaration.name);
    declaration
        .location
        .refused(format!("{noun} `{name}` is declared twice"), format!("the other is in {other}"))
}

fn overrides_nothing<'a>(by: &Declaration, declared: impl Iterator<Item = &'a Declaration>) -> ModuleError {
    let (noun, name) = (by.declares.noun(), &by.name);
    let problem = format!("there is no {noun} `{name}` to override");
    let known = declared.filter(|one| one.declares == by.declares).map(|one| one.name.as_str());
    match formwork_core::nearest(name, known) {
        Some(near) => by.location.refused(problem, format!("did you mean `{near}`?")),
        None => by.location.invalid(problem),
    }
}

fn variable(declaration: Declaration) -> Variable {
    let Arguments { ty, default, description, deprecated, sensitive, nullable, ephemeral } =
        declaration.arguments;
    let sensitive = sensitive.unwrap_or_default();
    Variable {
        name: declaration.name,
        ty: ty.unwrap_or(Type::Dynamic),
        required: default.is_none(),
        default: match default {
            Some(Default::Plain(hcl)) if !sensitive => Some(hcl),
            _ => None,
        },
        description,
        deprecated,
        sensitive,
        nullable: nullable.unwrap_or(true),
        ephemeral: ephemeral.unwrap_or_default(),
    }
}

fn output(declaration: Declaration) -> Output {
    let Arguments { ty, description, deprecated, sensitive, ephemeral, .. } = declaration.arguments;
    Output {
        name: declaration.name,
        ty,
        description,
        deprecated,
        sensitive: sensitive.unwrap_or_default(),
        ephemeral: ephemeral.unwrap_or_default(),
    }
}
