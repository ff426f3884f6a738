//! The Rust that calls a module.

use std::collections::HashSet;
use std::fmt::Write;

use formwork_schema::{ObjectAttribute, Type};

use crate::module::interface::{Configuration, Interface, Output, Variable};
use crate::module::objects::Objects;
use crate::module::{Origin, documentation};
use crate::names;
use crate::render::needs_names;

/// A module that is called, under a name of the program's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// What the program calls it, such as `network`: the file and, in Rust's spelling, the type.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Something that `new` asks for.
struct Required<'a> {
    /// What it is, such as ``Variable `port` ``.
    what: String,
    name: String,
    key: &'a str,
    takes: Takes,
    description: Option<&'a str>,
}

enum Takes {
    /// An argument of a type.
    Value(String),
    /// Anything that has Terraform JSON.
    Any,
    Provider,
}

impl Takes {
    fn of(ty: &Type, objects: &Objects) -> Self {
        match ty {
            Type::Dynamic => Self::Any,
            ty => Self::Value(objects.rust(ty)),
        }
    }

    fn parameter(&self) -> String {
        match self {
            Self::Value(ty) => format!("impl Into<runtime::Value<{ty}>>"),
            Self::Any => "impl Into<runtime::Json>".to_owned(),
            Self::Provider => "&runtime::ProviderReference".to_owned(),
        }
    }

    fn field(&self) -> String {
        match self {
            Self::Value(ty) => format!("runtime::Value<{ty}>"),
            Self::Any => "runtime::Json".to_owned(),
            Self::Provider => "runtime::ProviderReference".to_owned(),
        }
    }
}

impl Wrapper {
    /// The name of the type.
    #[must_use]
    pub fn rust(&self) -> String {
        names::type_name(&self.name)
    }

    /// The source behind the header of the file.
    pub(crate) fn render(&self, interface: &Interface) -> String {
        let rust = self.rust();
        let own = [rust.clone(), format!("{rust}Ref"), format!("{rust}Args")];
        let objects = Objects::of(&interface.variables, own);
        let mut out = String::new();
        self.call(&mut out, &rust, interface, &objects);
        resource(&mut out, &rust);
        reference(&mut out, &rust, &interface.outputs);
        for (name, attributes) in &objects.types {
            object(&mut out, name, attributes, &objects);
        }
        out
    }

    fn call(&self, out: &mut String, rust: &str, interface: &Interface, objects: &Objects) {
        let Origin { source, version, .. } = &self.origin;
        let _ = write!(
            out,
            "\n/// A call of the module `{}`.\n#[derive(Clone, Debug)]\npub struct {rust} {{\n    module: runtime::Module,\n}}\n\nimpl {rust} {{\n    /// Where terraform finds the module.\n    pub const SOURCE: &'static str = {source:?};\n",
            self.name
        );
        let module = match version {
            None => "runtime::Module::new(Self::SOURCE)",
            Some(version) => {
                let _ = write!(
                    out,
                    "\n    /// Which versions of it will do.\n    pub const VERSION: &'static str = {version:?};\n"
                );
                "runtime::Module::registry(Self::SOURCE, Self::VERSION)"
            }
        };
        let methods = unique(interface.variables.iter().map(|variable| &*variable.name), &["with_provider"]);
        let variables: Vec<(&Variable, String)> = interface.variables.iter().zip(methods).collect();
        let required = required(&variables, &interface.configurations, objects);
        let set = |one: &Required<'_>, value: &str| match one.takes {
            Takes::Provider => format!("module = module.with_provider({:?}, {value});", one.key),
            Takes::Value(_) | Takes::Any => format!("module = module.input({:?}, {value});", one.key),
        };
        constructor(out, rust, &required, &format!("let mut module = {module};"), "module", set);
        for (variable, method) in variables.iter().filter(|(variable, _)| !variable.required) {
            out.push('\n');
            let what = format!("Variable `{}`: {}", variable.name, notes(variable));
            document(out, &what, variable.description.as_deref());
            deprecated(out, variable.deprecated.as_deref());
            setter(out, method, &Takes::of(&variable.ty, objects), |value| {
                format!("self.module = self.module.input({:?}, {value});", variable.name)
            });
        }
        out.push_str(
            "\n    /// Gives the module a provider configuration, under the name that it has within the module.\n    #[must_use]\n    #[track_caller]\n    pub fn with_provider(mut self, name: &str, provider: &runtime::ProviderReference) -> Self {\n        self.module = self.module.with_provider(name, provider);\n        self\n    }\n}\n",
        );
        arguments(out, rust, &required);
    }
}

