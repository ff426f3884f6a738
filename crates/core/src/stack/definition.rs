//! A stack: one Terraform root module, filled by the program.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::block::objects::Objects;
use crate::block::stack_set::StackSet;
use crate::constructs::assertion::Assertions;
use crate::constructs::select::Pending;
use crate::constructs::statement::Statement;
use crate::stack::former::Former;
use crate::stack::hooks::Hooks;
use crate::syntax::address::identifier_hint;
use crate::{
    Address, Attachment, Backend, Block, Diagnostic, Kind, Object, Origin, ProviderReference, Source, Target,
    Waiver, is_identifier,
};

/// One Terraform root module: a state of its own, planned and applied on its own.
///
/// Nothing here fails: mistakes are collected and reported together when the program is synthesized.
#[derive(Debug)]
pub struct Stack {
    pub(crate) name: Arc<str>,
    /// What expressions that refer into it carry.
    pub(crate) own: StackSet,
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
    /// The line that chose it.
    pub(crate) backend_source: Option<Source>,
    /// Names that it had before.
    pub(crate) formers: Vec<Former>,
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
    pub(crate) hooks: Hooks,
    /// Whether other configurations call it, rather than somebody applying it.
    pub(crate) is_module: bool,
    pub(crate) aspects: Vec<Aspect>,
    /// What was added since aspects began to run; none before.
    pub(crate) added: Option<Vec<Address>>,
    pub(crate) waivers: Vec<(String, Waiver)>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// An output of another stack that this stack reads.
#[derive(Clone, Debug)]
pub(crate) struct OutputRead {
    pub(crate) stack: Arc<str>,
    pub(crate) output: Arc<str>,
    pub(crate) source: Source,
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
        if self.source.is_empty() { format!("hashicorp/{local_name}") } else { self.source.clone() }
    }
}

/// A scope that has a new name.
#[derive(Clone, Debug)]
pub(crate) struct ScopeMove {
    /// What logical names began with, without the underscore that follows.
    pub(crate) from: String,
    /// The path of the scope that is there now.
    pub(crate) to: String,
    pub(crate) source: Source,
}

/// A set in order of the paths of scopes.
pub(crate) type Scopes = indexmap::IndexSet<String, rustc_hash::FxBuildHasher>;

/// Facts by kind (`release`) and name (`orders`), each with the line that stated it.
pub(crate) type Annotations = BTreeMap<(String, String), (serde_json::Value, Source)>;

/// A function over every object below a scope: [`Stack::aspect`], [`App::aspect`](crate::App::aspect).
#[derive(Clone)]
pub struct Aspect {
    /// The path of the scope; empty for all objects.
    pub(crate) scope: String,
    pub(crate) visit: Arc<dyn Fn(&mut Visit<'_>) + Send + Sync>,
    pub(crate) source: Source,
}

/// One object that an aspect looks at, and the stack that it is in.
#[derive(Debug)]
pub struct Visit<'a> {
    pub(crate) stack: &'a mut Stack,
    pub(crate) address: &'a Address,
}

impl Stack {
    /// An empty stack. The name is that of its folder and of its entry in the manifest.
    #[must_use]
    #[track_caller]
    pub fn new(name: &str) -> Self {
        let source = Source::here();
        let mut stack = Self {
            name: name.into(),
            own: StackSet::of(name),
            source,
            scope: String::new(),
            scope_source: None,
            scope_path: 0,
            scopes: Scopes::from_iter([String::new()]),
            target: None,
            required_version: None,
            required_providers: IndexMap::new(),
            backend: None,
            backend_source: None,
            formers: Vec::new(),
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
            hooks: Hooks::default(),
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
}
