//! Checks stacks against the catalogues of the providers that they require.
//!
//! A stack must be right for every catalogue that its version constraint allows. What is wrong in only some of them is
//! reported with the provider's version.

mod actions;
mod arguments;
mod functions;
mod published;
mod reading;
mod sensitivity;
mod shape;
mod value;

use std::rc::Rc;

use formwork_core::functions::signature::Kind as ValueKind;
use formwork_core::references::Traversal;
use formwork_core::{Diagnostic, Json, Object, Stack};

use crate::check::functions::Call;
use crate::check::reading::{Expected, Read};
use crate::check::sensitivity::Tracer;
use crate::check::shape::{Shape, Types};
use crate::{AttributeType, Catalogue, CatalogueError, Constraint, Kind, Library, LockFile, Type};

/// What checking found.
#[derive(Debug, Default)]
pub struct Report {
    /// The mistakes.
    pub diagnostics: Vec<Diagnostic>,
    /// Providers that were not checked, since no catalogue is within their version constraint: `hashicorp/aws ~> 4.0`.
    pub unchecked: Vec<String>,
    /// What would be wrong if locked providers were upgraded to the newest versions that are allowed and known.
    pub after_upgrade: Vec<Diagnostic>,
}

/// Checks all stacks of a program.
///
/// # Errors
/// Fails if a catalogue is damaged. Mistakes in the stacks are part of the report.
pub fn check(stacks: &[Stack], library: &Library) -> Result<Report, CatalogueError> {
    check_locked(stacks, library, |_| None)
}

/// The same where versions are locked: a stack is checked against exactly these, or the nearest that are known.
///
/// # Errors
/// Fails as [`check`] does.
pub fn check_locked<'a>(
    stacks: &[Stack],
    library: &Library,
    lock_of: impl Fn(&str) -> Option<&'a LockFile>,
) -> Result<Report, CatalogueError> {
    let catalogues = library.iter().map(|catalogue| Types::new(catalogue)).collect();
    let mut checker = Checker { library, catalogues, extras: Vec::new() };
    let mut report = Report::default();
    for stack in stacks {
        let lock = lock_of(stack.name());
        let first = report.diagnostics.len();
        let providers = checker.providers(stack, library, lock, &mut report);
        checker.stack(stacks, stack, &providers, &mut report)?;
        let Some(lock) = lock else { continue };
        let (upgraded, labels) = checker.upgraded(stack, library, lock, &providers);
        if labels.is_empty() {
            continue;
        }
        let mut after = Report::default();
        checker.stack(stacks, stack, &upgraded, &mut after)?;
        let now = &report.diagnostics[first..];
        let new = after.diagnostics.into_iter().filter(|it| !now.iter().any(|known| same(known, it)));
        report.after_upgrade.extend(new.map(|mut diagnostic| {
            diagnostic.message = format!("{} (in {})", diagnostic.message, labels.join(", "));
            diagnostic
        }));
    }
    report.unchecked.sort_unstable();
    report.unchecked.dedup();
    Ok(report)
}

struct Checker<'a> {
    library: &'a Library,
    /// All catalogues of the library, in its order.
    catalogues: Vec<Types<'a>>,
    /// Catalogues of actions and searches alone that were asked for.
    extras: Vec<Types<'a>>,
}

/// Which catalogues stand for a provider of one stack: its local name, and positions in [`Checker::catalogues`].
type Providers = Vec<(String, Vec<usize>)>;

