//! A stack: one Terraform root module, filled by the program.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::address::{identifier_hint, is_identifier};
use crate::annotation::Annotations;
use crate::assertion::Assertions;
use crate::objects::{Object, Objects};
use crate::overrides::Pending;
use crate::scope::Scopes;
use crate::scope_moves::ScopeMove;
use crate::statement::Statement;
use crate::{
    Address, Aspect, Attachment, Backend, Block, Diagnostic, Export, Expr, IntoValue, Kind, Origin, Output,
    Provider, ProviderReference, ProviderSource, Reference, Resource, Source, StateAddress, Target, Type,
    Variable, Waiver,
};

/// One Terraform root module: a state of its own, planned and applied on its own.
///
/// Nothing here fails: mistakes are collected and reported together when the program is synthesized.
#[derive(Debug)]
pub struct Stack {
    pub(crate) name: Arc<str>,
    pub(crate) source: Source,
    pub(crate) scope: String,
    /// The line that opened the outermost scope.
    pub(crate) scope_source: Option<Source>,
    /// Which of `scopes` is open.
    pub(crate) scope_path: u32,
    /// The paths of all scopes that were ever open, their names joined with `/`; the first is the stack itself.
    pub(crate) scopes: Scopes,
    pub(crate) target: Option<Target>,
    pub(crate) required_version: Option<String>,
    pub(crate) required_providers: IndexMap<String, RequiredProvider>,
    pub(crate) backend: Option<Backend>,
    /// Arguments of the `terraform` block beyond those above.
    pub(crate) settings: Block,
    pub(crate) providers: Vec<ProviderConfiguration>,
    pub(crate) resources: Objects,
    pub(crate) data: Objects,
    pub(crate) ephemeral: Objects,
    /// Module calls; their type is empty.
    pub(crate) modules: Objects,
    pub(crate) actions: Objects,
    pub(crate) lists: Objects,
    pub(crate) variables: IndexMap<String, Object>,
    pub(crate) locals: IndexMap<String, Object>,
    pub(crate) outputs: IndexMap<String, Object>,
    pub(crate) checks: IndexMap<String, Assertions>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) reads: Vec<OutputRead>,
    pub(crate) overrides: Vec<Pending>,
    pub(crate) scope_moves: Vec<ScopeMove>,
    pub(crate) annotations: Annotations,
    pub(crate) attachments: Vec<Attachment>,
    /// Whether other configurations call it, rather than somebody applying it.
    pub(crate) is_module: bool,
    pub(crate) aspects: Vec<Aspect>,
    /// What was added since aspects began to run; none before.
    pub(crate) added: Option<Vec<Address>>,
    pub(crate) waivers: Vec<(String, Waiver)>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A `provider` block of a stack.
#[derive(Clone, Debug)]
pub struct ProviderConfiguration {
    /// Which configuration it is.
    pub reference: ProviderReference,
    /// The arguments.
    pub object: Object,
}

/// What a stack asks of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredProvider {
    /// The source address, such as `hashicorp/aws`.
    pub source: String,
    /// The version constraint, such as `>= 5.100.0, < 7.0.0`; empty for any.
    pub version: String,
    /// The aliases of configurations that whoever calls the stack as a module must bring.
    pub configuration_aliases: Vec<String>,
    /// Whether the program named the version, rather than a binding's default.
    pub(crate) explicit: bool,
}

impl RequiredProvider {
    /// The source address; Terraform's default for the local name where none was given.
    #[must_use]
    pub fn address(&self, local_name: &str) -> String {
        match self.source.is_empty() {
            true => format!("hashicorp/{local_name}"),
            false => self.source.clone(),
        }
    }
}

/// An output of another stack that this stack reads.
#[derive(Clone, Debug)]
pub(crate) struct OutputRead {
    pub(crate) stack: Arc<str>,
    pub(crate) output: Arc<str>,
    pub(crate) source: Source,
}

