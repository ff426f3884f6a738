//! The document of a stack: what is written to `main.tf.json`, and what is read from it by checks.

use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::constructs::assertion::Assertions;
use crate::constructs::statement::StatementKind;
use crate::constructs::target::features;
use crate::{Entry, Json};

use crate::check::graph::KINDS;
use crate::stack::hooks::Note;
use crate::{Backend, Block, Kind, Object, ProviderConfiguration, RequiredProvider, Stack};

const NOTE: &str = "Synthesized by Formwork. Change the program, not this file.";

impl Stack {
    /// The resources: type, logical name and body, sorted once the program is finished.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &str, &Object)> {
        self.resources.iter()
    }

    /// The data sources: type, logical name and body, sorted once the program is finished.
    pub fn data_sources(&self) -> impl Iterator<Item = (&str, &str, &Object)> {
        self.data.iter()
    }

    /// The resources of one type: logical name and body, sorted once the program is finished.
    pub fn resources_of(&self, type_name: &str) -> impl Iterator<Item = (&str, &Object)> {
        self.resources.of_type(type_name)
    }

    /// The data sources of one type: logical name and body, sorted once the program is finished.
    pub fn data_sources_of(&self, type_name: &str) -> impl Iterator<Item = (&str, &Object)> {
        self.data.of_type(type_name)
    }

    /// All blocks of a kind: type, logical name and body, sorted once the program is finished.
    pub fn blocks(&self, kind: Kind) -> impl Iterator<Item = (&str, &str, &Object)> {
        self.objects(kind).iter()
    }

    /// One block of a kind.
    #[must_use]
    pub fn block(&self, kind: Kind, type_name: &str, name: &str) -> Option<&Object> {
        self.objects(kind).get(type_name, name)
    }

    /// How many resources there are.
    #[must_use]
    pub fn resource_count(&self) -> usize {
        self.resources.len()
    }

    /// How many data sources there are, those for other stacks' state included.
    #[must_use]
    pub fn data_source_count(&self) -> usize {
        self.data.len()
    }

    /// One resource.
    #[must_use]
    pub fn resource(&self, type_name: &str, name: &str) -> Option<&Object> {
        self.resources.get(type_name, name)
    }

    /// One data source.
    #[must_use]
    pub fn data_source(&self, type_name: &str, name: &str) -> Option<&Object> {
        self.data.get(type_name, name)
    }

    /// The outputs and their bodies.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = (&str, &Object)> {
        self.outputs.iter().map(|(name, object)| (name.as_str(), object))
    }

    /// The body of an output.
    #[must_use]
    pub fn output_object(&self, name: &str) -> Option<&Object> {
        self.outputs.get(name)
    }

    /// The input variables and their bodies.
    pub fn variables(&self) -> impl ExactSizeIterator<Item = (&str, &Object)> {
        self.variables.iter().map(|(name, object)| (name.as_str(), object))
    }

    /// The body of an input variable.
    #[must_use]
    pub fn variable_object(&self, name: &str) -> Option<&Object> {
        self.variables.get(name)
    }

    /// The local values; each body has the one argument `value`.
    pub fn locals(&self) -> impl ExactSizeIterator<Item = (&str, &Object)> {
        self.locals.iter().map(|(name, object)| (name.as_str(), object))
    }

    /// The body of a local value.
    #[must_use]
    pub fn local_object(&self, name: &str) -> Option<&Object> {
        self.locals.get(name)
    }

    /// The provider configurations.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = &ProviderConfiguration> {
        self.providers.iter()
    }

    /// What the stack asks of providers, by local name.
    pub fn required_providers(&self) -> impl ExactSizeIterator<Item = (&str, &RequiredProvider)> {
        self.required_providers.iter().map(|(name, required)| (name.as_str(), required))
    }

    /// The backend that was chosen, if one was.
    #[must_use]
    pub const fn chosen_backend(&self) -> Option<&Backend> {
        self.backend.as_ref()
    }

    /// The stacks whose outputs this one reads, sorted.
    #[must_use]
    pub fn dependencies(&self) -> Vec<&str> {
        let mut stacks: Vec<&str> = self.reads.iter().map(|import| &*import.stack).collect();
        stacks.sort_unstable();
        stacks.dedup();
        stacks
    }

    /// Brings everything into the order of the document, whatever the order of the program.
    pub(crate) fn sort(&mut self) {
        for kind in KINDS {
            self.objects_mut(kind).sort();
        }
        self.checks.sort_unstable_keys();
        self.variables.sort_unstable_keys();
        self.locals.sort_unstable_keys();
        self.outputs.sort_unstable_keys();
        self.required_providers.sort_unstable_keys();
        self.providers.sort_by(|a, b| {
            (&a.reference.name, &a.reference.alias).cmp(&(&b.reference.name, &b.reference.alias))
        });
    }
}