impl<'a> Checker<'a> {
    fn stack(
        &mut self,
        stacks: &[Stack],
        stack: &Stack,
        providers: &Providers,
        report: &mut Report,
    ) -> Result<(), CatalogueError> {
        for (type_name, name, object) in stack.resources() {
            self.object(stack, providers, Kind::Resource, type_name, name, object, report)?;
        }
        for (type_name, name, object) in stack.data_sources() {
            self.object(stack, providers, Kind::Data, type_name, name, object, report)?;
        }
        for (type_name, name, object) in stack.blocks(formwork_core::Kind::Ephemeral) {
            self.object(stack, providers, Kind::Ephemeral, type_name, name, object, report)?;
        }
        for (kind, found) in
            [(Kind::Action, formwork_core::Kind::Action), (Kind::List, formwork_core::Kind::List)]
        {
            for (type_name, name, object) in stack.blocks(found) {
                self.config(stack, providers, kind, type_name, name, object, report)?;
            }
        }
        for configuration in stack.providers() {
            let catalogues = catalogues_of(providers, &configuration.reference.to_string());
            let address = format!("provider.{}", configuration.reference);
            report.diagnostics.extend(arguments::credentials(stack, &address, &configuration.object));
            let mut rounds = Vec::new();
            for index in catalogues {
                if let Some(shape) = self.catalogues[*index].provider()? {
                    rounds.push(arguments::provider(stack, &address, &configuration.object, &shape));
                }
            }
            self.merge(catalogues, rounds, report);
            self.references(stack, providers, &address, &configuration.object, &ReadContext::Other, report)?;
        }
        for (name, object) in stack.outputs() {
            let context = ReadContext::Other;
            self.references(stack, providers, &format!("output.{name}"), object, &context, report)?;
        }
        for (name, object) in stack.locals() {
            self.references(stack, providers, &format!("local.{name}"), object, &ReadContext::Other, report)?;
        }
        let mut shape_of = |kind: Kind, type_name: &str, object: &Object| {
            for index in catalogues_of(providers, provider_of(type_name, object)) {
                if let Some(shape) = self.catalogues[*index].get(kind, type_name)? {
                    return Ok(Some(shape));
                }
            }
            Ok(None)
        };
        report.diagnostics.extend(Tracer::new(stacks, stack, &mut shape_of).check()?);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "an object is named by all of them")]
    fn object(
        &mut self,
        stack: &Stack,
        providers: &Providers,
        kind: Kind,
        type_name: &str,
        name: &str,
        object: &Object,
        report: &mut Report,
    ) -> Result<(), CatalogueError> {
        let provider = provider_of(type_name, object);
        let catalogues = catalogues_of(providers, provider);
        let mut rounds = Vec::with_capacity(catalogues.len());
        let mut failed = false;
        let mut context = ReadContext::Other;
        for index in catalogues {
            let types = &mut self.catalogues[*index];
            let diagnostics = match types.get(kind, type_name)? {
                Some(shape) => {
                    let diagnostics = arguments::object(stack, kind, type_name, name, object, &shape);
                    context = ReadContext::Arguments(shape);
                    diagnostics
                }
                None => vec![unknown_type(stack, kind, type_name, name, object, types.catalogue)],
            };
            failed |= !diagnostics.is_empty();
            rounds.push(diagnostics);
        }
        if failed {
            self.merge(catalogues, rounds, report);
        }
        let address = Lazy { kind, type_name, name };
        self.references(stack, providers, &address, object, &context, report)
    }

    /// Checks that a function of a provider exists.
    fn function(
        &self,
        stack: &Stack,
        providers: &Providers,
        address: &dyn std::fmt::Display,
        call: &Call<'_>,
        report: &mut Report,
    ) -> Result<(), CatalogueError> {
        if !stack.required_providers().any(|(name, _)| name == call.provider) {
            report.diagnostics.push(call.unknown_provider(stack, address));
            return Ok(());
        }
        let catalogues = catalogues_of(providers, call.provider);
        let rounds = catalogues
            .iter()
            .map(|index| Ok(Vec::from_iter(call.check(stack, address, self.catalogues[*index].catalogue)?)))
            .collect::<Result<Vec<_>, CatalogueError>>()?;
        self.merge(catalogues, rounds, report);
        Ok(())
    }

    /// Checks that what is read of other objects exists and fits where it is put, and that functions exist.
    fn references(
        &mut self,
        stack: &Stack,
        providers: &Providers,
        address: &dyn std::fmt::Display,
        object: &Object,
        context: &ReadContext,
        report: &mut Report,
    ) -> Result<(), CatalogueError> {
        let (mut reads, mut calls, mut called) = (Vec::new(), Vec::new(), Vec::new());
        reading::texts(&object.block, None, &mut |text, position| {
            reading::in_text(text, position, object.origin, &mut reads);
            functions::in_text(text, position, object.origin, &mut calls);
            if text.contains('(') {
                called.push((text, position.path.to_string(), position.source));
            }
        });
        for (text, argument, source) in called {
            let mut failed = None;
            let mut kind_of = |traversal: &Traversal<'_>| {
                self.kind_of(stack, providers, traversal).unwrap_or_else(|error| {
                    failed = Some(error);
                    None
                })
            };
            formwork_core::misfits(text, &mut kind_of, &mut |message, hint| {
                let diagnostic = Diagnostic::new(stack.name(), message).at(address).argument(&*argument);
                let diagnostic = diagnostic.source(source).origin(object.origin);
                report.diagnostics.push(Diagnostic { hint, ..diagnostic });
            });
            if let Some(error) = failed {
                return Err(error);
            }
        }
        for call in &calls {
            self.function(stack, providers, address, call, report)?;
        }
        for read in &reads {
            let Some(target) = read.target(stack) else { continue };
            let catalogues = catalogues_of(providers, provider_of(target.type_name, target.object));
            let mut rounds = Vec::with_capacity(catalogues.len());
            for index in catalogues {
                let types = &mut self.catalogues[*index];
                let Some(shape) = types.get(target.kind, target.type_name)? else { continue };
                rounds.push(Vec::from_iter(read.check(
                    stack,
                    address,
                    &target,
                    &shape,
                    context.expects(read),
                )));
            }
            if rounds.iter().any(|diagnostics| !diagnostics.is_empty()) {
                self.merge(catalogues, rounds, report);
            }
        }
        Ok(())
    }

    /// What a reference gives, if all catalogues that have the type agree.
    fn kind_of(
        &mut self,
        stack: &Stack,
        providers: &Providers,
        traversal: &Traversal<'_>,
    ) -> Result<Option<ValueKind>, CatalogueError> {
        let Some(target) = reading::target(traversal, stack) else { return Ok(None) };
        let mut kind = None;
        for index in catalogues_of(providers, provider_of(target.type_name, target.object)) {
            let Some(shape) = self.catalogues[*index].get(target.kind, target.type_name)? else { continue };
            let Some(found) = reading::kind(&target, &shape) else { return Ok(None) };
            if kind.is_some_and(|kind| kind != found) {
                return Ok(None);
            }
            kind = Some(found);
        }
        Ok(kind)
    }

    /// Keeps each finding once. One that only some of the catalogues give says which.
    fn merge(&self, catalogues: &[usize], rounds: Vec<Vec<Diagnostic>>, report: &mut Report) {
        let all = rounds.len();
        let mut merged: Vec<(Diagnostic, Vec<usize>)> = Vec::new();
        for (diagnostics, catalogue) in rounds.into_iter().zip(catalogues) {
            for diagnostic in diagnostics {
                match merged.iter_mut().find(|(known, _)| same(known, &diagnostic)) {
                    Some((_, found_in)) => found_in.push(*catalogue),
                    None => merged.push((diagnostic, vec![*catalogue])),
                }
            }
        }
        for (mut diagnostic, found_in) in merged {
            if found_in.len() < all {
                let labels: Vec<String> =
                    found_in.iter().map(|index| self.catalogues[*index].catalogue.label()).collect();
                diagnostic.message = format!("{} (in {})", diagnostic.message, labels.join(", "));
            }
            report.diagnostics.push(diagnostic);
        }
    }

    fn providers(
        &self,
        stack: &Stack,
        library: &Library,
        lock: Option<&LockFile>,
        report: &mut Report,
    ) -> Providers {
        let mut providers = Providers::new();
        for (name, required) in stack.required_providers() {
            let source = required.address(name);
            if required.source.is_empty() && library.versions(&source).is_empty() {
                report.diagnostics.extend(published::check(stack, name, library));
            }
            let constraint = match required.version.parse::<Constraint>() {
                _ if required.version.is_empty() => Constraint::any(),
                Ok(constraint) => constraint,
                Err(error) => {
                    let message = format!("`{}` is not a version constraint: {error}", required.version);
                    let diagnostic =
                        Diagnostic::new(stack.name(), message).at(format!("required_providers.{name}"));
                    report.diagnostics.push(diagnostic.hint("write it as in `>= 5.100.0, < 7.0.0`"));
                    continue;
                }
            };
            let mut matching: Vec<usize> =
                library.matching(&source, &constraint).filter_map(|it| self.position(it)).collect();
            if let Some(locked) = lock.and_then(|lock| lock.provider(&source)) {
                // From the newest to the oldest: the locked one, else the next after it, else the last before it.
                let is_older = |index: &usize| *self.catalogues[*index].catalogue.version() < locked.version;
                let newer = matching.iter().take_while(|index| !is_older(index)).count();
                let nearest = matching.get(newer.saturating_sub(1)).copied();
                matching = nearest.into_iter().collect();
            }
            if matching.is_empty() {
                report.unchecked.push(format!("{source} {}", required.version).trim_end().to_owned());
            }
            providers.push((name.to_owned(), matching));
        }
        providers
    }

    /// The same after an upgrade of what is locked to the newest catalogues that are allowed, and which those are.
    fn upgraded(
        &self,
        stack: &Stack,
        library: &Library,
        lock: &LockFile,
        providers: &Providers,
    ) -> (Providers, Vec<String>) {
        let mut upgraded = providers.clone();
        let mut labels = Vec::new();
        for (name, required) in stack.required_providers() {
            let source = required.address(name);
            let constraint = match required.version.as_str() {
                "" => Ok(Constraint::any()),
                version => version.parse(),
            };
            let (Ok(constraint), Some(locked)) = (constraint, lock.provider(&source)) else { continue };
            let newest = library.matching(&source, &constraint).next();
            let Some(newest) = newest.filter(|it| *it.version() > locked.version) else { continue };
            let own = upgraded.iter_mut().find(|(known, _)| known == name);
            if let (Some((_, catalogues)), Some(index)) = (own, self.position(newest))
                && *catalogues != [index]
            {
                *catalogues = vec![index];
                labels.push(newest.label());
            }
        }
        (upgraded, labels)
    }

    fn position(&self, catalogue: &Catalogue) -> Option<usize> {
        self.catalogues.iter().position(|types| std::ptr::eq(types.catalogue, catalogue))
    }
}