impl Stack {
    /// An empty stack. The name is that of its folder and of its entry in the manifest.
    #[must_use]
    #[track_caller]
    pub fn new(name: &str) -> Self {
        let source = Source::here();
        let mut stack = Self {
            name: name.into(),
            source,
            scope: String::new(),
            scope_source: None,
            scope_path: 0,
            scopes: Scopes::from_iter([String::new()]),
            target: None,
            required_version: None,
            required_providers: IndexMap::new(),
            backend: None,
            settings: Block::new(),
            providers: Vec::new(),
            resources: Objects::default(),
            data: Objects::default(),
            ephemeral: Objects::default(),
            modules: Objects::default(),
            actions: Objects::default(),
            lists: Objects::default(),
            variables: IndexMap::new(),
            locals: IndexMap::new(),
            outputs: IndexMap::new(),
            checks: IndexMap::new(),
            statements: Vec::new(),
            reads: Vec::new(),
            overrides: Vec::new(),
            scope_moves: Vec::new(),
            annotations: Annotations::default(),
            attachments: Vec::new(),
            is_module: false,
            aspects: Vec::new(),
            added: None,
            waivers: Vec::new(),
            diagnostics: Vec::new(),
        };
        if !is_identifier(name) {
            let diagnostic = stack.diagnostic(format!("`{name}` is not a name for a stack"));
            stack.report(diagnostic.source(source).hint(identifier_hint(name)));
        }
        stack
    }

    /// The stack's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds a resource, a data source, a module call or whatever else has an address under a logical name.
    #[track_caller]
    pub fn add<R: Resource>(&mut self, name: &str, mut resource: R) -> R::Ref {
        let block = std::mem::take(resource.block_mut());
        let provider = resource.provider_source();
        self.require_default(provider);
        R::Ref::from(self.insert(resource.kind(), resource.type_name(), name, block, Source::here()))
    }

    /// Excepts what is at an address, such as `aws_s3_bucket.site` or `var.token`, from a [`Rule`](crate::Rule): for
    /// objects that a module adds. Others carry their waiver themselves: [`Resource::waive`].
    #[track_caller]
    pub fn waive(&mut self, address: impl Display, rule: &str, reason: &str) {
        self.waivers.push((address.to_string(), Waiver::new(rule, reason, Source::here())));
    }

    /// Declares an input variable.
    #[track_caller]
    pub fn variable<T: Type>(&mut self, name: &str, variable: Variable<T>) -> Expr<T> {
        let name = self.logical_name(name);
        let object = Object { block: variable.into_block(), origin: self.origin(Source::here()) };
        let expression = Expr::postfix(&["var.", &name]);
        self.named(|stack| &mut stack.variables, "variable", name, object);
        expression
    }

    /// Gives a value a name within the stack.
    #[track_caller]
    pub fn local<V: IntoValue>(&mut self, name: &str, value: V) -> Expr<V::Type> {
        let name = self.logical_name(name);
        let mut block = Block::new();
        block.set("value", value.into_value());
        let expression = Expr::postfix(&["local.", &name]);
        self.named(
            |stack| &mut stack.locals,
            "local value",
            name,
            Object { block, origin: self.origin(Source::here()) },
        );
        expression
    }

    /// Declares an output, for people and for other stacks.
    #[track_caller]
    pub fn output<V: IntoValue>(&mut self, name: &str, value: V) -> Output<V::Type> {
        self.export(name, Export::new(value))
    }

    /// Declares an output with a description, or one that is not shown.
    #[track_caller]
    pub fn export<T>(&mut self, name: &str, export: Export<T>) -> Output<T> {
        let name = self.logical_name(name);
        let output = Output::new(self.name.clone(), name.as_str().into());
        let object = Object { block: export.into_block(), origin: self.origin(Source::here()) };
        self.named(|stack| &mut stack.outputs, "output", name, object);
        output
    }

    /// Reads an output of another stack: its remote state becomes a data source here, and this stack is applied after
    /// the other.
    #[track_caller]
    pub fn read<T>(&mut self, output: &Output<T>) -> Expr<T> {
        let read =
            OutputRead { stack: output.stack.clone(), output: output.name.clone(), source: Source::here() };
        if read.stack == self.name {
            let diagnostic = self.diagnostic(format!("output `{}` is read by its own stack", read.output));
            self.report(diagnostic.source(read.source).hint("use the expression that the output exports"));
        }
        let expression =
            Expr::postfix(&["data.terraform_remote_state.", &read.stack, ".outputs.", &read.output]);
        self.reads.push(read);
        expression
    }