/// What callers must give: variables without a default, and provider configurations.
fn required<'a>(
    variables: &[(&'a Variable, String)],
    configurations: &'a [Configuration],
    objects: &Objects,
) -> Vec<Required<'a>> {
    let variables = variables.iter().filter(|(variable, _)| variable.required);
    let mut required: Vec<Required<'_>> = variables
        .map(|(variable, method)| Required {
            what: format!("Variable `{}`: {}", variable.name, notes(variable)),
            name: method.clone(),
            key: &variable.name,
            takes: Takes::of(&variable.ty, objects),
            description: variable.description.as_deref(),
        })
        .collect();
    let taken: Vec<String> = required.iter().map(|one| one.name.clone()).collect();
    let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
    let plain: Vec<String> =
        configurations.iter().map(|configuration| configuration.name.replace('.', "_")).collect();
    let names = unique(plain.iter().map(String::as_str), &taken);
    required.extend(configurations.iter().zip(names).map(|(configuration, name)| Required {
        what: format!("The provider configuration that the module calls `{}`", configuration.name),
        name,
        key: &configuration.name,
        takes: Takes::Provider,
        description: None,
    }));
    required
}

/// Whether what is required needs names.
fn has_args(required: &[Required<'_>]) -> bool {
    needs_names(required.iter().map(|one| one.takes.parameter()))
}

/// Writes a constructor that takes what is required: one by one, or as a literal if it is much.
fn constructor(
    out: &mut String,
    rust: &str,
    required: &[Required<'_>],
    begin: &str,
    field: &str,
    set: impl Fn(&Required<'_>, &str) -> String,
) {
    let begin = if required.is_empty() { begin.replace("let mut", "let") } else { begin.to_owned() };
    out.push('\n');
    let parameters = match required {
        [] => {
            out.push_str("    /// Nothing is required.\n");
            String::new()
        }
        few if !has_args(few) => {
            out.push_str("    /// Takes what is required.\n");
            for one in few {
                out.push_str("    ///\n");
                document(out, &one.what, one.description);
            }
            let parameters: Vec<String> =
                few.iter().map(|one| format!("{}: {}", one.name, one.takes.parameter())).collect();
            parameters.join(", ")
        }
        _ => {
            out.push_str("    /// Takes what is required.\n");
            format!("args: {rust}Args")
        }
    };
    let _ = write!(
        out,
        "    #[must_use]\n    #[track_caller]\n    pub fn new({parameters}) -> Self {{\n        {begin}\n"
    );
    for one in required {
        let value = match (&one.takes, has_args(required)) {
            (Takes::Provider, true) => format!("&args.{}", one.name),
            (_, true) => format!("args.{}", one.name),
            (Takes::Value(_), false) => format!("{}.into()", one.name),
            (_, false) => one.name.clone(),
        };
        let _ = writeln!(out, "        {}", set(one, &value));
    }
    let _ = write!(out, "        Self {{ {field} }}\n    }}\n");
}

/// Writes a method that takes what is optional. `set` is the statement that keeps a value.
fn setter(out: &mut String, method: &str, takes: &Takes, set: impl Fn(&str) -> String) {
    let statement = set(if matches!(takes, Takes::Any) { "value" } else { "value.into()" });
    let parameter = takes.parameter();
    let _ = write!(
        out,
        "    #[must_use]\n    #[track_caller]\n    pub fn {method}(mut self, value: {parameter}) -> Self {{\n        {statement}\n        self\n    }}\n"
    );
}

fn arguments(out: &mut String, rust: &str, required: &[Required<'_>]) {
    if !has_args(required) {
        return;
    }
    let _ = write!(
        out,
        "\n/// What [`{rust}::new`] requires.\n#[derive(Clone, Debug)]\npub struct {rust}Args {{\n"
    );
    for one in required {
        document(out, &one.what, one.description);
        let _ = writeln!(out, "    pub {}: {},", one.name, one.takes.field());
    }
    out.push_str("}\n");
}

fn resource(out: &mut String, rust: &str) {
    let _ = write!(
        out,
        "\nimpl runtime::Resource for {rust} {{\n    type Ref = {rust}Ref;\n\n    fn kind(&self) -> runtime::Kind {{\n        runtime::Resource::kind(&self.module)\n    }}\n\n    fn type_name(&self) -> std::borrow::Cow<'static, str> {{\n        runtime::Resource::type_name(&self.module)\n    }}\n\n    fn provider_source(&self) -> runtime::ProviderSource {{\n        runtime::Resource::provider_source(&self.module)\n    }}\n\n    fn block_mut(&mut self) -> &mut runtime::Block {{\n        runtime::Resource::block_mut(&mut self.module)\n    }}\n}}\n"
    );
}

fn reference(out: &mut String, rust: &str, outputs: &[Output]) {
    // What is computed is read by path: its objects need no types of their own.
    let objects = Objects::of(&[], []);
    let _ = write!(
        out,
        "\n/// A call of the module that is in a stack.\n#[derive(Clone, Debug)]\npub struct {rust}Ref {{\n    reference: runtime::Reference,\n}}\n\nimpl From<runtime::Reference> for {rust}Ref {{\n    fn from(reference: runtime::Reference) -> Self {{\n        Self {{ reference }}\n    }}\n}}\n\nimpl AsRef<runtime::Reference> for {rust}Ref {{\n    fn as_ref(&self) -> &runtime::Reference {{\n        &self.reference\n    }}\n}}\n\nimpl {rust}Ref {{\n"
    );
    let methods = unique(outputs.iter().map(|output| &*output.name), &[]);
    for (index, (output, method)) in outputs.iter().zip(methods).enumerate() {
        out.push_str(if index > 0 { "\n" } else { "" });
        let mut what = format!("Output `{}`", output.name);
        let _ = output.ty.as_ref().map(|ty| write!(what, ": {}", ty.description()));
        what.push_str(if output.sensitive { ", sensitive" } else { "" });
        what.push_str(if output.ephemeral { ", ephemeral" } else { "" });
        document(out, &what, output.description.as_deref());
        deprecated(out, output.deprecated.as_deref());
        let (parameter, ty) = match &output.ty {
            // What an output is, its caller says: Terraform has no type for it.
            None => ("<T>", "T".to_owned()),
            Some(ty) => ("", objects.rust(ty)),
        };
        let _ = write!(
            out,
            "    #[must_use]\n    pub fn {method}{parameter}(&self) -> runtime::Expr<{ty}> {{\n        self.reference.attribute({:?})\n    }}\n",
            output.name
        );
    }
    out.push_str("}\n");
}

fn object(out: &mut String, name: &str, attributes: &[ObjectAttribute], objects: &Objects) {
    let _ = write!(
        out,
        "\n/// An object that the module takes.\n#[derive(Clone, Debug)]\npub struct {name} {{\n    block: runtime::Block,\n}}\n\nimpl {name} {{"
    );
    let methods = unique(attributes.iter().map(|attribute| &*attribute.name), &[]);
    let all: Vec<Required<'_>> = attributes
        .iter()
        .zip(methods)
        .map(|(attribute, method)| Required {
            what: format!("Attribute `{}`: {}", attribute.name, attribute.ty.description()),
            name: method,
            key: &attribute.name,
            takes: Takes::of(&attribute.ty, objects),
            description: None,
        })
        .collect();
    let (optional, required): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|one| attributes.iter().any(|known| *known.name == *one.key && known.optional));
    let set = |one: &Required<'_>, value: &str| format!("block.set({:?}, {value});", one.key);
    constructor(out, name, &required, "let mut block = runtime::Block::new();", "block", set);
    for one in &optional {
        out.push('\n');
        document(out, &format!("{}, optional", one.what), None);
        setter(out, &one.name, &one.takes, |value| format!("self.block.set({:?}, {value});", one.key));
    }
    out.push_str("}\n");
    arguments(out, name, &required);
    let _ = write!(
        out,
        "\nimpl From<{name}> for runtime::Value<{name}> {{\n    fn from(object: {name}) -> Self {{\n        Self::from_json(object.block.into_object())\n    }}\n}}\n"
    );
}

/// What a variable takes, and what is to be known about it.
fn notes(variable: &Variable) -> String {
    let mut notes = variable.ty.description();
    if let Some(code) = variable.default.as_deref().and_then(documentation::code) {
        let _ = write!(notes, ", default {code}");
    }
    notes.push_str(if variable.sensitive { ", sensitive" } else { "" });
    notes.push_str(if variable.ephemeral { ", ephemeral" } else { "" });
    notes.push_str(if variable.nullable { "" } else { ", never null" });
    notes
}

/// Writes what something is, and what its author says about it.
fn document(out: &mut String, what: &str, description: Option<&str>) {
    let _ = writeln!(out, "    /// {what}.");
    let lines = description.map(documentation::lines).unwrap_or_default();
    if lines.is_empty() {
        return;
    }
    out.push_str("    ///\n");
    for line in lines {
        let _ = writeln!(out, "{}", format!("    /// {line}").trim_end());
    }
}

fn deprecated(out: &mut String, deprecated: Option<&str>) {
    if let Some(instead) = deprecated {
        let _ = writeln!(out, "    #[deprecated(note = {instead:?})]");
    }
}

/// A method for each name: its own as Rust writes it, with a number behind it where that is taken.
fn unique<'a>(names: impl Iterator<Item = &'a str>, taken: &[&str]) -> Vec<String> {
    let mut taken: HashSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let free = |name: &str| {
        let plain = names::method_name(name);
        let raw = plain.trim_start_matches("r#").to_owned();
        let numbered = (2..).map(|number| format!("{raw}_{number}"));
        let mut candidates = std::iter::once(plain).chain(numbered);
        candidates.find(|candidate| taken.insert(candidate.clone())).expect("the numbers never end")
    };
    names.map(free).collect()
}