/// Where references stand, as far as that says what they should give.
enum ReadContext {
    /// In a block of this shape.
    Arguments(Rc<Shape>),
    /// Anywhere else.
    Other,
}

impl ReadContext {
    fn expects(&self, read: &Read<'_>) -> Expected<'_> {
        match self {
            Self::Other => Expected::Anything,
            Self::Arguments(shape) => {
                match shape.schema.attribute(read.argument()).map(|attribute| &attribute.ty) {
                    Some(AttributeType::Value(ty)) => match (ty, read.is_inside_list()) {
                        (ty, false) => Expected::Value(ty),
                        (Type::List(element) | Type::Set(element), true) => Expected::Value(element),
                        _ => Expected::Anything,
                    },
                    _ => Expected::Anything,
                }
            }
        }
    }
}

/// An address that is put together only if it is needed.
struct Lazy<'a> {
    kind: Kind,
    type_name: &'a str,
    name: &'a str,
}

impl std::fmt::Display for Lazy<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = match self.kind {
            Kind::Data => "data.",
            Kind::Ephemeral => "ephemeral.",
            Kind::Action => "action.",
            Kind::List => "list.",
            Kind::Resource | Kind::Function => "",
        };
        write!(formatter, "{prefix}{}.{}", self.type_name, self.name)
    }
}