    /// The state that an output comes from, for `depends_on`: this stack reads it, and is applied after the other.
    #[track_caller]
    pub fn state_of<T>(&mut self, output: &Output<T>) -> Reference {
        self.read(output);
        let (type_name, name) = ("terraform_remote_state".into(), output.stack.clone());
        Reference::new(Address { kind: Kind::Data, type_name, name })
    }

    /// Configures a provider for all resources that choose no other configuration.
    #[track_caller]
    pub fn provider(&mut self, provider: impl Provider) -> ProviderReference {
        let (source, block) = (provider.provider_source(), provider.into_block());
        self.configure(source, None, block, Source::here())
    }

    /// Configures a provider once more, for resources that choose it with [`Resource::provider`].
    #[track_caller]
    pub fn provider_alias(&mut self, alias: &str, provider: impl Provider) -> ProviderReference {
        let (source, mut block) = (provider.provider_source(), provider.into_block());
        block.set("alias", crate::Json::bare(alias));
        self.configure(source, Some(alias), block, Source::here())
    }

    /// Asks for a provider from a source, in versions that a constraint allows, such as `>= 5.100.0, < 7.0.0`.
    pub fn require_provider(&mut self, name: &str, source: &str, version: &str) {
        let required = RequiredProvider {
            source: source.into(),
            version: version.into(),
            configuration_aliases: Vec::new(),
            explicit: true,
        };
        self.required_providers.insert(name.to_owned(), required);
    }

    /// Asks for versions of Terraform that a constraint allows, such as `>= 1.10`.
    pub fn require_terraform(&mut self, version: &str) {
        self.required_version = Some(version.to_owned());
    }

    /// Chooses where the state is kept. Without it, that is a file in the folder of the synthesized stack.
    pub fn backend(&mut self, backend: impl Into<Backend>) {
        self.backend = Some(backend.into());
    }