/// Writes the document in Terraform's JSON configuration syntax.
impl Serialize for Stack {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_map(None)?;
        document.serialize_entry("//", &Note { text: NOTE, hooks: &self.hooks })?;
        document.serialize_entry("terraform", &Settings(self))?;
        if !self.providers.is_empty() {
            document.serialize_entry("provider", &Providers(&self.providers))?;
        }
        if !self.variables.is_empty() {
            document.serialize_entry("variable", &Variables(&self.variables))?;
        }
        if !self.locals.is_empty() {
            document.serialize_entry("locals", &Locals(&self.locals))?;
        }
        if !self.data.is_empty() {
            document.serialize_entry("data", &self.data)?;
        }
        if !self.ephemeral.is_empty() {
            document.serialize_entry("ephemeral", &self.ephemeral)?;
        }
        if let Some(modules) = self.modules.untyped() {
            document.serialize_entry("module", &modules)?;
        }
        if !self.resources.is_empty() {
            document.serialize_entry("resource", &self.resources)?;
        }
        if !self.actions.is_empty() {
            document.serialize_entry("action", &self.actions)?;
        }
        if !self.checks.is_empty() {
            document.serialize_entry("check", &Checks(&self.checks))?;
        }
        for kind in [StatementKind::Import, StatementKind::Moved, StatementKind::Removed] {
            let objects: Vec<&Object> = self.statements(kind.name()).collect();
            if !objects.is_empty() {
                document.serialize_entry(kind.name(), &objects)?;
            }
        }
        if !self.outputs.is_empty() {
            document.serialize_entry("output", &Named(&self.outputs))?;
        }
        document.end()
    }
}

struct Settings<'a>(&'a Stack);

impl Serialize for Settings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stack = self.0;
        let mut settings = serializer.serialize_map(None)?;
        if let Some(version) = &stack.required_version {
            settings.serialize_entry("required_version", version)?;
        }
        if !stack.required_providers.is_empty() {
            settings.serialize_entry("required_providers", &Requirements(&stack.required_providers))?;
        }
        if let Some(backend) = &stack.backend {
            let evaluates = stack.target.is_some_and(|target| target.knows(&features::BACKEND_EXPRESSION));
            let block = if evaluates { &backend.escaped() } else { backend.block() };
            match backend.kind() {
                "cloud" => settings.serialize_entry("cloud", block)?,
                kind => settings.serialize_entry("backend", &Single(kind, block))?,
            }
        }
        for entry in stack.settings.entries() {
            settings.serialize_entry(&entry.name, &entry.value)?;
        }
        settings.end()
    }
}

struct Requirements<'a>(&'a IndexMap<String, RequiredProvider>);

impl Serialize for Requirements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, required)| (name, required.written(name))))
    }
}

impl RequiredProvider {
    /// What is written of it under a local name.
    pub(crate) fn written(&self, name: &str) -> Json {
        let mut block = Block::new();
        block.set("source", Json::literal(self.address(name)));
        if !self.version.is_empty() {
            block.set("version", Json::literal(&*self.version));
        }
        if !self.configuration_aliases.is_empty() {
            let alias = |alias: &String| Json::literal(format!("{name}.{alias}"));
            let aliases = self.configuration_aliases.iter().map(alias).collect();
            block.set("configuration_aliases", Json::Array(aliases));
        }
        Json::Block(Box::new(block))
    }
}

struct Single<'a>(&'a str, &'a Block);

impl Serialize for Single<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, self.1)])
    }
}

struct Named<'a>(&'a IndexMap<String, Object>);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, object)| (name, &object.block)))
    }
}

struct Variables<'a>(&'a IndexMap<String, Object>);

impl Serialize for Variables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, object)| (name, OneVariable(&object.block))))
    }
}

/// A variable whose default is null is optional, and one without a default is not: here null means something.
struct OneVariable<'a>(&'a Block);

impl Serialize for OneVariable<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let set = |entry: &&Entry| entry.name == "default" || !matches!(entry.value, Json::Null);
        serializer.collect_map(self.0.entries().filter(set).map(|entry| (&entry.name, &entry.value)))
    }
}

struct Locals<'a>(&'a IndexMap<String, Object>);

impl Serialize for Locals<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, object)| (name, object.block.get("value"))))
    }
}

struct Checks<'a>(&'a IndexMap<String, Assertions>);

impl Serialize for Checks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, check)| (name, OneCheck(check))))
    }
}

struct OneCheck<'a>(&'a Assertions);

impl Serialize for OneCheck<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut check = serializer.serialize_map(None)?;
        if let Some(data) = self.0.scoped() {
            check.serialize_entry("data", &data)?;
        }
        for entry in self.0.object.block.entries() {
            check.serialize_entry(&entry.name, &entry.value)?;
        }
        check.end()
    }
}

struct Providers<'a>(&'a [ProviderConfiguration]);

impl Serialize for Providers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let same_name =
            |a: &ProviderConfiguration, b: &ProviderConfiguration| a.reference.name == b.reference.name;
        serializer.collect_map(self.0.chunk_by(same_name).map(|configurations| {
            let blocks: Vec<&Block> = configurations.iter().map(|one| &one.object.block).collect();
            (&configurations[0].reference.name, blocks)
        }))
    }
}