/// The local name of the provider that serves an object: the one it chose, or the first word of its type.
fn provider_of<'a>(type_name: &'a str, object: &'a Object) -> &'a str {
    match object.block.get("provider") {
        Some(Json::String(chosen)) => chosen,
        _ => type_name.split('_').next().unwrap_or_default(),
    }
}

fn catalogues_of<'a>(providers: &'a Providers, reference: &str) -> &'a [usize] {
    providers.iter().find(|(name, _)| name == local_name(reference)).map_or(&[], |(_, catalogues)| catalogues)
}

/// The provider of a reference to one of its configurations, such as `aws.frankfurt`.
fn local_name(reference: &str) -> &str {
    reference.split(['.', '[']).next().unwrap_or_default()
}

fn unknown_type(
    stack: &Stack,
    kind: Kind,
    type_name: &str,
    name: &str,
    object: &Object,
    catalogue: &Catalogue,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(stack.name(), format!("{} has no {kind} `{type_name}`", catalogue.source()))
            .at(Lazy { kind, type_name, name })
            .origin(object.origin);
    match catalogue.nearest(kind, type_name) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// Whether two findings say the same, whatever they suggest.
fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    (&a.message, &a.address, &a.argument, &a.sources) == (&b.message, &b.address, &b.argument, &b.sources)
}