    /// Reports a mistake that the caller found: it fails the synthesis together with all others.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Begins a finding about this stack.
    pub fn diagnostic(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&*self.name, message)
    }

    /// Adds a block under a logical name that is already complete.
    fn insert(
        &mut self,
        kind: Kind,
        type_name: Cow<'static, str>,
        name: &str,
        mut block: Block,
        source: Source,
    ) -> Reference {
        let origin = self.origin(source);
        let name = self.logical_name(name);
        let reference = self.refer(kind, type_name.clone(), &name, origin);
        let name = reference.address().name.clone();
        if let Some((old, source)) = block.take_former_name() {
            let before = Address { kind, type_name: type_name.clone(), name: old.into() };
            let now = StateAddress::from(reference.address().to_string());
            self.move_from(&StateAddress::from(before.to_string()), &now, source);
        }
        for change in block.take_changes() {
            self.overrides.push(Pending::Object(kind, type_name.to_string(), name.to_string(), change));
        }
        if let Some(first) = self.objects_mut(kind).insert(type_name, name, Object { block, origin }) {
            self.twice(reference.address().to_string(), first, origin);
        } else if let Some(added) = &mut self.added {
            added.push(reference.address().clone());
        }
        reference
    }

    /// Makes a reference to a block, whose names are checked.
    pub(crate) fn refer(
        &mut self,
        kind: Kind,
        type_name: Cow<'static, str>,
        name: &str,
        origin: Origin,
    ) -> Reference {
        let address = Address { kind, type_name: type_name.clone(), name: name.into() };
        for part in [&*type_name, name] {
            if !(is_identifier(part) || kind == Kind::Module && part.is_empty()) {
                let diagnostic = self.diagnostic(format!("Terraform refuses the name `{part}`")).at(&address);
                self.report(diagnostic.origin(origin).hint(identifier_hint(part)));
            }
        }
        Reference::new(address)
    }

    /// All blocks of a kind.
    pub(crate) const fn objects_mut(&mut self, kind: Kind) -> &mut Objects {
        match kind {
            Kind::Resource => &mut self.resources,
            Kind::Data => &mut self.data,
            Kind::Ephemeral => &mut self.ephemeral,
            Kind::Module => &mut self.modules,
            Kind::Action => &mut self.actions,
            Kind::List => &mut self.lists,
        }
    }

    /// All blocks of a kind.
    pub(crate) const fn objects(&self, kind: Kind) -> &Objects {
        match kind {
            Kind::Resource => &self.resources,
            Kind::Data => &self.data,
            Kind::Ephemeral => &self.ephemeral,
            Kind::Module => &self.modules,
            Kind::Action => &self.actions,
            Kind::List => &self.lists,
        }
    }

    /// Where something is made at a line, in the present scope.
    pub(crate) const fn origin(&self, source: Source) -> Origin {
        Origin { source, scope: self.scope_source, path: self.scope_path }
    }

    fn named(
        &mut self,
        objects: impl FnOnce(&mut Self) -> &mut IndexMap<String, Object>,
        what: &str,
        name: String,
        object: Object,
    ) {
        let origin = object.origin;
        self.check_name(&name, what, origin);
        let first = match objects(self).entry(name.clone()) {
            indexmap::map::Entry::Occupied(entry) => entry.get().origin,
            indexmap::map::Entry::Vacant(entry) => {
                entry.insert(object);
                return;
            }
        };
        self.twice(format!("{what} {name}"), first, origin);
    }

    /// Reports a name that Terraform does not take.
    pub(crate) fn check_name(&mut self, name: &str, what: &str, origin: Origin) {
        if !is_identifier(name) {
            let diagnostic = self.diagnostic(format!("Terraform refuses the name `{name}` for a {what}"));
            self.report(diagnostic.origin(origin).hint(identifier_hint(name)));
        }
    }

    pub(crate) fn twice(&mut self, address: String, first: Origin, second: Origin) {
        let diagnostic = self.diagnostic(format!("the name of {address} is taken"));
        self.report(
            diagnostic
                .at(address)
                .origin(second)
                .origin(first)
                .hint("give one of the two another name, or open a scope around it"),
        );
    }

    pub(crate) fn configure(
        &mut self,
        provider: ProviderSource,
        alias: Option<&str>,
        block: Block,
        source: Source,
    ) -> ProviderReference {
        let origin = self.origin(source);
        let reference =
            ProviderReference { name: provider.name.to_string(), alias: alias.map(str::to_owned), key: None };
        if let Some(alias) = alias.filter(|alias| !is_identifier(alias)) {
            let diagnostic =
                self.diagnostic(format!("Terraform refuses the name `{alias}` for a provider alias"));
            self.report(diagnostic.origin(origin).hint(identifier_hint(alias)));
        }
        self.require_default(provider);
        match self.providers.iter().find(|other| other.reference == reference) {
            Some(other) => {
                let first = other.object.origin;
                self.twice(format!("provider {reference}"), first, origin);
            }
            None => self.providers.push(ProviderConfiguration {
                reference: reference.clone(),
                object: Object { block, origin },
            }),
        }
        reference
    }

    /// Notes the provider of something that was added, unless the program required it in its own way.
    pub(crate) fn require_default(&mut self, provider: ProviderSource) {
        // Terraform's own provider is built in and cannot be required; a module brings its own requirements.
        if provider.name == "terraform" || provider.name.is_empty() {
            return;
        }
        match self.required_providers.get_mut(provider.name.as_ref()) {
            Some(known) => {
                if known.source.is_empty() {
                    known.source = provider.source.into_owned();
                }
                if known.version.is_empty() && !known.explicit {
                    known.version = provider.version.into_owned();
                }
            }
            None => {
                let required = RequiredProvider {
                    source: provider.source.into_owned(),
                    version: provider.version.into_owned(),
                    configuration_aliases: Vec::new(),
                    explicit: false,
                };
                self.required_providers.insert(provider.name.into_owned(), required);
            }
        }
    }
}
